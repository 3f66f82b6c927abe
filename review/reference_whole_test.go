package review

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// naiveRows are the rows of each group, of any kind that JSON writes as the
// group's rows.
type naiveRows map[string][]any

func (r naiveRows) add(group string, row any) { r[group] = append(r[group], row) }

// rows are all that the naive reference makes of a scope.
func (n *naive) rows(s naiveScope) naiveRows {
	rows := naiveRows{}
	for _, part := range []func(naiveScope, naiveRows){
		n.participationRows, n.accreditedRows, n.regionRows, n.pledgeRows, n.reportRows, n.moneyRows, n.roundRows, n.dueRows, n.mandateRows, n.coverageRows, n.sealRows,
		n.assessmentRows, n.findingRows, n.consultationRows, n.progressRows, n.commentRows, n.bodyRows, n.translationRows, n.withdrawalRows, n.excludedRows,
	} {
		part(s, rows)
	}
	return rows
}

// plainRow is a row as JSON has it, without what is empty, and what it counts in
// and cites in order.
func plainRow(t *testing.T, row any) map[string]any {
	b, err := json.Marshal(row)
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var plain map[string]any
	require.NoError(t, d.Decode(&plain))
	dropEmpty(plain)
	for _, set := range []string{"in", "cites"} {
		if list, ok := plain[set].([]any); ok {
			slices.SortFunc(list, func(a, b any) int { return cmp.Compare(a.(string), b.(string)) })
		}
	}
	return plain
}

func dropEmpty(object map[string]any) {
	for name, value := range object {
		switch v := value.(type) {
		case map[string]any:
			dropEmpty(v)
		case []any:
			for _, entry := range v {
				if inner, ok := entry.(map[string]any); ok {
					dropEmpty(inner)
				}
			}
		}
		if v := reflect.ValueOf(value); !v.IsValid() || v.IsZero() || value == json.Number("0") || v.Kind() != reflect.String && v.Kind() != reflect.Bool && v.Len() == 0 {
			delete(object, name)
		}
	}
}

// groupOf is the group of a field of Contents.
func groupOf(t *testing.T, c *Contents, field reflect.Value) *group {
	for _, g := range groups {
		if g.rows(c) == field.Addr().Interface() {
			return g
		}
	}
	t.Fatalf("a field of Contents that no group fills: %s", field.Type())
	return nil
}

// seenIn is what was compared in scopes of one kind: fields of rows that were
// not empty, by group and field, and figures that were not 0, by group and name.
type seenIn map[string]int

// compare holds every row and every figure of a stocktake, and what its manifest
// says besides, against the naive ones.
func (n *naive) compare(t *testing.T, s *Stocktake, name Scope, scope naiveScope, seen seenIn) {
	t.Helper()
	want, c := n.rows(scope), s.Contents()
	figures := []Figure{}
	for i := range reflect.TypeFor[Contents]().NumField() {
		field := reflect.ValueOf(c).Elem().Field(i)
		if field.Kind() != reflect.Slice {
			continue
		}
		g := groupOf(t, c, field)
		var got, rows []map[string]any
		for j := range field.Len() {
			got = append(got, plainRow(t, field.Index(j).Interface()))
		}
		for _, row := range want[g.name] {
			rows = append(rows, plainRow(t, row))
		}
		slices.SortFunc(rows, func(a, b map[string]any) int { return cmp.Compare(a["key"].(string), b["key"].(string)) })
		if !reflect.DeepEqual(rows, got) {
			differ(t, n, fmt.Sprintf("%s of %s", g.name, name), rows, got)
		}
		for _, row := range rows {
			seen.note(g.name, "", row)
		}
		seen["rows"] += len(rows)
		delete(want, g.name)
	}
	require.Empty(t, want, "groups of which Contents know nothing")
	for _, g := range groups {
		figures = append(figures, naiveFigures(t, g, c.Parts, s)...)
	}
	require.Equal(t, figures, c.Figures, "%s", name)
	for _, f := range figures {
		if f.Value > 0 {
			name, _, _ := strings.Cut(f.Name, " by rates ")
			seen["figure "+f.Group+": "+name]++
		}
	}
	n.compareManifest(t, c, name, scope)
	seen["figures"] += len(figures)
	seen["stocktakes"]++
}

// differ says which row differs.
func differ(t *testing.T, n *naive, where string, want, got []map[string]any) {
	t.Helper()
	by := map[any][2]map[string]any{}
	for _, row := range want {
		by[row["key"]] = [2]map[string]any{row, nil}
	}
	for _, row := range got {
		by[row["key"]] = [2]map[string]any{by[row["key"]][0], row}
	}
	for key, pair := range by {
		require.Equal(t, pair[0], pair[1], "%s: %s", where, key)
	}
	t.Fatalf("%s: rows in another order, or twice", where)
}

// note counts the fields that a row has, those within them too.
func (s seenIn) note(group, within string, object map[string]any) {
	for name, value := range object {
		at := within + name
		s[group+" "+at]++
		switch v := value.(type) {
		case map[string]any:
			s.note(group, at+".", v)
		case []any:
			for _, entry := range v {
				if inner, ok := entry.(map[string]any); ok {
					s.note(group, at+".", inner)
				}
			}
		}
	}
}

// rowFields are the names of a row's fields in JSON, those within them too.
func rowFields(row reflect.Type, within string) (names []string) {
	for i := range row.NumField() {
		f := row.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous {
			names = append(names, rowFields(f.Type, within)...)
			continue
		}
		names = append(names, within+name)
		inner := f.Type
		for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			names = append(names, rowFields(inner, within+name+".")...)
		}
	}
	return names
}

// naiveFigures counts and adds up a group's rows as its pages have them: real
// ones before samples, first the names that are always shown, then others.
func naiveFigures(t *testing.T, g *group, parts []PartEntry, s *Stocktake) []Figure {
	all := map[string]*Figure{}
	sums := map[string]ledger{}
	figure := func(name string, sample bool) *Figure {
		key := fmt.Sprint(sample, name)
		if all[key] == nil {
			all[key] = &Figure{Group: g.name, Name: name, Sample: sample}
		}
		return all[key]
	}
	for _, name := range g.figures {
		figure(name, false)
	}
	for _, page := range parts {
		if page.Group != g.name {
			continue
		}
		for _, leaf := range leaves(t, s, page.Digest) {
			for _, raw := range leaf.rows {
				var row Row
				require.NoError(t, json.Unmarshal(raw, &row))
				for _, name := range row.In {
					f := figure(name, row.Sample)
					f.Value, f.Part = f.Value+1, cmp.Or(f.Part, leaf.digest)
				}
				for name, amount := range row.Sums {
					f := figure(name, row.Sample)
					f.Value, f.Part = f.Value+1, cmp.Or(f.Part, leaf.digest)
					key := fmt.Sprint(row.Sample, name)
					if sums[key] == nil {
						sums[key] = ledger{}
					}
					sums[key].add("", fraction(amount))
					text, _ := sums[key][""].MarshalText()
					f.Amount = string(text)
				}
			}
		}
	}
	var list []Figure
	for _, f := range all {
		list = append(list, *f)
	}
	rank := func(f Figure) int {
		if i := slices.Index(g.figures, f.Name); i >= 0 {
			return i
		}
		return len(g.figures)
	}
	slices.SortFunc(list, func(a, b Figure) int {
		if a.Sample != b.Sample {
			return map[bool]int{true: 1, false: -1}[a.Sample]
		}
		return cmp.Or(rank(a)-rank(b), cmp.Compare(a.Name, b.Name))
	})
	return list
}

type leaf struct {
	digest string
	rows   []json.RawMessage
}

// leaves are the pages of rows under a part.
func leaves(t *testing.T, s *Stocktake, digest string) (all []leaf) {
	var p Part
	require.NoError(t, json.Unmarshal(s.Parts[digest], &p))
	require.Nil(t, p.Piece, "these corpora are too small for a row in pieces")
	if p.Pages == nil {
		return []leaf{{digest, p.Rows}}
	}
	for _, page := range p.Pages {
		all = append(all, leaves(t, s, page.Digest)...)
	}
	return all
}

func (n *naive) compareManifest(t *testing.T, c *Contents, name Scope, scope naiveScope) {
	charter, _ := n.chain.InForce()
	want := Manifest{Schema: 1, Rules: 1, Federation: n.chain.Genesis(), Charter: n.chain.Genesis(), Compact: charter.Compact, Licence: cmp.Or(charter.Licence, "not-stated"),
		Snapshot: n.snapshot.Digest(), Scope: name, Cutoff: n.cutoff.UTC().Format("2006-01-02T15:04:05Z"), Parts: c.Parts, Figures: c.Figures, Notes: []string{}}
	unverified, samples := false, false
	for _, f := range c.Figures {
		samples = samples || f.Sample
		unverified = unverified || f.Group == "regions" && f.Name == "unverified" && f.Value > 0
	}
	for _, note := range []struct {
		word  string
		holds bool
	}{{"rates", scope.rates != nil}, {"region-unverified", unverified}, {"regions-overlap", scope.one == ""}, {"samples", samples}, {"voluntary", true}} {
		if note.holds {
			want.Notes = append(want.Notes, note.word)
		}
	}
	if scope.rates != nil {
		want.Rates = scope.rates.ID
	}
	require.Equal(t, want, c.Manifest)
}

// corporaCompared are the random corpora in which every group, field and figure
// occurs; the kinds of document that each has most of differ.
var corporaCompared = []func(t *testing.T, rng *rand.Rand) *testFederation{
	func(t *testing.T, rng *rand.Rand) *testFederation { return wholeCorpus(t, rng, 0) },
	func(t *testing.T, rng *rand.Rand) *testFederation { return wholeCorpus(t, rng, 60) },
	func(t *testing.T, rng *rand.Rand) *testFederation { return randomCorpus(t, rng, 50) },
	func(t *testing.T, rng *rand.Rand) *testFederation {
		return pledgesIn(newReviewingWith(t, 4), rng, 60, tagged(rng))
	},
	func(t *testing.T, rng *rand.Rand) *testFederation {
		return moneyIn(newReviewingWith(t, 4), rng, 110, tagged(rng))
	},
	func(t *testing.T, rng *rand.Rand) *testFederation { return reviewCorpus(t, rng, 90) },
	func(t *testing.T, rng *rand.Rand) *testFederation { return taggedReviews(t, rng, 80) },
}

// Every row of every group, every figure and the rest of the manifest, in every
// scope. STOCKTAKE_CORPORA=N compares N corpora.
func TestStocktakesEqualTheNaiveReference(t *testing.T) {
	corpora := len(corporaCompared)
	if n, err := strconv.Atoi(os.Getenv("STOCKTAKE_CORPORA")); err == nil {
		corpora = n
	}
	seen, rng := map[string]seenIn{}, rand.New(rand.NewPCG(5, 6))
	for _, kind := range kindsOfScope {
		seen[kind] = seenIn{}
	}
	for i := range corpora {
		f, cutoff := corporaCompared[i%len(corporaCompared)](t, rng), time.Time{}
		if i%len(corporaCompared) > 0 && rng.IntN(2) == 0 {
			cutoff = minute(pick(rng, []int{days(2), days(13), rng.IntN(days(31))}))
		}
		t.Run(fmt.Sprint("corpus ", i), func(t *testing.T) { compareWhole(t, f, cutoff, seen) })
	}
	total := seenIn{}
	for _, kind := range kindsOfScope {
		for _, what := range []string{"stocktakes", "rows", "figures"} {
			total[what] += seen[kind][what]
		}
		missed, excused := missing(t, kind, seen[kind])
		assert.Empty(t, missed, "in no scope of a %s was there anything to compare", kind)
		assert.Empty(t, excused, "said to be impossible in the scope of a %s", kind)
		if kind != "participant" { // where a table of rates is not asked for
			assert.NotZero(t, seen[kind]["figure resources: pledged in USD"], kind)
		}
	}
	t.Logf("%d corpora, %d stocktakes in %d kinds of scope: every field of %d rows and %d figures equal", corpora, total["stocktakes"], len(kindsOfScope), total["rows"], total["figures"])
}

// compareWhole compares what documents count and all stocktakes of a federation.
func compareWhole(t *testing.T, f *testFederation, cutoff time.Time, seen map[string]seenIn) {
	r, err := Read(f.snapshot(), f.genesis, f.records(), cutoff)
	require.NoError(t, err)
	n := newNaive(f.snapshot(), f.genesis, f.list(), cutoff)
	for _, id := range n.docs {
		l, _ := r.Label(id)
		d, _ := n.doc(id)
		require.Equal(t, n.label(id), l.Reason, "%s, %+v", id, d)
	}
	for name, scope := range scopesOf(f, n) {
		kind, _, _ := strings.Cut(string(name), ":")
		s, err := r.Stocktake(name)
		require.NoError(t, err)
		n.compare(t, s, name, scope, seen[kind])
		if tables := n.counting(KindRates); len(tables) > 0 && kind != "participant" {
			scope.rates = tables[0]
			s, err := r.StocktakeOf(Options{Scope: name, Rates: tables[0].ID})
			require.NoError(t, err)
			n.compare(t, s, name, scope, seen[kind])
		}
	}
}

// missing are the fields of rows and the figures always shown that no stocktake
// had in a scope of one kind, and what was said never to be in one and was.
func missing(t *testing.T, kind string, seen seenIn) (missed, excused []string) {
	c := &Contents{}
	check := func(name string) {
		switch cannot := cannotBe(kind, name); {
		case seen[name] == 0 && !cannot:
			missed = append(missed, name)
		case seen[name] > 0 && cannot:
			excused = append(excused, name)
		}
	}
	for i := range reflect.TypeFor[Contents]().NumField() {
		field := reflect.ValueOf(c).Elem().Field(i)
		if field.Kind() != reflect.Slice {
			continue
		}
		g := groupOf(t, c, field)
		for _, name := range rowFields(field.Type().Elem(), "") {
			check(g.name + " " + name)
		}
		for _, name := range g.figures {
			check("figure " + g.name + ": " + name)
		}
	}
	return missed, excused
}

// cannotBe is whether a field or a figure cannot be in scopes of a kind.
func cannotBe(kind, name string) bool {
	group, field, _ := strings.Cut(name, " ")
	if field == "sums" && !slices.Contains(summing, group) || field == "accreditedBy" && !slices.Contains(vouched, group) {
		return true
	}
	return slices.ContainsFunc(impossible, func(x impossibility) bool {
		kinds, names := strings.Split(x.kinds, " "), strings.Split(x.names, "; ")
		return (x.kinds == "*" || slices.Contains(kinds, kind)) && slices.ContainsFunc(names, func(n string) bool {
			prefix, all := strings.CutSuffix(n, "*")
			return n == name || all && (strings.HasPrefix(name, prefix) || strings.HasPrefix(name, "figure "+strings.TrimSpace(prefix)+": "))
		})
	})
}

type impossibility struct{ kinds, names, why string }

// impossible is what no stocktake of some kinds of scope can have. A name that
// ends in * stands for all fields and figures of a group.
var impossible = []impossibility{
	{"global participant objective theme corridor round", "figure participation: outside this federation", "only a region has members that may be outside"},
	{"*", "regions sample", "the compact's regions are not invented"},
	{"global objective theme corridor", "figure pledges: named as a party; figure frameworks: of others, with somebody of the scope", "here whose document it is does not matter"},
	{"global objective", "figure mandates: as a reviewer", "everybody is in it, the reviewed too"},
	{"round", "figure mandates: as a reviewer", "a review for a round is of somebody to whom that is put"},
	{"*", "comments progress; comments followUp; comments seen; comments seenIn", "of recommendations only, whose rows are of the same make"},
	{"*", "decisions charters; figure decisions: carried out by a charter", "the reference knows one charter, which carries out nothing"},
	{"region", "figure progress-reports: global", "it is of no region"},
	{"objective", "facilities *; contributions *; fund-claims *; seals *; decisions *; adopted *", "they name no objective"},
	{"theme corridor", "expenditures *; facilities *; contributions *; fund-claims *; applications *; allocations *; unlocked *; agreements *; mandates *; seals *; progress-reports *; indicators *; proposals *; decisions *; adopted *",
		"what is about the charter, or a fund, speaks of none"},
	{"theme corridor", "gaps met; gaps across; assessments region; findings region; agreement region", "such documents are about the charter"},
	{"corridor", "plans *; measures *", "a plan has no corridor"},
	{"theme corridor", "figure coverage: no review received", "nobody was asked for a review about it"},
	{"round", "figure participation: not yet", "it is put to nobody who takes no part yet"},
}

// Some of what every row may have, only rows of these groups do.
var (
	summing = []string{groupAccreditations, groupResources, groupSupport, groupExpenditures, groupGaps, groupContributions, groupApplications, groupAllocations, groupUnlocked}
	vouched = []string{groupParticipation, groupPledges, groupFacilities, groupContributions, groupFundClaims, groupApplications, groupUnlocked, groupAgreements, groupMatches, groupRatchet, groupPlans,
		groupFrameworks, groupTransmission, groupReports, groupAssessments, groupFindings, groupRecommendations, groupComments, groupSeals, groupConcurrence, groupProgress, groupProposals, groupTranslations}
)

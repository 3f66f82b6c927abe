package review

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecimalsAddExactly(t *testing.T) {
	for want, list := range map[string][]string{
		"0":                              {},
		"200000.05":                      {"200000", "0.05"},
		"0.30":                           {"0.1", "0.20"},
		"-0.5":                           {"0.5", "-1.0"},
		"0.00":                           {"0.50", "-0.5"},
		"1001000000000000000000000000.1": {"999999999999999999999999", "999000000000000000000000000", "1000000000000000000000001.1"},
	} {
		var d decimal
		for _, s := range list {
			d.add(s)
		}
		assert.Equal(t, want, d.String(), list)
	}
}

func TestAStocktakeFileIsReadBackByteForByte(t *testing.T) {
	f := randomCorpus(t, rand.New(rand.NewPCG(7, 8)), 80)
	s := f.assemble(ScopeGlobal)
	file := s.File()
	again, err := ParseStocktakeFile(file)
	require.NoError(t, err)
	assert.Equal(t, file, again.File())
	assert.Equal(t, s.Digest(), again.Digest())
	for digest, part := range s.Parts {
		assert.LessOrEqual(t, len(part), maxPart)
		assert.Equal(t, digest, digestOf(part))
	}
	snapshot, err := ParseSnapshot(again.Snapshot)
	require.NoError(t, err)
	assert.Equal(t, f.snapshot().Digest(), snapshot.Digest())
}

func TestAChangedStocktakeFileIsRefused(t *testing.T) {
	f := newFederation(t, 4)
	f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
	f.settle(minute(10))
	s := f.assemble(ScopeGlobal)
	file := string(s.File())
	swap := func(old, new string) string {
		require.Contains(t, file, old)
		return strings.Replace(file, old, new, 1)
	}
	for name, changed := range map[string]string{
		"a figure":                `"name":"pledges",` + "", // replaced below
		"a row":                   swap(`"title":"A pledge"`, `"title":"B pledge"`),
		"white space":             swap(`{"manifest":`, `{"manifest": `),
		"another field":           swap(`{"manifest":`, `{"extra":1,"manifest":`),
		"another case":            swap(`{"manifest":`, `{"Manifest":`),
		"another snapshot":        swap(`"snapshot":{"charter"`, `"snapshot":{"absent":1,"charter"`),
		"another schema version":  swap(`"schema":1`, `"schema":2`),
		"another cut-off charter": swap(`"manifest":{"charter":"`+string(f.genesis.ID[:1]), `"manifest":{"charter":"`+map[bool]string{true: "1", false: "0"}[f.genesis.ID[:1] == "0"]),
		"cut off":                 file[:len(file)-1],
		"empty":                   "",
		"deep":                    strings.Repeat("[", 100),
	} {
		if name == "a figure" {
			i := strings.Index(file, `"name":"pledges"`)
			j := i + strings.Index(file[i:], `"value":1`)
			changed = file[:j] + `"value":2` + file[j+len(`"value":1`):]
		}
		_, err := ParseStocktakeFile([]byte(changed))
		assert.ErrorIs(t, err, ErrStocktakeFile, name)
	}
	// A part left out, with the manifest as it was.
	less := &Stocktake{Manifest: s.Manifest, Parts: map[string][]byte{}, Snapshot: s.Snapshot}
	skip := true
	for digest, part := range s.Parts {
		if skip {
			skip = false
			continue
		}
		less.Parts[digest] = part
	}
	_, err := ParseStocktakeFile(less.File())
	assert.ErrorIs(t, err, ErrStocktakeFile)
	more := &Stocktake{Manifest: s.Manifest, Parts: map[string][]byte{digestOf([]byte("{}")): []byte("{}")}, Snapshot: s.Snapshot}
	for digest, part := range s.Parts {
		more.Parts[digest] = part
	}
	_, err = ParseStocktakeFile(more.File())
	assert.ErrorIs(t, err, ErrStocktakeFile)
}

func tableOf(tables []*table, group string) *table {
	return tables[slices.IndexFunc(tables, func(t *table) bool { return t.group == group })]
}

func FuzzParseStocktakeFile(f *testing.F) {
	id := DocumentID(strings.Repeat("0", 64))
	snapshot := Snapshot{Charter: id, Federation: id}
	var tables []*table
	for _, g := range groups {
		tables = append(tables, &table{group: g.name, names: g.figures})
	}
	tableOf(tables, groupPledges).add(&PledgeRow{Row: Row{Key: string(id), In: []string{"pledges"}, Cites: []DocumentID{id}}, ID: id, Title: "A pledge", Objectives: []int{4}})
	small := compose(Manifest{Schema: SchemaVersion, Charter: id, Federation: id, Snapshot: snapshot.Digest(), Notes: []string{}}, snapshot.Marshal(), tables)
	if _, err := ParseStocktakeFile(small.File()); err != nil {
		f.Fatal(err)
	}
	f.Add(small.File())
	f.Add([]byte(`{"manifest":{},"parts":{},"snapshot":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseStocktakeFile(b)
		if err == nil && !bytes.Equal(s.File(), b) {
			t.Fatal("accepted, and written differently")
		}
		if err == nil {
			s.Text()
			s.HTML()
		}
	})
}

// A row that comes or goes changes its own page, what names that and the
// manifest, not the pages after it.
func TestOneChangedDocumentChangesFewParts(t *testing.T) {
	without := func(leaveOut int) *Stocktake {
		t := &table{group: groupPledges, names: []string{"pledges"}}
		for i := range 2000 {
			if i != leaveOut {
				t.add(&PledgeRow{Row: Row{Key: digestOf(fmt.Append(nil, i)), In: []string{"pledges"}, Cites: []DocumentID{}}, Title: strings.Repeat("x", 300)})
			}
		}
		return compose(Manifest{}, nil, []*table{t})
	}
	whole := without(-1)
	pages := len(whole.Parts)
	require.Greater(t, pages, 30)
	for _, leaveOut := range []int{0, 777, 1999} {
		changed := 0
		for digest := range without(leaveOut).Parts {
			if whole.Parts[digest] == nil {
				changed++
			}
		}
		assert.LessOrEqual(t, changed, 3)
	}
}

// A stocktake file may come from anybody: whatever its rows say, it is read or
// refused, and what is read can be shown.
func TestAHostileStocktakeFileNeitherStopsNorSteersTheReader(t *testing.T) {
	f := newFederation(t, 1)
	m := Manifest{Schema: SchemaVersion, Scope: "participant:\x1b[2J", Notes: []string{"x"}, Snapshot: f.snapshot().Digest(), Charter: f.genesis.ID, Federation: f.genesis.ID}
	m.Parts, m.Figures = []PartEntry{}, []Figure{}
	var tables []*table
	for _, g := range groups {
		tables = append(tables, &table{group: g.name, names: g.figures})
	}
	head := Row{Key: "k", In: []string{"\x1b[31m"}}
	hostile := "\x1b]0;x\a\u202e<script>\n"
	tableOf(tables, groupParties).add(&PartyRow{Row: head, Name: hostile})
	tableOf(tables, groupTargets).add(&TargetRow{Row: head, Indicator: hostile})
	tableOf(tables, groupRecommendations).add(&CommentRow{Row: head, About: "short"})
	tableOf(tables, groupWithdrawals).add(&WithdrawalRow{Row: head, Reason: hostile})
	s, err := ParseStocktakeFile(compose(m, f.snapshot().Marshal(), tables).File())
	require.NoError(t, err)
	assert.NotContains(t, string(s.Text()), "\x1b")
	assert.NotContains(t, string(s.Text()), "\u202e")
	assert.NotContains(t, string(s.HTML()), "<script>")

	parties := tableOf(tables, groupParties)
	parties.rows = append(parties.rows, tableRow{key: "l", in: []string{}, json: []byte(`{"cites":[],"in":[],"key":"l","state":7}`)})
	_, err = ParseStocktakeFile(compose(m, f.snapshot().Marshal(), tables).File())
	assert.ErrorIs(t, err, ErrStocktakeFile)
}

// The golden stocktake may change with a rule version only.
func TestGoldenStocktake(t *testing.T) {
	f := newCast(t)
	f.say("deu", &Accession{Common: f.common("gmb"), Role: "round", Round: "round-1"}, f.genesis.ID)
	f.say("deu", &Assessment{Common: f.titled("gmb", "Our own view"), Type: "self", Findings: finding(4, "substantial")}, f.pledge)
	f.say("deu", &Response{Common: f.common("gmb"), Position: "answered", Text: "Because."}, f.question)
	funded := f.testFederation.pledge("phl", "A funded pledge")
	funded.Resources = []Resource{{Amount: "200000", Currency: "EUR"}, {Amount: "10000000", Currency: NotStated}}
	old := f.say("phl", funded, f.genesis.ID)
	better := f.testFederation.pledge("phl", "A better funded pledge")
	better.Supersedes, better.Due = old, "2026-12-31"
	better.Resources = []Resource{{Amount: "250000.50", Currency: "EUR"}}
	f.say("phl", better, f.genesis.ID)
	f.say("phl", f.testFederation.pledge("xsa", "SAMPLE: An invented pledge"), f.genesis.ID)
	f.append("bgd", f.compose(f.testFederation.pledge("gmb", "Illegal migration"), f.genesis.ID), "gmb-academic author")
	f.say("bgd", &Withdrawal{Common: f.common("mar"), Reason: "Another ministry is in charge."}, f.party)
	f.settle(minute(days(2)))
	accredited := f.filed("deu", f.accredits("ngo", "a.voice", "", "K"), "ngo author", minute(days(3)))
	f.filed("deu", f.accredits("un-eca", "a.voice", "", "K"), "un-eca author", minute(days(4)))
	named := f.filed("deu", f.accredits("ngo", "a.rural-voices", "Rural Voices", "K2"), "ngo author", minute(days(4)))
	f.filed("deu", f.accredits("ngo", "a.too-many", "", "K3"), "ngo author", minute(days(5)))
	f.append("deu", f.compose(&Assessment{Common: f.titled("a.voice", "What we saw"), Type: "shadow", Findings: finding(4, "not-started")}, f.pledge), "K")
	f.append("deu", f.compose(f.testFederation.pledge("a.rural-voices", "Report what we see"), f.genesis.ID), "K2")
	f.append("deu", f.compose(f.testFederation.pledge("a.too-many", "A voice too many"), f.genesis.ID), "K3")
	f.say("phl", &Comment{Common: f.common("phl"), Type: "challenge", Text: "Who is this?"}, accredited)
	f.settle(minute(days(6)))
	f.say("deu", &Withdrawal{Common: f.common("ngo"), Reason: "It was dissolved."}, named)
	f.settle(minute(days(7)))

	for name, scope := range map[string]Scope{"global": ScopeGlobal, "africa": "region:UN-ECA"} {
		s := f.assemble(scope)
		for file, got := range map[string][]byte{
			"testdata/stocktake-" + name + ".json": append(s.File(), '\n'),
			"testdata/stocktake-" + name + ".txt":  s.Text(),
			"testdata/stocktake-" + name + ".html": s.HTML(),
		} {
			if os.Getenv("UPDATE_GOLDEN") != "" {
				require.NoError(t, os.WriteFile(file, got, 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.True(t, slices.Equal(want, got), "%s differs: a change of rules needs a new rule version", file)
		}
	}
}

package review

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The naive version of the groups of reviews: their rows, from loops over all
// documents. Everything is compared but the documents that a row cites.

// get is a document that is there, the genesis charter included.
func (n *naive) get(id DocumentID) *Document {
	if id == n.chain.Genesis() {
		d, _ := n.chain.Charter(id)
		return d
	}
	d, _ := n.doc(id)
	return d
}

// subject is what a comment, an assessment or an answer is about.
func (n *naive) subject(d *Document) *Document {
	about, _ := n.knownTo(d, func(id DocumentID) (*Document, bool) { about := n.get(id); return about, about != nil })(d.About())
	return about
}

func (n *naive) filedText(id DocumentID) string {
	at, _ := n.filed(id)
	return instant(at)
}

// unmandated is why a review that holds does not count.
func (n *naive) unmandated(d *Document) string {
	a, ok := d.Predicate.(*Assessment)
	if !ok || a.Mandate == "" {
		return ""
	}
	m := n.get(a.Mandate).Predicate.(*Mandate)
	filed, _ := n.filed(d.ID)
	consented, joined := m.Author == m.About, false
	for _, x := range n.holding(KindAccession) {
		q := x.Predicate.(*Accession)
		at, _ := n.filed(x.ID)
		if x.About() != a.Mandate || at.After(filed) {
			continue
		}
		if q.Role == "reviewed" && q.Decision != "declined" {
			consented = true
		}
		if q.Role == "team" && x.Author == d.Author {
			joined = q.Decision != "declined"
		}
	}
	switch {
	case !consented:
		return ReasonNotConsented
	case !joined:
		return ReasonNotJoined
	}
	return ""
}

type naiveJudgement struct {
	doc       *Document
	whom      ParticipantID
	region    string
	pledge    DocumentID
	objective int
	rating    string
	label     string
	round     string
}

var naiveLabels = map[string]string{"self": "self-assessment", "regional": "regional assessment", "peer-review": "peer review", "shadow": "alternative (shadow) report"}

// judgements are all ratings that count.
func (n *naive) judgements() (all []naiveJudgement) {
	for _, d := range n.counting(KindAssessment, KindProgress) {
		switch p := d.Predicate.(type) {
		case *Assessment:
			if p.Stage == "draft" {
				continue
			}
			j := naiveJudgement{doc: d, whom: assessedBy(p, n.subject(d)), region: p.Region, label: naiveLabels[p.Type], round: p.Round}
			if p.Mandate != "" && p.Round == "" {
				j.round = n.get(p.Mandate).Predicate.(*Mandate).Round
			}
			if about := n.subject(d); about.Kind == KindPledge {
				j.pledge = n.original(about).ID
			}
			for _, f := range p.Findings {
				j.objective, j.rating = f.Objective, f.Rating
				all = append(all, j)
			}
		case *ProgressReport:
			region, _ := strings.CutPrefix(p.Scope, "region:")
			if p.Scope == "global" {
				region = ""
			}
			for _, f := range p.Findings {
				all = append(all, naiveJudgement{doc: d, whom: f.Participant, region: region, objective: f.Objective, rating: f.Rating, label: "progress report", round: p.Round})
			}
		}
	}
	return all
}

// roundOf is the round that a judgement is made in: its mandate's, if it names
// none.
func (n *naive) roundOf(d *Document) string {
	switch p := d.Predicate.(type) {
	case *ProgressReport:
		return p.Round
	case *Assessment:
		if p.Round == "" && p.Mandate != "" {
			if m, _ := n.doc(p.Mandate); m != nil && m.Kind == KindMandate {
				return m.Predicate.(*Mandate).Round
			}
		}
		return p.Round
	}
	return ""
}

// reviewRows are the rows of the review side in a scope.
func (n *naive) reviewRows(s naiveScope) map[string][]any {
	rows, region := map[string][]any{}, s.region
	in := func(p ParticipantID) bool { return n.covers(s, p) }
	hears := func(p ParticipantID) bool { return s.corridor[0] != "" || in(p) }
	filedFor := func(round string) bool { return s.round.ID == "" || s.round.ID == round }
	add := func(group string, row any) { rows[group] = append(rows[group], row) }
	day := n.cutoff.Format("2006-01-02")
	charter, _ := n.chain.InForce()

	for _, d := range charter.Rounds {
		if code, regional := strings.CutPrefix(d.Scope, "region:"); region != "" && regional && code != region || !filedFor(d.ID) {
			continue
		}
		state := "running"
		if day < d.Opens {
			state = "not open yet"
		} else if day > d.Due {
			state = "due date passed"
		}
		row := RoundRow{Row: Row{Key: d.ID, In: []string{"rounds", state}}, Title: d.Title, Type: d.Type, Scope: d.Scope, Opens: d.Opens, Due: d.Due, Reveal: d.Reveal,
			Themes: d.Themes, Objectives: d.Objectives, State: state}
		for _, p := range charter.Participants {
			if d.Convener == p.ID || d.Convener == "" && p.Region != "" && d.Scope == "region:"+p.Region {
				row.Conveners = append(row.Conveners, p.ID)
			}
			if in(p.ID) && n.signedIn(d, p.ID) != nil {
				row.SignedIn = append(row.SignedIn, p.ID)
			}
		}
		add("rounds", row)
	}

	for _, d := range n.holding(KindMandate) {
		m := d.Predicate.(*Mandate)
		if !filedFor(m.Round) || !s.touches(m.Objectives) || !n.speaks(s, d) {
			continue
		}
		row := MandateRow{Row: Row{Key: string(d.ID), Sample: n.sample(d.ID)}, ID: d.ID, Author: m.Author, Type: m.Type, Title: m.Title, Reviewed: m.About, Team: m.Team,
			Round: m.Round, Objectives: m.Objectives, From: m.From, Until: m.Until, Filed: n.filedText(d.ID), Stage: "invited"}
		consented := m.Author == m.About
		last := map[ParticipantID]*Accession{}
		for _, x := range n.holding(KindAccession) {
			if q := x.Predicate.(*Accession); x.About() == d.ID {
				last[x.Author] = q
				consented = consented || q.Role == "reviewed" && q.Decision != "declined"
			}
		}
		if q := last[m.About]; !consented && q != nil {
			row.Stage = "declined"
		}
		for _, id := range m.Team {
			switch q := last[id]; {
			case q == nil:
			case q.Decision == "declined":
				row.Declined = append(row.Declined, id)
			default:
				if row.Interests == nil {
					row.Interests = map[ParticipantID]string{}
				}
				row.Interests[id] = q.Interests
			}
		}
		if consented {
			row.Stage = "consented"
			if len(row.Interests) == len(m.Team) {
				row.Stage = "team complete"
			}
		}
		for _, a := range n.holding(KindAssessment) {
			p := a.Predicate.(*Assessment)
			if p.Mandate != d.ID {
				continue
			}
			label := n.label(a.ID)
			if draft := p.Stage == "draft"; draft && (label == "" || label == ReasonSuperseded) {
				row.Drafts = append(row.Drafts, a.ID)
				for _, k := range n.counting(KindComment) {
					if k.About() == a.ID && k.Predicate.(*Comment).Type == "correction" {
						row.Corrections = append(row.Corrections, k.ID)
					}
				}
			} else if !draft && label == "" {
				row.Finals = append(row.Finals, a.ID)
				for _, k := range n.counting(KindResponse) {
					if k.About() == a.ID {
						row.Replies = append(row.Replies, k.ID)
					}
				}
			}
		}
		for _, s := range []struct {
			by    []DocumentID
			stage string
		}{{row.Drafts, "draft"}, {row.Corrections, "corrected"}, {row.Finals, "final"}, {row.Replies, "replied"}} {
			if len(s.by) > 0 {
				row.Stage = s.stage
			}
		}
		if row.In = []string{"as a reviewer"}; in(m.About) {
			row.In = []string{"mandates", row.Stage, "type: " + m.Type}
		} else if !slices.ContainsFunc(m.Team, in) {
			continue
		}
		add("mandates", row)
	}

	n.coverage(s, in, add)
	for _, d := range n.counting(KindSeal) {
		scope, s := s, d.Predicate.(*Seal)
		if !in(s.About) && !in(s.Author) || !filedFor(s.Round) || !n.speaks(scope, d) {
			continue
		}
		row := SealRow{Row: Row{Key: string(d.ID), Sample: n.sample(d.ID)}, ID: d.ID, Author: s.Author, About: s.About, Round: s.Round, Reveal: s.Reveal, Commits: s.Commits,
			Filed: n.filedText(d.ID), State: "sealed"}
		if day > s.Reveal {
			row.State = "committed and not revealed"
		}
		sealed, _ := n.filed(d.ID)
		review := n.get(s.Commits)
		if at, ok := n.filed(s.Commits); ok && review.Author == s.Author && n.code(s.Commits) != ReasonAfterCutoff {
			row.Revealed = instant(at)
			label := n.label(s.Commits)
			switch {
			case at.Before(sealed):
				row.State = "filed before it was sealed"
			case label != "" && label != ReasonWithdrawn && label != ReasonSuperseded:
				row.State = "revealed, does not count"
			case at.Format("2006-01-02") < s.Reveal:
				row.State = "revealed early"
			default:
				row.State = "revealed"
			}
		}
		row.In = []string{row.State}
		add("seals", row)
	}

	for _, d := range n.counting(KindAssessment) {
		a := d.Predicate.(*Assessment)
		for i, e := range a.Consultation {
			if !hears(a.Author) || !filedFor(n.roundOf(d)) || !s.touches(a.objectives()) || !n.speaks(s, d) {
				continue
			}
			row := ConsultationRow{Row: Row{Key: fmt.Sprintf("%s/%03d", d.ID, i), Sample: n.sample(d.ID), In: []string{"consultations"}}, Assessment: d.ID, Author: a.Author,
				Capacity: e.Capacity, Who: e.Who, Participant: e.Participant, State: e.State, How: e.How, Changed: e.Changed}
			row.In = append(row.In, map[string]string{"invited": "invited only", "consulted": "consulted"}[e.State], "capacity: "+e.Capacity)
			if e.Changed != "" {
				row.In = append(row.In, "changed something")
			}
			add("consultations", row)
		}
	}
	for _, d := range n.counting(KindComment) {
		p := d.Predicate.(*Comment)
		if p.Type != "concurrence" && p.Type != "dissent" || !n.speaks(s, d) {
			continue
		}
		if a := n.get(d.About()); a == nil && s.round.ID != "" || a != nil && !(filedFor(a.Predicate.(*Assessment).Round) && s.touches(a.Predicate.(*Assessment).objectives())) {
			continue
		}
		row := ConcurrenceRow{Row: Row{Key: string(d.ID), Sample: n.sample(d.ID), In: []string{p.Type}}, ID: d.ID, Type: p.Type, Author: p.Author, Assessment: d.About(),
			Assessed: n.subject(d).Author, Filed: n.filedText(d.ID)}
		if n.get(d.About()) != nil { // in this corpus ministries are prt, by name, and civil society is by kind
			row.Capacity = "civil-society"
			if p.Author == "prt" {
				row.Capacity = "ministries"
			}
		}
		if in(row.Assessed) || in(p.Author) {
			add("concurrence", row)
		}
	}

	for _, d := range n.counting(KindProgress) {
		p := d.Predicate.(*ProgressReport)
		reach := map[bool]string{true: "global", false: "regional"}[p.Scope == "global"]
		if region != "" && p.Scope != "region:"+region || !filedFor(p.Round) || !s.touches(p.objectives()) || !n.speaks(s, d) {
			continue
		}
		add("progress-reports", ProgressRow{Row: Row{Key: string(d.ID), Sample: n.sample(d.ID), In: []string{"progress reports", reach}}, ID: d.ID, Author: p.Author, Title: p.Title,
			Scope: p.Scope, Round: p.Round, Period: p.Period, Objectives: []int{p.Findings[0].Objective}, Findings: len(p.Findings), Values: len(p.Values), Filed: n.filedText(d.ID)})
		for i, v := range p.Values {
			row := IndicatorRow{Row: Row{Key: fmt.Sprintf("%s/%03d", d.ID, i), Sample: n.sample(d.ID), In: []string{"values", "of an adopted set"}}, Report: d.ID, Author: p.Author,
				Scope: p.Scope, Decision: p.Decision, Indicator: v.Indicator, Value: v.Value, On: v.On}
			if slices.Contains(n.docs, p.Decision) && n.code(p.Decision) == "" {
				row.Title, row.Unit = "SAMPLE", "people"
			}
			add("indicators", row)
		}
	}

	for _, d := range n.counting(KindDecision) {
		if p := d.Predicate.(*Decision); in(p.Author) && filedFor(p.Round) && n.speaks(s, d) {
			add("decisions", DecisionRow{Row: Row{Key: string(d.ID), Sample: n.sample(d.ID), In: []string{"decisions", "type: " + p.Type}}, ID: d.ID, Author: p.Author, Type: p.Type,
				Title: p.Title, Round: p.Round, Adopts: p.Adopts, Indicators: len(p.Indicators), Filed: n.filedText(d.ID)})
		}
	}
	adoptedBy := func(id DocumentID) (by []DocumentID) {
		for _, x := range n.counting(KindDecision) {
			if slices.Contains(x.Predicate.(*Decision).Adopts, id) {
				by = append(by, x.ID)
			}
		}
		return by
	}
	for _, d := range n.counting(KindProposal) {
		p := d.Predicate.(*PolicyProposal)
		row := ProposalRow{Row: Row{Key: string(d.ID), Sample: n.sample(d.ID), In: []string{"proposals", "type: " + p.Type}}, ID: d.ID, Author: p.Author, Type: p.Type, Title: p.Title,
			Round: p.Round, Objectives: p.Objectives, Adopted: adoptedBy(d.ID), Filed: n.filedText(d.ID)}
		for _, k := range n.counting(KindComment) {
			if k.About() == d.ID {
				row.Comments++
			}
		}
		if row.Comments > 0 {
			row.In = append(row.In, "commented on")
		}
		if len(row.Adopted) > 0 {
			row.In = append(row.In, "adopted")
		}
		if in(p.Author) && filedFor(p.Round) && n.speaks(s, d) {
			add("proposals", row)
		}
	}
	for _, d := range n.counting(KindStocktake) {
		p := d.Predicate.(*Adoption)
		row := AdoptedRow{Row: Row{Key: string(d.ID), Sample: n.sample(d.ID), In: []string{"adopted stocktakes"}}, ID: d.ID, Author: p.Author, Title: p.Title, Scope: p.Scope,
			Manifest: p.Manifest, Snapshot: p.Snapshot, Cutoff: p.Cutoff, Rules: p.Rules, Decisions: adoptedBy(d.ID), Filed: n.filedText(d.ID)}
		if len(row.Decisions) > 0 {
			row.In = append(row.In, "named by a decision")
		}
		if in(p.Author) && (s.round.ID == "" || string(p.Scope) == "round:"+s.round.ID) && n.speaks(s, d) {
			add("adopted", row)
		}
	}
	for _, d := range n.counting(KindTranslation) {
		p, original := d.Predicate.(*Translation), n.get(d.About())
		if !in(p.Author) && !in(original.Author) || !n.speaks(s, d) {
			continue
		}
		state := map[string]string{"": "of the version that stands", ReasonSuperseded: "of an earlier version", ReasonWithdrawn: "of a withdrawn document"}[n.label(original.ID)]
		if state == "" {
			state = "of the version that stands"
		}
		row := TranslationRow{Row: Row{Key: string(d.ID), Sample: n.sample(d.ID), In: []string{"translations", "language: fr", state}}, ID: d.ID, Author: p.Author, About: original.ID,
			AboutKind: original.Kind, Original: "en", Language: "fr", Authentic: p.Authentic, Reviewed: p.Reviewed, State: state, Filed: n.filedText(d.ID)}
		if p.Author == original.Author {
			row.In = append(row.In, "by the author")
		}
		if p.Authentic {
			row.In = append(row.In, "authentic")
		} else if !p.Reviewed {
			row.In = append(row.In, "not reviewed by a speaker")
		}
		add("translations", row)
	}
	return rows
}

// signedIn is the accession with which a participant is in a round; nil if it
// is not.
func (n *naive) signedIn(d Round, p ParticipantID) *Document {
	var before, after *Document
	for _, a := range n.holding(KindAccession) {
		if q := a.Predicate.(*Accession); q.Role != "round" || q.Round != d.ID || a.Author != p {
			continue
		}
		if at, _ := n.filed(a.ID); at.Format("2006-01-02") <= d.Due {
			before = a
		} else if after == nil {
			after = a
		}
	}
	if before == nil {
		before = after
	}
	if before == nil || before.Predicate.(*Accession).Decision == "declined" {
		return nil
	}
	return before
}

func (n *naive) coverage(s naiveScope, in func(ParticipantID) bool, add func(string, any)) {
	charter, _ := n.chain.InForce()
	for _, d := range charter.Rounds {
		if s.round.ID != "" && s.round.ID != d.ID {
			continue
		}
		for id, p := range n.chain.participants {
			for _, sample := range []bool{false, true} {
				if !in(id) || p.Sample && !sample {
					continue
				}
				row := CoverageRow{Row: Row{Key: d.ID + "/" + string(id), Sample: sample}, Round: d.ID, Participant: id, Received: map[string]int{}, Gave: map[string]int{}}
				if sample && !p.Sample {
					row.Key += "/sample"
				}
				if a := n.signedIn(d, id); a != nil && (p.Sample || n.sample(a.ID) == sample) {
					row.SignedIn = true
				}
				counted := map[string]bool{}
				others := false
				for _, j := range n.judgements() {
					if j.round != d.ID || !s.touches([]int{j.objective}) || !n.speaks(s, j.doc) || !p.Sample && n.sample(j.doc.ID) != sample {
						continue
					}
					if j.whom == id && !counted["r"+string(j.doc.ID)] {
						counted["r"+string(j.doc.ID)] = true
						row.Received[j.label]++
						others = others || j.label != "self-assessment"
					}
					if j.doc.Author == id && j.label != "self-assessment" && !counted["g"+string(j.doc.ID)] {
						counted["g"+string(j.doc.ID)] = true
						row.Gave[j.label]++
					}
				}
				for label := range row.Gave {
					row.In = append(row.In, "gave: "+label)
				}
				for label := range row.Received {
					row.In = append(row.In, "received: "+label)
				}
				switch {
				case others:
					row.In = append(row.In, "reviewed by others")
				case len(row.Received) > 0:
					row.In = append(row.In, "reviewed themselves only")
				case row.SignedIn:
					row.In = append(row.In, "no review received")
				}
				if len(row.In) > 0 && (s.theme == "" && s.corridor[0] == "" || len(row.Gave)+len(row.Received) > 0) {
					add("coverage", row)
				}
			}
		}
	}
}

// reviewFigures counts the rows of the review side.
func (n *naive) reviewFigures(c counts, s naiveScope) {
	for group, rows := range n.reviewRows(s) {
		for _, row := range rows {
			head := headOf(row)
			for _, name := range head.In {
				c.add(group, name, head.Sample)
			}
		}
	}
}

// followThrough are the figures of a recommendation's follow-ups.
func (n *naive) followThrough(d *Document, to ParticipantID) (names []string, own, seen string) {
	for _, f := range n.counting(KindFollowUp) {
		about := f.About()
		if response := n.get(about); response != nil && response.Kind == KindResponse {
			about = response.About()
		}
		switch {
		case about != d.ID:
		case f.Author == to:
			own = f.Predicate.(*FollowUp).Status
		case f.Author == d.Author:
			seen = f.Predicate.(*FollowUp).Status
		}
	}
	names = []string{"no follow-up yet"}
	if own != "" {
		names = []string{"follow-up: " + own}
	}
	if own != "" && seen != "" && own != seen {
		names = append(names, "follow-up seen differently")
	}
	return names, own, seen
}

// sealOf is the first seal with which an author committed to a review.
func (n *naive) sealOf(id DocumentID) DocumentID {
	d, at := n.get(id), n.filedText(id)
	for _, s := range n.counting(KindSeal) {
		if s.Predicate.(*Seal).Commits == id && s.Author == d.Author && n.filedText(s.ID) <= at {
			return s.ID
		}
	}
	return ""
}

func headOf(row any) *Row {
	switch r := row.(type) {
	case RoundRow:
		return &r.Row
	case MandateRow:
		return &r.Row
	case CoverageRow:
		return &r.Row
	case SealRow:
		return &r.Row
	case ConsultationRow:
		return &r.Row
	case ConcurrenceRow:
		return &r.Row
	case ProgressRow:
		return &r.Row
	case IndicatorRow:
		return &r.Row
	case DecisionRow:
		return &r.Row
	case ProposalRow:
		return &r.Row
	case AdoptedRow:
		return &r.Row
	case TranslationRow:
		return &r.Row
	}
	panic(fmt.Sprintf("%T", row))
}

// checkReviewRows compares every field of the rows of the review side.
func (n *naive) checkReviewRows(t *testing.T, s *Stocktake, scope naiveScope) {
	t.Helper()
	c, want := s.Contents(), n.reviewRows(scope)
	checkRows(t, "rounds", c.Rounds, want)
	checkRows(t, "mandates", c.Mandates, want)
	checkRows(t, "coverage", c.Coverage, want)
	checkRows(t, "seals", c.Seals, want)
	checkRows(t, "consultations", c.Consultations, want)
	checkRows(t, "concurrence", c.Concurrence, want)
	checkRows(t, "progress-reports", c.Progress, want)
	checkRows(t, "indicators", c.Indicators, want)
	checkRows(t, "decisions", c.Decisions, want)
	checkRows(t, "proposals", c.Proposals, want)
	checkRows(t, "adopted", c.Adopted, want)
	checkRows(t, "translations", c.Translations, want)
	require.Empty(t, want, "groups that were not compared")
	for _, row := range c.Assessments {
		require.Equal(t, n.sealOf(row.ID), row.Seal)
	}
	for _, row := range c.Recommendations {
		_, own, seen := n.followThrough(n.get(row.ID), row.To)
		require.Equal(t, []string{own, seen}, []string{row.Progress, row.Seen})
	}
	for _, row := range c.Findings {
		require.True(t, slices.ContainsFunc(n.judgements(), func(j naiveJudgement) bool {
			return j.doc.ID == row.Assessment && j.whom == row.About && j.objective == row.Objective && j.rating == row.Rating && j.label == row.Label && j.region == row.Region
		}), "%+v", row)
	}
}

// checkRows compares the rows of one group, by key, and strikes the group off.
func checkRows[T any](t *testing.T, group string, got []T, want map[string][]any) {
	t.Helper()
	plain := func(row any) string { // maps and lists that are empty are the same as none
		text := string(Canonical(row))
		for _, empty := range []string{`,"received":{}`, `,"gave":{}`} {
			text = strings.ReplaceAll(text, empty, "")
		}
		head := headOf(row)
		cites, _ := strings.CutSuffix(string(Canonical(map[string]any{"cites": head.Cites})), "}")
		text = strings.Replace(text, strings.TrimPrefix(cites, "{")+",", "", 1)
		by, _ := strings.CutSuffix(string(Canonical(map[string]any{"accreditedBy": head.AccreditedBy})), "}")
		text = strings.Replace(text, strings.TrimPrefix(by, "{")+",", "", 1)
		in := slices.Sorted(slices.Values(head.In))
		return fmt.Sprintln(head.Key, in, strings.Replace(text, string(Canonical(head.In)), "", 1))
	}
	list := map[string]bool{}
	for _, row := range got {
		list[plain(row)] = true
	}
	other := map[string]bool{}
	for _, row := range want[group] {
		other[plain(row)] = true
	}
	require.Equal(t, slices.Sorted(maps.Keys(other)), slices.Sorted(maps.Keys(list)), group)
	delete(want, group)
}

func TestReviewsEqualTheNaiveReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	seen := map[string]int{}
	for range 14 {
		f := reviewCorpus(t, rng, 100)
		for _, cutoff := range []time.Time{{}, minute(rng.IntN(30 * 24 * 60))} {
			r, err := Read(f.snapshot(), f.genesis, f.records(), cutoff)
			require.NoError(t, err)
			n := newNaive(f.snapshot(), f.genesis, f.list(), cutoff)
			for _, id := range n.docs {
				l, _ := r.Label(id)
				require.Equal(t, n.label(id), l.Reason, "%s", id)
			}
			for _, region := range []string{"", "UN-ECA"} {
				s, err := r.Stocktake(map[string]Scope{"": ScopeGlobal, "UN-ECA": "region:UN-ECA"}[region])
				require.NoError(t, err)
				n.checkFigures(t, s, region, seen)
				n.checkReviewRows(t, s, naiveScope{region: region})
			}
		}
	}
	var missing []string
	for _, want := range []string{
		"mandates invited", "mandates consented", "mandates team complete", "mandates draft", "mandates corrected", "mandates final", "mandates replied", "mandates as a reviewer",
		"assessments peer review", "assessments drafts for correction", "coverage received: peer review", "coverage gave: peer review", "coverage reviewed by others",
		"seals committed and not revealed", "seals revealed", "seals revealed early", "seals filed before it was sealed",
		"concurrence concurrence", "concurrence dissent", "consultations consultations", "indicators values", "progress-reports global",
		"decisions decisions", "proposals commented on", "proposals adopted", "adopted named by a decision", "translations of an earlier version",
		"recommendations follow-up: in-progress", "recommendations no follow-up yet", "recommendations follow-up seen differently",
	} {
		if seen[want] == 0 {
			missing = append(missing, want)
		}
	}
	require.LessOrEqual(t, len(missing), 4, "the corpora are too plain: %v", missing)
	t.Log(len(seen), "different figures compared")
}

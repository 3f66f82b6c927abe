package review

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// one asserts that a refusal has this reason, in these words.
func one(t *testing.T, err error, pointer, code, line string) {
	t.Helper()
	proves(t, err, pointer, code)
	for _, e := range err.(Refusal) {
		if e.Pointer == pointer && e.Code == code {
			assert.Equal(t, line, e.Message())
		}
	}
}

// Each new reason to refuse a pledge, a plan, a framework or what is about them,
// with its one line.
func TestPledgesPlansAndFrameworksAreRefusedInOneLine(t *testing.T) {
	digits := strings.Repeat("9", 40)
	other := "00000000000000000000000000000000000000000000000000000000000000fe" // what the example answers
	served := "00000000000000000000000000000000000000000000000000000000000000ff"
	deep := any("x")
	for range 20 {
		deep = []any{deep}
	}
	for _, row := range []struct {
		kind          Kind
		edit          edit
		pointer, code string
		line          string
	}{
		// Targets.
		{KindPledge, edit{"/targets/0/unit": "not-stated"}, "/targets/0/unit", "unit-missing", "targets #1 unit: the target is 95, of what: write the unit, as per cent or people"},
		{KindPledge, edit{"/targets/0/baseline": gone}, "/targets/0/baseline", "baseline-missing", "targets #1 baseline: missing: write where it stood on 2025-12-31, or remove that date"},
		{KindPledge, edit{"/targets/0/baselineOn": "2026-03-04"}, "/targets/0/baselineOn", "too-late", "targets #1 baselineOn: 2026-03-04 is after created (2026-03-03): correct one of the two"},
		{KindPledge, edit{"/targets/0/due": "2025-12-30"}, "/targets/0/due", "too-early", "targets #1 due: 2025-12-30 is before baselineOn (2025-12-31): correct one of the two"},
		{KindPledge, edit{"/targets/0/due": "2030-01-01"}, "/targets/0/due", "too-late", "targets #1 due: 2030-01-01 is after the pledge's due (2029-12-31): correct one of the two"},
		{KindPledge, edit{"/targets/0/baselineOn": "last year"}, "/targets/0/baselineOn", "not-a-date", `targets #1 baselineOn: "last year" is not a date: write year-month-day, as 2026-05-04`},
		{KindPledge, edit{"/targets/0/value": digits}, "/targets/0/value", "not-a-decimal-or-open", `targets #1 value: "` + digits + `" is not a number: write at most 24 digits with a point and no separators, as 1250000.50, or not-stated`},
		{KindPledge, edit{"/targets/0/value": strings.Repeat("9", 25)}, "/targets/0/value", "not-a-decimal-or-open", `targets #1 value: "` + digits[:25] + `" is not a number: write at most 24 digits with a point and no separators, as 1250000.50, or not-stated`},
		{KindPledge, edit{"/resources/0/amount": digits}, "/resources/0/amount", "not-a-decimal-or-open", `resources #1 amount: "` + digits + `" is not a number: write at most 24 digits with a point and no separators, as 1250000.50, or not-stated`},

		// Milestones.
		{KindPledge, edit{"/milestones/0/id": gone}, "/milestones/0/id", "missing-field", "milestones #1 id: missing: add it, for example m1"},
		{KindPledge, edit{"/milestones/1/id": "registers"}, "/milestones/1/id", "repeated", `milestones #2 id: "registers" is listed already: remove this one or change it`},
		{KindPledge, edit{"/milestones/0/id": "First step"}, "/milestones/0/id", "not-a-name", `milestones #1 id: "First step" is not a short name: use 1 to 40 lower-case letters, digits and inner hyphens`},
		{KindPledge, edit{"/milestones/0/due": "2030-01-01"}, "/milestones/0/due", "too-late", "milestones #1 due: 2030-01-01 is after the pledge's due (2029-12-31): correct one of the two"},

		// Themes and corridors.
		{KindPledge, edit{"/themes/1": "childhood"}, "/themes/1", "unknown-theme", `themes #2: the compact's themes have no "childhood": write a code, as safe/children or regular/recruitment`},
		{KindPledge, edit{"/themes/1": "safe/children"}, "/themes/1", "repeated", "themes #2: listed already: remove this one"},
		{KindPledge, edit{"/themes": []any{}}, "/themes", "empty-list", "themes: the list is empty: write an entry, or remove the field if it may be left out"},
		{KindPledge, edit{"/corridor": map[string]any{"from": []any{"SLE"}, "to": []any{"SLE"}}}, "/corridor/to", "corridor-of-one", "corridor to: a corridor joins countries, and this one has SLE alone: add another where people come from or go to"},
		{KindPledge, edit{"/corridor/to": gone}, "/corridor/to", "missing-field", "corridor to: missing: add it, for example [SEN]"},
		{KindPledge, edit{"/corridor/from/0": "SL"}, "/corridor/from/0", "unknown-country", `corridor from #1: "SL" is not a country code: write its three letters in capitals (ISO 3166-1), as SLE`},
		{KindPledge, edit{"/corridor/transit/0": "XSA"}, "/corridor/transit/0", "unknown-country", `corridor transit #1: "XSA" is not a country code: write its three letters in capitals (ISO 3166-1), as SLE`},
		{KindPledge, edit{"/corridor/to": "SEN"}, "/corridor/to", "wrong-type", "corridor to: write a list here, as [a, b], also for one entry"},
		{KindPledge, edit{"/occasion": "at home"}, "/occasion", "not-one-of", `occasion: "at home" is not possible here: write one of in-process, conference, pledging-event`},

		// Names that look like others.
		{KindPledge, edit{"/title": "The G\u0430mbia"}, "/title", "mixed-letters", "title: the word \"G\u0430mbia\" mixes letters of two alphabets that look alike: type it again in one alphabet"},
		{KindPledge, edit{"/parties/0/name": "Guine\u03b1"}, "/parties/0/name", "mixed-letters", "parties #1 name: the word \"Guine\u03b1\" mixes letters of two alphabets that look alike: type it again in one alphabet"},
		{KindFramework, edit{"/pioneers/0/name": "\u0421anada"}, "/pioneers/0/name", "mixed-letters", "pioneers #1 name: the word \"\u0421anada\" mixes letters of two alphabets that look alike: type it again in one alphabet"},

		// What a pledge follows from.
		{KindPledge, edit{"/form": "matching"}, "/matches", "matching-what", "matches: missing: with form matching, write the ID of the pledge of somebody else that yours answers"},
		{KindPledge, edit{"/matches": strings.Repeat("0", 64)}, "/matches", "matches-unwanted", "matches: a pledge of form joint matches no other: remove this, or write form: matching"},
		{KindPledge, edit{"/matches": "pledge 17"}, "/matches", "not-a-document-id", `matches: "pledge 17" is not a document ID: copy all its 64 hexadecimal digits`},
		{KindPledge, edit{"/form": "matching", "/matches": other, "/supersedes": other, "/answers": gone}, "/matches", "the-version-replaced", "matches: this is the version that this one replaces: name a document that stays"},
		{KindPledge, edit{"/supersedes": other}, "/answers", "the-version-replaced", "answers: this is the version that this one replaces: name a document that stays"},
		{KindPledge, edit{"/supersedes": served}, "/contributesTo/0", "the-version-replaced", "contributesTo #1: this is the version that this one replaces: name a document that stays"},
		{KindPledge, edit{"/answers": served}, "/answers", "named-twice", "answers: named under contributesTo already: keep one of the two"},
		{KindPledge, edit{"/form": "matching", "/matches": served}, "/matches", "named-twice", "matches: named under contributesTo already: keep one of the two"},
		{KindPledge, edit{"/contributesTo": []any{served, served}}, "/contributesTo/1", "repeated", "contributesTo #2: listed already: remove this one"},
		{KindPledge, edit{"/contributesTo/0": "the national plan"}, "/contributesTo/0", "not-a-document-id", `contributesTo #1: "the national plan" is not a document ID: copy all its 64 hexadecimal digits`},
		{KindPledge, edit{"/contributesTo": texts(21, func(i int) string { return strings.Repeat("0", 62) + string(rune('a'+i%6)) + string(rune('a'+i/6)) })}, "/contributesTo", "too-many", "contributesTo: 21 entries, at most 20 are possible: remove some"},

		// Reports.
		{KindReport, edit{"/milestones/0/on": "2026-12-21"}, "/milestones/0/on", "too-late", "milestones #1 on: 2026-12-21 is after created (2026-12-20): correct one of the two"},
		{KindReport, edit{"/milestones/0/on": "not-stated"}, "/milestones/0/on", "not-a-date", `milestones #1 on: "not-stated" is not a date: write year-month-day, as 2026-05-04`},
		{KindReport, edit{"/milestones": []any{map[string]any{"id": "a", "on": "2026-01-01"}, map[string]any{"id": "a", "on": "2026-01-02"}}}, "/milestones/1/id", "repeated", `milestones #2 id: "a" is listed already: remove this one or change it`},
		{KindReport, edit{"/milestones/0/on": gone}, "/milestones/0/on", "missing-field", "milestones #1 on: missing: add it, for example 2026-03-31"},
		{KindReport, edit{"/lessons": strings.Repeat("x", 3001)}, "/lessons", "too-long", "lessons: 3001 characters, at most 3000 are possible: shorten it, or move the rest to an attachment"},
		{KindReport, edit{"/practice": ""}, "/practice", "empty", "practice: empty: write something, or remove the field if it may be left out"},
		{KindReport, edit{"/practice": "\u202eecitcarp"}, "/practice", "reordering-character", "practice: contains U+202E, which makes text read differently from what is signed: remove it"},
		{KindAssessment, edit{"/values": []any{map[string]any{"target": "t1", "value": "1", "on": "2026-01-01"}, map[string]any{"target": "t1", "value": "2", "on": "2026-01-01"}}}, "/values/1/on", "repeated", `values #2 on: "t1 on 2026-01-01" is listed already: remove this one or change it`},

		// Plans.
		{KindPlan, edit{"/period/until": "2025-12-31"}, "/period/until", "too-early", "period until: 2025-12-31 is before from (2026-01-01): correct one of the two"},
		{KindPlan, edit{"/period": gone}, "/period", "missing-field", "period: missing: add it"},
		{KindPlan, edit{"/measures": []any{}}, "/measures", "empty-list", "measures: the list is empty: write an entry, or remove the field if it may be left out"},
		{KindPlan, edit{"/measures/1/id": "registry"}, "/measures/1/id", "repeated", `measures #2 id: "registry" is listed already: remove this one or change it`},
		{KindPlan, edit{"/measures/0/objective": 24}, "/measures/0/objective", "unknown-objective", "measures #1 objective: the compact has no objective 24: write a number from 1 to 23"},
		{KindPlan, edit{"/measures/0/due": "2029-01-01"}, "/measures/0/due", "too-late", "measures #1 due: 2029-01-01 is after the plan's last day (2028-12-31): correct one of the two"},
		{KindPlan, edit{"/measures/0/due": "2025-12-31"}, "/measures/0/due", "too-early", "measures #1 due: 2025-12-31 is before the plan's first day (2026-01-01): correct one of the two"},
		{KindPlan, edit{"/measures/0/lead": "Mrs Kamara, civil registry"}, "/measures/0/lead", "names-a-person", `measures #1 lead: "Mrs" looks like a person: name the office alone`},
		{KindPlan, edit{"/measures/1/lead": "registrar@example.org"}, "/measures/1/lead", "names-a-person", `measures #2 lead: "registrar@example.org" looks like a person: name the office alone`},
		{KindPlan, edit{"/measures/0/lead": gone}, "/measures/0/lead", "missing-field", "measures #1 lead: missing: add it, for example \"Ministry of the Interior, civil registry\""},
		{KindPlan, edit{"/measures/0/cost": json.Number("2000000")}, "/measures/0/cost", "wrong-type", `measures #1 cost: write text here, in quotes if it contains ": "`},
		{KindPlan, edit{"/measures/0/budget": "2"}, "/measures/0/budget", "unknown-field", "measures #1 budget: no such field in this kind of document: remove it"},
		{KindPlan, edit{"/pledges/0": served}, "/pledges/0", "named-twice", "pledges #1: named under contributesTo already: keep one of the two"},
		{KindPlan, edit{"/pledges/0": "17"}, "/pledges/0", "not-a-document-id", `pledges #1: "17" is not a document ID: copy all its 64 hexadecimal digits`},
		{KindPlan, edit{"/subject": []Subject{{"pledge", exampleID}}}, "/subject/0/name", "wrong-subject", "subject #1 name: a plan is about a charter, not about a pledge: give the ID of one"},

		// Frameworks.
		{KindFramework, edit{"/acceding": gone}, "/acceding", "missing-field", "acceding: missing: add it, for example \"Name the office that recognises certificates, and report on..."},
		{KindFramework, edit{"/text": strings.Repeat("x", 8001)}, "/text", "too-long", "text: 8001 characters, at most 8000 are possible: shorten it, or move the rest to an attachment"},
		{KindFramework, edit{"/pioneers/0/participant": "sle"}, "/pioneers/0/participant", "names-the-author", "pioneers #1 participant: you are the author and need not be listed: remove this party"},
		{KindFramework, edit{"/pioneers/1/participant": "gin"}, "/pioneers/1/participant", "repeated", `pioneers #2 participant: "gin" is listed already: remove this one or change it`},
		{KindFramework, edit{"/pioneers/1/name": "Guinea"}, "/pioneers/1/name", "repeated", `pioneers #2 name: "Guinea" is listed already: remove this one or change it`},
		{KindFramework, edit{"/contributesTo": []any{served, other}, "/supersedes": other}, "/contributesTo/1", "the-version-replaced", "contributesTo #2: this is the version that this one replaces: name a document that stays"},
		{KindFramework, edit{"/corridor": map[string]any{"from": []any{"SLE"}, "transit": []any{"SLE"}, "to": []any{"SLE"}}}, "/corridor/to", "corridor-of-one", "corridor to: a corridor joins countries, and this one has SLE alone: add another where people come from or go to"},
		{KindAccession, edit{"/role": "adherent"}, "/role", "not-one-of", `role: "adherent" is not possible here: write one of member, round, party, framework, reviewed, team, guardian, agreement`},
		{KindAccession, edit{"/role": "framework", "/round": gone}, "/subject/0/name", "wrong-subject", "subject #1 name: a accession is about a framework, not about a charter: give the ID of one"},
	} {
		predicate, about := readExample(t, row.kind)
		about = row.edit.apply(t, predicate, about)
		_, err := Parse(Compose(row.kind, about, predicate))
		one(t, err, row.pointer, row.code, row.line)
	}
	predicate, about := readExample(t, KindPledge)
	predicate["corridor"] = deep
	_, err := Parse(Compose(KindPledge, about, predicate))
	one(t, err, "", "too-deep", "nested more than 16 levels deep: no document needs that")
}

// What may not be said about other documents, at the door and in every snapshot.
func TestThePledgeSidesDoorSaysWhyInOneLine(t *testing.T) {
	f := newAccrediting(t)
	genesis := f.genesis.ID
	p := f.pledge("gmb", "A pledge")
	p.Milestones = []Milestone{{ID: "law", Title: "A law", Due: NotStated}}
	pledge := f.say("prt", p, genesis)
	question := f.say("prt", &Comment{Common: f.common("deu"), Type: "question", Text: "Why?"}, pledge)
	report := f.say("prt", &Report{Common: f.titled("gmb", "A report"), Status: "planning"}, pledge)
	framework := f.say("prt", &Framework{Common: f.titled("gmb", "A framework"), Objectives: []int{4}, Text: "Text.", Acceding: "Report."}, genesis)
	serves := func(p *Pledge, ids ...DocumentID) *Pledge { p.ContributesTo = ids; return p }
	revises := func(p *Pledge, old DocumentID) *Pledge { p.Supersedes = old; return p }
	matching := func(by ParticipantID, to DocumentID) *Pledge {
		p := f.pledge(by, "A match")
		p.Form, p.Matches = "matching", to
		return p
	}
	answering := func(id DocumentID) *Pledge { p := f.pledge("mar", "An answer"); p.Answers = id; return p }
	plan := func(by ParticipantID, pledges ...DocumentID) *Plan {
		return &Plan{Common: f.titled(by, "A plan"), Period: Period{From: "2026-01-01", Until: "2026-12-31"}, Pledges: pledges, Measures: []Measure{{ID: "m", Objective: 4, Text: "Do.", Lead: "An office"}}}
	}
	reports := func(r Report) *Report { r.Common, r.Status = f.titled("gmb", "A report"), "planning"; return &r }
	counts := func(about string, values ...Value) *Assessment {
		a := &Assessment{Common: f.titled("ngo", "What we counted"), Type: "shadow", Findings: finding(4, "limited"), Values: values}
		if about == "charter" {
			a.About = "gmb"
		}
		return a
	}
	value := Value{Target: "births", Value: "1", On: "2026-01-01"}

	// A circle closes through versions only: mar's serves gmb's, and a later
	// version of gmb's would serve mar's, at once or by way of bgd's.
	second := f.say("prt", serves(f.pledge("mar", "Serves the first"), pledge), genesis)
	third := f.say("prt", serves(f.pledge("bgd", "Serves the second"), second), genesis)
	later := f.say("prt", revises(f.pledge("gmb", "A pledge, revised"), pledge), genesis)
	plain := serves(f.pledge("phl", "No circle"), second, third, later)

	for name, c := range map[string]struct {
		predicate     any
		about         DocumentID
		pointer, code string
		line          string
	}{
		"a circle of two":                   {serves(revises(f.pledge("gmb", "Version 2"), pledge), second), genesis, "/contributesTo/0", "circular", "contributesTo #1: document " + string(second) + " contributes to an earlier version of this one, at once or by others: keep one direction"},
		"a circle of three":                 {serves(revises(f.pledge("gmb", "Version 3"), later), third), genesis, "/contributesTo/0", "circular", "contributesTo #1: document " + string(third) + " contributes to an earlier version of this one, at once or by others: keep one direction"},
		"its own earlier version":           {serves(revises(f.pledge("gmb", "Version 3"), later), pledge), genesis, "/contributesTo/0", "circular", "contributesTo #1: document " + string(pledge) + " contributes to an earlier version of this one, at once or by others: keep one direction"},
		"a question that is served":         {serves(f.pledge("mar", "Serves"), question), genesis, "/contributesTo/0", "not-a-recommendation", "contributesTo #1: this comment is a question: of comments, only a recommendation is answered or contributed to"},
		"a report that is served":           {serves(f.pledge("mar", "Serves"), report), genesis, "/contributesTo/0", "wrong-citation", "contributesTo #1: this is a report, and a pledge or plan or framework or comment is wanted: correct the ID"},
		"nothing that is served":            {serves(f.pledge("mar", "Serves"), DocumentID(strings.Repeat("0", 64))), genesis, "/contributesTo/0", "unknown-citation", "contributesTo #1: document " + strings.Repeat("0", 64) + " is not here: check the ID, or wait until it has arrived"},
		"its own pledge matched":            {matching("gmb", pledge), genesis, "/matches", "matches-itself", "matches: this is your own pledge: a matching pledge answers somebody else's"},
		"a report matched":                  {matching("mar", report), genesis, "/matches", "wrong-citation", "matches: this is a report, and a pledge is wanted: correct the ID"},
		"nothing matched":                   {matching("mar", DocumentID(strings.Repeat("0", 64))), genesis, "/matches", "unknown-citation", "matches: document " + strings.Repeat("0", 64) + " is not here: check the ID, or wait until it has arrived"},
		"a question answered by a pledge":   {answering(question), genesis, "/answers", "not-a-recommendation", "answers: this comment is a question: of comments, only a recommendation is answered or contributed to"},
		"a pledge answered by a pledge":     {answering(pledge), genesis, "/answers", "wrong-citation", ""},
		"a plan of another's pledge":        {plan("mar", pledge), genesis, "/pledges/0", "pledge-of-another", "pledges #1: this is a pledge of gmb that does not name you as a party: write it under contributesTo"},
		"a plan of a report":                {plan("gmb", report), genesis, "/pledges/0", "wrong-citation", "pledges #1: this is a report, and a pledge is wanted: correct the ID"},
		"a plan that replaces a pledge":     {func() *Plan { p := plan("gmb"); p.Supersedes = pledge; return p }(), genesis, "/supersedes", "other-kind", "supersedes: a plan does not replace a pledge: correct the ID"},
		"an accession to its own":           {&Accession{Common: f.common("gmb"), Role: "framework"}, framework, "/about", "own-framework", "about: this is your own framework: you are in it, and others accede"},
		"an accession as a party to one":    {&Accession{Common: f.common("mar"), Role: "party"}, framework, "/role", "role-and-subject", "role: with role party an accession is about a pledge, not about a framework: correct one of the two"},
		"a stranger's to a pledge":          {&Accession{Common: f.common("mar"), Role: "party"}, pledge, "/about", "not-a-party", "about: this pledge does not name mar as a party: ask its author for a version that does"},
		"a framework's to a pledge":         {&Accession{Common: f.common("mar"), Role: "framework"}, pledge, "/role", "role-and-subject", "role: with role framework an accession is about a framework, not about a pledge: correct one of the two"},
		"a milestone that is not there":     {reports(Report{Milestones: []Step{{ID: "office", On: "2026-01-01"}}}), pledge, "/milestones/0/id", "unknown-milestone", `milestones #1 id: the pledge has no milestone "office": write the ID of one of its milestones`},
		"an assessed target not there":      {counts("pledge", value), pledge, "/values/0/target", "unknown-target", `values #1 target: the pledge has no target "births": write the ID of one of its targets`},
		"a figure about no pledge":          {counts("charter", value), genesis, "/values/0/target", "no-pledge-assessed", "values #1 target: figures are for the targets of a pledge: write about that pledge, or remove them"},
		"a report on a framework":           {&Report{Common: f.titled("gmb", "A report"), Status: "planning"}, framework, "/about", "wrong-subject", "about: a report is about a pledge, not about a framework: give the ID of one"},
		"no circle, however many are named": {plain, genesis, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			payload := f.compose(c.predicate, c.about)
			if predicate, ok := c.predicate.(*Accession); ok && c.code == "role-and-subject" { // what offline clients write
				payload = Compose(KindAccession, []Subject{{string(accededTo(predicate.Role)), c.about}}, predicate)
			}
			d := f.parse(payload)
			err := Admit(f.chain(), d, public(documentKey(string(d.Author)+" author")), f)
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			if c.line == "" { // the kinds that may be answered grow
				proves(t, err, c.pointer, c.code)
				return
			}
			one(t, err, c.pointer, c.code, c.line)
		})
	}
}

// A document cannot name itself: its name is the digest of what it says, so
// putting the name in changes it.
func TestADocumentCannotNameItself(t *testing.T) {
	f := newAccrediting(t)
	p := f.pledge("gmb", "A pledge")
	seen := map[DocumentID]bool{}
	for range 5 {
		d := f.parse(f.compose(p, f.genesis.ID))
		assert.False(t, seen[d.ID])
		assert.NotContains(t, p.ContributesTo, d.ID)
		seen[d.ID] = true
		p.ContributesTo = []DocumentID{d.ID}
	}
}

// A long chain of contributions costs a bounded amount: beyond the bound a
// circle is not looked for, and nothing else changes.
func TestCirclesAreLookedForUpToABound(t *testing.T) {
	docs := map[DocumentID]*Document{}
	looked := 0
	find := func(id DocumentID) (*Document, bool) { looked++; d, ok := docs[id]; return d, ok }
	id := func(i int) DocumentID {
		return DocumentID(strings.Repeat("0", 60) + string(rune('a'+i/4096%16)) + string(rune('a'+i/256%16)) + string(rune('a'+i/16%16)) + string(rune('a'+i%16)))
	}
	for i := range 4 * maxCircle {
		p := &Pledge{}
		if i > 0 {
			p.ContributesTo = []DocumentID{id(i - 1)}
		}
		docs[id(i)] = &Document{ID: id(i), Kind: KindPledge, Common: &p.Common, Predicate: p}
	}
	near, far := &Pledge{Common: Common{Supersedes: id(0)}, ContributesTo: []DocumentID{id(maxCircle - 1)}}, &Pledge{Common: Common{Supersedes: id(0)}, ContributesTo: []DocumentID{id(4*maxCircle - 1)}}
	assert.Len(t, circles(near, find), 1)
	looked = 0
	assert.Empty(t, circles(far, find))
	assert.LessOrEqual(t, looked, 2*maxCircle)
}

func TestMixedLettersAreThoseOfOneWord(t *testing.T) {
	for text, want := range map[string]string{
		"The Gambia": "", "Гамбия": "", "Gambia / Гамбия": "", "Ελλάδα (Greece)": "", "سيراليون": "", "Côte d'Ivoire": "", "2026 год": "",
		"G\u0430mbia": "G\u0430mbia", "a \u0440ledge": "\u0440ledge", "Gree\u03c2e": "Gree\u03c2e", "e\u0301\u0430": "e\u0301\u0430",
	} {
		assert.Equal(t, want, mixedWord(text), text)
	}
}

var index = regexp.MustCompile(`/[0-9]+`)

// The tables of refusals of the whole package show this many distinct reasons:
// a field, whatever the entry of a list, and a code.
func TestRefusalsShowAtLeast150FieldsAndCodes(t *testing.T) {
	clear(provenPairs)
	tables := func(all ...func(*testing.T)) int {
		before := len(provenPairs)
		for i, table := range all {
			t.Run(strconv.Itoa(i), table)
		}
		return len(provenPairs) - before
	}
	others := tables(TestParseTakesOnlyTheOneFormOfAStatement, TestEveryRuleRefusesWhatBreaksIt, TestReadDraftRefusesWithTheLine,
		TestFromDraftRefusesWhatParseRefuses, TestTheDoorSaysWhy)
	others += tables(TestEveryRuleAboutMoneyRefusesWhatBreaksIt)
	ours := tables(TestPledgesPlansAndFrameworksAreRefusedInOneLine, TestThePledgeSidesDoorSaysWhyInOneLine)
	t.Logf("%d distinct (field, code) refusals, %d of them in the tables of pledges alone", others+ours, ours)
	assert.GreaterOrEqual(t, others+ours, 150)
	assert.GreaterOrEqual(t, ours, 40)
}

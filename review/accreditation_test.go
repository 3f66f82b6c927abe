package review

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newAccrediting is a federation in which a coalition may accredit two authors
// of any region, a regional body its region's, and an academic vouch for one.
func newAccrediting(t testing.TB) *testFederation { return newAccreditingWith(t, 4) }

func newAccreditingWith(t testing.TB, witnesses int, quotas ...Quota) *testFederation {
	return newFederationWith(t, witnesses, func(c *Charter) {
		c.Quotas = quotas
		addAccreditors(c)
	})
}

func addAccreditors(c *Charter) {
	c.Accreditors = []Accreditor{
		{Participant: "ngo", Scope: "global", Kinds: []string{"civil-society", "academic", kindProtected}, Cap: 2},
		{Participant: "un-eca", Scope: "region:UN-ECA", Kinds: []string{"civil-society", kindProtected}, Cap: 10},
		{Participant: "gmb-academic", Scope: "global", Kinds: []string{kindProtected}, Cap: 1, Until: "2026-01-01T10:00:00Z"},
	}
}

// accredits is an accreditation of a named author, or with a name of "" the
// vouching for one that is not named.
func (f *testFederation) accredits(by, author ParticipantID, name, key string) *Accreditation {
	a := &Accreditation{Common: f.common(by), Participant: author, Type: "civil-society", Name: name, Key: keyNamed(key), Country: "GMB"}
	if name == "" {
		a.Type = kindProtected
	}
	return a
}

// says is a pledge of an author, takesBack a withdrawal of an earlier step's
// document by its author.
type (
	says      struct{ author, title string }
	takesBack int
)

// authorStep is one document of a story: what is filed, with which key, in
// which minute, and why it does not count; "" if it does.
type authorStep struct {
	minute int
	what   any
	key    string
	want   string
}

func TestAccreditorsAnswerForAuthorsFromFilingTimesOn(t *testing.T) {
	for name, story := range map[string]func(f *testFederation) []authorStep{
		"an author takes part from its accreditation on": func(f *testFederation) []authorStep {
			return []authorStep{
				{10, says{"a.voice", "Too early"}, "K", ReasonAuthorNotInForce},
				{20, f.accredits("ngo", "a.voice", "Rural Voices", "K"), "ngo author", ""},
				{30, says{"a.voice", "In time"}, "K", ""},
				{31, says{"a.voice", "By another"}, "thief", "key-unknown"},
				{32, says{"a.voice", "By its accreditor"}, "ngo author", "key-not-authors"},
				{33, says{"a.other", "By nobody"}, "K", "unknown-author"},
			}
		},
		"what was filed before its accreditor took its word back stays": func(f *testFederation) []authorStep {
			return []authorStep{
				{10, f.accredits("ngo", "a.voice", "", "K"), "ngo author", ReasonWithdrawn},
				{20, says{"a.voice", "Before"}, "K", ""},
				{30, takesBack(0), "ngo author", ""},
				{31, says{"a.voice", "After"}, "K", ReasonAuthorNotInForce},
			}
		},
		"a second accreditor suffices": func(f *testFederation) []authorStep {
			return []authorStep{
				{10, f.accredits("ngo", "a.voice", "", "K"), "ngo author", ReasonWithdrawn},
				{11, f.accredits("un-eca", "a.voice", "", "K"), "un-eca author", ""},
				{20, takesBack(0), "ngo author", ""},
				{30, says{"a.voice", "After"}, "K", ""},
			}
		},
		"between two accreditors nothing counts": func(f *testFederation) []authorStep {
			return []authorStep{
				{10, f.accredits("ngo", "a.voice", "", "K"), "ngo author", ReasonWithdrawn},
				{20, takesBack(0), "ngo author", ""},
				{30, says{"a.voice", "Between"}, "K", ReasonAuthorNotInForce},
				{40, f.accredits("un-eca", "a.voice", "", "K"), "un-eca author", ""},
				{50, says{"a.voice", "After"}, "K", ""},
			}
		},
		"what was taken back before it was filed never works": func(f *testFederation) []authorStep {
			return []authorStep{
				{20, f.accredits("ngo", "a.voice", "", "K"), "ngo author", ReasonWithdrawn},
				{10, takesBack(0), "ngo author", ""},
				{20, says{"a.voice", "After"}, "K", ReasonAuthorNotInForce},
			}
		},
		"nobody takes another's word back": func(f *testFederation) []authorStep {
			return []authorStep{
				{10, f.accredits("ngo", "a.voice", "", "K"), "ngo author", ""},
				{20, &Withdrawal{Common: f.common("deu"), Reason: "A spy"}, "deu author", "not-your-document"},
				{30, says{"a.voice", "After"}, "K", ""},
			}
		},
		"the first filed binds an ID and a key": func(f *testFederation) []authorStep {
			return []authorStep{
				{10, f.accredits("ngo", "a.voice", "Rural Voices", "K"), "ngo author", ""},
				{11, f.accredits("un-eca", "a.voice", "Rural Voices", "other"), "un-eca author", "author-taken"},
				{12, f.accredits("un-eca", "a.voice", "", "K"), "un-eca author", "author-taken"},
				{13, f.accredits("un-eca", "a.other", "Others", "K"), "un-eca author", "key-taken"},
				{14, f.accredits("un-eca", "a.gmb-2", "Others", "gmb author"), "un-eca author", "key-taken"},
				{20, says{"a.voice", "By the other"}, "other", "key-unknown"},
				{21, says{"a.voice", "By the first"}, "K", ""},
			}
		},
		"the cap is reached in the order of filing": func(f *testFederation) []authorStep {
			return []authorStep{
				{12, f.accredits("ngo", "a.third", "", "K3"), "ngo author", "accreditor-cap"},
				{11, f.accredits("ngo", "a.second", "", "K2"), "ngo author", ReasonWithdrawn},
				{10, f.accredits("ngo", "a.first", "", "K1"), "ngo author", ""},
				{13, f.accredits("ngo", "a.first", "", "K1"), "ngo author", ""}, // again: no further author
				{20, takesBack(1), "ngo author", ""},
				{21, f.accredits("ngo", "a.fourth", "", "K4"), "ngo author", ""},
				{30, says{"a.third", "Over the cap"}, "K3", "unknown-author"},
				{31, says{"a.fourth", "In its place"}, "K4", ""},
			}
		},
		"one whose time is over makes room": func(f *testFederation) []authorStep {
			ends := f.accredits("ngo", "a.first", "", "K1")
			ends.Until = "2026-01-01T00:30:00Z"
			return []authorStep{
				{10, ends, "ngo author", ""},
				{11, f.accredits("ngo", "a.second", "", "K2"), "ngo author", ""},
				{29, says{"a.first", "In time"}, "K1", ""},
				{30, f.accredits("ngo", "a.third", "", "K3"), "ngo author", ""},
				{31, says{"a.first", "Too late"}, "K1", ReasonAuthorNotInForce},
			}
		},
		"an accreditor keeps to its scope": func(f *testFederation) []authorStep {
			abroad := f.accredits("un-eca", "a.abroad", "Abroad", "K1")
			abroad.Country = "DEU"
			nowhere := f.accredits("un-eca", "a.nowhere", "Nowhere", "K2")
			nowhere.Country = ""
			region := f.accredits("un-eca", "a.region", "", "K3")
			region.Country, region.Region = "", "UN-ECA"
			academic := f.accredits("un-eca", "a.academic", "An institute", "K4")
			academic.Type = "academic"
			return []authorStep{
				{10, abroad, "un-eca author", "accreditor-scope"},
				{11, nowhere, "un-eca author", "accreditor-scope"},
				{12, region, "un-eca author", ""},
				{13, academic, "un-eca author", "accreditor-scope"},
				{14, f.accredits("deu", "a.friend", "A friend", "K5"), "deu author", "not-an-accreditor"},
				{20, says{"a.abroad", "Out of scope"}, "K1", "unknown-author"},
				{21, says{"a.region", "In scope"}, "K3", ""},
			}
		},
		"an accreditor that is none any more answers for nobody": func(f *testFederation) []authorStep {
			return []authorStep{
				{10, f.accredits("gmb-academic", "a.voice", "", "K"), "gmb-academic author", ""},
				{599, says{"a.voice", "Before"}, "K", ""},
				{600, says{"a.voice", "After"}, "K", ReasonAuthorNotInForce},
				{601, f.accredits("gmb-academic", "a.late", "", "K2"), "gmb-academic author", "not-an-accreditor"},
				{602, f.accredits("ngo", "a.voice", "", "K"), "ngo author", ""},
				{603, says{"a.voice", "By another's word"}, "K", ""},
			}
		},
		"an author changes its own key": func(f *testFederation) []authorStep {
			return []authorStep{
				{10, f.accredits("ngo", "a.voice", "", "K"), "ngo author", ""},
				{20, f.rotation("a.voice", "K", "K2", ""), "K", ""},
				{30, says{"a.voice", "By the old"}, "K", ReasonKeyNotInForce},
				{31, says{"a.voice", "By the new"}, "K2", ""},
				{32, f.accredits("un-eca", "a.voice", "", "K2"), "un-eca author", ""},
				{33, f.accredits("un-eca", "a.other", "", "K2"), "un-eca author", "key-taken"},
			}
		},
		"in one second, an author speaks by an accreditation of it": func(f *testFederation) []authorStep {
			return []authorStep{
				{10, f.accredits("ngo", "a.voice", "", "K"), "ngo author", ReasonWithdrawn},
				{10, f.rotation("a.voice", "K", "K2", ""), "K", ""},
				{10, says{"a.voice", "At once"}, "K2", ""},
				{10, takesBack(0), "ngo author", ""},
				{11, says{"a.voice", "After"}, "K2", ReasonAuthorNotInForce},
			}
		},
		"an author is no accreditor, and has no voice": func(f *testFederation) []authorStep {
			return []authorStep{
				{10, f.accredits("ngo", "a.voice", "", "K"), "ngo author", ""},
				{11, f.accredits("a.voice", "a.friend", "", "K2"), "K", "not-an-accreditor"},
				{12, &Accession{Common: f.common("a.voice"), Role: "member"}, "K", "no-voice"},
				{13, &Accession{Common: f.common("a.voice"), Role: "round", Round: "round-1"}, "K", "no-voice"},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newAccrediting(t)
			steps := story(f)
			ids := make([]DocumentID, len(steps))
			for i, s := range steps { // whom a withdrawal names may be filed after it
				if a, ok := s.what.(*Accreditation); ok {
					ids[i] = f.parse(f.compose(a, f.genesis.ID)).ID
				}
			}
			order := make([]int, len(steps))
			for i := range order {
				order[i] = i
			}
			slices.SortStableFunc(order, func(a, b int) int { return steps[a].minute - steps[b].minute })
			for _, i := range order {
				about := f.genesis.ID
				switch what := steps[i].what.(type) {
				case says:
					steps[i].what = f.pledge(ParticipantID(what.author), what.title)
				case takesBack:
					about = ids[what]
					steps[i].what = &Withdrawal{Common: f.common(steps[what].what.(predicate).common().Author), Reason: "No longer"}
				case *Withdrawal:
					about = ids[0]
				}
				ids[i] = f.append("deu", f.compose(steps[i].what, about), steps[i].key)
				f.receipt("deu", f.all(minute(steps[i].minute)))
			}
			r := f.read()
			for i, s := range steps {
				l, ok := r.Label(ids[i])
				require.True(t, ok)
				assert.Equal(t, s.want, l.Reason, "minute %d, signed with %s", s.minute, s.key)
			}
			f.sameInAnyOrder(t)
		})
	}
}

// A charter ends accreditors and adds some, from its own filing on.
func TestACharterReachesBackToNoAccreditation(t *testing.T) {
	f := newAccrediting(t)
	f.filed("deu", f.accredits("ngo", "a.voice", "", "K"), "ngo author", minute(10))
	f.filed("deu", f.accredits("mar", "a.early", "", "K1"), "mar author", minute(11))
	next := f.successor()
	next.Accreditors = slices.Clone(next.Accreditors)
	next.Accreditors[0].Until = "2026-01-01T00:05:00Z" // back in time: from the charter's filing on
	next.Accreditors = append(next.Accreditors, Accreditor{Participant: "mar", Scope: "global", Kinds: []string{kindProtected}, Cap: 5})
	before := f.filed("deu", f.pledge("a.voice", "Before"), "K", minute(20))
	early := f.filed("deu", f.pledge("a.early", "Before"), "K1", minute(21))
	f.fileCharter("prt", next)
	f.settle(minute(30))
	after := f.filed("deu", f.pledge("a.voice", "After"), "K", minute(40))
	f.filed("deu", f.accredits("mar", "a.voice", "", "K"), "mar author", minute(41))
	again := f.filed("deu", f.pledge("a.voice", "By another's word"), "K", minute(42))
	r := f.read()
	for id, want := range map[DocumentID]string{before: "", early: "unknown-author", after: ReasonAuthorNotInForce, again: ""} {
		l, _ := r.Label(id)
		assert.Equal(t, want, l.Reason)
	}
	f.sameInAnyOrder(t)
}

func TestASuspendedAccreditorAccreditsNobodyAndKeepsWhomItHas(t *testing.T) {
	f := newAccrediting(t)
	f.filed("deu", f.accredits("ngo", "a.voice", "", "K"), "ngo author", minute(10))
	next := f.successor()
	next.Suspensions = []Suspension{{Participant: "ngo", From: "2026-01-01T00:30:00Z", Until: "2026-01-02T00:00:00Z", Reason: "A stolen key"}}
	f.fileCharter("prt", next)
	f.settle(minute(20))
	late := f.filed("deu", f.accredits("ngo", "a.late", "", "K2"), "ngo author", minute(40))
	said := f.filed("deu", f.pledge("a.voice", "Meanwhile"), "K", minute(41))
	assert.Equal(t, ReasonSuspended, f.label(late).Reason)
	assert.True(t, f.label(said).Counts)
}

func TestAnAccreditationIsTakenBackAndNeverErasedOrReplaced(t *testing.T) {
	f := newAccrediting(t)
	id := f.filed("deu", f.accredits("ngo", "a.voice", "", "K"), "ngo author", minute(10))
	erasure := f.append("deu", f.compose(&Withdrawal{Common: f.common("ngo"), Reason: "No longer", Erase: true}, id), "ngo author")
	other := f.accredits("ngo", "a.other", "", "K2")
	other.Supersedes = id
	replaced := f.append("deu", f.compose(other, f.genesis.ID), "ngo author")
	misplaced := f.append("deu", f.compose(f.accredits("ngo", "a.third", "", "K3"), id), "ngo author")
	f.settle(minute(20))
	said := f.filed("deu", f.pledge("a.voice", "After"), "K", minute(30))
	by := f.filed("deu", f.pledge("a.other", "By nobody"), "K2", minute(30))
	third := f.filed("deu", f.pledge("a.third", "By nobody"), "K3", minute(30))
	for id, want := range map[DocumentID]string{
		erasure: "cannot-be-erased", replaced: "cannot-supersede", misplaced: "wrong-subject", said: "", by: "unknown-author", third: "unknown-author",
	} {
		assert.Equal(t, want, f.label(id).Reason)
	}
}

func TestAccreditationsAreBounded(t *testing.T) {
	f := newAccrediting(t)
	chain := f.read().Chain().unchanged()
	for i := range maxAccreditations {
		a := f.accredits("ngo", "a.voice", "", "K")
		require.True(t, chain.accredit(f.parse(f.compose(a, f.genesis.ID)), "", minute(i)), i)
	}
	refusal := chain.accreditationFaults(f.parse(f.compose(f.accredits("ngo", "a.voice", "", "K"), f.genesis.ID)), minute(0))
	require.Len(t, refusal, 1)
	proves(t, refusal, "", "too-many-accreditations")
}

func TestTheDoorKnowsAccreditedAuthorsAndSaysWhatToDo(t *testing.T) {
	f := newAccrediting(t)
	f.filed("deu", f.accredits("ngo", "a.voice", "", "K"), "ngo author", minute(10))
	f.filed("deu", f.accredits("ngo", "a.second", "", "K2"), "ngo author", minute(10))
	chain := f.read().Chain()
	for name, c := range map[string]struct {
		predicate any
		key, says string
	}{
		"an accredited author":    {f.pledge("a.voice", "A pledge"), "K", ""},
		"an author without one":   {f.pledge("a.third", "A pledge"), "K3", "nobody has accredited a.third: ask an accreditor of the charter"},
		"no accreditor":           {f.accredits("deu", "a.third", "", "K3"), "deu author", "the charter names no accreditor deu at this time"},
		"beyond the cap":          {f.accredits("ngo", "a.third", "", "K3"), "ngo author", "ngo answers for 2 authors already"},
		"the same author again":   {f.accredits("ngo", "a.voice", "", "K"), "ngo author", ""},
		"another accreditor":      {f.accredits("un-eca", "a.voice", "", "K"), "un-eca author", ""},
		"another key":             {f.accredits("un-eca", "a.voice", "", "K3"), "un-eca author", "a.voice was accredited with another key: repeat that key"},
		"another type":            {f.accredits("un-eca", "a.voice", "Named", "K"), "un-eca author", "a.voice was accredited as protected-author"},
		"out of scope":            {f.accredits("gmb-academic", "a.third", "Named", "K3"), "gmb-academic author", "gmb-academic may accredit protected-author (global) only: ask another accreditor"},
		"a voice about a charter": {&Accession{Common: f.common("a.voice"), Role: "member"}, "K", "has no voice about charters"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Admit(chain, f.parse(f.compose(c.predicate, f.genesis.ID)), public(documentKey(c.key)), f)
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.says)
		})
	}
}

// A charter may be carried by its members only, however many authors there are.
func TestAccreditedAuthorsAreNoPartOfAQuorum(t *testing.T) {
	f := newAccrediting(t)
	for i := range 2 {
		f.filed("deu", f.accredits("ngo", ParticipantID(fmt.Sprint("a.author-", i)), "", fmt.Sprint("K", i)), "ngo author", minute(10))
	}
	charter, _ := f.read().Chain().InForce()
	tally := f.read().Chain().Tally(charter, func(ParticipantID) bool { return true })
	assert.Equal(t, len(charter.Participants), tally.Open)
}

func TestACharterHoldsAccreditorsAndQuotasCompletely(t *testing.T) {
	predicate, about := readExample(t, KindCharter)
	predicate["accreditors"] = []any{map[string]any{"participant": "sle", "scope": "region:ECOWAS", "kinds": []any{"academic", kindProtected}, "cap": 3, "from": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}}
	predicate["quotas"] = []any{map[string]any{"entries": 1000}, map[string]any{"entries": 2000, "participant": "sle", "from": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}}
	payload := Compose(KindCharter, about, predicate)
	d, err := Parse(payload)
	require.NoError(t, err)
	assert.Equal(t, string(payload), string(Compose(d.Kind, d.Subjects, d.Predicate)))
}

func TestACharterKeepsItsAccreditors(t *testing.T) {
	entry := Accreditor{Participant: "ngo", Scope: "global", Kinds: []string{"academic"}, Cap: 2}
	closed := entry
	closed.Until = "2027-01-01T00:00:00Z"
	for name, c := range map[string]struct {
		change func(a *Accreditor)
		lost   int
	}{
		"as it was": {func(*Accreditor) {}, 0}, "closed": {func(a *Accreditor) { a.Until = closed.Until }, 0},
		"another cap": {func(a *Accreditor) { a.Cap = 3 }, 1}, "another scope": {func(a *Accreditor) { a.Scope = "region:EU" }, 1},
		"other kinds": {func(a *Accreditor) { a.Kinds = []string{"academic", "civil-society"} }, 1},
		"a beginning": {func(a *Accreditor) { a.From = "2026-01-01T00:00:00Z" }, 1},
	} {
		next := entry
		c.change(&next)
		assert.Len(t, dropped(&Charter{Accreditors: []Accreditor{entry}}, &Charter{Accreditors: []Accreditor{next}}), c.lost, name)
	}
	assert.Len(t, dropped(&Charter{Accreditors: []Accreditor{closed}}, &Charter{Accreditors: []Accreditor{entry}}), 1, "opened again")
	assert.Len(t, dropped(&Charter{Accreditors: []Accreditor{entry}}, &Charter{}), 1, "dropped")
}

package review

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Document makes the federation's records a Lookup: what is held, counted or not.
func (f *testFederation) Document(id DocumentID) (*Document, bool) {
	for _, l := range f.logs {
		for _, r := range l.records {
			if r.ID() == id && r.Payload != nil {
				d, err := Parse(r.Payload)
				return d, err == nil
			}
		}
	}
	return nil, false
}

// cast is a small federation at work, for others to write about.
type cast struct {
	*testFederation
	pledge, joint                      DocumentID
	report, shadow, question, proposal DocumentID
	party, member                      DocumentID
}

func newCast(t testing.TB) *cast {
	f := newAccrediting(t)
	c := &cast{testFederation: f}
	p := f.pledge("gmb", "A pledge")
	p.Targets = []Target{{ID: "births", Indicator: "Births registered", Value: "90", Unit: "per cent", Due: NotStated}}
	c.pledge = f.say("prt", p, f.genesis.ID)
	joint := f.pledge("deu", "A joint pledge")
	joint.Form, joint.Parties = "joint", []Party{{Participant: "mar", Name: "Morocco"}, {Name: "A city"}}
	c.joint = f.say("prt", joint, f.genesis.ID)
	c.report = f.say("prt", &Report{Common: f.titled("gmb", "A report"), Status: "in-progress"}, c.pledge)
	c.shadow = f.say("prt", &Assessment{Common: f.titled("ngo", "A shadow report"), Type: "shadow", Findings: finding(4, "limited")}, c.pledge)
	c.question = f.say("prt", &Comment{Common: f.common("deu"), Type: "question", Text: "Why?"}, c.report)
	c.proposal = f.say("prt", &Comment{Common: f.common("ngo"), Type: "recommendation", To: "mar", Text: "Do."}, c.joint)
	c.party = f.say("prt", &Accession{Common: f.common("mar"), Role: "party"}, c.joint)
	c.member = f.say("prt", &Accession{Common: f.common("gmb-academic"), Role: "member"}, f.genesis.ID)
	return c
}

func finding(objective int, rating string) []Finding {
	return []Finding{{Objective: objective, Rating: rating, Text: "What we found."}}
}

type doorCase struct {
	predicate any
	about     DocumentID
	key       string // empty: the author's own
	want      string // code, "" if it may be filed
	says      string // a part of the sentence
}

func doorCases(c *cast) map[string]doorCase {
	f := c.testFederation
	genesis := f.genesis.ID
	nothing := DocumentID(strings.Repeat("0", 64))
	assessment := func(author ParticipantID, kind string, whom ParticipantID, region string) *Assessment {
		return &Assessment{Common: f.titled(author, "An assessment"), Type: kind, About: whom, Region: region, Findings: finding(4, "limited")}
	}
	round := func(round string) *Accession {
		return &Accession{Common: f.common("gmb"), Role: "round", Round: round}
	}
	withdrawal := func(author ParticipantID) *Withdrawal {
		return &Withdrawal{Common: f.common(author), Reason: "no longer"}
	}
	supersedes := func(p *Pledge, id DocumentID) *Pledge {
		p.Supersedes = id
		return p
	}
	report := func(author ParticipantID) *Report {
		return &Report{Common: f.titled(author, "A report"), Status: "in-progress"}
	}
	foreign := f.pledge("gmb", "A pledge")
	foreign.Federation = nothing
	inRound := func(r *Report, round string) *Report { r.Round = round; return r }
	comment := func(author ParticipantID, kind string) *Comment {
		return &Comment{Common: f.common(author), Type: kind, Text: "Text."}
	}
	to := func(c *Comment, p ParticipantID) *Comment { c.To = p; return c }
	response := func(author ParticipantID) *Response {
		return &Response{Common: f.common(author), Position: "noted", Text: "Text."}
	}
	valued := report("gmb")
	valued.Values = []Value{{Target: "deaths", Value: "1", On: "2026-01-01"}}
	good := report("gmb")
	good.Values = []Value{{Target: "births", Value: "80", On: "2026-01-01"}}
	opening := func(p ParticipantID, epoch int, log string) *Opening {
		o := &Opening{Common: f.common(p), Epoch: epoch, LogKey: noteSigner(log).Key().String(), NodeKey: noteSigner(string(p) + " node").Key().String()}
		if epoch > 1 {
			o.Ends, o.Reason = f.origin(p), "lost"
		}
		return o
	}
	receipt := &Receipt{Common: f.common("deu"), Checkpoint: string(f.note("prt", 3, f.all(minute(1))))}
	bare := &Receipt{Common: f.common("deu"), Checkpoint: string(f.note("prt", 3, nil))}
	dropping := f.successor()
	dropping.Rounds = []Round{{ID: "round-1", Title: "Another", Scope: "global", Opens: "2026-01-01", Due: "2026-12-31"}}
	erasing := withdrawal("mar")
	erasing.Erase = true
	detailed := f.append("prt", withContact(f.compose(f.pledge("mar", "With a contact"), genesis)), "mar author")
	of := func(w *Withdrawal, names ...string) *Withdrawal { w.Attachments = names; return w }

	return map[string]doorCase{
		"a pledge":                         {f.pledge("gmb", "A pledge"), genesis, "", "", ""},
		"by nobody listed":                 {f.pledge("sle", "A pledge"), genesis, "gmb author", "unknown-author", "the charter lists no participant sle"},
		"in a State's name by an academic": {f.pledge("gmb", "A pledge"), genesis, "gmb-academic author", "key-not-authors", "signed with a key of gmb-academic, but says author gmb"},
		"with an unknown key":              {f.pledge("gmb", "A pledge"), genesis, "a stranger", "key-unknown", "which the charter lists for nobody"},
		"with a root key":                  {f.pledge("gmb", "A pledge"), genesis, "gmb root", "key-role", "a root key"},
		"of another federation":            {foreign, genesis, "", "wrong-federation", "of another federation"},

		"about nothing":                   {report("gmb"), nothing, "", "dangling", "is not here"},
		"a report about a report":         {report("gmb"), c.report, "", "wrong-subject", "a report is about a pledge, not about a report"},
		"a pledge about a pledge":         {f.pledge("gmb", "A pledge"), c.pledge, "", "wrong-subject", "about a charter"},
		"a response about a pledge":       {response("gmb"), c.pledge, "", "wrong-subject", "about a comment or assessment"},
		"an accession about a report":     {&Accession{Common: f.common("gmb"), Role: "party"}, c.report, "", "wrong-subject", "about a charter or pledge"},
		"a report":                        {good, c.pledge, "", "", ""},
		"on another's pledge":             {report("deu"), c.pledge, "", "not-your-pledge", "a pledge of gmb"},
		"by a named party":                {report("mar"), c.joint, "", "", ""},
		"on a target that is not there":   {valued, c.pledge, "", "unknown-target", `no target "deaths"`},
		"for a round that is not there":   {inRound(report("gmb"), "round-9"), c.pledge, "", "unknown-round", `no review round "round-9": write one of round-1, africa-1`},
		"for a round":                     {inRound(report("gmb"), "round-1"), c.pledge, "", "", ""},
		"a self-assessment":               {assessment("gmb", "self", "", ""), c.pledge, "", "", ""},
		"a self-assessment of all":        {assessment("gmb", "self", "", ""), genesis, "", "", ""},
		"a self-assessment of another":    {assessment("deu", "self", "", ""), c.pledge, "", "not-yourself", "about deu, its author"},
		"of a pledge, but another's":      {assessment("ngo", "shadow", "deu", ""), c.pledge, "", "not-the-pledgor", "the pledge is gmb's"},
		"a shadow report":                 {assessment("ngo", "shadow", "", ""), c.pledge, "", "", ""},
		"a shadow report of all":          {assessment("ngo", "shadow", "gmb", ""), genesis, "", "", ""},
		"a shadow report by a State":      {assessment("deu", "shadow", "", ""), c.pledge, "", "shadow-by-state", "listed as state"},
		"a shadow report of oneself":      {assessment("ngo", "shadow", "ngo", ""), genesis, "", "shadow-of-oneself", "write type self"},
		"a shadow report of a stranger":   {assessment("ngo", "shadow", "sle", ""), genesis, "", "unknown-participant", "no participant sle"},
		"a shadow report of a region":     {assessment("ngo", "shadow", "", "UN-ECA"), genesis, "", "nobody-assessed", "name the participant"},
		"a regional assessment":           {assessment("un-eca", "regional", "gmb", "UN-ECA"), genesis, "", "", ""},
		"of a pledge in the region":       {assessment("un-eca", "regional", "", ""), c.pledge, "", "", ""},
		"of the region":                   {assessment("un-eca", "regional", "", "UN-ECA"), genesis, "", "", ""},
		"of another region":               {assessment("un-eca", "regional", "", "UN-ECE"), genesis, "", "not-your-region", "you convene UN-ECA"},
		"of a State elsewhere":            {assessment("un-eca", "regional", "deu", "UN-ECA"), genesis, "", "not-in-your-region", "deu was never a member of UN-ECA"},
		"a regional assessment by others": {assessment("ngo", "regional", "gmb", "UN-ECA"), genesis, "", "not-a-regional-body", "listed as civil-society"},

		"a question":                     {comment("deu", "question"), c.report, "", "", ""},
		"a question on one's own":        {comment("gmb", "question"), c.report, "", "", ""},
		"a recommendation to oneself":    {comment("gmb", "recommendation"), c.report, "", "self-review", "of type recommendation"},
		"an endorsement of oneself":      {comment("gmb", "endorsement"), c.pledge, "", "self-review", "your own document"},
		"asking a stranger":              {to(comment("deu", "question"), "sle"), c.report, "", "unknown-participant", "no participant sle"},
		"asking oneself":                 {to(comment("deu", "question"), "deu"), c.report, "", "to-oneself", "your own answer"},
		"an answer":                      {response("gmb"), c.question, "", "", ""},
		"an answer by another":           {response("bgd"), c.question, "", "not-addressed", "nobody asked bgd"},
		"an answer to a shadow report":   {response("gmb"), c.shadow, "", "", ""},
		"a stranger's to it":             {response("deu"), c.shadow, "", "not-addressed", "only the addressee responds"},
		"an answer by whom it names":     {response("mar"), c.proposal, "", "", ""},
		"an answer by the pledgor":       {response("deu"), c.proposal, "", "", ""},
		"a party's accession":            {&Accession{Common: f.common("mar"), Role: "party"}, c.joint, "", "", ""},
		"by a party that is not named":   {&Accession{Common: f.common("phl"), Role: "party"}, c.joint, "", "not-a-party", "does not name phl"},
		"as a member, to a pledge":       {&Accession{Common: f.common("mar"), Role: "member"}, c.joint, "", "role-and-subject", "about a charter, not about a pledge"},
		"into a round":                   {round("africa-1"), genesis, "", "", ""},
		"into a round that is not there": {round("africa-9"), genesis, "", "unknown-round", "no review round"},

		"a withdrawal":                     {withdrawal("gmb"), c.pledge, "", "", ""},
		"a withdrawal by another":          {withdrawal("deu"), c.pledge, "", "not-your-document", "a document of gmb"},
		"of an accession to the charter":   {withdrawal("gmb-academic"), c.member, "", "cannot-be-withdrawn", "kind accession cannot"},
		"of an accession to a pledge":      {withdrawal("mar"), c.party, "", "", ""},
		"of it, with its text":             {erasing, c.party, "", "cannot-be-erased", "never erased"},
		"of a detail":                      {of(withdrawal("mar"), "contact.detail.json"), detailed, "", "", ""},
		"of a detail by another":           {of(withdrawal("deu"), "contact.detail.json"), detailed, "", "not-your-document", "a document of mar"},
		"of a detail that is not there":    {of(withdrawal("mar"), "witness.detail.json"), detailed, "", "unknown-attachment", `no attachment "witness.detail.json": it has contact.detail.json`},
		"of a detail where there is none":  {of(withdrawal("gmb"), "contact.detail.json"), c.pledge, "", "unknown-attachment", "it has none"},
		"of an accession's attachment":     {of(withdrawal("mar"), "contact.detail.json"), c.party, "", "attachments-stay", "never erased"},
		"of the charter":                   {withdrawal("prt"), genesis, "", "cannot-be-withdrawn", "kind charter cannot"},
		"a new version":                    {supersedes(f.pledge("gmb", "Version 2"), c.pledge), genesis, "", "", ""},
		"a new version of nothing":         {supersedes(f.pledge("gmb", "Version 2"), nothing), genesis, "", "unknown-version", "is not here"},
		"a new version of another's":       {supersedes(f.pledge("mar", "Version 2"), c.pledge), genesis, "", "not-your-document", "a document of gmb"},
		"a new version of another kind":    {supersedes(f.pledge("gmb", "Version 2"), c.report), genesis, "", "other-kind", "a pledge does not replace a report"},
		"an opening of a first epoch":      {opening("gmb", 1, "gmb log 1"), genesis, "gmb root", "log-not-listed", "no epoch 1 of gmb"},
		"an opening that skips an epoch":   {opening("deu", 3, "deu log 3"), genesis, "deu root", "not-the-next-epoch", "the next epoch of deu is 2"},
		"an opening with the old node key": {opening("deu", 2, "deu log 2"), genesis, "deu root", "key-in-use", "nodeKey"},
		"an opening with another log key":  {opening("deu", 1, "deu log 2"), genesis, "deu root", "not-the-listed-key", "logKey"},
		"an opening":                       {opening("deu", 1, "deu log 1"), genesis, "deu root", "", ""},
		"an opening signed by the author":  {opening("deu", 1, "deu log 1"), genesis, "deu author", "key-role", "with the root key"},
		"a receipt":                        {receipt, genesis, "deu clerk", "", ""},
		"a receipt without cosignatures":   {bare, genesis, "deu clerk", "void-receipt", "no witness of the charter cosigned it"},
		"the next charter":                 {f.successor(), genesis, "", "", ""},
		"a charter that changes a round":   {dropping, genesis, "", "entry-changed", "round-1 was changed or opened again"},
	}
}

func TestTheDoorSaysWhy(t *testing.T) {
	c := newCast(t)
	for name, k := range doorCases(c) {
		t.Run(name, func(t *testing.T) {
			d := c.parse(c.compose(k.predicate, k.about))
			key := k.key
			if key == "" {
				key = string(d.Author) + " author"
			}
			err := Admit(c.chain(), d, public(documentKey(key)), c)
			if k.want == "" {
				require.NoError(t, err)
				return
			}
			var r Refusal
			require.ErrorAs(t, err, &r)
			proves(t, err, r[0].Pointer, k.want)
			assert.Contains(t, err.Error(), k.says)
			assert.NotContains(t, err.Error(), "{", "an argument is missing")
		})
	}
}

// Replication takes everything; what the door would have refused does not
// count, for the same reason.
func TestTheTwoDoorsAskTheSameQuestions(t *testing.T) {
	c := newCast(t)
	wants := map[DocumentID]doorCase{}
	names := map[DocumentID]string{}
	for name, k := range doorCases(c) {
		d := c.parse(c.compose(k.predicate, k.about))
		key := k.key
		if key == "" {
			key = string(d.Author) + " author"
		}
		id := c.append("bgd", c.compose(k.predicate, k.about), key)
		wants[id], names[id] = k, name
	}
	c.settle(minute(10))
	r := c.read()
	for id, k := range wants {
		l, ok := r.Label(id)
		require.True(t, ok)
		switch k.want {
		case "", codeUnknownVersion: // stands on its own, unless another of the cases replaces it
			assert.Contains(t, []string{"", ReasonSuperseded, ReasonNotAdopted, ReasonWithdrawn, ReasonSubjectExcluded}, l.Reason, names[id])
		case "entry-changed":
			assert.Equal(t, ReasonNotAdopted, l.Reason, names[id])
		default:
			assert.Equal(t, k.want, l.Reason, names[id])
		}
	}
}

func TestADocumentOfTheFutureIsNotAdmitted(t *testing.T) {
	f := newFederation(t, 4)
	d := f.parse(Compose("kind-of-the-future", []Subject{{"charter", f.genesis.ID}}, f.common("gmb")))
	err := Admit(f.chain(), d, public(documentKey("gmb author")), f)
	assert.ErrorContains(t, err, "does not know documents of type")
	assert.NotContains(t, fmt.Sprint(err), "{")
}

// An invented regional body convenes no region of the compact. It keeps to
// invented participants.
func TestAnInventedBodyAssessesInventedStatesOnly(t *testing.T) {
	f := newFederationWith(t, 4, func(c *Charter) {
		c.Participants = append(c.Participants, Participant{ID: "sample-body", Kind: "regional-body", Name: "Invented (SAMPLE)", Sample: true,
			Keys: []Key{{Key: public(documentKey("sample-body author")).Base64(), Role: "author"}}})
	})
	for whom, want := range map[ParticipantID]bool{"xsa": true, "gmb": false} {
		a := &Assessment{Common: f.titled("sample-body", "SAMPLE: An assessment"), Type: "regional", About: whom, Findings: finding(4, "limited")}
		err := Admit(f.chain(), f.parse(f.compose(a, f.genesis.ID)), public(documentKey("sample-body author")), f)
		assert.Equal(t, want, err == nil, err)
	}
}

package desk_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/node/desk"
	"stocktake/node/web/lang"
	"stocktake/review"
)

var (
	exemplaria = review.Participant{ID: "xsb", Kind: "state", Name: "Exemplaria", Sample: true}
	coalition  = review.Participant{ID: "ngo", Kind: "civil-society", Name: "A coalition", Sample: true}
	inventia   = review.Participant{ID: "xsc", Kind: "state", Name: "Inventia", Sample: true}
	cleared    = regexp.MustCompile(`name="content" value="([0-9a-f]+)"`)
)

// told is what a page says in its callouts.
func told(page string) string {
	return strings.Join(regexp.MustCompile(`(?s)<div class="callout.*?</div>`).FindAllString(page, -1), "\n")
}

// cardOf is the card of somebody who is no member.
func cardOf(t *testing.T, p review.Participant) []byte {
	home := node.Home(t.TempDir())
	_, err := node.Init(home, node.InitOptions{Participant: p, Addresses: []string{"/ip4/127.0.0.1/tcp/19995"}})
	require.NoError(t, err)
	b, err := os.ReadFile(home.CardFile())
	require.NoError(t, err)
	return b
}

// proposed is the path of a proposal's draft.
func (p *person) proposed(form url.Values) string {
	res, page := p.post("/en/charter/propose", form)
	require.Regexp(p.t, `^/en/drafts/[A-Z2-7]+$`, res.Request.URL.Path, page)
	return res.Request.URL.Path
}

// throughFourEyes has a draft that waits, or is only to be submitted, cleared and
// signed, and is the page that follows.
func (o *office) throughFourEyes(draft string, writer, clearer, signer *person) (path, page string) {
	writer.post(draft, url.Values{"submit": {"true"}})
	return o.clearedAndSigned(draft, clearer, signer)
}

// clearedAndSigned has a draft that waits cleared and signed.
func (o *office) clearedAndSigned(draft string, clearer, signer *person) (path, page string) {
	_, page = clearer.get(draft)
	require.Regexp(o.t, cleared, page)
	clearer.post(draft+"/clear", url.Values{"content": {cleared.FindStringSubmatch(page)[1]}})
	require.Eventually(o.t, func() bool { // the node's door hears of a new charter a moment later
		var res *http.Response
		res, page = signer.post(draft+"/sign", url.Values{})
		path = res.Request.URL.Path
		return res.StatusCode == http.StatusOK
	}, 10*time.Second, 100*time.Millisecond)
	return path, page
}

// accession is another member's word for a charter, as a file.
func (o *office) accession(i int, file string) []byte {
	envelope, err := review.Envelopes("", []byte(file))
	require.NoError(o.t, err)
	d, err := review.Parse(envelope[0].Payload)
	require.NoError(o.t, err)
	e, err := node.SignAccession(o.others[i].DocumentSigner, o.others[i].ParticipantID, d, "")
	require.NoError(o.t, err)
	return append(e.Marshal(), '\n')
}

func (o *office) inForce() int {
	s, err := o.node.Status(o.t.Context())
	require.NoError(o.t, err)
	return s.Charter
}

var round = url.Values{"change": {"round"}, "id": {"2028"}, "opens": {"2028-01-01"}, "due": {"2028-06-30"}}

// TestAnAmendmentGoesFromProposalToForce by four eyes, with the approvals of two
// members who have no node and send files.
func TestAnAmendmentGoesFromProposalToForce(t *testing.T) {
	o := newRunningOffice(t, exemplaria, coalition)
	writer, clearer, signer := o.person("Writer", desk.Drafter, desk.Clearer), o.person("Clearer", desk.Clearer), o.person("Signer", desk.Signer)
	_, page := writer.get("/en/charter")
	assert.Contains(t, page, "charter 1 is in force")
	assert.Contains(t, page, "the approval of 3 of 3 members")
	for _, path := range []string{"/en/charter/propose", "/en/charter/propose?change=round"} {
		status, _ := signer.get(path)
		assert.Equal(t, http.StatusForbidden, status, path)
	}
	res, _ := clearer.post("/en/charter/propose", round)
	assert.Equal(t, http.StatusForbidden, res.StatusCode)

	res, page = writer.uploadWith("/en/charter/propose", "card", "card.json", cardOf(t, inventia), url.Values{"change": {"admit"}})
	draft := res.Request.URL.Path
	require.Contains(t, page, "<bdi>Inventia (xsc)</bdi> is admitted")
	more := url.Values{"draft": {strings.TrimPrefix(draft, "/en/drafts/")}}
	for name, values := range round {
		more[name] = values
	}
	require.Equal(t, draft, writer.proposed(more))
	_, page = writer.post(draft, url.Values{"submit": {"true"}, "/title": {"typed in"}})
	assert.Contains(t, page, "waiting for clearance")
	assert.NotContains(t, page, "typed in")
	res, _ = writer.post(draft+"/clear", url.Values{"content": {strings.Repeat("0", 64)}})
	assert.Equal(t, http.StatusForbidden, res.StatusCode, "who proposes it does not clear it")
	res, _ = signer.post(draft+"/sign", url.Values{})
	assert.Equal(t, http.StatusConflict, res.StatusCode, "it is not cleared")
	res, _ = writer.upload(draft+"/files", "file", "a.txt", []byte("x"))
	assert.Equal(t, http.StatusConflict, res.StatusCode)

	at, page := o.throughFourEyes(draft, writer, clearer, signer)
	require.Regexp(t, `^/en/charter/[0-9a-f]{64}$`, at)
	assert.Contains(t, page, "1 of 3 have approved, 3 are needed")
	assert.Contains(t, page, "We have approved")
	assert.Contains(t, page, "There is no day by which they have to.")
	res, _ = writer.post(at+"/approve", url.Values{})
	assert.Equal(t, http.StatusConflict, res.StatusCode, "it is approved already")
	res, _ = writer.post(draft+"/steps", url.Values{"remove": {"0"}})
	assert.Equal(t, http.StatusConflict, res.StatusCode, "what is filed does not change")

	_, file := writer.get(at + "/charter")
	_, own := writer.get(at + "/approval")
	assert.Equal(t, 2, strings.Count(file, "\n"))
	assert.True(t, strings.HasSuffix(file, own))
	for i, n := range []string{"2 of 3 have approved", "enough have approved"} {
		res, page = writer.upload("/en/charter/bring", "file", "approval.json", o.accession(i, file))
		assert.Equal(t, at, res.Request.URL.Path, page)
		if !strings.Contains(page, "in force, or followed") {
			assert.Contains(t, page, n)
		}
	}
	require.Eventually(t, func() bool { return o.inForce() == 2 }, 20*time.Second, 50*time.Millisecond)
	_, page = writer.get("/en/charter")
	assert.Contains(t, page, "charter 2 is in force")
	assert.Contains(t, page, "Inventia")
	assert.NotContains(t, page, "proposed by")
	_, page = writer.get(at)
	assert.Contains(t, page, "in force, or followed by a later one")
	_, page = writer.get(draft)
	assert.Contains(t, page, "Round 2028")
	assert.NotContains(t, page, "0 of 0")
	_, federation := writer.get("/en/charter/federation")
	f, err := review.ReadFounding([]byte(federation))
	require.NoError(t, err)
	charter, _ := f.Chain.InForce()
	assert.Equal(t, 2, charter.Number)
}

// TestAnothersProposalIsBroughtInAndApproved holds, and that bringing it in
// approves nothing and takes nothing that is not signed as it says.
func TestAnothersProposalIsBroughtInAndApproved(t *testing.T) {
	o := newOfficeAmong(t, exemplaria, coalition)
	writer, clearer, signer := o.person("Writer", desk.Drafter), o.person("Clearer", desk.Clearer), o.person("Signer", desk.Signer)
	b, err := o.node.Federation(t.Context())
	require.NoError(t, err)
	f, err := review.ReadFounding(b)
	require.NoError(t, err)
	charter, id := f.Chain.InForce()
	proposal := func(by int, days int) []byte {
		var card ceremony.Card
		require.NoError(t, json.Unmarshal(cardOf(t, inventia), &card))
		next, err := ceremony.Propose(f.Chain, ceremony.Amendment{Add: []ceremony.Card{card}, Witness: []ceremony.Card{card}, Turn: time.Now().AddDate(0, 0, days)})
		require.NoError(t, err)
		next.Author, next.Language, next.Created, next.Salt = "xsb", "en", node.Now(), node.NewSalt()
		next.Sample = true
		e, err := o.others[by].Sign(review.Compose(review.KindCharter, []review.Subject{{Name: "charter", Digest: id}}, next))
		require.NoError(t, err)
		return append(e.Marshal(), '\n')
	}
	require.Equal(t, 1, charter.Number)

	stranger := newOfficeAmong(t)
	other, err := stranger.node.Federation(t.Context())
	require.NoError(t, err)
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"junk":                    {[]byte("kind: charter\n"), "junk: line 1"},
		"what is in force":        {b, "has no proposed charter"},
		"another federation":      {other, "is of another federation"},
		"signed by somebody else": {proposal(1, 14), "but says author xsb"},
		"a signature cut off":     {bytes.Replace(proposal(0, 14), []byte(`"sig":"`), []byte(`"sig":"AA`), 1), ""},
		"longer than it may be":   {bytes.Repeat([]byte("x"), 4<<20+1), "is longer than"},
	} {
		res, page := writer.upload("/en/charter/bring", "file", name, c.file)
		assert.GreaterOrEqual(t, res.StatusCode, 400, name)
		assert.Contains(t, told(page), c.says, name)
	}
	_, page := writer.get("/en/charter")
	assert.Contains(t, page, `<p class="none">None.</p>`)

	file := proposal(0, 14)
	res, _ := signer.upload("/en/charter/bring", "file", "two.json", file)
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
	for range 2 { // twice does no harm
		res, page = writer.upload("/en/charter/bring", "file", "two.json", append(file, o.accession(0, string(file))...))
		require.Regexp(t, `^/en/charter/[0-9a-f]{64}$`, res.Request.URL.Path, page)
	}
	at := res.Request.URL.Path
	assert.Contains(t, page, "1 of 3 have approved, 3 are needed")
	assert.Contains(t, page, "Our approval is missing")
	assert.Contains(t, page, "Enough have to approve before")
	assert.Contains(t, page, "<bdi>Inventia (xsc)</bdi> is a witness")
	_, page = writer.get("/en")
	assert.Contains(t, page, "Charter 2, proposed by <bdi>Exemplaria (xsb)</bdi>")

	res, _ = signer.post(at+"/approve", url.Values{})
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
	res, page = writer.post(at+"/approve", url.Values{})
	draft := res.Request.URL.Path
	assert.Contains(t, page, "waiting for clearance")
	assert.Contains(t, page, "<bdi>Inventia (xsc)</bdi> is a witness", "who clears it reads what it changes")
	res, _ = writer.post(at+"/approve", url.Values{})
	assert.Equal(t, draft, res.Request.URL.Path, "there is one already")
	path, page := o.throughFourEyes(draft, writer, clearer, signer)
	assert.Equal(t, at, path)
	assert.Contains(t, page, "2 of 3 have approved, 3 are needed")
	_, page = writer.get("/en")
	assert.NotContains(t, page, "Charter 2, proposed by")
}

// TestWhatIsRefusedKeepsWhatWasTyped holds in the forms of changes.
func TestWhatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	o := newOfficeAmong(t, exemplaria, coalition)
	writer := o.person("Writer", desk.Drafter)
	for name, c := range map[string]struct {
		form url.Values
		says string
		kept string
	}{
		"a round that ends before it begins": {url.Values{"change": {"round"}, "id": {"2028"}, "opens": {"2028-01-01"}, "due": {"2027-06-30"}, "objectives": {"4"}}, "due", `value="4" checked`},
		"a round without a day":              {url.Values{"change": {"round"}, "id": {"2028"}, "opens": {"2028-01-01"}}, "This is needed: <bdi>Reports are due by</bdi>", `value="2028-01-01"`},
		"nobody":                             {url.Values{"change": {"suspend"}, "reason": {"A stolen key"}}, "This is needed: <bdi>Participant</bdi>", `value="A stolen key"`},
		"no reason":                          {url.Values{"change": {"suspend"}, "who": {"xsb"}, "days": {"10"}}, "This is needed: <bdi>Reason</bdi>", `value="xsb" selected`},
		"40 days":                            {url.Values{"change": {"suspend"}, "who": {"xsb"}, "days": {"40"}, "reason": {"x"}}, "is no whole number from 1 to 30", `value="40"`},
		"a decision that is not on record":   {url.Values{"change": {"decision"}, "decision": {strings.Repeat("0", 64)}}, "This is needed: <bdi>Decision</bdi>", ""},
		"a day that is past":                 {url.Values{"change": {"end"}, "who": {"xsb"}, "turn": {"2020-01-01"}}, "is no day that is still to come", `value="2020-01-01"`},
		"no witness left":                    {url.Values{"change": {"unwitness"}, "who": {"xsa"}}, "no witness", `value="xsa" selected`},
		"no card":                            {url.Values{"change": {"admit"}, "turn": {"2040-01-01"}}, "Choose a file first", `value="2040-01-01"`},
		"somebody who is no member":          {url.Values{"change": {"end"}, "who": {"<b>nobody"}}, "nobody</bdi> does not take part", ""},
		"succession of another kind":         {url.Values{"change": {"succeed"}, "who": {"xsb"}, "earlier": {"ngo"}}, "another kind of participant", `value="ngo" checked`},
	} {
		res, page := writer.post("/en/charter/propose", c.form)
		assert.Equal(t, http.StatusUnprocessableEntity, res.StatusCode, name)
		if name == "no card" {
			assert.Equal(t, 422, res.StatusCode)
		}
		assert.Contains(t, page, c.says, name)
		assert.Contains(t, page, c.kept, name)
		assert.NotContains(t, page, "<b>nobody", name)
	}
	for _, l := range lang.All()[1:] {
		_, page := writer.post("/"+l.Tag+"/charter/propose", url.Values{"change": {"end"}, "who": {"xsz"}})
		assert.Contains(t, told(page), string(l.HTML("cannot.propose", "reason", lang.Sentence{Key: "cannot.end", Arguments: []any{"who", "xsz"}})), l.Tag)
	}
	res, page := writer.uploadWith("/en/charter/propose", "card", "card.json", []byte("{}"), url.Values{"change": {"admit"}})
	assert.Equal(t, http.StatusUnprocessableEntity, res.StatusCode)
	assert.Contains(t, page, "is not a participant’s card")
	res, page = writer.uploadWith("/en/charter/propose", "card", "card.json", bytes.Repeat([]byte(" "), ceremony.MaxCard+1), url.Values{"change": {"admit"}})
	assert.GreaterOrEqual(t, res.StatusCode, 400)
	assert.Contains(t, page, "is longer than")
	_, page = writer.get("/en")
	assert.NotContains(t, page, "/en/drafts/", "nothing of this is a draft")
	for _, path := range []string{"/en/charter/propose?change=nosuch", "/en/charter/" + strings.Repeat("0", 64), "/en/charter/" + strings.Repeat("0", 64) + "/charter", "/en/charter/x/nosuch"} {
		status, _ := writer.get(path)
		assert.Equal(t, http.StatusNotFound, status, path)
	}
}

// TestEveryChangeThatAFormOffersCanBeProposed and says in a sentence what it does.
func TestEveryChangeThatAFormOffersCanBeProposed(t *testing.T) {
	o := newOfficeAmong(t, exemplaria, coalition, review.Participant{ID: "xsd", Kind: "state", Name: "Fictia", Sample: true})
	writer := o.person("Writer", desk.Drafter)
	for says, form := range map[string]url.Values{
		"<bdi>Exemplaria (xsb)</bdi> takes part, until <bdi>1 January 2040</bdi>":                                                                   {"change": {"end"}, "who": {"xsb"}, "turn": {"2040-01-01"}},
		"<bdi>A coalition (ngo)</bdi> is suspended from":                                                                                            {"change": {"suspend"}, "who": {"ngo"}, "reason": {"x"}},
		"The keys of <bdi>A coalition (ngo)</bdi> may be recovered by 2 of <bdi>Samplia (xsa), Exemplaria (xsb)</bdi>, with 30 days":                {"change": {"guardians"}, "who": {"ngo"}, "guardians": {"xsa", "xsb"}, "contest": {"30"}},
		"<bdi>Fictia (xsd)</bdi> succeeds <bdi>Exemplaria (xsb)</bdi>":                                                                              {"change": {"succeed"}, "who": {"xsd"}, "earlier": {"xsb"}},
		"The federation is called <bdi>SAMPLE two</bdi> instead of <bdi>SAMPLE</bdi>":                                                               {"change": {"name"}, "name": {"SAMPLE two"}},
		"Approvals that a later charter needs at least: 4 instead of 3":                                                                             {"change": {"name"}, "threshold": {"4"}},
		"<bdi>A coalition (ngo)</bdi> may answer for 5 authors at once (<bdi>Academic</bdi>; <bdi>global</bdi>)":                                    {"change": {"accreditor"}, "who": {"ngo"}, "cap": {"5"}, "kinds": {"academic"}},
		"The logs of <bdi>Samplia (xsa)</bdi> may hold 5000 records":                                                                                {"change": {"quota"}, "who": {"xsa"}, "entries": {"5000"}},
		"on <bdi>Children, 4. Ensure that all migrants have proof of legal identity and adequate documentation</bdi>; convened by <bdi>A coalition": {"change": {"round"}, "id": {"x"}, "opens": {"2028-01-01"}, "due": {"2028-06-30"}, "type": {"thematic"}, "themes": {"safe/children"}, "objectives": {"4"}, "convener": {"ngo"}},
	} {
		_, page := writer.get(writer.proposed(form))
		assert.Contains(t, page, says)
		assert.Contains(t, page, "Ask for clearance")
	}
	res, page := writer.uploadWith("/en/charter/propose", "card", "card.json", cardOf(t, inventia), url.Values{"change": {"admit"}, "witnesses": {"true"}, "turn": {"2040-01-01"}})
	assert.Contains(t, page, "<bdi>Inventia (xsc)</bdi> is a witness, from <bdi>1 January 2040</bdi>")
	assert.Contains(t, page, "Enough have to approve before", res.Request.URL.Path)
	card, err := os.ReadFile(o.home.CardFile())
	require.NoError(t, err)
	res, page = writer.uploadWith("/en/charter/propose", "card", "witness.json", card, url.Values{"change": {"witness"}})
	assert.Equal(t, http.StatusUnprocessableEntity, res.StatusCode)
	assert.Contains(t, page, "is a witness with that key already")
}

// TestAnAmendmentCarriesOutADecision that is chosen by its title; once it is in
// force nobody is offered that decision again.
func TestAnAmendmentCarriesOutADecision(t *testing.T) {
	o := newRunningOffice(t)
	writer, clearer, signer := o.person("Writer", desk.Drafter), o.person("Clearer", desk.Clearer), o.person("Signer", desk.Signer)
	inForce := func(number int) {
		require.Eventually(t, func() bool { return o.inForce() == number }, 20*time.Second, 50*time.Millisecond)
	}
	convened := url.Values{"change": {"round"}, "id": {"2028"}, "opens": {"2028-01-01"}, "due": {"2028-06-30"}, "convener": {"xsa"}}
	o.throughFourEyes(writer.proposed(convened), writer, clearer, signer)
	inForce(2)
	draft := writer.begin("decision", "")
	writer.post(draft, url.Values{"/title": {"SAMPLE A calendar"}, "/type": {"calendar"}, "/text": {"A round each year."}, "/language": {"en"}, "/sample": {"true"}, "submit": {"true"}})
	o.clearedAndSigned(draft, clearer, signer)
	offered := regexp.MustCompile(`<option value="([0-9a-f]{64})">Decision by Samplia: SAMPLE A calendar</option>`)
	var decision string
	require.Eventually(t, func() bool { // it counts once witnesses saw it
		_, page := writer.get("/en/charter/propose?change=decision")
		if m := offered.FindStringSubmatch(page); m != nil {
			decision = m[1]
		}
		return decision != ""
	}, 20*time.Second, 50*time.Millisecond)

	draft = writer.proposed(url.Values{"change": {"decision"}, "decision": {decision}})
	more := url.Values{"change": {"name"}, "name": {"SAMPLE yearly"}, "draft": {strings.TrimPrefix(draft, "/en/drafts/")}}
	require.Equal(t, draft, writer.proposed(more))
	_, page := writer.get(draft)
	carries := "It carries out the decision <bdi>SAMPLE A calendar (" + decision[:12] + ")</bdi>"
	assert.Contains(t, page, carries)
	at, page := o.throughFourEyes(draft, writer, clearer, signer)
	assert.Contains(t, page, carries, "who approves it reads what it carries out")
	inForce(3)
	_, page = writer.get(at)
	assert.Contains(t, page, carries)
	_, page = writer.get("/en/charter/propose?change=decision")
	assert.NotRegexp(t, offered, page)
}

// TestAProposalIsDraftedAgainAfterAnother holds: its changes are kept, and its
// clearance is not.
func TestAProposalIsDraftedAgainAfterAnother(t *testing.T) {
	o := newRunningOffice(t)
	writer, clearer, signer := o.person("Writer", desk.Drafter), o.person("Clearer", desk.Clearer), o.person("Signer", desk.Signer)
	late := writer.proposed(url.Values{"change": {"name"}, "name": {"SAMPLE two"}})
	add := url.Values{"change": {"quota"}, "entries": {"5000"}, "draft": {strings.TrimPrefix(late, "/en/drafts/")}}
	writer.proposed(add)
	_, page := writer.post(late+"/steps", url.Values{"remove": {"1"}})
	assert.NotContains(t, page, "5000")
	res, _ := writer.post(late+"/steps", url.Values{"remove": {"0"}})
	assert.Equal(t, http.StatusConflict, res.StatusCode, "one change has to be left")
	writer.post(late, url.Values{"submit": {"true"}})
	_, page = clearer.get(late)
	clearer.post(late+"/clear", url.Values{"content": {cleared.FindStringSubmatch(page)[1]}})

	o.throughFourEyes(writer.proposed(round), writer, clearer, signer)
	require.Eventually(t, func() bool { return o.inForce() == 2 }, 20*time.Second, 50*time.Millisecond)
	res, page = signer.post(late+"/sign", url.Values{})
	assert.Equal(t, http.StatusUnprocessableEntity, res.StatusCode, told(page))
	_, page = writer.get(late)
	assert.Contains(t, page, "Another charter came into force since this was drafted")
	_, page = writer.post(late+"/steps", url.Values{"again": {"true"}})
	assert.NotContains(t, page, "Another charter came into force")
	assert.Contains(t, page, "being written")
	at, _ := o.throughFourEyes(late, writer, clearer, signer)
	require.Eventually(t, func() bool { return o.inForce() == 3 }, 20*time.Second, 50*time.Millisecond)
	_, page = writer.get(at)
	assert.Contains(t, page, "The federation is called <bdi>SAMPLE two</bdi>")
}

// TestTheCharterIsReadInEveryLanguage goes through its pages in each.
func TestTheCharterIsReadInEveryLanguage(t *testing.T) {
	o := newOfficeAmong(t, exemplaria, coalition)
	writer, clearer, signer := o.person("Writer", desk.Drafter), o.person("Clearer", desk.Clearer), o.person("Signer", desk.Signer)
	res, _ := writer.uploadWith("/en/charter/propose", "card", "card.json", cardOf(t, inventia), url.Values{"change": {"admit"}, "witnesses": {"true"}})
	draft := res.Request.URL.Path
	more := url.Values{"draft": {strings.TrimPrefix(draft, "/en/drafts/")}, "change": {"round"}, "id": {"2028"}, "title": {"2028"}, "opens": {"2028-01-01"}, "due": {"2028-06-30"}}
	writer.proposed(more)
	at, _ := o.throughFourEyes(draft, writer, clearer, signer)
	open := writer.proposed(url.Values{"change": {"guardians"}, "who": {"ngo"}, "guardians": {"xsa"}})
	paths := []string{"/en/charter", "/en/charter/propose", at, draft, draft + "/preview", open, open + "/preview", "/en"}
	for _, change := range []string{"admit", "round", "end", "suspend", "decision", "witness", "unwitness", "guardians", "succeed", "name", "accreditor", "unaccreditor", "quota"} {
		paths = append(paths, "/en/charter/propose?change="+change)
	}
	for _, l := range lang.All() {
		for _, path := range paths {
			status, page := writer.get("/" + l.Tag + strings.TrimPrefix(path, "/en"))
			assert.Equal(t, http.StatusOK, status, path)
			assert.Contains(t, page, `<html lang="`+l.Tag+`" dir="`+l.Dir+`">`, path)
			if l.Tag != "en" && l.Tag != "fr" && l.Tag != "es" {
				assert.Empty(t, latinBut(page, "Writer", "Inventia", "Exemplaria", "coalition", "xsa", "xsb", "ngo"), l.Tag+path)
			}
		}
	}
}

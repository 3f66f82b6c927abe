package desk_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/node/desk"
	"stocktake/node/web/lang"
	"stocktake/review"
	"stocktake/signing"
)

// newFoundingOffice is the desk of a home that has joined no federation yet.
func newFoundingOffice(t *testing.T, join func(context.Context, string, []byte) error) (*office, ceremony.Card, *signing.DocumentSigner) {
	home := node.Home(filepath.Join(t.TempDir(), "a"))
	card, err := node.Init(home, node.InitOptions{Participant: review.Participant{ID: "xsa", Kind: "state", Name: "Samplia", Sample: true}, Addresses: []string{"/ip4/127.0.0.1/tcp/19997"}})
	require.NoError(t, err)
	author, err := home.DocumentSigner(node.RoleAuthor, nil)
	require.NoError(t, err)
	b, err := os.ReadFile(home.CardFile())
	require.NoError(t, err)
	d, err := desk.Open(desk.Options{
		Dir: home.DeskFolder(), Author: "xsa", Salt: node.NewSalt, Strip: node.StripMetadata,
		Sign:    func(payload, _ []byte) (signing.Envelope, error) { return author.Sign(payload) },
		Joining: &desk.Joining{Card: b, Join: join},
	})
	require.NoError(t, err)
	s := httptest.NewServer(d.Handler())
	t.Cleanup(s.Close)
	return &office{t: t, home: home, address: s.URL}, card, author
}

// TestAFederationIsConvenedAtTheDesk from cards, by four eyes; what is missing is
// said in every language, and who signs it approves it.
func TestAFederationIsConvenedAtTheDesk(t *testing.T) {
	o, _, _ := newFoundingOffice(t, nil)
	writer, clearer, signer := o.person("Writer", desk.Drafter), o.person("Clearer", desk.Clearer), o.person("Signer", desk.Signer)
	_, page := signer.get("/en")
	assert.NotContains(t, page, "change=found")
	_, page = writer.get("/en")
	assert.Contains(t, page, "change=found")
	for _, form := range []url.Values{{"change": {"end"}, "who": {"xsa"}}, {"change": {"found"}, "name": {"SAMPLE two"}}} {
		res, _ := writer.post("/en/charter/propose", form)
		assert.GreaterOrEqual(t, res.StatusCode, 400, form)
	}
	draft := writer.proposed(url.Values{"change": {"found"}, "name": {"SAMPLE two"}, "suffix": {"test.example"}, "licence": {"CC-BY-4.0"}})
	for _, l := range lang.All() {
		_, page := writer.get("/" + l.Tag + strings.TrimPrefix(draft, "/en"))
		assert.Contains(t, told(page), "witnesses", l.Tag)
		if l.Tag == "ar" || l.Tag == "ru" || l.Tag == "zh" {
			assert.Empty(t, latinBut(page, "Writer", "Samplia", "xsa", "two", "test", "example", "witnesses", "CC", "BY"), l.Tag)
		}
	}
	add := func(field, name string, file []byte, form url.Values) string {
		form.Set("draft", strings.TrimPrefix(draft, "/en/drafts/"))
		res, page := writer.uploadWith("/en/charter/propose", field, name, file, form)
		require.Equal(t, draft, res.Request.URL.Path, page)
		return page
	}
	page = add("card", "card.json", cardOf(t, exemplaria), url.Values{"change": {"admit"}, "witnesses": {"true"}})
	assert.Contains(t, page, "<bdi>Exemplaria (xsb)</bdi> is a witness")
	assert.NotContains(t, page, "is a witness, from")
	page = add("none", "", nil, url.Values{"change": {"round"}, "id": {"2028"}, "opens": {"2028-01-01"}, "due": {"2028-06-30"}, "convener": {"xsb"}})
	assert.Contains(t, page, "convened by <bdi>Exemplaria (xsb)</bdi>")
	assert.Contains(t, page, "Approvals that put it in force: 2 of 2 participants")
	assert.Contains(t, page, "under the licence <bdi>CC-BY-4.0</bdi>")
	page = add("none", "", nil, url.Values{"change": {"found"}, "name": {"SAMPLE two"}, "suffix": {"two.example"}, "cosigns": {"true"}})
	assert.Contains(t, page, "names of logs end in <bdi>two.example</bdi>")
	assert.Contains(t, page, "<bdi>Samplia (xsa)</bdi> is a witness", "what is said again changes what was said")
	_, page = writer.post(draft+"/steps", url.Values{"remove": {"3"}})
	assert.NotContains(t, page, "two.example")
	_, file := writer.get(draft + "/draft")
	assert.NotContains(t, file, "federation")

	path, page := o.throughFourEyes(draft, writer, clearer, signer)
	assert.Equal(t, "/en", path)
	assert.Contains(t, page, "SAMPLE two</bdi>: the first charter, by <bdi>Samplia (xsa)</bdi>")
	assert.Contains(t, page, "1 of 2 have approved, 2 are needed")
	assert.Contains(t, page, "We have approved")
	assert.NotContains(t, page, "change=found")
	_, file = writer.get("/en/founding/file")
	f, err := review.ReadFounding([]byte(file))
	require.NoError(t, err)
	charter, _ := f.Chain.InForce()
	assert.Equal(t, []string{"SAMPLE two", "test.example", "CC-BY-4.0"}, []string{charter.Title, charter.Suffix, charter.Licence})
	assert.Len(t, charter.Participants, 2)
	require.Len(t, charter.Witnesses, 1)
	assert.Empty(t, charter.Witnesses[0].From)
	assert.Len(t, charter.Rounds, 1)
}

// TestAHomeThatJoinedNothingHasADeskForItsFounding holds: four eyes, in every
// language, and nothing else is there.
func TestAHomeThatJoinedNothingHasADeskForItsFounding(t *testing.T) {
	joined := ""
	o, card, author := newFoundingOffice(t, func(_ context.Context, file string, password []byte) error {
		if string(password) != "right" {
			return errors.New("the password is wrong")
		}
		joined = file
		return nil
	})
	home := o.home
	writer, clearer, signer := o.person("Writer", desk.Drafter), o.person("Clearer", desk.Clearer), o.person("Signer", desk.Signer)
	for _, path := range []string{"/en/new", "/en/charter", "/en/charter/propose?change=end", "/en/filed", "/en/node", "/en/founding/approval", "/en/founding/file"} {
		status, _ := writer.get(path)
		assert.Equal(t, http.StatusNotFound, status, path)
	}
	res, _ := writer.post("/en/founding/approve", url.Values{})
	assert.Equal(t, http.StatusNotFound, res.StatusCode, "there is nothing to approve")
	res, _ = signer.post("/en/founding/join", url.Values{"password": {"wrong"}})
	assert.Equal(t, http.StatusUnprocessableEntity, res.StatusCode)
	_, empty := writer.get("/ar")
	assert.Empty(t, latinBut(empty, "Writer"))

	first := func(title string) []byte {
		charter, err := ceremony.Convene([]ceremony.Card{card}, ceremony.Convening{Title: title, Suffix: "test.example", Witnesses: []review.ParticipantID{"xsa"}, Sample: true})
		require.NoError(t, err)
		e, err := node.SignCharter(author, "xsa", *charter)
		require.NoError(t, err)
		return e.Marshal()
	}
	res, page := signer.upload("/en/charter/bring", "file", "charter.json", first("SAMPLE"))
	assert.Equal(t, http.StatusForbidden, res.StatusCode, page)
	for range 2 {
		res, page = writer.upload("/en/charter/bring", "file", "junk.json", []byte("{"))
		assert.Equal(t, http.StatusUnprocessableEntity, res.StatusCode, page)
	}
	_, page = writer.upload("/en/charter/bring", "file", "charter.json", first("SAMPLE"))
	require.Contains(t, page, "0 of 1 have approved, 1 are needed")
	assert.Contains(t, page, "<bdi>Samplia (xsa)</bdi> is a witness")
	before, err := os.ReadFile(filepath.Join(home.DeskFolder(), "founding.jsonl"))
	require.NoError(t, err)
	res, page = writer.upload("/en/charter/bring", "file", "charter.json", first("SAMPLE again"))
	assert.Equal(t, http.StatusUnprocessableEntity, res.StatusCode)
	assert.Contains(t, told(page), "a second genesis charter")
	after, err := os.ReadFile(filepath.Join(home.DeskFolder(), "founding.jsonl"))
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after), "what is refused changes nothing")

	res, _ = signer.post("/en/founding/approve", url.Values{})
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
	res, page = writer.post("/en/founding/approve", url.Values{})
	draft := res.Request.URL.Path
	assert.Contains(t, page, "waiting for clearance")
	assert.NotContains(t, page, "not proposed any more")
	for _, l := range lang.All() {
		for _, path := range []string{"", strings.TrimPrefix(draft, "/en"), strings.TrimPrefix(draft, "/en") + "/preview"} {
			status, page := writer.get("/" + l.Tag + path)
			assert.Equal(t, http.StatusOK, status, path)
			if l.Tag == "ar" || l.Tag == "ru" || l.Tag == "zh" {
				assert.Empty(t, latinBut(page, "Writer"), l.Tag+path)
			}
		}
	}
	path, page := o.throughFourEyes(draft, writer, clearer, signer)
	assert.Equal(t, "/en", path)
	assert.Contains(t, page, "enough have approved")
	res, _ = writer.post("/en/founding/approve", url.Values{})
	assert.Equal(t, http.StatusConflict, res.StatusCode)
	_, file := writer.get("/en/founding/file")
	f, err := review.ReadFounding([]byte(file))
	require.NoError(t, err)
	assert.True(t, f.Chain.Founded())

	res, _ = writer.post("/en/founding/join", url.Values{"password": {"right"}})
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
	_, page = signer.post("/en/founding/join", url.Values{"password": {"wrong"}})
	assert.Contains(t, told(page), "the password is wrong")
	assert.Empty(t, joined)
	_, page = signer.post("/en/founding/join", url.Values{"password": {"right"}})
	assert.Contains(t, page, "The node starts now")
	assert.Equal(t, filepath.Join(home.DeskFolder(), "founding.jsonl"), joined)
}

// latinBut are the words of a page in that script, but for some.
func latinBut(page string, some ...string) (words []string) {
	for _, w := range latin(bar.ReplaceAllString(page, "")) {
		known := false
		for _, s := range some {
			known = known || s == w
		}
		if !known {
			words = append(words, w)
		}
	}
	return words
}

package web_test

import (
	"context"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
)

// troubled is a federation of its own: Xsa's node is never started, and what its
// keys sign is filed at the host's.
type troubled struct {
	*world
	t *testing.T
}

func openTroubled(t *testing.T) *troubled {
	w := &troubled{&world{dir: t.TempDir(), authors: map[review.ParticipantID]*signing.DocumentSigner{}, ids: map[string]review.DocumentID{}, ended: make(chan error, 1)}, t}
	var err error
	w.address, err = freeAddress()
	require.NoError(t, err)
	var cards []ceremony.Card
	for id, kind := range map[review.ParticipantID]string{host: "state", "xsa": "state", "xsb": "state", "sample-coalition": "civil-society", "sample-network": "civil-society"} {
		o := node.InitOptions{Participant: review.Participant{ID: id, Kind: kind, Name: "SAMPLE " + string(id), Sample: true}, Author: id != host && id != "xsa", HTTP: w.address}
		if kind == "state" {
			o.Participant.Country = strings.ToUpper(string(id))
		}
		if !o.Author {
			peer, err := freeAddress()
			require.NoError(t, err)
			_, port, _ := net.SplitHostPort(peer)
			o.Addresses = []string{"/ip4/127.0.0.1/tcp/" + port}
		}
		card, err := node.Init(w.homeOf(id), o)
		require.NoError(t, err)
		cards = append(cards, card)
		w.authors[id], err = w.homeOf(id).DocumentSigner(node.RoleAuthor, nil)
		require.NoError(t, err)
	}
	charter, err := ceremony.Convene(cards, ceremony.Convening{Title: "SAMPLE federation in trouble", Suffix: "test.example", Witnesses: []review.ParticipantID{host}, Sample: true})
	require.NoError(t, err)
	signed, err := node.SignCharter(w.authors[host], host, *charter)
	require.NoError(t, err)
	w.genesis, err = review.Parse(signed.Payload)
	require.NoError(t, err)
	lines := append(signed.Marshal(), '\n')
	for id, author := range w.authors {
		accession, err := node.SignAccession(author, id, w.genesis, "")
		require.NoError(t, err)
		lines = append(append(lines, accession.Marshal()...), '\n')
	}
	file := filepath.Join(w.dir, "federation.jsonl")
	require.NoError(t, os.WriteFile(file, lines, 0o600))
	for _, id := range []review.ParticipantID{host, "xsa"} {
		_, err = node.Join(t.Context(), w.homeOf(id), file, nil)
		require.NoError(t, err)
	}
	w.home = w.homeOf(host)
	t.Cleanup(w.stop)
	require.NoError(t, w.start())
	require.NoError(t, w.settle())
	return w
}

func (w *troubled) file(e signing.Envelope, err error) review.DocumentID {
	w.t.Helper()
	require.NoError(w.t, err)
	filed, err := w.client.File(context.Background(), e)
	require.NoError(w.t, err)
	return filed.ID
}

func (w *troubled) draft(author review.ParticipantID, draft string) review.DocumentID {
	w.t.Helper()
	return w.file(w.sign([]byte("language: en\nsample: true\n"+draft), author, author))
}

// common is of a document that has no draft.
func (w *troubled) common(author review.ParticipantID, title string) review.Common {
	return review.Common{Federation: w.genesis.ID, Author: author, Language: "en", Created: node.Now(), Salt: node.NewSalt(), Title: title, Sample: true}
}

// amend files the successor of the genesis charter, to which enough accede.
func (w *troubled) amend(a ceremony.Amendment) review.DocumentID {
	w.t.Helper()
	next, err := ceremony.Amend(w.genesis.Predicate.(*review.Charter), w.genesis.ID, a)
	require.NoError(w.t, err)
	next.Common = w.common(host, "SAMPLE emergency")
	payload := review.Compose(review.KindCharter, []review.Subject{{Name: "charter", Digest: w.genesis.ID}}, next)
	d, err := review.Parse(payload)
	require.NoError(w.t, err)
	w.file(w.authors[host].Sign(payload))
	for _, id := range []review.ParticipantID{host, "xsb", "sample-network"} {
		w.file(node.SignAccession(w.authors[id], id, d, ""))
	}
	return d.ID
}

// TestOnePageSaysWhatWentWrongOrWasTakenBack files a fork, an epoch, the end of
// a key, a suspension, withdrawals and a refusal, and reads the page.
func TestOnePageSaysWhatWentWrongOrWasTakenBack(t *testing.T) {
	w := openTroubled(t)
	page := func(path string) string { // as it reads, without the space that marks leave
		return strings.NewReplacer(" .", ".", " :", ":", "( ", "(", " )", ")").Replace(text(w.get(t, path)))
	}
	assert.Contains(t, page("/irregularities"), "There is nothing to say")
	assert.NotContains(t, page("/"), "What went wrong or was taken back:", "the overview has nothing to link to")

	founding, err := w.home.Founding()
	require.NoError(t, err)
	log, err := w.homeOf("xsa").NoteSigner(node.RoleLog, 1, nil)
	require.NoError(t, err)
	origin := review.OriginOf(1, "xsa", w.genesis.ID, "test.example")
	note := func(content string) []byte {
		return signing.SignCheckpoint(signing.Checkpoint{Origin: string(origin), Size: 1, Root: tlog.RecordHash([]byte(content))}, log)
	}
	proof := w.file(w.authors["xsb"].Sign(review.Compose(review.KindFork, []review.Subject{{Name: "charter", Digest: w.genesis.ID}},
		review.NewFork(w.common("xsb", "SAMPLE proof"), origin, note("one"), note("another"), tlog.Hash{}, nil))))
	root, err := w.homeOf("xsa").DocumentSigner(node.RoleRoot, nil)
	require.NoError(t, err)
	epoch, err := node.OpenEpoch(t.Context(), w.homeOf("xsa"), node.EpochOptions{Reason: "stolen", Root: root})
	require.NoError(t, err)
	opening := w.file(epoch.Opening, nil)
	revoked := w.file(node.SignKeyChange(root, "xsa", founding, review.KeyChange{Common: review.Common{Title: "End of a key"}, Action: "revoke", Key: w.authors["xsa"].Key().Base64()}))

	taken := w.draft("xsb", "kind: pledge\ntitle: SAMPLE pledge\nform: individual\nobjectives: [6]\ndue: not-stated\n")
	secret := w.draft("xsb", "kind: pledge\ntitle: SAMPLE SECRET\nform: individual\nobjectives: [6]\ndue: not-stated\n")
	withdrawal := w.draft("xsb", "kind: withdrawal\ntitle: SAMPLE withdrawal\nabout: "+string(taken)+"\nreason: A word <b>too many</b>.\n")
	erasure := w.draft("xsb", "kind: withdrawal\ntitle: SAMPLE erasure\nabout: "+string(secret)+"\nreason: A name.\nerase: true\n")
	clerk, err := w.home.DocumentSigner(node.RoleClerk, nil)
	require.NoError(t, err)
	refusal := w.file(clerk.Sign(review.ComposeRefusal(taken, w.common(host, "SAMPLE refusal"), "unknown-author", "Nobody answers for it.")))
	charter := w.amend(ceremony.Amendment{Suspend: []review.ParticipantID{"sample-coalition"}, Term: time.Hour, Reason: "A stolen key.", Now: time.Now()})
	require.NoError(t, w.settle())
	while := w.draft("sample-coalition", "kind: comment\ntitle: SAMPLE while suspended\nabout: "+string(w.genesis.ID)+"\ntype: question\ntext: Why?\n")
	require.NoError(t, w.settle())
	require.NoError(t, eventually(func() error {
		_, err := w.client.Envelope(t.Context(), secret)
		if err != nil {
			return nil
		}
		return os.ErrExist
	}))

	all := page("/irregularities")
	raw := string(w.get(t, "/irregularities"))
	for what, want := range map[string]struct {
		says  string
		cites review.DocumentID
	}{
		"fork":       {"The log " + string(origin) + " of SAMPLE xsa showed two histories: its key signed two that contradict each other. Nothing of it counts.", proof},
		"epoch":      {"SAMPLE xsa ended its log " + string(origin) + " and goes on in a new one. The reason that it gives: stolen.", opening},
		"key":        {"SAMPLE xsa ended a key of its own (signs documents).", revoked},
		"withdrawal": {"SAMPLE xsb withdrew SAMPLE pledge.", withdrawal},
		"erasure":    {"SAMPLE xsb withdrew Document " + string(secret[:12]) + ". Its content is erased here.", erasure},
		"refusal":    {"The node of SAMPLE can did not file SAMPLE pledge.", refusal},
		"suspension": {"SAMPLE sample-coalition is suspended until ", charter},
		"excluded":   {"Documents that do not count because of it: 1", charter},
	} {
		assert.Contains(t, all, want.says, what)
		assert.Contains(t, raw, "/en/documents/"+string(want.cites), what)
	}
	assert.Contains(t, all, "A word <b>too many</b>.", "the author's own words, as text")
	assert.NotContains(t, raw, "<b>too")
	assert.NotContains(t, all, "SECRET")
	assert.Contains(t, string(w.get(t, "/stocktake/figure?group=excluded&name=author-suspended&sample=true")), string(while))
	assert.Contains(t, raw, "name=author-suspended&amp;sample=true")

	assert.Contains(t, page("/"), "What went wrong or was taken back: 7")
	assert.Contains(t, page("/participants"), "What went wrong or was taken back: 7")
	assert.Contains(t, string(w.get(t, "/participants/xsa")), `href="/en/irregularities?participant=xsa"`)
	assert.NotContains(t, page("/participants/sample-network"), "What went wrong or was taken back:")
	of := page("/irregularities?participant=xsa")
	assert.Contains(t, of, "showed two histories")
	assert.NotContains(t, of, "suspended until")
	part := page("/irregularities?part=withdrawals")
	assert.Contains(t, part, "SAMPLE pledge")
	assert.NotContains(t, part, "showed two histories")

	found, err := w.client.Irregularities(t.Context())
	require.NoError(t, err)
	kinds := map[string]int{}
	for _, i := range found {
		kinds[i.Kind]++
		assert.True(t, i.Sample, i.Kind)
	}
	assert.Equal(t, map[string]int{review.IrregularForkedLog: 1, review.IrregularEndedLog: 1, review.IrregularRevoked: 1, review.IrregularSuspended: 1, review.IrregularRefused: 1}, kinds)
}

// A node of another version may know more kinds, and any may have very many.
func TestALongListOfIrregularitiesIsCutAndPaged(t *testing.T) {
	w := open(t)
	s := irregular{w.client, []review.Irregularity{{Kind: "comet <b>", Participant: "xsa", Documents: []review.DocumentID{}}}}
	for range 120 {
		s.found = append(s.found, review.Irregularity{Kind: review.IrregularLeft, Participant: "xsa", At: "2026-01-01T00:00:00Z", Documents: []review.DocumentID{w.genesis.ID}})
	}
	page := func(path string) string {
		answer := httptest.NewRecorder()
		web.Handler(s, web.Options{}).ServeHTTP(answer, httptest.NewRequest("GET", "http://localhost/en/irregularities"+path, nil))
		require.Equal(t, 200, answer.Code, path)
		return answer.Body.String()
	}
	const row = "takes part until that day"
	assert.Equal(t, 40, strings.Count(page(""), row))
	assert.Contains(t, page(""), `<a href="/en/irregularities?part=participants">All 120 rows</a>`)
	assert.Equal(t, 100, strings.Count(page("?part=participants"), row))
	assert.Equal(t, 20, strings.Count(page("?part=participants&page=2"), row))
	assert.NotContains(t, page("?participant=xsb"), row)
	answer := httptest.NewRecorder()
	web.Handler(s, web.Options{}).ServeHTTP(answer, httptest.NewRequest("GET", "http://localhost/en/irregularities?part=comets", nil))
	assert.Equal(t, 400, answer.Code)
}

// irregular is a node with many irregularities.
type irregular struct {
	web.Service
	found []review.Irregularity
}

func (s irregular) Irregularities(context.Context) ([]review.Irregularity, error) {
	return s.found, nil
}

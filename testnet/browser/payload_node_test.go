package browser

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// stored is a federation of one running node, which carries what invented
// participants sign. Their names, and the charter, hold payloads too.
type stored struct {
	dir     string
	home    node.Home
	address string // of its pages
	node    *node.Node
	client  *web.Client
	genesis *review.Document
	chain   *review.Chain
	authors map[review.ParticipantID]*signing.DocumentSigner
	reveal  string // the day on which sealed reviews are revealed
	epoch   int    // that the next opening of xsc's log is of

	withFiles review.DocumentID // has attachments
}

// storedHost is whose node it is; others are carried.
const storedHost review.ParticipantID = "xsa"

// found makes the federation. Its charter has the payloads of names, as many to
// a name as fit.
func (s *stored) found(t *testing.T, names []string) {
	t.Helper()
	s.epoch, s.dir, s.authors = 2, t.TempDir(), map[review.ParticipantID]*signing.DocumentSigner{}
	s.address = freeAddress(t)
	_, port, err := net.SplitHostPort(freeAddress(t))
	require.NoError(t, err)
	participants := []review.Participant{
		{ID: "xsa", Kind: "state", Country: "XSA"}, {ID: "xsb", Kind: "state", Country: "XSB"}, {ID: "xsc", Kind: "state", Country: "XSC"},
		{ID: "sample-body", Kind: "regional-body"}, {ID: "sample-coalition", Kind: "civil-society"},
	}
	for i := len(participants); i < len(names); i++ {
		participants = append(participants, review.Participant{ID: review.ParticipantID(fmt.Sprintf("sample-%d", i)), Kind: "civil-society"})
	}
	var cards []ceremony.Card
	for i, p := range participants {
		p.Name, p.Sample = names[i%len(names)], true
		o := node.InitOptions{Participant: p, Author: p.ID != storedHost && p.ID != "xsc", HTTP: s.address, Demo: true, Addresses: []string{"/ip4/127.0.0.1/tcp/" + port}}
		card, err := node.Init(s.homeOf(p.ID), o)
		require.NoError(t, err)
		cards = append(cards, card)
		s.authors[p.ID], err = s.homeOf(p.ID).DocumentSigner(node.RoleAuthor, nil)
		require.NoError(t, err)
	}
	day := func(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }
	s.reveal = day(40)
	charter, err := ceremony.Convene(cards, ceremony.Convening{
		Title: names[0] + " SAMPLE", Suffix: "test.example", Witnesses: []review.ParticipantID{storedHost}, Threshold: 1, Sample: true,
		Rounds:    []review.Round{{ID: "sample-1", Title: names[len(names)-1] + " SAMPLE", Type: "thematic", Scope: "global", Sample: true, Convener: "sample-body", Opens: day(0), Due: day(30), Reveal: s.reveal, Themes: names[:min(len(names), 20)]}},
		Answerers: ceremony.Answerers{Accreditors: []review.Accreditor{{Participant: "sample-body", Scope: "global", Kinds: review.AccreditedTypes(), Cap: 1000}}},
	})
	require.NoError(t, err)
	signed, err := node.SignCharter(s.authors[storedHost], storedHost, *charter)
	require.NoError(t, err)
	s.genesis, err = review.Parse(signed.Payload)
	require.NoError(t, err)
	lines := append(signed.Marshal(), '\n')
	for _, p := range participants {
		accession, err := node.SignAccession(s.authors[p.ID], p.ID, s.genesis, "")
		require.NoError(t, err)
		lines = append(append(lines, accession.Marshal()...), '\n')
	}
	founding, err := review.ReadFounding(lines)
	require.NoError(t, err)
	s.chain = founding.Chain
	file := filepath.Join(s.dir, "federation.jsonl")
	require.NoError(t, os.WriteFile(file, lines, 0o600))
	s.home = s.homeOf(storedHost)
	_, err = node.Join(t.Context(), s.home, file, nil)
	require.NoError(t, err)
}

func (s *stored) homeOf(id review.ParticipantID) node.Home {
	return node.Home(filepath.Join(s.dir, string(id)))
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// plant puts payloads into the node's log that its door would refuse: another
// node's log may hold them all the same, and they are replicated.
func (s *stored) plant(t *testing.T, planted [][]byte) (ids []review.DocumentID) {
	t.Helper()
	db, err := store.Open(s.home.Database(), storeOptions)
	require.NoError(t, err)
	defer db.Close()
	key, err := s.home.NoteSigner(node.RoleLog, 1, nil)
	require.NoError(t, err)
	log := db.OpenLog(review.OriginOf(1, storedHost, s.genesis.ID, "test.example"), key)
	author := s.authors["xsb"]
	for _, payload := range planted {
		e, err := author.Sign(payload)
		require.NoError(t, err)
		_, _, err = log.Append(t.Context(), store.Submission{Leaf: e.Leaf(author.Key()), Payload: e.Payload})
		require.NoError(t, err)
		ids = append(ids, review.DocumentID(e.Digest().String()))
	}
	return ids
}

// storeOptions suit a test beside others on a small disk.
var storeOptions = store.Options{WriteBuffer: 2 << 20, MinFree: 1}

// start runs the node until the test ends.
func (s *stored) start(t *testing.T) {
	t.Helper()
	var err error
	s.node, err = node.Open(s.home, node.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Store: storeOptions})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.node.Run(ctx) }()
	s.client, err = web.NewClient("http://" + s.address)
	require.NoError(t, err)
	t.Cleanup(func() {
		s.client.Close()
		cancel()
		<-ended
		_ = s.node.Close()
	})
	s.eventually(t, func() error { _, err := s.client.Status(ctx); return err })
}

// settle waits until everything is final.
func (s *stored) settle(t *testing.T) {
	t.Helper()
	s.eventually(t, func() error {
		status, err := s.client.Status(t.Context())
		if err == nil && status.Pending > 0 {
			err = fmt.Errorf("%d records are pending", status.Pending)
		}
		return err
	})
}

func (s *stored) eventually(t *testing.T, try func() error) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	err := try()
	for ; err != nil && time.Now().Before(deadline); err = try() {
		time.Sleep(50 * time.Millisecond)
	}
	require.NoError(t, err)
}

// statement is a skeleton as a statement, its fields to be filled.
type statement struct {
	skeleton
	kind   review.Kind
	about  []review.Subject
	fields map[string]any
}

// statement completes a skeleton with what only a running federation knows, and
// with as many entries in its lists of groups. Nth is for what has to differ
// from one document of a kind to the next.
func (s *stored) statement(t *testing.T, k skeleton, ids map[string]review.DocumentID, nth, entries int) statement {
	t.Helper()
	draft := k.draft
	for name, id := range ids {
		draft = strings.ReplaceAll(draft, "<"+name+">", string(id))
	}
	draft = strings.NewReplacer("<reveal>", s.reveal, "<today>", "'"+time.Now().UTC().Format(time.DateOnly)+"'").Replace(draft)
	require.NotContains(t, draft, "<", k.name)
	st := statement{skeleton: k, fields: map[string]any{
		"author": k.author, "language": "en", "created": node.Now(), "salt": node.NewSalt(), "federation": string(s.genesis.ID), "sample": true,
	}}
	about := s.genesis.ID
	for name, value := range yamlFields(t, draft) {
		switch name {
		case "kind":
			st.kind = review.Kind(value.(string))
		case "about":
			about = review.DocumentID(value.(string))
		default:
			st.fields[name] = value
		}
	}
	st.about = []review.Subject{{Name: s.kindOf(t, about), Digest: about}}
	if list := review.Fields(st.kind).About; len(list) == 0 || st.kind != review.KindAccession && len(list) > 1 && about != s.genesis.ID {
		st.about[0].Name = "document"
	}
	for name, value := range st.fields {
		if list, ok := value.([]any); ok {
			st.fields[name] = append(s.entries(t, st.kind, name, list[0], nth, entries), list[1:]...)
		}
	}
	s.make(t, &st, nth)
	return st
}

func (s *stored) kindOf(t *testing.T, id review.DocumentID) string {
	t.Helper()
	if id == s.genesis.ID {
		return "charter"
	}
	d, err := s.client.Document(t.Context(), id)
	require.NoError(t, err)
	return string(d.Kind)
}

// entries repeats a list's first entry if it holds free text.
func (s *stored) entries(t *testing.T, k review.Kind, list string, one any, nth, n int) []any {
	t.Helper()
	group, grouped := one.(map[string]any)
	if !grouped && one != "T" || grouped && !holdsText(group) {
		return []any{one}
	}
	if !grouped {
		return repeated("T", n)
	}
	var all []any
	for i := range n {
		entry := map[string]any{}
		for name, value := range group {
			entry[name] = value
		}
		at := strings.ReplaceAll(string(k)+"/"+list, "progress-report", "assessment")
		switch at {
		case "assessment/findings":
			entry["objective"] = 1 + i
		case "policy/rules":
			entry["what"] = fmt.Sprintf("%064x", 1000*nth+i)
		case "translation/texts":
			entry["field"] = fmt.Sprintf("/findings/%d/text", i)
		case "charter/participants":
			entry["id"], entry["kind"], entry["sample"] = fmt.Sprintf("new-%d-%d", nth, i), "civil-society", true
			entry["keys"] = []any{map[string]any{"key": newKey(t), "role": "author"}}
		case "charter/suspensions":
			entry["from"], entry["until"] = fmt.Sprintf("2020-01-01T00:%02d:00Z", i), "2020-01-02T00:00:00Z"
		case "charter/rounds":
			entry["id"], entry["themes"] = fmt.Sprintf("new-%d-%d", nth, i), repeated("T", n)
		case "pledge/milestones", "pledge/targets", "plan/measures", "facility/criteria", "allocation/conditions", "decision/indicators":
			entry["id"] = fmt.Sprintf("i-%d", i)
		}
		all = append(all, entry)
	}
	return all
}

func repeated(text string, n int) (list []any) {
	for range n {
		list = append(list, text)
	}
	return list
}

func holdsText(group map[string]any) bool {
	for _, value := range group {
		if value == "T" {
			return true
		}
	}
	return false
}

func newKey(t *testing.T) string {
	t.Helper()
	key, err := signing.GenerateDocumentKey()
	require.NoError(t, err)
	return key.Key().Base64()
}

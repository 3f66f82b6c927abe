package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// library is a node, not running, that carries what two authors attach.
type library struct {
	t       *testing.T
	node    *Node
	authors map[review.ParticipantID]*signing.DocumentSigner
	count   int
}

func newLibrary(t *testing.T, policy AttachmentPolicy) *library {
	l := &library{t: t, authors: map[review.ParticipantID]*signing.DocumentSigner{}}
	home := map[review.ParticipantID]Home{}
	var cards []ceremony.Card
	for _, who := range []review.Participant{{ID: "xsa", Country: "XSA"}, {ID: "xsb", Country: "XSB"}} {
		who.Kind, who.Name, who.Sample = "state", "Samplia "+string(who.ID), true
		h := Home(filepath.Join(t.TempDir(), string(who.ID)))
		card, err := Init(h, InitOptions{Participant: who, Addresses: []string{"/ip4/127.0.0.1/tcp/4001"}, Author: who.ID == "xsb"})
		require.NoError(t, err)
		l.authors[who.ID], err = h.DocumentSigner(RoleAuthor, nil)
		require.NoError(t, err)
		home[who.ID], cards = h, append(cards, card)
	}
	charter, err := ceremony.Convene(cards, ceremony.Convening{Title: "SAMPLE", Suffix: "test.example", Witnesses: []review.ParticipantID{"xsa"}, Sample: true})
	require.NoError(t, err)
	signed, err := SignCharter(l.authors["xsa"], "xsa", *charter)
	require.NoError(t, err)
	d, err := review.Parse(signed.Payload)
	require.NoError(t, err)
	file := append(signed.Marshal(), '\n')
	for id, author := range l.authors {
		accession, err := SignAccession(author, id, d, "")
		require.NoError(t, err)
		file = append(append(file, accession.Marshal()...), '\n')
	}
	name := filepath.Join(t.TempDir(), "federation.jsonl")
	require.NoError(t, os.WriteFile(name, file, 0o644))
	_, err = Join(t.Context(), home["xsa"], name, nil)
	require.NoError(t, err)
	c, err := home["xsa"].Config()
	require.NoError(t, err)
	c.Attachments = policy
	require.NoError(t, home["xsa"].WriteConfig(c))
	l.node, err = Open(home["xsa"], Options{Offline: true, Store: store.Options{MinFree: 1}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.node.Close()) })
	return l
}

// file files a pledge that names these attachments.
func (l *library) file(author review.ParticipantID, named ...review.DocumentID) review.DocumentID {
	l.count++
	_, charter := l.node.founding.Chain.InForce()
	completion := review.Completion{Federation: l.node.founding.Genesis.ID, Charter: charter, Author: author, Created: Now(), Salt: NewSalt()}
	for i, id := range named {
		completion.Attachments = append(completion.Attachments, review.AttachmentSubject(fmt.Sprintf("annex-%d.csv", i+1), id))
	}
	payload, err := review.Complete([]byte(fmt.Sprintf("kind: pledge\nlanguage: en\nsample: true\ntitle: SAMPLE %d\nform: individual\nobjectives: [6]\ndue: not-stated\n", l.count)), completion)
	require.NoError(l.t, err)
	e, err := l.authors[author].Sign(payload)
	require.NoError(l.t, err)
	filed, err := l.node.File(l.t.Context(), e)
	require.NoError(l.t, err)
	return filed.ID
}

func manifestOf(t *testing.T, content []byte) review.AttachmentManifest {
	m, err := review.NewAttachmentManifest(content, NewSalt())
	require.NoError(t, err)
	return m
}

func (l *library) send(m review.AttachmentManifest, content []byte) error {
	return web.SendAttachment(l.t.Context(), l.node, m.Digest(), bytes.NewReader(append(append(m.Marshal(), '\n'), content...)))
}

func (l *library) state(id review.DocumentID) string {
	s, err := l.node.attachments.State(id)
	require.NoError(l.t, err)
	return shownState(id, s).State
}

// Naming somebody else's attachment, and withdrawing that document, erases
// nothing; and it keeps nothing from being erased by who named it first.
func TestOnlyWhoNamedAnAttachmentFirstErasesIt(t *testing.T) {
	l := newLibrary(t, AttachmentPolicy{})
	content := []byte("a,b\n1,2\n")
	m := manifestOf(t, content)
	l.file("xsa", m.Digest())
	l.file("xsb", m.Digest())
	require.NoError(t, l.send(m, content))
	index, err := l.node.attachmentIndex()
	require.NoError(t, err)
	require.Len(t, index[m.Digest()], 2)
	first, second := index[m.Digest()][0].document, index[m.Digest()][1].document

	require.NoError(t, l.node.eraseAttachments(index, second))
	require.Equal(t, web.AttachmentHeld, l.state(m.Digest()))
	require.NoError(t, l.node.store.SetAbsent(second, review.Erased))
	require.NoError(t, l.node.collectAttachments())
	require.Equal(t, web.AttachmentHeld, l.state(m.Digest()))

	require.NoError(t, l.node.eraseAttachments(index, first, "annex-2.csv"))
	require.Equal(t, web.AttachmentHeld, l.state(m.Digest()), "another one was taken back")
	require.NoError(t, l.node.eraseAttachments(index, first, "annex-1.csv"))
	require.Equal(t, web.AttachmentErased, l.state(m.Digest()))
	require.NoError(t, l.node.store.SetAbsent(first, review.Erased))
	l.file("xsb", m.Digest())
	require.ErrorIs(t, l.send(m, content), web.ErrErased)
	_, err = l.node.PutAttachmentPiece(t.Context(), m.Digest(), -1, m.Marshal())
	require.ErrorIs(t, err, web.ErrErased)
}

func TestWhatNoDocumentNamesIsCollected(t *testing.T) {
	l := newLibrary(t, AttachmentPolicy{})
	one, two := manifestOf(t, []byte("one")), manifestOf(t, []byte("two"))
	named := l.file("xsa", one.Digest())
	l.file("xsa", two.Digest())
	require.NoError(t, l.send(one, []byte("one")))
	require.NoError(t, l.send(two, []byte("two")))
	require.NoError(t, l.node.collectAttachments())
	require.Equal(t, web.AttachmentHeld, l.state(one.Digest()))
	require.NoError(t, l.node.store.SetAbsent(named, review.Withheld))
	require.NoError(t, l.node.collectAttachments())
	require.Equal(t, web.AttachmentMissing, l.state(one.Digest()))
	require.Equal(t, web.AttachmentHeld, l.state(two.Digest()))
}

func TestThePolicySaysWhichAttachmentsAreWanted(t *testing.T) {
	for keep, want := range map[string][]review.ParticipantID{
		"": {"xsa", "xsb"}, AttachmentsAll: {"xsa", "xsb"}, AttachmentsNone: {"xsa"},
		AttachmentsRegion: {"xsa"}, // invented countries lie in no region
	} {
		l := newLibrary(t, AttachmentPolicy{Keep: keep})
		by := map[review.DocumentID]review.ParticipantID{}
		for _, author := range []review.ParticipantID{"xsa", "xsb"} {
			m := manifestOf(t, []byte(author))
			l.file(author, m.Digest())
			by[m.Digest()] = author
		}
		wanted, _, err := l.node.wantedAttachments()
		require.NoError(t, err)
		var authors []review.ParticipantID
		for _, id := range wanted {
			authors = append(authors, by[id])
		}
		require.ElementsMatch(t, want, authors, keep)
	}
}

// One author's attachments do not fill the disk of everybody else.
func TestAnAuthorHasAShareOfTheQuota(t *testing.T) {
	l := newLibrary(t, AttachmentPolicy{MiB: 1})
	content := bytes.Repeat([]byte("0123456789abcdef"), 5000) // 80 kB of a share of 128 KiB
	manifests := map[review.ParticipantID][]review.AttachmentManifest{}
	for _, author := range []review.ParticipantID{"xsa", "xsb"} {
		for range 3 {
			m := manifestOf(t, content)
			l.file(author, m.Digest())
			manifests[author] = append(manifests[author], m)
		}
	}
	for i, m := range manifests["xsb"] {
		err := l.send(m, content)
		if i < 2 { // the second begins below the share
			require.NoError(t, err)
			continue
		}
		var answer *web.AnswerError
		require.ErrorAs(t, err, &answer)
		require.Equal(t, "quota", answer.Code)
	}
	for _, m := range manifests["xsa"] {
		require.NoError(t, l.send(m, content), "the own are not bounded by a share")
	}
	wanted, _, err := l.node.wantedAttachments()
	require.NoError(t, err)
	require.Empty(t, wanted)
}

// peer gives an attachment, and may break off or lie.
type peer struct {
	m       review.AttachmentManifest
	content []byte
	pieces  int // it gives before it breaks off
	lie     bool
	asked   []int
}

var errBrokenOff = errors.New("broken off")

func (p *peer) AttachmentPiece(_ context.Context, _ review.DocumentID, from int) ([]byte, error) {
	p.asked = append(p.asked, from)
	if p.pieces--; p.pieces < 0 {
		return nil, errBrokenOff
	}
	if from < 0 {
		return p.m.Marshal(), nil
	}
	rest := bytes.Clone(p.content[from*review.AttachmentChunk:])
	rest = rest[:min(len(rest), 2*review.AttachmentChunk)]
	if p.lie {
		rest[len(rest)-1] ^= 1
	}
	return rest, nil
}

// What one peer gave before it broke off is not asked for again, from nobody; a
// chunk that is not the author's is not kept.
func TestAnInterruptedTransferGoesOnWithAnotherPeer(t *testing.T) {
	l := newLibrary(t, AttachmentPolicy{})
	content := bytes.Repeat([]byte("0123456789abcdef"), 7*review.AttachmentChunk/16)
	m := manifestOf(t, content)
	l.file("xsb", m.Digest())
	for _, step := range []struct {
		peer  *peer
		asked []int
		err   error
	}{
		{&peer{pieces: 2}, []int{-1, 0, 2}, errBrokenOff},
		{&peer{pieces: 9, lie: true}, []int{2}, review.ErrAttachment}, // the chunk before the lie is kept
		{&peer{}, []int{3}, errBrokenOff},
		{&peer{pieces: 9}, []int{3, 5}, nil},
	} {
		step.peer.m, step.peer.content = m, content
		require.ErrorIs(t, l.node.fetch(t.Context(), step.peer, m.Digest()), step.err)
		require.Equal(t, step.asked, step.peer.asked)
	}
	require.Equal(t, web.AttachmentHeld, l.state(m.Digest()))
	var got []byte
	require.NoError(t, web.ReadAttachment(t.Context(), l.node, m.Digest(), func(_ review.AttachmentManifest, chunk []byte) error {
		got = append(got, chunk...)
		return nil
	}))
	require.Equal(t, content, got)

	// One that gives nothing, for ever, is given up.
	other := manifestOf(t, content)
	l.file("xsb", other.Digest())
	idle := &peer{m: other, pieces: 1000, content: content[:0]}
	require.Error(t, l.node.fetch(t.Context(), idlePeer{idle}, other.Digest()))
}

// idlePeer answers with nothing.
type idlePeer struct{ *peer }

func (p idlePeer) AttachmentPiece(_ context.Context, _ review.DocumentID, from int) ([]byte, error) {
	if from < 0 {
		return p.m.Marshal(), nil
	}
	return nil, nil
}

func TestAttachmentPoliciesThatMakeNoSenseAreRefused(t *testing.T) {
	for text, says := range map[string]string{
		"attachments:\n  keep: some\n":       "write all, region or none",
		"attachments:\n  mib: -1\n":          "up to",
		"attachments:\n  size: 1\n":          "unknown field",
		"attachments:\n  mib: 99999999999\n": "up to",
	} {
		_, err := parseConfig([]byte("participant: xsa\n" + text))
		require.ErrorContains(t, err, says)
	}
	c, err := parseConfig([]byte("participant: xsa\nattachments:\n  keep: region\n  mib: 100\n"))
	require.NoError(t, err)
	require.Equal(t, AttachmentPolicy{AttachmentsRegion, 100}, c.Attachments)
	require.NotContains(t, strings.Join(attachmentLines(t, Config{Participant: "xsa"}), ""), "keep")
}

// attachmentLines are the lines about attachments of a configuration.
func attachmentLines(t *testing.T, c Config) (lines []string) {
	h := Home(t.TempDir())
	require.NoError(t, h.WriteConfig(c))
	b, err := os.ReadFile(h.ConfigFile())
	require.NoError(t, err)
	for line := range strings.Lines(string(b)) {
		if strings.Contains(line, "attachments") || strings.Contains(line, "keep") {
			lines = append(lines, line)
		}
	}
	return lines
}

package review

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/signing"
)

// history is a log's records as plain texts.
type history []string

func (h history) leaves() []tlog.Hash {
	leaves := make([]tlog.Hash, len(h))
	for i, text := range h {
		leaves[i] = tlog.RecordHash([]byte(text))
	}
	return leaves
}

func (h history) root(n int) tlog.Hash { return rootsAt(h.leaves(), []uint64{uint64(n)})[uint64(n)] }

func (h history) prove(t testing.TB, from int) tlog.TreeProof {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, n := range indexes {
			hashes[i] = stored[n]
		}
		return hashes, nil
	})
	for i, text := range h {
		hashes, err := tlog.StoredHashes(int64(i), []byte(text), read)
		require.NoError(t, err)
		stored = append(stored, hashes...)
	}
	proof, err := tlog.ProveTree(int64(len(h)), int64(from), read)
	require.NoError(t, err)
	return proof
}

func (h history) note(o Origin, n int, s *signing.NoteSigner) []byte {
	return signing.SignCheckpoint(signing.Checkpoint{Origin: string(o), Size: uint64(n), Root: h.root(n)}, s)
}

// fork is the proof that log o, whose key is signer's, has a note of the first
// n records of one history and of the whole of another.
func (f *testFederation) fork(author, owner ParticipantID, one history, n int, other history) *Fork {
	o, signer := f.origin(owner), f.logs[f.origin(owner)].signer
	var proof tlog.TreeProof
	if n < len(other) {
		proof = other.prove(f.t, n)
	}
	return NewFork(f.common(author), o, one.note(o, n, signer), other.note(o, len(other), signer), other.root(n), proof)
}

var (
	historyA = history{"r0", "r1", "a2", "a3", "a4"}
	historyB = history{"r0", "r1", "b2", "b3", "b4", "b5", "b6"}
)

func TestWhatProvesAFork(t *testing.T) {
	f := newFederation(t, 4)
	for n := 3; n <= len(historyA); n++ {
		for m := n; m <= len(historyB); m++ {
			assert.NoError(t, CheckFork(f.chain(), f.fork("deu", "mar", historyA, n, historyB[:m])), "%d and %d", n, m)
		}
	}
	for n := 1; n <= 2; n++ {
		for m := n; m <= len(historyB); m++ {
			assert.ErrorContains(t, CheckFork(f.chain(), f.fork("deu", "mar", historyA, n, historyB[:m])), "one history", "%d and %d", n, m)
		}
	}
	o, key := f.origin("mar"), f.logs[f.origin("mar")].signer
	for name, change := range map[string]func(p *Fork){
		"a log that no charter lists":   func(p *Fork) { p.Origin = "e7.mar." + o[7:] },
		"another log":                   func(p *Fork) { p.Origin = f.origin("deu") },
		"a note by another key":         func(p *Fork) { p.First = string(historyA.note(o, 4, noteSigner("deu log 1"))) },
		"a second note by another key":  func(p *Fork) { p.Second = string(historyB.note(o, 7, noteSigner("deu log 1"))) },
		"a note of another log":         func(p *Fork) { p.First = string(historyA.note(f.origin("deu"), 4, key)) },
		"a root that is not the tree's": func(p *Fork) { p.Prefix = NewFork(Common{}, o, nil, nil, tlog.Hash{1}, tlog.TreeProof{{}}).Prefix },
		"no prefix":                     func(p *Fork) { p.Prefix = "" },
		"no proof":                      func(p *Fork) { p.Proof = nil },
		"a proof that is too long":      func(p *Fork) { p.Proof = append(p.Proof, p.Proof[0]) },
		"the notes the other way round": func(p *Fork) { p.First, p.Second = p.Second, p.First },
		"an empty tree": func(p *Fork) {
			p.First = string(signing.SignCheckpoint(signing.Checkpoint{Origin: string(o)}, key))
		},
		"a tree past every bound": func(p *Fork) {
			p.Second = string(signing.SignCheckpoint(signing.Checkpoint{Origin: string(o), Size: 1 << 62, Root: tlog.Hash{1}}, key))
		},
		"notes of one size with a proof": func(p *Fork) { p.Second = string(historyB.note(o, 4, key)) },
	} {
		p := f.fork("deu", "mar", historyA, 4, historyB)
		require.NoError(t, CheckFork(f.chain(), p))
		change(p)
		assert.Error(t, CheckFork(f.chain(), p), name)
	}
}

// The example of this kind is a real proof, for programs in other languages.
func TestTheExampleOfAForkIsOne(t *testing.T) {
	predicate, about := readExample(t, KindFork)
	payload, err := FromDraft(KindFork, predicate, about)
	require.NoError(t, err)
	d, err := Parse(payload)
	require.NoError(t, err)
	require.NoError(t, d.Predicate.(*Fork).check(noteSigner("sle log 1").Key()))
}

func TestAForkKeepsWhatAQuorumCosignedAndLabelsTheRest(t *testing.T) {
	f := newFederation(t, 4)
	kept := f.say("mar", f.pledge("mar", "Before"), f.genesis.ID)
	f.receipt("mar", f.all(minute(5)))
	lost := f.say("mar", f.pledge("mar", "After"), f.genesis.ID)
	elsewhere := f.say("mar", f.pledge("mar", "Refiled"), f.genesis.ID)
	leaf := f.logs[f.origin("mar")].records
	f.appendLeaf("deu", leaf[len(leaf)-1].Leaf, leaf[len(leaf)-1].Payload)
	require.Equal(t, ReasonPending, f.label(lost).Reason)

	id := f.say("deu", f.fork("deu", "mar", historyA, 4, historyB), f.genesis.ID)
	f.receipt("deu", f.all(minute(10)))
	r := f.read()
	for of, want := range map[DocumentID]string{kept: "", elsewhere: "", lost: ReasonForked, id: ""} {
		l, ok := r.Label(of)
		require.True(t, ok)
		assert.Equal(t, want, l.Reason)
		assert.Equal(t, want == "", l.Counts)
	}
	forks := r.Chain().Forks()
	require.Len(t, forks, 1)
	assert.Equal(t, f.origin("mar"), forks[0].Origin)
	assert.Equal(t, id, forks[0].Forked)
	for _, l := range r.Chain().TrustedRoot() {
		assert.NotEqual(t, string(f.origin("mar")), l.Origin)
	}
	s := f.assemble(ScopeGlobal)
	assert.Contains(t, string(s.Manifest), `"forked-logs"`)

	// The node of a program that knows no filing times knows it, too.
	chain, err := NewChain(f.genesis, f.parse(f.logs[f.origin("deu")].payload(id)))
	require.NoError(t, err)
	assert.Equal(t, id, chain.Forks()[0].Forked)
}

func (l *testLog) payload(id DocumentID) []byte {
	return l.records[slices.IndexFunc(l.records, func(r Record) bool { return r.ID() == id })].Payload
}

// Whoever files a proof, with whatever key: one per log counts, the earliest.
func TestOneProofPerLogCounts(t *testing.T) {
	f := newFederation(t, 4)
	other := f.append("prt", f.compose(f.fork("gmb", "mar", historyA, 3, historyB), f.genesis.ID), "a stranger")
	void := f.say("prt", f.fork("prt", "mar", historyA, 2, historyB), f.genesis.ID)
	late := f.say("prt", f.fork("prt", "mar", historyA, 4, historyB), f.genesis.ID)
	first := f.say("deu", f.fork("deu", "mar", historyA, 5, historyB), f.genesis.ID)
	f.receipt("deu", f.all(minute(3)))
	f.receipt("prt", f.all(minute(7)))
	r := f.read()
	for id, want := range map[DocumentID]string{first: "", late: ReasonDuplicate, other: ReasonDuplicate, void: ReasonVoidFork} {
		l, _ := r.Label(id)
		assert.Equal(t, want, l.Reason)
	}

	f = newFederation(t, 4)
	only := f.append("prt", f.compose(f.fork("gmb", "mar", historyA, 3, historyB), f.genesis.ID), "a stranger")
	assert.Empty(t, f.label(only).Reason)
}

func TestTheDoorTakesOnlyProofs(t *testing.T) {
	f := newFederation(t, 4)
	good := f.parse(f.compose(f.fork("deu", "mar", historyA, 4, historyB), f.genesis.ID))
	none := f.read()
	for _, key := range []string{"deu author", "deu clerk"} {
		assert.NoError(t, Admit(f.chain(), good, public(documentKey(key)), none))
	}
	assert.Error(t, Admit(f.chain(), good, public(documentKey("a stranger")), none))
	bad := f.parse(f.compose(f.fork("deu", "mar", historyA, 2, historyB), f.genesis.ID))
	assert.ErrorContains(t, Admit(f.chain(), bad, public(documentKey("deu author")), none), "one history")
}

func FuzzFork(f *testing.F) {
	fed := newFederation(f, 1)
	p := fed.fork("deu", "mar", historyA, 4, historyB)
	key := fed.logs[p.Origin].signer.Key()
	f.Add(p.First, p.Second, p.Prefix, strings.Join(p.Proof, " "))
	f.Fuzz(func(t *testing.T, first, second, prefix, proof string) {
		got := &Fork{Origin: p.Origin, First: first, Second: second, Prefix: prefix, Proof: strings.Fields(proof)}
		if got.check(key) != nil {
			return
		}
		// Nobody has the key, so what proves a fork are the two notes of it.
		for _, note := range []string{first, second} {
			_, err := signing.OpenCheckpoint([]byte(note), string(p.Origin), key)
			require.NoError(t, err)
		}
	})
}

func TestVerifySaysWhatAProofOfAForkProves(t *testing.T) {
	f := newFederation(t, 4)
	f.say("deu", f.fork("deu", "mar", historyA, 4, historyB), f.genesis.ID)
	f.say("deu", f.fork("deu", "mar", historyA, 2, historyB), f.genesis.ID)
	n := len(f.logs[f.origin("deu")].records)
	note := f.note("deu", n, f.all(minute(3)))
	v, err := Verify(f.export("deu", n-2, n, note))
	require.NoError(t, err)
	assert.Equal(t, ForkSentence(f.origin("mar")), v.Proves)
	_, err = Verify(f.export("deu", n-1, n, note))
	assert.ErrorContains(t, err, "one history")
}

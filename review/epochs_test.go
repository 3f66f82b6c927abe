package review

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

// nextEpoch is an opening of one more epoch of a participant, with keys named
// after keys.
func (f *testFederation) nextEpoch(p ParticipantID, epoch int, keys string) *Opening {
	o := &Opening{Common: f.common(p), Epoch: epoch, Ends: OriginOf(epoch-1, p, f.genesis.ID, suffix), Reason: "lost"}
	o.Prove(OriginOf(epoch, p, f.genesis.ID, suffix), noteSigner(keys+" log"), noteSigner(keys+" node"))
	return o
}

// file puts an opening into a carrier's log, signed with a named key.
func (f *testFederation) fileOpening(carrier ParticipantID, o *Opening, key string) DocumentID {
	return f.append(carrier, f.compose(o, f.genesis.ID), key)
}

func (f *testFederation) second(p ParticipantID) Origin { return OriginOf(2, p, f.genesis.ID, suffix) }

func TestAnOpeningInAnybodysLogMakesTheNextLogKnown(t *testing.T) {
	f := newFederation(t, 4)
	o := f.nextEpoch("mar", 2, "new")
	o.Addresses = []string{"/ip4/192.0.2.1/tcp/4001"}
	id := f.fileOpening("deu", o, "mar root")
	f.receipt("deu", f.all(minute(10)))
	r := f.read()
	l, ok := r.Label(id)
	require.True(t, ok)
	assert.True(t, l.Counts, l.Reason)
	log, ok := r.Chain().Log(f.second("mar"))
	require.True(t, ok)
	assert.Equal(t, LogEntry{Origin: f.second("mar"), Participant: "mar", Epoch: 2,
		LogKey: noteSigner("new log").Key(), NodeKey: noteSigner("new node").Key(), Addresses: o.Addresses}, log)
	old, _ := r.Chain().Log(f.origin("mar"))
	assert.Equal(t, "lost", old.Ended)
	last, _ := r.Chain().LastLog("mar")
	assert.Equal(t, log, last)

	// The node of a program without the records of that log knows it, too.
	chain, err := NewChain(f.genesis, append(f.accessions(f.genesis.ID, nodes...), f.parse(f.compose(o, f.genesis.ID)))...)
	require.NoError(t, err)
	assert.Equal(t, r.Chain().Logs(), chain.Logs())
}

func TestANodeThatStaysListensWhereItDid(t *testing.T) {
	f := newFederation(t, 4)
	f.fileOpening("deu", f.nextEpoch("mar", 2, "new"), "mar root")
	log, _ := f.read().Chain().Log(f.second("mar")) // known before any quorum saw it
	assert.Equal(t, []string{"/ip4/127.0.0.1/tcp/4001"}, log.Addresses)
}

func TestWhatOpensNoEpoch(t *testing.T) {
	for name, c := range map[string]struct {
		change func(f *testFederation, o *Opening)
		key    string
		want   string
	}{
		"with the root key of another": {nil, "deu root", "key-not-authors"},
		"with the author's key":        {nil, "mar author", "key-role"},
		"with an unknown key":          {nil, "a stranger", "key-unknown"},
		"of an epoch after the next":   {func(f *testFederation, o *Opening) { o.Epoch, o.Ends = 3, f.second("mar") }, "mar root", "not-the-next-epoch"},
		"that ends an older log": {func(f *testFederation, o *Opening) {
			f.fileOpening("deu", f.nextEpoch("mar", 2, "second"), "mar root")
			o.Epoch = 3
		}, "mar root", "not-the-last-log"},
		"with the log key of another":     {func(_ *testFederation, o *Opening) { o.LogKey = noteSigner("deu log 1").Key().String() }, "mar root", "key-in-use"},
		"with the node key of another":    {func(_ *testFederation, o *Opening) { o.NodeKey = noteSigner("deu node").Key().String() }, "mar root", "key-in-use"},
		"with the witness key of another": {func(_ *testFederation, o *Opening) { o.NodeKey = noteSigner("prt witness").Key().String() }, "mar root", "key-in-use"},
		"without a proof of the log key":  {func(_ *testFederation, o *Opening) { o.LogProof = "" }, "mar root", "key-not-proven"},
		"without a proof of the node key": {func(_ *testFederation, o *Opening) { o.NodeProof = "" }, "mar root", "key-not-proven"},
		"with one proof for both":         {func(_ *testFederation, o *Opening) { o.NodeProof = o.LogProof }, "mar root", "key-not-proven"},
		"with a key of another's opening": {func(f *testFederation, o *Opening) {
			theirs := f.nextEpoch("prt", 2, "theirs") // which anyone may read before it is filed
			o.NodeKey, o.NodeProof = theirs.NodeKey, theirs.NodeProof
		}, "mar root", "key-not-proven"},
		"of another federation": {func(_ *testFederation, o *Opening) {
			o.Federation, o.Ends = DocumentID(fmt.Sprintf("%064d", 0)), "e1.mar.00000000.gcm.example"
		}, "mar root", "wrong-federation"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			o := f.nextEpoch("mar", 2, "new")
			if c.change != nil {
				c.change(f, o)
			}
			id := f.fileOpening("deu", o, c.key)
			f.settle(minute(10))
			r := f.read()
			l, _ := r.Label(id)
			assert.Equal(t, c.want, l.Reason)
			_, ok := r.Chain().Log(OriginOf(o.Epoch, "mar", f.genesis.ID, suffix))
			assert.False(t, ok)
		})
	}
}

func TestOfTwoOpeningsOfAnEpochTheEarlierFiledWins(t *testing.T) {
	for name, c := range map[string]struct {
		first, second time.Time // zero: no quorum saw it
		want          string    // "" for the lower ID
	}{
		"the first":                {minute(10), minute(20), "first"},
		"the second":               {minute(20), minute(10), "second"},
		"the one that is final":    {time.Time{}, minute(10), "second"},
		"in the same second":       {minute(10), minute(10), ""},
		"where no time is known":   {time.Time{}, time.Time{}, ""},
		"a final one by any other": {minute(600), time.Time{}, "first"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			first := f.fileOpening("deu", f.nextEpoch("mar", 2, "first"), "mar root")
			second := f.fileOpening("phl", f.nextEpoch("mar", 2, "second"), "mar root")
			for carrier, at := range map[ParticipantID]time.Time{"deu": c.first, "phl": c.second} {
				if !at.IsZero() {
					f.receipt(carrier, f.all(at))
				}
			}
			want := c.want
			if want == "" {
				want = map[bool]string{true: "first", false: "second"}[first < second]
			}
			r := f.read()
			log, ok := r.Chain().Log(f.second("mar"))
			require.True(t, ok)
			assert.Equal(t, noteSigner(want+" log").Key(), log.LogKey)
			loser, _ := r.Label(map[string]DocumentID{"first": second, "second": first}[want])
			assert.Contains(t, []string{"not-the-listed-key", ReasonPending}, loser.Reason)
		})
	}
}

// What the next log holds is dated by its own receipts, and a third epoch may
// be opened there.
func TestTheNextLogCountsAndTheOldOneKeepsWhatAQuorumSaw(t *testing.T) {
	f := newFederation(t, 4)
	before := f.say("mar", f.pledge("mar", "Before"), f.genesis.ID)
	f.receipt("mar", f.all(minute(10)))
	tail := f.say("mar", f.pledge("mar", "In the tail"), f.genesis.ID)
	f.fileOpening("deu", f.nextEpoch("mar", 2, "new"), "mar root")
	f.receipt("deu", f.all(minute(20)))

	// The new log, with its opening, the tail's pledge again and one of its own.
	second := &testLog{owner: "mar", signer: noteSigner("new log")}
	f.logs[f.second("mar")] = second
	put := func(payload []byte, key string) DocumentID {
		leaf := sign(documentKey(key), payload)
		second.records = append(second.records, Record{Origin: f.second("mar"), Index: uint64(len(second.records)), Leaf: leaf, Payload: payload, Genuine: true})
		return DocumentID(leaf.Digest.String())
	}
	deu := f.logs[f.origin("deu")].records
	put(deu[len(deu)-2].Payload, "mar root")
	mar := f.logs[f.origin("mar")].records
	require.Equal(t, tail, put(mar[len(mar)-1].Payload, "mar author"))
	after := put(f.compose(f.pledge("mar", "After"), f.genesis.ID), "mar author")
	put(f.compose(f.nextEpoch("mar", 3, "third"), f.genesis.ID), "mar root")
	cp := signing.Checkpoint{Origin: string(f.second("mar")), Size: uint64(len(second.records))}
	var edge frontier
	for _, r := range second.records {
		edge.add(r.Leaf.Hash())
	}
	cp.Root = edge.root()
	f.say("deu", &Receipt{Common: f.common("deu"), Checkpoint: string(cosigned(f, cp, second.signer, f.all(minute(30))))}, f.genesis.ID)

	r := f.read()
	for id, filed := range map[DocumentID]string{before: "2026-01-01T00:10:00Z", tail: "2026-01-01T00:30:00Z", after: "2026-01-01T00:30:00Z"} {
		l, _ := r.Label(id)
		assert.True(t, l.Counts, l.Reason)
		assert.Equal(t, filed, l.Filed)
	}
	third, ok := r.Chain().Log(OriginOf(3, "mar", f.genesis.ID, suffix))
	require.True(t, ok)
	assert.Equal(t, noteSigner("third log").Key(), third.LogKey)
	// The snapshot is the same, in whatever order the records come.
	records := f.list()
	slices.Reverse(records)
	s, err := Describe(f.genesis, f.states(), each(records))
	require.NoError(t, err)
	assert.Equal(t, f.snapshot(), s)
	again, err := Read(s, f.genesis, each(records), time.Time{})
	require.NoError(t, err)
	assert.Equal(t, r.Chain().Logs(), again.Chain().Logs())
}

func TestOnlyAKeyThatProvesNothingLeavesTheTrustedRoot(t *testing.T) {
	for _, reason := range []string{"lost", "restored", "cloned", "moved", "stolen", "forked"} {
		f := newFederation(t, 1)
		o := f.nextEpoch("mar", 2, "new")
		o.Reason = reason
		f.fileOpening("deu", o, "mar root")
		var origins []string
		for _, l := range f.read().Chain().TrustedRoot() {
			origins = append(origins, l.Origin)
		}
		assert.Contains(t, origins, string(f.second("mar")))
		assert.Equal(t, reason != "stolen" && reason != "forked", slices.Contains(origins, string(f.origin("mar"))), reason)
	}
}

func TestAFoundingFileKnowsOpenedEpochs(t *testing.T) {
	f := newFederation(t, 1)
	file := f.foundingFile()
	line := func(key string) []byte {
		payload := f.compose(f.nextEpoch("mar", 2, "new"), f.genesis.ID)
		return append(signing.Envelope{Payload: payload, Signature: sign(documentKey(key), payload).Signature}.Marshal(), '\n')
	}
	founding, err := ReadFounding(append(slices.Clone(file), line("mar root")...))
	require.NoError(t, err)
	_, ok := founding.Chain.Log(f.second("mar"))
	assert.True(t, ok)
	for _, key := range []string{"mar author", "deu root", "a stranger"} {
		_, err := ReadFounding(append(slices.Clone(file), line(key)...))
		require.ErrorIs(t, err, ErrFounding, key)
	}
}

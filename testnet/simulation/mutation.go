package simulation

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
)

// Mutation is a guarantee that is switched off at every honest node, to see
// that the simulator notices. It changes what goes into the protocol and what
// comes out, never the protocol's own code. A nil mutation switches off nothing.
type Mutation struct{ name string }

// The guarantees that can be switched off. mutation_test.go says which plan
// shows that each is needed.
const (
	mutantBlindWitness    = "a witness does not check that a checkpoint extends what it cosigned"
	mutantForgetful       = "a witness does not persist what it cosigned"
	mutantHoldless        = "a witness cosigns what it does not hold"
	mutantContentless     = "a witness cosigns what it holds without the content"
	mutantClockBack       = "a witness's time runs backwards with its clock"
	mutantCopyUnnoticed   = "records from a backup are not told from the machine's own"
	mutantNoFence         = "a log that showed more elsewhere is signed on"
	mutantPeersUnasked    = "a node signs its log without asking its peers for its head"
	mutantNoProof         = "a replica takes a range without proof"
	mutantNoQuorum        = "a receipt is filed without a quorum"
	mutantNoReceiptOwed   = "the receipt that is owed at a start is forgotten"
	mutantVolatile        = "what is received is not on disk yet"
	mutantAuthorsDate     = "the filing time is the author's date"
	mutantFirstWitness    = "the filing time is the first cosignature's"
	mutantAbsencesIgnored = "absences are not compared"
	mutantMissingPassed   = "a stocktake passes over payloads that are missing"
	mutantMissingLeft     = "missing payloads are not looked for"
	mutantTwiceCounted    = "a document that lies in two logs is counted twice"
	mutantCharterByCome   = "of two rival charters the one that came first is in force"
	mutantErasedBack      = "what was erased is taken back"
	mutantErasureIgnored  = "what was withdrawn is not erased"
	mutantForksQuiet      = "a fork that is seen is not proven to others"
	mutantForkKept        = "a forked log's tail is not taken back"
	mutantNothingRefiled  = "a new epoch does not file again what the last one left"
	mutantRefiledOnce     = "what came without its content is not filed again when that comes"
	mutantNoRedial        = "a connection that broke is not made again"
	mutantNoCompare       = "what gossip lost is not found by comparing"
	mutantWitnessKept     = "a witness that was restored goes on with its key"
)

func (m *Mutation) is(name string) bool { return m != nil && m.name == name }

// spoil makes a node's records careless before it starts.
func (m *Mutation) spoil(l *Ledger) {
	l.trusting = m.is(mutantNoProof)
	l.forgetful = m.is(mutantErasedBack)
}

// timing has a node wait for nobody's word, or compare with nobody.
func (m *Mutation) timing(t federation.Timing) federation.Timing {
	if m.is(mutantPeersUnasked) {
		t.OpenAfter = time.Nanosecond
	}
	if m.is(mutantNoCompare) {
		t.CatchUp = 1000 * time.Hour
	}
	return t
}

// roster is what a node's core goes by.
func (m *Mutation) roster(r *federation.Roster) *federation.Roster {
	if !m.is(mutantNoQuorum) || len(r.Witnesses) < 2 {
		return r
	}
	alone := *r
	alone.Witnesses, alone.Final = r.Witnesses[:1], func([]byte) bool { return true }
	return &alone
}

// witnessState is what a witness remembers and holds.
func (m *Mutation) witnessState(l *Ledger) federation.WitnessState {
	switch {
	case m.is(mutantBlindWitness), m.is(mutantForgetful), m.is(mutantHoldless), m.is(mutantClockBack):
		return &badMemory{Ledger: l, mutation: m}
	}
	return l
}

// badMemory is a witness's state that does not keep its promises.
type badMemory struct {
	*Ledger
	mutation *Mutation
	asked    signing.Checkpoint // what it was asked to cosign
}

func (b *badMemory) Witnessed(o review.Origin) (signing.Checkpoint, time.Time) {
	cp, at := b.Ledger.Witnessed(o)
	switch {
	case b.mutation.is(mutantForgetful):
		return signing.Checkpoint{}, time.Time{}
	case b.mutation.is(mutantClockBack):
		return cp, time.Time{}
	case b.mutation.is(mutantBlindWitness):
		return b.asked, at // whatever the request says
	}
	return cp, at
}

func (b *badMemory) Root(o review.Origin, size uint64) (tlog.Hash, error) {
	if (b.mutation.is(mutantHoldless) || b.mutation.is(mutantBlindWitness)) && size == b.asked.Size {
		return b.asked.Root, nil
	}
	return b.Ledger.Root(o, size)
}

func (b *badMemory) Witness(o review.Origin, old uint64, cp signing.Checkpoint, at time.Time) error {
	if b.mutation.is(mutantForgetful) {
		return nil
	}
	b.witnessed[o] = sighting{cp, at}
	return nil
}

// cosign prepares a careless witness for a request.
func (m *Mutation) cosign(c *federation.Cosigner, request []byte) []byte {
	b, careless := c.State.(*badMemory)
	if careless {
		_, note, _ := bytes.Cut(request, []byte("\n\n"))
		b.asked, _ = signing.PeekCheckpoint(note)
		if m.is(mutantBlindWitness) { // it believes that it has cosigned just this, and wants no proof
			request = fmt.Appendf(nil, "old %d\n\n%s", b.asked.Size, note)
		}
	}
	return c.Answer(request)
}

// states is what a node says that it holds.
func (m *Mutation) states(l *Ledger) ([]review.LogState, error) {
	states, err := l.LogStates()
	if m.is(mutantAbsencesIgnored) {
		for i := range states {
			states[i].Absent = nil
		}
	}
	return states, err
}

// snapshot is the one that a stocktake is made of, in place of another.
func (m *Mutation) snapshot(l *Ledger, s review.Snapshot) review.Snapshot {
	switch {
	case m.is(mutantMissingPassed):
		s.Logs, _ = l.LogStates()
	case m.is(mutantCharterByCome):
		charters := l.Documents(review.KindCharter)
		inForce := slices.IndexFunc(charters, func(d *review.Document) bool { return d.ID == s.Charter })
		for _, d := range charters {
			if d.Predicate.(*review.Charter).Number == charters[inForce].Predicate.(*review.Charter).Number {
				s.Charter = d.ID
				break
			}
		}
	}
	return s
}

// filed is when a document was filed, by a node's records.
func (m *Mutation) filed(l *Ledger, f *fate, label review.Label) time.Time {
	filed, err := time.Parse(time.RFC3339, label.Filed)
	switch {
	case m.is(mutantAuthorsDate):
		filed, err = time.Parse(time.RFC3339, f.Created)
	case m.is(mutantFirstWitness):
		for _, d := range l.Documents(review.KindReceipt) {
			note := []byte(d.Predicate.(*review.Receipt).Checkpoint)
			cp, _ := signing.PeekCheckpoint(note)
			if cp.Origin != string(label.Place.Origin) || cp.Size <= label.Place.Index {
				continue
			}
			_, cosignatures, _ := signing.OpenCosignatures(note, f.at.chain.Witnesses())
			for _, c := range cosignatures {
				if c.Time.Before(filed) {
					filed = c.Time
				}
			}
		}
	}
	if err != nil {
		panic(err) // documents and labels are written so
	}
	return filed
}

// tally is how many pledges count.
func (m *Mutation) tally(reading *review.Reading) (pledges int) {
	for id, d := range reading.Documents() {
		l, _ := reading.Label(id)
		switch {
		case d == nil || d.Kind != review.KindPledge || !l.Counts:
		case m.is(mutantTwiceCounted):
			pledges += l.Places
		default:
			pledges++
		}
	}
	return pledges
}

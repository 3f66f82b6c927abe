package federation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// collecting is a core with a log of its own and one witness. What makes a note
// final is for the test to say.
func collecting(t *testing.T) (b *bench, cosign func(Ask) []Effect, final *bool) {
	final = new(bool)
	witness := Witness{ID: "w", Name: "w.w.01234567.test.example", Key: noteSigner(9).Key()}
	r := &Roster{
		Logs:      map[review.Origin]Log{logOf(0): {Key: noteSigner(7).Key(), Owner: "me"}},
		Witnesses: []Witness{witness},
		Final:     func([]byte) bool { return *final },
	}
	b = &bench{Core: NewCore(Options{Self: "me", Own: logOf(0), Seed: 1}, r), t: t, clock: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	b.step(Started{})
	return b, func(a Ask) []Effect {
		cp := signing.Checkpoint{Origin: string(logOf(0)), Size: a.Request.(Cosign).Size, Root: tlog.Hash{1}}
		line := signing.Cosign(cp, b.clock, witness.Name, noteSigner(9))
		return b.step(Answered{Ask: a.ID, Answer: CosignAnswer{Status: statusOK, Body: []byte(line)}})
	}, final
}

func (b *bench) append(size uint64) []Ask {
	return asksFor[Cosign](b.step(Appended{Substance: true, Head: store.Head{
		Origin: logOf(0), Size: size, Root: tlog.Hash{1}, Checkpoint: note(logOf(0), size, 1)}}))
}

// Cosignatures from before and after a change of witnesses are a quorum of
// neither set. All are asked again, until one set has dated them in its time.
func TestAReceiptThatMakesNothingFinalIsNotFiled(t *testing.T) {
	b, cosign, final := collecting(t)
	asks := b.append(3)
	require.Len(t, asks, 1)
	require.Empty(t, effectsOf[FileReceipt](cosign(asks[0])))
	require.Empty(t, asksFor[Cosign](b.step(Tick{})), "asked again without a pause")
	b.clock = b.Wake()
	again := asksFor[Cosign](b.step(Tick{}))
	require.Len(t, again, 1)
	require.Equal(t, Cosign{Origin: logOf(0), Old: 3, Size: 3, Note: note(logOf(0), 3, 1)}, again[0].Request)
	*final = true
	require.Len(t, effectsOf[FileReceipt](cosign(again[0])), 1)
}

// A charter that comes late may say that the witnesses of the last receipt were
// none any more.
func TestWhatCeasedToBeFinalIsCosignedAgain(t *testing.T) {
	b, cosign, final := collecting(t)
	*final = true
	require.Len(t, effectsOf[FileReceipt](cosign(b.append(3)[0])), 1)
	b.step(ReceiptFiled{Origin: logOf(0)})
	require.Empty(t, asksFor[Cosign](b.step(Enrolled{Roster: b.roster})))
	require.Len(t, asksFor[Cosign](b.step(Enrolled{Roster: b.roster, Owed: true})), 1)
}

// The roster may change while a receipt is being filed: one is enough, if it is
// still worth something.
func TestAReceiptOnItsWayIsLetThrough(t *testing.T) {
	for _, still := range []bool{true, false} {
		b, cosign, final := collecting(t)
		*final = true
		require.Len(t, effectsOf[FileReceipt](cosign(b.append(3)[0])), 1)
		require.Empty(t, asksFor[Cosign](b.step(Enrolled{Roster: b.roster, Owed: true})))
		*final = still
		again := asksFor[Cosign](b.step(ReceiptFiled{Origin: logOf(0)}))
		require.Equal(t, !still, len(again) == 1)
	}
}

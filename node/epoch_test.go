package node

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/node/ceremony"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// joined is the home of the only member of a federation.
func joined(t *testing.T) Home {
	h := Home(filepath.Join(t.TempDir(), "home"))
	card, err := Init(h, InitOptions{Participant: review.Participant{ID: "xsa", Kind: "state", Name: "Samplia", Country: "XSA", Sample: true},
		Addresses: []string{"/ip4/127.0.0.1/tcp/4001"}})
	require.NoError(t, err)
	charter, err := ceremony.Convene([]ceremony.Card{card}, ceremony.Convening{Title: "SAMPLE", Suffix: "test.example", Witnesses: []review.ParticipantID{"xsa"}, Sample: true})
	require.NoError(t, err)
	author, err := h.DocumentSigner(RoleAuthor, nil)
	require.NoError(t, err)
	signed, err := SignCharter(author, "xsa", *charter)
	require.NoError(t, err)
	d, err := review.Parse(signed.Payload)
	require.NoError(t, err)
	accession, err := SignAccession(author, "xsa", d, "")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "federation.jsonl")
	require.NoError(t, os.WriteFile(file, append(append(signed.Marshal(), '\n'), accession.Marshal()...), 0o644))
	_, err = Join(t.Context(), h, file, nil)
	require.NoError(t, err)
	return h
}

// fenced is what status says of a home's log.
func fenced(t *testing.T, h Home) (reason, remedy string) {
	n, err := Open(h, Options{Offline: true})
	require.NoError(t, err)
	defer n.Close()
	s, err := n.Status(t.Context())
	require.NoError(t, err)
	return s.Fenced, s.Remedy
}

func TestADatabaseThatIsNotTheHomesIsFencedFromTheStart(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, h Home){
		"the file is not in the backup": func(t *testing.T, h Home) { require.NoError(t, os.Remove(h.InstanceFile())) },
		"the file is of another state": func(t *testing.T, h Home) {
			require.NoError(t, os.WriteFile(h.InstanceFile(), []byte("other\n"), 0o600))
		},
		"the database was never here": func(t *testing.T, h Home) {
			require.NoError(t, os.RemoveAll(h.Database()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := joined(t)
			for range 2 { // a home that nobody touched stays as it is
				reason, _ := fenced(t, h)
				require.Empty(t, reason)
			}
			kept, err := os.ReadFile(h.InstanceFile())
			require.NoError(t, err)
			change(t, h)
			reason, remedy := fenced(t, h)
			require.NotEmpty(t, reason)
			require.Contains(t, remedy, "stocktake key epoch --reason restored")

			require.NoError(t, os.WriteFile(h.InstanceFile(), kept, 0o600))
			again, _ := fenced(t, h)
			require.Equal(t, reason, again, "a fence is for ever")
		})
	}
}

func TestNoEpochIsOpenedUnderARunningNode(t *testing.T) {
	h := joined(t)
	n, err := Open(h, Options{Offline: true})
	require.NoError(t, err)
	defer n.Close()
	root, err := h.DocumentSigner(RoleRoot, nil)
	require.NoError(t, err)
	_, err = OpenEpoch(t.Context(), h, EpochOptions{Reason: "restored", Root: root})
	require.ErrorIs(t, err, store.ErrLocked)
}

func TestAnEpochIsOpenedOnceAndGoesOn(t *testing.T) {
	h := joined(t)
	stranger, err := signing.GenerateDocumentKey()
	require.NoError(t, err)
	_, err = OpenEpoch(t.Context(), h, EpochOptions{Reason: "restored", Root: stranger})
	require.ErrorIs(t, err, signing.ErrSignature)

	root, err := h.DocumentSigner(RoleRoot, nil)
	require.NoError(t, err)
	first, err := OpenEpoch(t.Context(), h, EpochOptions{Reason: "restored", Root: root})
	require.NoError(t, err)
	require.FileExists(t, first.Retired)
	again, err := OpenEpoch(t.Context(), h, EpochOptions{Reason: "restored", Root: root})
	require.NoError(t, err)
	require.Equal(t, first.Opening, again.Opening)
	require.Equal(t, first.Retired, again.Retired)

	reason, _ := fenced(t, h)
	require.Empty(t, reason)
	n, err := Open(h, Options{Offline: true})
	require.NoError(t, err)
	defer n.Close()
	require.Equal(t, first.Log, n.origin)
	old, err := n.store.Fenced(first.Ends)
	require.NoError(t, err)
	require.Contains(t, old, string(first.Log))
	r, err := n.store.Record(first.Log, 0)
	require.NoError(t, err)
	require.Equal(t, first.Opening.Payload, r.Payload)

	// A copy of the epoch that was just opened needs one more.
	require.NoError(t, n.Close())
	require.NoError(t, os.Remove(h.InstanceFile()))
	reason, _ = fenced(t, h)
	require.NotEmpty(t, reason)
	third, err := OpenEpoch(t.Context(), h, EpochOptions{Reason: "restored", Root: root})
	require.NoError(t, err)
	require.Equal(t, first.Log, third.Ends)
	reason, _ = fenced(t, h)
	require.Empty(t, reason)
}

// Whatever its operator calls it: a witness that may have forgotten what it
// cosigned never signs with that key again, and has another to be listed.
func TestARestoredWitnessRetiresItsKey(t *testing.T) {
	for name, c := range map[string]struct {
		reason  string
		change  func(t *testing.T, h Home)
		retired bool
	}{
		"a restored backup":                {"restored", func(t *testing.T, h Home) { require.NoError(t, os.Remove(h.InstanceFile())) }, true},
		"a restored backup, called a move": {"moved", func(t *testing.T, h Home) { require.NoError(t, os.Remove(h.InstanceFile())) }, true},
		"a lost database, called a theft": {"stolen", func(t *testing.T, h Home) {
			require.NoError(t, os.Remove(h.InstanceFile()))
			require.NoError(t, os.RemoveAll(h.Database()))
		}, true},
		"a move with all that it knew": {"moved", func(*testing.T, Home) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := joined(t)
			_, _ = fenced(t, h)
			old, err := h.NoteSigner(RoleWitness, 1, nil)
			require.NoError(t, err)
			f, err := h.Founding()
			require.NoError(t, err)
			charter, _ := f.Chain.InForce()
			require.True(t, slices.ContainsFunc(charter.Witnesses, func(w review.Witness) bool { return w.Key == old.Key().String() }), "it is a witness")
			c.change(t, h)
			root, err := h.DocumentSigner(RoleRoot, nil)
			require.NoError(t, err)
			var e *Epoch
			for range 2 { // doing it again makes no third key
				e, err = OpenEpoch(t.Context(), h, EpochOptions{Reason: c.reason, Root: root})
				require.NoError(t, err)
			}
			now, err := h.NoteSigner(RoleWitness, 2, nil)
			require.NoError(t, err)
			require.Equal(t, c.retired, now.Key() != old.Key())
			if !c.retired {
				require.Empty(t, e.Retired)
				return
			}
			aside, err := os.ReadFile(e.Retired)
			require.NoError(t, err)
			kept, err := signing.ParseNoteSigner(aside, nil)
			require.NoError(t, err)
			require.Equal(t, old.Key(), kept.Key())
			card, err := ceremony.ReadCard(e.Witness)
			require.NoError(t, err)
			require.Equal(t, now.Key().String(), card.Witness)

			// Proposed so, the old key ends when the new one begins.
			turn := time.Now().Add(time.Hour)
			next, err := ceremony.Amend(charter, f.Genesis.ID, ceremony.Amendment{Witness: []ceremony.Card{card}, Turn: turn, Now: time.Now()})
			require.NoError(t, err)
			require.NoError(t, f.Chain.Follows(next))
			next = charter.Amended(next)
			require.Len(t, next.Witnesses, len(charter.Witnesses)+1)
			last := next.Witnesses[len(next.Witnesses)-1]
			require.Equal(t, card.Witness, last.Key)
			for _, w := range next.Witnesses {
				if w.Key == old.Key().String() {
					require.Equal(t, last.From, w.Until)
				}
			}
		})
	}
}

package review

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

// What a successor leaves out stays as it was, so a successor that states what
// changes and one that states everything make the same charter.
func TestLeavingOutAnEntryKeepsIt(t *testing.T) {
	f := newFederation(t, 4)
	old, _ := f.chain().InForce()
	full := f.successor()
	full.Participants = slices.Clone(full.Participants)
	full.Participants[4].Name = "Kingdom of Morocco"
	full.Participants = append(full.Participants, Participant{ID: "iom", Kind: "un-entity", Name: "IOM", Keys: []Key{{Key: public(documentKey("iom")).Base64(), Role: "author"}}})
	full.Witnesses = slices.Clone(full.Witnesses)
	full.Witnesses[3].Until = instant(minute(60))
	full.Rounds = append(slices.Clone(full.Rounds), Round{ID: "round-9", Title: "Nine", Scope: "global", Opens: "2030-01-01", Due: "2030-06-30"})
	full.Suspensions = append(slices.Clone(full.Suspensions), Suspension{Participant: "mar", From: instant(minute(0)), Until: instant(minute(60)), Reason: "A stolen key"})

	stated := full.Since(old)
	assert.Len(t, stated.Participants, 2)
	assert.Len(t, stated.Witnesses, 1)
	assert.Len(t, stated.Rounds, 1)
	assert.Len(t, stated.Suspensions, 1)
	whole := old.Amended(stated)
	assert.Equal(t, full, whole)
	assert.Equal(t, whole, old.Amended(whole), "stating it all again changed something")

	for _, next := range []*Charter{full, stated} {
		f := newFederation(t, 4)
		d := f.parse(f.compose(next, f.genesis.ID))
		chain, err := NewChain(f.genesis, append(append(f.accessions(f.genesis.ID, carrying...), f.accessions(d.ID, carrying...)...), d)...)
		require.NoError(t, err)
		charter, id := chain.InForce()
		assert.Equal(t, d.ID, id)
		assert.Equal(t, full.Participants, charter.Participants)
		assert.Equal(t, full.Witnesses, charter.Witnesses)
		assert.Equal(t, full.Rounds, charter.Rounds)
		assert.Len(t, chain.Logs(), len(nodes))
	}
}

// One document holds 64 KiB; a federation holds every State there is, and more.
func TestAFederationOutgrowsOneDocument(t *testing.T) {
	f := newFederation(t, 4)
	chain := f.chain()
	documents := f.accessions(f.genesis.ID, carrying...)
	members := slices.Clone(carrying)
	for round := range 8 {
		old, id := chain.InForce()
		next := &Charter{Common: f.common("prt"), Number: old.Number + 1, Previous: id, Suffix: old.Suffix, Compact: old.Compact, Rules: old.Rules, Threshold: old.Threshold}
		next.Title = "Charter"
		for i := range 30 {
			name := fmt.Sprintf("ngo-%02d-%02d", round, i)
			key := func(role string) Key { return Key{Key: public(documentKey(name + role)).Base64(), Role: role} }
			next.Participants = append(next.Participants, Participant{
				ID: ParticipantID(name), Kind: "civil-society", Name: "Coalition " + name,
				Keys: []Key{key("root"), key("author"), key("clerk")},
				Logs: []Log{{Epoch: 1, LogKey: noteSigner(name + " log").Key().String(), NodeKey: noteSigner(name + " node").Key().String(), Addresses: []string{"/dns4/" + name + ".example/tcp/4001"}}},
			})
		}
		payload := f.compose(next, id)
		d := f.parse(payload)
		documents = append(append(documents, d), f.accessions(d.ID, members...)...)
		for _, p := range next.Participants {
			members = append(members, p.ID)
		}
		var err error
		chain, err = NewChain(f.genesis, documents...)
		require.NoError(t, err)
		_, id = chain.InForce()
		require.Equal(t, d.ID, id, "amendment %d of %d bytes", round, len(payload))
	}
	charter, _ := chain.InForce()
	assert.Len(t, charter.Participants, 10+8*30)
	whole, err := json.Marshal(charter)
	require.NoError(t, err)
	assert.Greater(t, len(whole), 2*signing.MaxPayload)
	assert.Len(t, chain.Logs(), len(nodes)+8*30)
}

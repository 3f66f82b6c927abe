package review

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

// A proposal is carried by what its members signed, not by what others signed
// in their names.
func TestProposalsCountSignedAccessionsOnly(t *testing.T) {
	f := newFederation(t, 4)
	founding, err := ReadFounding(f.foundingFile())
	require.NoError(t, err)
	envelope := func(payload []byte, key string) signing.Envelope {
		return signing.Envelope{Payload: payload, Signature: sign(documentKey(key), payload).Signature}
	}
	payload := f.compose(f.successor(), f.genesis.ID)
	id := f.parse(payload).ID
	accession := func(p ParticipantID, key string) signing.Envelope {
		return envelope(f.compose(&Accession{Common: f.common(p), Role: "member"}, id), key)
	}
	gap := f.successor()
	gap.Number = 3
	more := []signing.Envelope{
		envelope(payload, "prt author"), envelope(payload, "prt author"), envelope(f.compose(gap, f.genesis.ID), "deu author"),
		accession("prt", "prt author"), accession("prt", "prt author"),
		accession("deu", "prt author"), accession("phl", "phl clerk"), accession("bgd", "stranger"),
		envelope([]byte("{"), "prt author"),
	}
	proposals := founding.Proposals(more...)
	require.Len(t, proposals, 1, "charter 3 is by prt and signed by deu")
	p := proposals[0]
	assert.Equal(t, id, p.ID)
	assert.Empty(t, p.Faults)
	assert.Equal(t, 1, p.Tally.Acceded)
	assert.False(t, p.Tally.Carried)

	more = append(more, envelope(f.compose(gap, f.genesis.ID), "prt author"))
	for _, p := range carrying[1:] {
		more = append(more, accession(p, string(p)+" author"))
	}
	proposals = founding.Proposals(more...)
	require.Len(t, proposals, 2)
	assert.True(t, proposals[0].Tally.Carried)
	assert.NotEmpty(t, proposals[1].Faults, "it leaves a number out")
}

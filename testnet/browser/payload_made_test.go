package browser

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
)

func yamlFields(t *testing.T, draft string) (fields map[string]any) {
	t.Helper()
	require.NoError(t, yaml.Unmarshal([]byte(draft), &fields), draft)
	return fields
}

// make gives a statement what nodes and commands put into it: keys, proofs,
// notes.
func (s *stored) make(t *testing.T, st *statement, nth int) {
	t.Helper()
	switch st.kind {
	case review.KindCharter:
		c := s.genesis.Predicate.(*review.Charter)
		for name, value := range map[string]any{"number": 2, "previous": string(s.genesis.ID), "suffix": c.Suffix, "compact": c.Compact, "rules": c.Rules, "threshold": c.Threshold} {
			st.fields[name] = value
		}
	case review.KindKey:
		st.fields["key"] = newKey(t)
	case review.KindAccreditation:
		st.fields["key"], st.fields["participant"] = newKey(t), fmt.Sprintf("a.author-%d", nth)
	case review.KindOpening:
		log, err := signing.GenerateNoteKey()
		require.NoError(t, err)
		own, err := signing.GenerateNoteKey()
		require.NoError(t, err)
		o := review.Opening{Epoch: s.epoch}
		o.Prove(s.log("xsc", o.Epoch), log, own)
		for name, value := range map[string]any{
			"epoch": o.Epoch, "logKey": o.LogKey, "nodeKey": o.NodeKey, "logProof": o.LogProof, "nodeProof": o.NodeProof,
			"ends": string(s.log("xsc", o.Epoch-1)), "reason": "lost", "addresses": []any{"/ip4/127.0.0.1/tcp/9"},
		} {
			st.fields[name] = value
		}
	case review.KindReceipt:
		s.settle(t) // then there is one
		list, err := s.client.Documents(t.Context(), web.Query{Kind: review.KindReceipt, Receipts: true})
		require.NoError(t, err)
		require.NotEmpty(t, list, "the node has filed no receipt")
		e, err := s.client.Envelope(t.Context(), list[0].ID)
		require.NoError(t, err)
		d, err := review.Parse(e.Payload)
		require.NoError(t, err)
		st.fields["checkpoint"] = d.Predicate.(*review.Receipt).Checkpoint
	case review.KindFork:
		key, err := s.homeOf("xsc").NoteSigner(node.RoleLog, 1, nil)
		require.NoError(t, err)
		origin := s.log("xsc", 1)
		for i, name := range []string{"first", "second"} {
			st.fields[name] = string(signing.SignCheckpoint(signing.Checkpoint{Origin: string(origin), Size: 3, Root: [32]byte{byte(1 + i)}}, key))
		}
		st.fields["origin"] = string(origin)
	}
}

func (s *stored) log(of review.ParticipantID, epoch int) review.Origin {
	return review.OriginOf(epoch, of, s.genesis.ID, "test.example")
}

// payload is the statement's, whatever its rules say of it.
func (st statement) payload() []byte { return review.Compose(st.kind, st.about, st.fields) }

// signed is a payload under the key of its kind.
func (s *stored) signed(t *testing.T, st statement, payload []byte) signing.Envelope {
	t.Helper()
	signer := s.authors[review.ParticipantID(st.author)]
	role := map[review.Kind]node.Role{review.KindOpening: node.RoleRoot, review.KindRefusal: node.RoleClerk}[st.kind]
	if role != "" {
		var err error
		signer, err = s.homeOf(review.ParticipantID(st.author)).DocumentSigner(role, nil)
		require.NoError(t, err)
	}
	e, err := signer.Sign(payload)
	require.NoError(t, err)
	return e
}

// clone is a copy of fields that may be changed.
func clone(t *testing.T, fields map[string]any) (other map[string]any) {
	t.Helper()
	b, err := json.Marshal(fields)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &other))
	return other
}

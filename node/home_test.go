package node

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"stocktake/node/ceremony"
	"stocktake/review"
)

func samplia() InitOptions {
	return InitOptions{
		Participant: review.Participant{ID: "xsa", Kind: "state", Name: "Samplia", Country: "XSA", Sample: true},
		Addresses:   []string{"/ip4/127.0.0.1/tcp/14751"},
	}
}

func TestAHomeIsPrivateAndMadeOnce(t *testing.T) {
	h := Home(t.TempDir() + "/home")
	_, err := h.Config()
	require.ErrorIs(t, err, ErrNotInitialised)
	card, err := Init(h, samplia())
	require.NoError(t, err)

	read, err := ceremony.ReadCard(h.CardFile())
	require.NoError(t, err)
	require.Equal(t, card, read)
	for _, file := range []string{h.KeyFile(RoleRoot, 1), h.KeyFile(RoleLog, 1), h.KeyFile(RoleWitness, 1), h.ConfigFile()} {
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), file)
	}
	keys := map[string]bool{card.Witness: true, card.Participant.Logs[0].LogKey: true, card.Participant.Logs[0].NodeKey: true}
	for _, k := range card.Participant.Keys {
		keys[k.Key] = true
	}
	require.Len(t, keys, 6, "one key, one role")

	before, err := os.ReadFile(h.KeyFile(RoleAuthor, 1))
	require.NoError(t, err)
	_, err = Init(h, samplia())
	require.ErrorContains(t, err, "is a home already")
	after, err := os.ReadFile(h.KeyFile(RoleAuthor, 1))
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestAnAuthorsHomeHasOneKey(t *testing.T) {
	h := Home(t.TempDir())
	o := samplia()
	o.Author = true
	card, err := Init(h, o)
	require.NoError(t, err)
	require.Len(t, card.Participant.Keys, 1)
	require.Empty(t, card.Witness)
	require.Empty(t, card.Participant.Logs)
	entries, err := os.ReadDir(string(h) + "/keys")
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestConveningNeedsWitnessesWithANode(t *testing.T) {
	with, err := Init(Home(t.TempDir()), samplia())
	require.NoError(t, err)
	o := samplia()
	o.Author, o.Participant.ID = true, "ngo"
	without, err := Init(Home(t.TempDir()), o)
	require.NoError(t, err)
	for _, c := range []struct {
		witness review.ParticipantID
		says    string
	}{{"xsa", ""}, {"ngo", "runs no node"}, {"deu", "no card of that participant"}} {
		charter, err := ceremony.Convene([]ceremony.Card{with, without}, ceremony.Convening{Title: "T", Suffix: "t.example", Witnesses: []review.ParticipantID{c.witness}})
		if c.says != "" {
			require.ErrorContains(t, err, c.says)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, 2, charter.Threshold)
		require.Equal(t, with.Witness, charter.Witnesses[0].Key)
	}
}

func FuzzParseCard(f *testing.F) {
	card, err := Init(Home(f.TempDir()), samplia())
	require.NoError(f, err)
	b, err := json.Marshal(card)
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		card, err := ceremony.ParseCard(b)
		if err != nil {
			return
		}
		again, err := json.Marshal(card)
		require.NoError(t, err)
		read, err := ceremony.ParseCard(again)
		require.NoError(t, err)
		written, err := json.Marshal(read)
		require.NoError(t, err)
		require.Equal(t, string(again), string(written))
	})
}

package corpus

import (
	"crypto/ed25519"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/review/compact"
	"stocktake/signing"
)

// library is every document of a test by its ID.
type library map[review.DocumentID]*review.Document

func (l library) Document(id review.DocumentID) (*review.Document, bool) {
	d, ok := l[id]
	return d, ok
}

// The demonstration's documents, filled in as the command does, in their
// order, at the real door.
func TestTheDoorAdmitsEveryStepButTheSpoofedOne(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	charter, keys := federation(t, now)
	chain, err := review.NewChain(charter)
	require.NoError(t, err)
	held := library{charter.ID: charter}
	ids := map[string]review.DocumentID{Charter: charter.ID}

	for i, s := range Load() {
		draft, err := s.Draft(ids)
		require.NoError(t, err)
		kind, predicate, about, err := review.ReadDraft(draft)
		require.NoError(t, err, s.Name)
		require.Equal(t, s.Kind, kind)
		require.Equal(t, ids[s.About], about)
		predicate["federation"] = string(charter.ID)
		predicate["created"] = now.Format(time.RFC3339)
		predicate["salt"] = salt(i)
		payload, err := review.FromDraft(kind, predicate, []review.Subject{{Name: string(held[about].Kind), Digest: about}})
		require.NoError(t, err, s.Name)
		d, err := review.Parse(payload)
		require.NoError(t, err, s.Name)
		require.Equal(t, s.Author, d.Author)

		err = review.Admit(chain, d, keys[s.Signer], held)
		if s.Refused {
			var refusal review.Refusal
			require.ErrorAs(t, err, &refusal, s.Name)
			assert.Equal(t, "key-not-authors", refusal[0].Code, s.Name)
			continue
		}
		require.NoError(t, err, s.Name)
		held[d.ID], ids[s.Name] = d, d.ID
	}
}

// federation is a charter of all participants, with an author key for each.
func federation(t *testing.T, now time.Time) (*review.Document, map[review.ParticipantID]signing.DocumentKey) {
	t.Helper()
	charter := review.Charter{
		Common: review.Common{Author: "un-ece", Language: "en", Created: now.Format(time.RFC3339), Salt: salt(1 << 20), Title: "Demonstration"},
		Number: 1, Suffix: "demo.stocktake.example", Compact: compact.Digest(), Rules: 1, Threshold: 1,
		Rounds: []review.Round{Round(now)},
	}
	keys := map[review.ParticipantID]signing.DocumentKey{}
	for _, p := range Participants() {
		signer, err := signing.GenerateDocumentKey()
		require.NoError(t, err)
		keys[p.ID] = signer.Key()
		entry := p.Entry()
		entry.Keys = []review.Key{{Key: keys[p.ID].Base64(), Role: "author"}}
		entry.Logs = []review.Log{}
		if p.Node {
			entry.Logs = append(entry.Logs, review.Log{Epoch: 1, LogKey: noteKey(t), NodeKey: noteKey(t), Addresses: []string{"/ip4/127.0.0.1/tcp/4001"}})
		}
		charter.Participants = append(charter.Participants, entry)
		if p.Witness {
			charter.Witnesses = append(charter.Witnesses, review.Witness{Participant: p.ID, Key: noteKey(t)})
		}
	}
	d, err := review.Parse(review.Compose(review.KindCharter, []review.Subject{{Name: "compact", Digest: review.DocumentID(compact.Digest())}}, charter))
	require.NoError(t, err)
	return d, keys
}

func noteKey(t *testing.T) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	return signing.NewNoteSigner(private).Key().String()
}

func salt(i int) string {
	return hex.EncodeToString([]byte{byte(i >> 16), byte(i >> 8), byte(i)}) + strings.Repeat("5a", 13)
}

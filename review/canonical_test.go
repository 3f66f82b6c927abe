package review

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/gowebpki/jcs"
	"github.com/stretchr/testify/require"
)

// requireCanonical holds Canonical against the library alone.
func requireCanonical(t *testing.T, v any) {
	t.Helper()
	plain, err := json.Marshal(v)
	require.NoError(t, err)
	want, err := jcs.Transform(plain)
	if err == nil {
		require.Equal(t, string(want), string(Canonical(v)))
	}
}

func TestCanonicalIsTheLibrarysForm(t *testing.T) {
	requireCanonical(t, &PledgeRow{Row: Row{Key: "k", In: []string{"pledges"}, Sums: map[string]string{"b": "1", "a": "2"}}, Title: "<a> & \"b\" \\ \u2028 \x7f é\t\b\x01"})
	for _, text := range canonicalTexts {
		if json.Valid([]byte(text)) {
			requireCanonical(t, json.RawMessage(text))
		}
	}
}

func FuzzCanonical(f *testing.F) {
	for _, text := range canonicalTexts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if json.Valid(text) && jsonDepth(text) <= maxDepth && !bytes.Contains(text, []byte(`\u`)) {
			requireCanonical(t, json.RawMessage(text))
		}
	})
}

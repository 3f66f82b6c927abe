package review

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	json2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// goldenPredicate is the predicate of a kind's example.
func goldenPredicate(t testing.TB, k Kind) json.RawMessage {
	golden, err := os.ReadFile("testdata/golden/" + string(k) + ".json")
	require.NoError(t, err)
	return fieldsOf(golden)["predicate"]
}

// requireFitAgrees: what plainly fits is what the schema library and the forms
// take.
func requireFitAgrees(t testing.TB, k Kind, raw []byte) {
	t.Helper()
	s := schemas()[k]
	if !utf8.Valid(raw) || !plainlyCanonical(raw) || !s.fields.plainlyFits(raw) {
		return
	}
	generic, ok := genericJSON(raw)
	require.True(t, ok)
	require.Empty(t, s.check(generic, true), "%s: taken for one that fits: %s", k, raw)
	got, want := newPredicate(k), newPredicate(k)
	require.NoError(t, json2.Unmarshal(raw, got))
	require.NoError(t, json.Unmarshal(raw, want))
	require.Equal(t, want, got, "the two decoders differ over %s", raw)
}

// Values of all sorts, to stand where another one stood.
var strayValues = []string{`""`, `"a"`, `0`, `1`, `-1`, `24`, `99999999`, `true`, `false`, `null`, `[]`, `{}`, `[1,1]`, `["a","a"]`, `[{}]`,
	`"2026-02-30"`, `" a"`, `"a\nb"`, `"\t"`, `"\u202e"`, `"é"`, `"not-stated"`, `"question"`, `"4"`, `4`}

func TestWhatPlainlyFitsIsWhatTheSchemaTakes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, k := range Kinds() {
		raw := goldenPredicate(t, k)
		require.True(t, schemas()[k].fields.plainlyFits(raw), "the library has to look at every %s", k)
		var changed func(v any) any // one value or name of it is another
		changed = func(v any) any {
			switch rnd.IntN(12) {
			case 0: // about as long as a text may be
				limit := []int{0, 40, 60, 64, 100, 200, 253, 300, 500, 1000, 2000, 3000}[rnd.IntN(12)]
				return strings.Repeat("é", limit+rnd.IntN(2))
			case 1, 2:
				var stray any
				require.NoError(t, json.Unmarshal([]byte(strayValues[rnd.IntN(len(strayValues))]), &stray))
				return stray
			}
			switch v := v.(type) {
			case map[string]any:
				for name, value := range v {
					switch rnd.IntN(3 * len(v)) {
					case 0:
						delete(v, name)
					case 1:
						v[name+"x"] = value
					case 2, 3:
						v[name] = changed(value)
					}
				}
			case []any:
				if len(v) > 0 {
					i := rnd.IntN(len(v))
					switch rnd.IntN(5) {
					case 0:
						return append(v, v[i])
					case 1:
						v[i] = changed(v[i])
					case 2: // about as many as a list may have
						for range []int{0, 1, 4, 9, 19, 22, 49, 99, 199}[rnd.IntN(9)] {
							v = append(v, v[i])
						}
						return v
					}
				}
			}
			return v
		}
		for range 2000 {
			var v any
			require.NoError(t, json.Unmarshal(raw, &v))
			requireFitAgrees(t, k, Canonical(changed(v)))
		}
		for i := range raw {
			cut := bytes.Clone(raw)
			cut[i] = `"\{}[],:0 e`[i%11]
			requireFitAgrees(t, k, cut)
		}
	}
}

func FuzzFit(f *testing.F) {
	for i, k := range Kinds() {
		f.Add(i, []byte(goldenPredicate(f, k)))
	}
	f.Fuzz(func(t *testing.T, kind int, raw []byte) {
		requireFitAgrees(t, Kinds()[max(kind%len(Kinds()), 0)], raw)
	})
}

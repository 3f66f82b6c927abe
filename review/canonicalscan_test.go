package review

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var canonicalTexts = []string{
	`{}`, `[]`, `{"a":1,"b":[true,false,null],"c":{"d":"e"}}`, `{"b":1,"a":2}`, `{"a":1,"a":2}`, `{"a" :1}`, `{"a":1 }`, ` {}`, `{} `,
	`{"a":01}`, `{"a":-0}`, `{"a":-1}`, `{"a":1.0}`, `{"a":1e3}`, `{"a":123456789012345}`, `{"a":12345678901234567890}`, `{"a":-}`,
	`{"a":"\n\t\"\\"}`, `{"a":"\/"}`, `{"a":"\u000a"}`, `{"a":"\u0001"}`, `{"a":"é"}`, `{"a":"\u00e9"}`, `{"é":1,"z":2}`, `{"z":1,"é":2}`,
	`{"\ud83d\ude00":1}`, `{"a":`, `{"a":1,}`, `[1,]`, `[1 ]`, `{"a"}`, `"a`, `tru`, `nul`, `{"a":"\`, ``, `-`, `{"a":1}{"b":2}`, `[[[[]]]]`,
	"{\"a\":\"\x7f\"}", "{\"\x7f\":1}", "{\"a\":\"\x01\"}", `{"a":"\u2028"}`, `{"":1,"a":2}`,
}

func requireScanAgrees(t *testing.T, text []byte) {
	t.Helper()
	if !utf8.Valid(text) || jsonDepth(text) > maxDepth {
		return // turned away before
	}
	canonical, err := jcs.Transform(text)
	is := json.Valid(text) && err == nil && bytes.Equal(canonical, text)
	if plainlyCanonical(text) {
		require.True(t, is, "taken for canonical: %q", text)
	}
	if !is {
		return
	}
	generic, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	got, ok := genericJSON(text)
	require.True(t, ok)
	require.Equal(t, generic, got)
	var want map[string]json.RawMessage
	if json.Unmarshal(text, &want) != nil {
		want = nil
	}
	require.Equal(t, want, fieldsOf(text), "%q", text)
}

func TestTheScanTakesNothingForCanonicalThatIsNot(t *testing.T) {
	for _, text := range canonicalTexts {
		requireScanAgrees(t, []byte(text))
	}
	for _, k := range Kinds() {
		golden, err := os.ReadFile("testdata/golden/" + string(k) + ".json")
		require.NoError(t, err)
		assert.True(t, plainlyCanonical(golden), "the library has to look at every %s", k)
		requireScanAgrees(t, golden)
		for i := range golden {
			changed := bytes.Clone(golden)
			changed[i] = `"\{}[],:0 e`[i%11]
			requireScanAgrees(t, changed)
			requireScanAgrees(t, golden[:i])
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, text := range canonicalTexts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		requireScanAgrees(t, text)
	})
}

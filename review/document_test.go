package review

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/gowebpki/jcs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

var update = flag.Bool("update", false, "write testdata/golden anew from testdata/examples")

// testdata/golden holds each example's payload, <kind>.json, and the documents'
// IDs, ids.txt: what a program in another language has to arrive at too.
func TestExamplesKeepTheirPayloadsAndIDs(t *testing.T) {
	var ids strings.Builder
	for _, k := range Kinds() {
		predicate, about := readExample(t, k)
		payload, err := FromDraft(k, predicate, about)
		require.NoError(t, err, k)
		file := "testdata/golden/" + string(k) + ".json"
		if *update {
			require.NoError(t, os.WriteFile(file, payload, 0o644))
		}
		golden, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(golden), string(payload))
		d, err := Parse(golden)
		require.NoError(t, err)
		assert.Equal(t, string(d.ID), signing.PayloadDigest(golden).String())
		ids.WriteString(string(d.ID) + " " + string(k) + "\n")
	}
	if *update {
		require.NoError(t, os.WriteFile("testdata/golden/ids.txt", []byte(ids.String()), 0o644))
	}
	golden, err := os.ReadFile("testdata/golden/ids.txt")
	require.NoError(t, err)
	assert.Equal(t, string(golden), ids.String())
}

func TestParseReadsWhatComposeWrites(t *testing.T) {
	for _, k := range Kinds() {
		golden, err := os.ReadFile("testdata/golden/" + string(k) + ".json")
		require.NoError(t, err)
		d, err := Parse(golden)
		require.NoError(t, err)
		assert.True(t, d.Known)
		assert.Equal(t, k, d.Kind)
		assert.Equal(t, PredicateType(k), d.Type)
		assert.Same(t, d.Predicate.(predicate).common(), d.Common)
		assert.Equal(t, d.Subjects[0].Digest, d.About())
		assert.Equal(t, string(golden), string(Compose(d.Kind, d.Subjects, d.Predicate)), "the Go type of %s loses something", k)
	}
}

func TestParseKeepsAttachmentsInOrder(t *testing.T) {
	predicate, about := readExample(t, KindReport)
	about = append(about, Subject{"attachments/narrative.en.txt", about[0].Digest}, Subject{"attachments/annex-1.pdf", about[0].Digest})
	d, err := Parse(Compose(KindReport, about, predicate))
	require.NoError(t, err)
	assert.Equal(t, about, d.Subjects)
}

func TestParsePassesOverKindsAndVersionsThatItDoesNotKnow(t *testing.T) {
	for _, predicateType := range []string{
		"https://stocktake.example/pledge/v2", "https://stocktake.example/prophecy/v1", "https://stocktake.example/pledge/v1/",
		"https://stocktake.example/Pledge/v1", "https://slsa.dev/provenance/v1", "stocktake.example/pledge/v1",
	} {
		payload := Canonical(map[string]any{
			"_type":         statementType,
			"predicateType": predicateType,
			"predicate":     map[string]any{"anything": []any{1, "x", nil}},
			"subject":       []any{map[string]any{"name": "Any name", "digest": map[string]any{"sha256": strings.Repeat("ab", 32)}}},
		})
		d, err := Parse(payload)
		require.NoError(t, err, predicateType)
		assert.Equal(t, predicateType, d.Type)
		assert.False(t, d.Known)
		assert.Empty(t, d.Kind)
		assert.Nil(t, d.Predicate)
		assert.Zero(t, *d.Common)
		assert.Equal(t, strings.Repeat("ab", 32), string(d.About()))
	}
}

// What a payload may not be, whatever it means. {} stands for a predicate.
func TestParseTakesOnlyTheOneFormOfAStatement(t *testing.T) {
	const digest = `{"sha256":"abababababababababababababababababababababababababababababababab"}`
	const subject = `[{"digest":` + digest + `,"name":"charter"}]`
	valid := `{"_type":"https://in-toto.io/Statement/v1","predicate":{},"predicateType":"https://example.org/x","subject":` + subject + `}`
	_, err := Parse([]byte(valid))
	require.NoError(t, err)
	swap := func(old, new string) string {
		require.Contains(t, valid, old)
		return strings.Replace(valid, old, new, 1)
	}
	subjects := func(n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(`{"digest":`+digest+`,"name":"charter"},`, n), ",") + "]"
	}
	for _, c := range []struct{ payload, pointer, code string }{
		{swap("{}", `{"a":"`+strings.Repeat("x", signing.MaxPayload)+`"}`), "", "too-large"},
		{swap("{}", `{"a":"`+"\xff"+`"}`), "", "not-utf8"},
		{swap("{}", `{"a":"`+"\xed\xa0\x80"+`"}`), "", "not-utf8"},
		{strings.Repeat("[", signing.MaxPayload), "", "too-deep"},
		{swap("{}", strings.Repeat(`{"a":`, 20)+"{}"+strings.Repeat("}", 20)), "", "too-deep"},
		{"", "", "not-json"},
		{valid[:len(valid)-1], "", "not-json"},
		{valid + "]", "", "not-json"},
		{swap("{}", `{"a":NaN}`), "", "not-json"},
		{swap("{}", `{"a":1,"a":1}`), "", "repeated-field"},
		{swap("{}", `{"a":1,"a":2}`), "", "repeated-field"},
		{swap("{}", `{"b":1,"a":2}`), "", "not-canonical"},
		{swap("{}", "{ }"), "", "not-canonical"},
		{valid + "\n", "", "not-canonical"},
		{swap("{}", `{"a":1.0}`), "", "not-canonical"},
		{swap("{}", `{"a":1e2}`), "", "not-canonical"},
		{swap("{}", `{"a":-0}`), "", "not-canonical"},
		{swap("{}", `{"a":9007199254740993}`), "", "not-canonical"},
		{swap("{}", `{"a":1e999}`), "", "not-canonical"},
		{swap("{}", `{"a":"\/"}`), "", "not-canonical"},
		{swap("{}", `{"a":"\u00e9"}`), "", "not-canonical"},
		{swap("{}", `{"a":"\ud800"}`), "", "not-canonical"},
		{`[]`, "", "wrong-type"},
		{`null`, "", "wrong-type"},
		{swap("Statement/v1", "Statement/v0.1"), "/_type", "not-a-statement"},
		{swap(`"https://in-toto.io/Statement/v1"`, "1"), "/_type", "not-a-statement"},
		{swap(`"_type"`, `"_Type"`), "/_type", "missing-field"},
		{`{"_type":"https://in-toto.io/Statement/v1","predicate":{},"predicateType":"https://example.org/x"}`, "/subject", "missing-field"},
		{swap(`"subject"`, `"subjects":[],"z"`), "/subject", "missing-field"},
		{swap(`"_type"`, `"PREDICATE":{},"_type"`), "/PREDICATE", "unknown-field"},
		{swap("{}", "[]"), "/predicate", "wrong-type"},
		{swap(`"https://example.org/x"`, "{}"), "/predicateType", "not-a-predicate-type"},
		{swap(`"https://example.org/x"`, `""`), "/predicateType", "not-a-predicate-type"},
		{swap(`https://example.org/x`, `a\u001b[2J`), "/predicateType", "not-a-predicate-type"},
		{swap(`https://example.org/x`, strings.Repeat("x", 201)), "/predicateType", "not-a-predicate-type"},
		{swap(subject, `{}`), "/subject", "wrong-type"},
		{swap(subject, `null`), "/subject", "wrong-type"},
		{swap(subject, `[]`), "/subject", "subject-count"},
		{swap(subject, subjects(34)), "/subject", "subject-count"},
		{swap(subject, `["x"]`), "/subject/0", "wrong-type"},
		{swap(`,"name":"charter"`, ""), "/subject/0/name", "missing-field"},
		{swap(`"name":"charter"`, `"name":""`), "/subject/0/name", "not-a-subject-name"},
		{swap(`"name":"charter"`, `"name":"a\nb"`), "/subject/0/name", "not-a-subject-name"},
		{swap(`"name":"charter"`, `"name":"`+strings.Repeat("x", 201)+`"`), "/subject/0/name", "not-a-subject-name"},
		{swap(`"name":"charter"`, `"name":1`), "/subject/0/name", "wrong-type"},
		{swap(`"name":"charter"`, `"name":"charter","uri":"x"`), "/subject/0/uri", "unknown-field"},
		{swap(digest, `{"sha256":"`+strings.Repeat("AB", 32)+`"}`), "/subject/0/digest/sha256", "not-a-digest"},
		{swap(digest, `{"sha256":"ab"}`), "/subject/0/digest/sha256", "not-a-digest"},
		{swap(digest, `{"sha256":1}`), "/subject/0/digest/sha256", "not-a-digest"},
		{swap(digest, `{"gitCommit":"ab"}`), "/subject/0/digest/sha256", "missing-field"},
		{swap(digest, digest[:len(digest)-1]+`,"sha512":"ab"}`), "/subject/0/digest/sha512", "unknown-field"},
		{swap(digest, `"ab"`), "/subject/0/digest", "wrong-type"},
	} {
		d, err := Parse([]byte(c.payload))
		assert.Nil(t, d)
		proves(t, err, c.pointer, c.code)
	}
}

// proves asserts that a refusal has this reason and reads as one plain line.
func proves(t *testing.T, err error, pointer, code string) {
	t.Helper()
	var found bool
	refusal, ok := err.(Refusal)
	require.True(t, ok, "want a refusal with %s %s, got %v", pointer, code, err)
	for _, e := range refusal {
		found = found || e.Pointer == pointer && e.Code == code
		message := e.Message()
		assert.NotContains(t, message, "{", "an argument is missing")
		assert.NotContains(t, message, "\n")
		assert.NotEqual(t, e.Code, message, "no message")
		assert.Less(t, len(message), 500, "nobody reads that")
		proven[e.Code] = true
		provenPairs[index.ReplaceAllString(e.Pointer, "/#")+" "+e.Code] = true
	}
	require.True(t, found, "want %s %s, got %+v", pointer, code, refusal)
}

// proven are the codes that some test of refusals came across.
var proven = map[string]bool{}

// provenPairs are the fields with the codes, as "/targets/#/unit unit-missing".
var provenPairs = map[string]bool{}

// Whatever Parse accepts of a known kind, its Go type holds completely: the
// statement composed from it is the same to the byte.
func FuzzParse(f *testing.F) {
	for _, k := range Kinds() {
		golden, err := os.ReadFile("testdata/golden/" + string(k) + ".json")
		require.NoError(f, err)
		f.Add(golden)
	}
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v1","predicate":{},"predicateType":"x","subject":[]}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		checkParse(t, payload)
		if len(payload) <= signing.MaxPayload && jsonDepth(payload) <= maxDepth {
			if canonical, err := jcs.Transform(payload); err == nil {
				checkParse(t, canonical) // or else little gets past the first door
			}
		}
	})
}

func checkParse(t *testing.T, payload []byte) {
	d, err := Parse(payload)
	if err != nil {
		r, ok := err.(Refusal)
		if !ok || len(r) == 0 || len(r) > maxReasons || strings.Contains(r[0].Message(), "\n") {
			t.Fatalf("not a refusal: %#v", err)
		}
		return
	}
	again := Compose(d.Kind, d.Subjects, d.Predicate)
	if !d.Known {
		var s struct{ Predicate json.RawMessage }
		if err := json.Unmarshal(payload, &s); err != nil {
			t.Fatal(err)
		}
		again = Canonical(map[string]any{"_type": statementType, "predicateType": d.Type, "predicate": s.Predicate, "subject": json.RawMessage(subjectsJSON(d.Subjects))})
	}
	if string(again) != string(payload) {
		t.Fatalf("accepted\n%s\nbut it says\n%s", payload, again)
	}
}

func subjectsJSON(subjects []Subject) []byte {
	var list []any
	for _, s := range subjects {
		list = append(list, map[string]any{"name": s.Name, "digest": map[string]any{"sha256": s.Digest}})
	}
	return Canonical(list)
}

func BenchmarkParse(b *testing.B) {
	for _, k := range []Kind{KindPledge, KindComment} {
		b.Run(string(k), func(b *testing.B) {
			payload, err := os.ReadFile("testdata/golden/" + string(k) + ".json")
			require.NoError(b, err)
			b.SetBytes(int64(len(payload)))
			for b.Loop() {
				if _, err := Parse(payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package review

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What `new` prints is read back once every field that has to be filled in has
// its example, and once every field that may be left out is taken in as well.
func TestDraftsAreReadBackWhenFilledIn(t *testing.T) {
	for _, k := range Kinds() {
		for _, all := range []bool{false, true} {
			draft := string(Draft(k))
			if k == KindKey { // which of its fields are needed is the action's
				draft = strings.Replace(draft, "#key: ", "key: ", 1)
			}
			if k == KindAgreement { // has two parties or more
				draft = strings.Replace(draft, "parties:\n", "parties:\n  - name: Sierra Leone\n", 1)
			}
			if k == KindTranslation { // it may leave out each text, but not all
				draft = strings.Replace(draft, "#title: ", "title: ", 1)
			}
			draft = fillDraft(draft, all)
			if all {
				draft = without(draft, contradicting[k]...)
			}
			if k == KindCharter && !all { // the first one states who takes part
				draft = strings.Replace(draft, "\nnumber: 1\n", "\nnumber: 2\nprevious: "+string(exampleID)+"\nfederation: "+string(exampleID)+"\n", 1)
			}
			read, predicate, about, err := ReadDraft([]byte(noGuard.ReplaceAllString(draft, "")))
			require.NoError(t, err, "%s:\n%s", k, draft)
			assert.Equal(t, k, read)
			for name, f := range schemas()[k].fields.Properties {
				required := slices.Contains(schemas()[k].fields.Required, name) && !f.Filled || k == KindKey && name == "key" || k == KindTranslation && name == "title" ||
					k == KindCharter && (name == "previous" || name == "federation")
				assert.Equal(t, required || all && name != "sample" && !slices.Contains(contradicting[k], name) && !(k == KindKey && noOffice.MatchString(name+": \n")), predicate[name] != nil, "%s %s", k, name)
			}
			subject := Subject{exampleSubject[k], about}
			if all {
				require.Equal(t, exampleID, about)
			} else {
				subject.Digest = exampleID
			}
			if k == KindCharter {
				predicate["compact"], predicate["previous"], subject.Name = exampleID, exampleID, "charter"
			}
			_, err = FromDraft(k, fillIn(k, predicate), []Subject{subject})
			assert.NoError(t, err, k)
		}
	}
	assert.Nil(t, Draft("prophecy"))
}

// contradicting are fields that do not go with the example's type or role.
var contradicting = map[Kind][]string{
	KindAssessment: {"mandate", "stage", "consultation"}, KindAccession: {"interests"},
	KindProgress: {"decision"}, KindDecision: {"indicators", "indicatorSet"}, KindWithdrawal: {"attachments"},
}

// without is a draft without some of its fields.
func without(draft string, names ...string) string {
	var kept []string
	left := false
	for line := range strings.Lines(draft) {
		if name, _, ok := strings.Cut(line, ":"); ok && line[0] != ' ' && line[0] != '#' {
			left = slices.Contains(names, name)
		}
		if !left || strings.HasPrefix(line, "#") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

var (
	leftOut  = regexp.MustCompile(`(?m)^( *)#([^ #\n]|  )`)
	toFillIn = regexp.MustCompile(`(?m)(# Example: (.*)\n[ -]*\w+:)(?: \[\])?$`)
	noSample = regexp.MustCompile(`(?m)^sample: true\n`)
	noOffice = regexp.MustCompile(`(?m)^(replaces|next|holder|kinds|until|participant|root): .*\n`)
	noGuard  = regexp.MustCompile(`(?m)^    guardians:\n(      .*\n)+`) // the one participant of the example would be its own
	anyAbout = regexp.MustCompile(`(?m)^about:$`)
)

// fillDraft does what a person does with a draft: puts the examples in, and if
// all is set, takes the # from every field.
func fillDraft(draft string, all bool) string {
	for all && leftOut.MatchString(draft) {
		draft = leftOut.ReplaceAllString(draft, "$1$2")
	}
	draft = toFillIn.ReplaceAllString(draft, "$1 $2")
	draft = anyAbout.ReplaceAllString(draft, "about: "+string(exampleID))
	if all { // fields that contradict each other
		draft = noSample.ReplaceAllString(draft, "")
		if strings.Contains(draft, "\naction: revoke\n") {
			draft = noOffice.ReplaceAllString(draft, "")
		}
		return strings.NewReplacer("\nnumber: 1", "\nnumber: 2", "\nform: individual", "\nform: matching", "\nepoch: 1", "\nepoch: 2", "\ntype: protected-author", "\ntype: civil-society",
			"\ndirection: domestic", "\ndirection: external", "\ntext: not-public", "\ntext: public").Replace(draft)
	}
	return strings.NewReplacer("\nrole: round", "\nrole: member", "    kind: state", "    kind: academic").Replace(draft)
}

func TestReadDraftTakesTextAsWritten(t *testing.T) {
	draft := func(fields string) []byte {
		return []byte("kind: pledge\ntitle: x\nlanguage: en\nform: individual\nobjectives: [4]\ndue: not-stated\n" + fields)
	}
	for _, c := range []struct {
		fields, name string
		want         any
	}{
		{"year: 2022", "year", "2022"},
		{"year: \"2022\"", "year", "2022"},
		{"summary: 12:30", "summary", "12:30"},
		{"summary: 1_000", "summary", "1_000"},
		{"summary: 0x10", "summary", "0x10"},
		{"summary: 1e3", "summary", "1e3"},
		{"summary: .inf", "summary", ".inf"},
		{"summary: true", "summary", "true"},
		{"summary: No", "summary", "No"},
		{"summary: it's \"so\"", "summary", `it's "so"`},
		{"summary: 'it''s'", "summary", "it's"},
		{"summary: \"a\\tb\"", "summary", "a\tb"},
		{"summary: >-\n  one\n  two\n\n  three", "summary", "one two\nthree"},
		{"summary: |\n  one\n  two # not a comment\n", "summary", "one\ntwo # not a comment"},
		{"summary:   spaces around    # a comment", "summary", "spaces around"},
		{"summary: \" quoted \"", "summary", "quoted"},
		{"implementation: [NOR]", "implementation", []any{"NOR"}},
		{"implementation:\n- NOR\n- SLE", "implementation", []any{"NOR", "SLE"}},
		{"sample: true\nsources: [\"https://example.org/a,b\"]", "sources", []any{"https://example.org/a,b"}},
		{"resources: [{amount: 200000, currency: EUR}]", "resources", []any{map[string]any{"amount": "200000", "currency": "EUR"}}},
		{"resources: [{amount: 3.50, currency: EUR}]", "resources", []any{map[string]any{"amount": "3.50", "currency": "EUR"}}},
		{"objectivesBasis: stated\r\nyear: 2022\r\n", "year", "2022"},
	} {
		text := draft(c.fields)
		if strings.HasPrefix(c.fields, "sample") {
			text = []byte(strings.Replace(string(text), "title: x", "title: SAMPLE", 1))
		}
		_, predicate, about, err := ReadDraft(text)
		require.NoError(t, err, c.fields)
		assert.Equal(t, c.want, predicate[c.name], c.fields)
		assert.Empty(t, about)
		assert.Equal(t, []any{json.Number("4")}, predicate["objectives"])
	}
	_, predicate, _, err := ReadDraft([]byte("\xef\xbb\xbf" + strings.ReplaceAll(string(draft("summary: |\n  one\n  two\n")), "\n", "\r\n")))
	require.NoError(t, err, "what Windows editors write")
	assert.Equal(t, "one\ntwo", predicate["summary"])
}

func TestReadDraftRefusesWithTheLine(t *testing.T) {
	const head = "kind: pledge\nlanguage: en\ntitle: Births\nform: individual\nobjectives: [4]\n"
	const valid = head + "due: 2029-12-31\n"
	_, _, _, err := ReadDraft([]byte(valid))
	require.NoError(t, err)
	for _, c := range []struct{ draft, want string }{
		{"", "the draft has no fields: begin with kind: pledge, or with what the command new prints"},
		{"# nothing\n", "the draft has no fields: begin with kind: pledge, or with what the command new prints"},
		{"a text", "not a draft: write fields, each on its line, as title: Birth registration"},
		{"- kind: pledge\n", "not a draft: write fields, each on its line, as title: Birth registration"},
		{"title: x\n", "kind: missing: add it, for example kind: pledge"},
		{"\nkind: Pledge\n", `line 2: kind: "Pledge" is not possible here: write one of ` + kindList(Kinds())},
		{"kind:\n  a: b\n", `line 1: kind: "" is not possible here: write one of ` + kindList(Kinds())},
		{head, "due: missing: add it, for example 2029-12-31"},
		{valid + "dues: x\n", "line 7: dues: no such field: did you mean due?"},
		{valid + "Title: x\n", "line 7: Title: no such field: did you mean title?"},
		{valid + "budget: 5\n", "line 7: budget: no such field in this kind of document: remove it"},
		{valid + "title: x\n", "line 7: title: stands on line 3 already: keep one of the two"},
		{valid + "resources: [{amount: 1, amount: 1, currency: USD}]\n", "line 7: resources #1 amount: stands on line 7 already: keep one of the two"},
		{valid + "about: 17\n", `line 7: about: "17" is not a document ID: copy all its 64 hexadecimal digits`},
		{valid + "about:\n", `line 7: about: "" is not a document ID: copy all its 64 hexadecimal digits`},
		{valid + "summary:\n", "line 7: summary: empty: write something, or remove the field if it may be left out"},
		{valid + "summary: ~\n", "line 7: summary: empty: write something, or remove the field if it may be left out"},
		{valid + "summary: [a]\n", `line 7: summary: write text here, in quotes if it contains ": "`},
		{valid + "nature: policy\n", "line 7: nature: write a list here, as [a, b], also for one entry"},
		{valid + "nature:\n", "line 7: nature: the list is empty: write an entry, or remove the field if it may be left out"},
		{valid + "sample: yes\n", "line 7: sample: write true, without quotes, or remove the field"},
		{valid + "sample: \"true\"\n", "line 7: sample: write true, without quotes, or remove the field"},
		{valid + "sample: false\n", "line 7: sample: write true, or remove the field"},
		{valid + "parties:\n  - Guinea\n", "line 8: parties #1: write named fields here"},
		{valid + "targets:\n  - id: t1\n    indicator: x\n    value: 5\n    due: not-stated\n", "line 8: targets #1 unit: missing: add it, for example per cent"},
		{valid + "milestones:\n\n  - id: m1\n    title: x\n    due: 2026-13-01\n", `line 11: milestones #1 due: "2026-13-01" is not a date: write year-month-day, as 2026-05-04, or not-stated`},
		{strings.Replace(valid, "[4]", "[4, \"15\"]", 1), "line 5: objectives #2: write a whole number here, without quotes"},
		{strings.Replace(valid, "[4]", "[4, 015]", 1), "line 5: objectives #2: write a whole number here, without quotes"},
		{strings.Replace(valid, "[4]", "[4, 0x10]", 1), "line 5: objectives #2: write a whole number here, without quotes"},
		{strings.Replace(valid, "[4]", "[4, 4.0]", 1), "line 5: objectives #2: write a whole number here, without quotes"},
		{strings.Replace(valid, "[4]", "[4, 24]", 1), "line 5: objectives #2: the compact has no objective 24: write a number from 1 to 23"},
		{valid + "created: 2026-03-03\n", `line 7: created: "2026-03-03" is not a time in UTC: write it as 2026-05-04T09:30:00Z`},
		{valid + "year: 2030\n", `line 6: due: 2029-12-31 is before year (2030-01-01): correct one of the two`},
		{valid + "resources:\n  - amount: 200,000\n    currency: EUR\n", `line 8: resources #1 amount: "200,000" is not a number: write at most 24 digits with a point and no separators, as 1250000.50, or not-stated`},
		{strings.Replace(valid, "Births", "Births: more", 1), `line 3: not understood: put quotes around text that contains ": ", and begin fields of one level in one column`},
		{valid + " summary: x\n", `line 6: not understood: put quotes around text that contains ": ", and begin fields of one level in one column`},
		{valid + "summary: \"x\n", "line 7: a quote is opened and not closed: add the other one"},
		{valid + "targets:\n\t- id: x\n", "line 8: a tab stands before the text: use spaces"},
		{valid + "nature: [policy\n", `line 7: not understood ("sequence end token ']' not found"): check quotes, brackets and indentation, or put quotes around the text`},
		{valid + "summary: @x\n", `line 7: not understood ("'@' is a reserved character"): check quotes, brackets and indentation, or put quotes around the text`},
		{valid + "summary: &a x\n", `line 7: "&" has a meaning of its own here: put quotes around text that begins with it`},
		{valid + "summary: *a\n", `line 7: "*" has a meaning of its own here: put quotes around text that begins with it`},
		{valid + "summary: !!str x\n", `line 7: "!!str" has a meaning of its own here: put quotes around text that begins with it`},
		{valid + "<<: {}\n", `line 7: "<<" has a meaning of its own here: put quotes around text that begins with it`},
		{valid + "? x\n: y\n", `line 7: "?" has a meaning of its own here: put quotes around text that begins with it`},
		{"%YAML 1.2\n---\n" + valid, `line 1: "%" has a meaning of its own here: put quotes around text that begins with it`},
		{valid + "---\n" + valid, "several drafts in one file: remove the line --- and keep each in its own file"},
		{valid + "summary: \xff\n", "not UTF-8 text: save it as UTF-8"},
		{"\xff\xfek\x00", "not UTF-8 text: save it as UTF-8"},
		{valid + "summary: \"a\\0b\"\n", "line 7: summary: contains the invisible character U+0000: type the text again instead of pasting it"},
		{valid + "summary: " + strings.Repeat("x", 3001), "line 7: summary: 3001 characters, at most 3000 are possible: shorten it, or move the rest to an attachment"},
		{valid + strings.Repeat("# a long comment\n", 1<<17), "the draft has 2228313 bytes and may have 1048576: move long text to an attachment"},
		{strings.Repeat("x", 10<<20), "the draft has 10485760 bytes and may have 1048576: move long text to an attachment"},
		{valid + "a: " + strings.Repeat("[", 1000), "line 7: nested more than 16 levels deep: no document needs that"},
		{valid + "a: " + strings.Repeat("{a: ", 1000), "line 7: nested more than 16 levels deep: no document needs that"},
		{valid + strings.Repeat("- ", 1000), "line 7: nested more than 16 levels deep: no document needs that"},
		{valid + "nature: [" + strings.Repeat("a, ", 100000), "line 7: more than 4096 fields and entries of lists: no document needs that many"},
		{valid + strings.Repeat("a: x\n", 5000), "line 4097: more than 4096 fields and entries of lists: no document needs that many"},
	} {
		k, predicate, about, err := ReadDraft([]byte(c.draft))
		require.Error(t, err, c.want)
		assert.Equal(t, c.want, err.Error(), clip(c.draft))
		assert.Empty(t, k)
		assert.Nil(t, predicate)
		assert.Empty(t, about)
		for _, e := range err.(Refusal) {
			proven[e.Code] = true
			provenPairs[index.ReplaceAllString(e.Pointer, "/#")+" "+e.Code] = true
		}
	}
}

func TestReadDraftNamesEveryLineThatIsWrongInOrder(t *testing.T) {
	_, _, _, err := ReadDraft([]byte("title: 1\nkind: pledge\nfrm: joint\nobjectives: [99]\ndue: soon\n"))
	require.Error(t, err)
	assert.Equal(t, strings.Join([]string{
		"line 3: frm: no such field: did you mean form?",
		"line 4: objectives #1: the compact has no objective 99: write a number from 1 to 23",
		`line 5: due: "soon" is not a date: write year-month-day, as 2026-05-04, or not-stated`,
		"language: missing: add it, for example en",
	}, "\n"), err.Error())
}

func TestFromDraftRefusesWhatParseRefuses(t *testing.T) {
	predicate, about := readExample(t, KindPledge)
	_, err := FromDraft("prophecy", predicate, about)
	proves(t, err, "/kind", "not-one-of")
	_, err = FromDraft(KindPledge, predicate, nil)
	proves(t, err, "/subject", "wrong-type")
	delete(predicate, "salt")
	_, err = FromDraft(KindPledge, predicate, about)
	proves(t, err, "/salt", "missing-field")
	predicate = fillIn(KindPledge, predicate)
	predicate["summary"] = strings.Repeat("é", 3000)
	predicate["sources"] = texts(20, func(i int) string { return strings.Repeat("é", 480+i) })
	predicate["milestones"] = make([]any, 50)
	for i := range 50 {
		predicate["milestones"].([]any)[i] = map[string]any{"id": fmt.Sprint("m", i), "title": strings.Repeat("日", 300), "due": "not-stated"}
	}
	_, err = FromDraft(KindPledge, predicate, about)
	proves(t, err, "", "too-large")
}

// A draft that is read gives a payload, or a refusal, once it is filled in; and
// written as JSON, which is YAML too, it is read as the same.
func FuzzReadDraft(f *testing.F) {
	for _, k := range Kinds() {
		f.Add(exampleDraft(f, k))
		f.Add(Draft(k))
	}
	f.Fuzz(func(t *testing.T, draft []byte) {
		k, predicate, about, err := ReadDraft(draft)
		if err != nil {
			if r, ok := err.(Refusal); !ok || len(r) == 0 || len(r) > maxReasons || k != "" || predicate != nil {
				t.Fatalf("not a refusal: %#v", err)
			}
			return
		}
		top := map[string]any{"kind": k}
		if about != "" {
			top["about"] = about
		}
		maps.Copy(top, predicate)
		again, err := json.Marshal(top)
		if err != nil {
			t.Fatal(err)
		}
		k2, predicate2, about2, err := ReadDraft(again)
		if err != nil || k2 != k || about2 != about || !assert.ObjectsAreEqual(predicate, predicate2) {
			t.Fatalf("read as %v %v, but\n%s\nas %v %v %v", k, predicate, again, k2, predicate2, err)
		}
		subjects := []Subject{{"document", exampleID}}
		payload, err := FromDraft(k, fillIn(k, predicate), subjects)
		if err == nil {
			_, err = Parse(payload)
		}
		if _, ok := err.(Refusal); err != nil && !ok {
			t.Fatal(err)
		}
	})
}

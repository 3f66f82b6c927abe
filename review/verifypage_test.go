package review

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestVerifyPageRunsItsOwnScriptOnly keeps the hashes in the page's policy those
// of its script and style. UPDATE_GOLDEN writes them.
func TestVerifyPageRunsItsOwnScriptOnly(t *testing.T) {
	page, policy := string(VerifyPage()), VerifyPagePolicy()
	want := policy
	for _, tag := range []string{"script", "style"} {
		inner := regexp.MustCompile(`(?s)<`+tag+`>(.*?)</`+tag+`>`).FindAllStringSubmatch(page, -1)
		require.Len(t, inner, 1, tag)
		sum := sha256.Sum256([]byte(inner[0][1]))
		want = regexp.MustCompile(tag+`-src 'sha256-[^']*'`).ReplaceAllLiteralString(want, tag+"-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(FilePage, []byte(strings.Replace(page, policy, want, 1)), 0o644))
		return
	}
	assert.Equal(t, want, policy, "the script or style changed: run UPDATE_GOLDEN=1 go test ./review -run VerifyPageRuns")
	assert.True(t, strings.HasPrefix(policy, "default-src 'none'; "))
	assert.NotContains(t, policy, "unsafe")
	assert.Contains(t, policy, "; connect-src 'self'; ", "the node that it came from, and no other")
	assert.NotContains(t, policy, "http")
}

// TestVerifyPageHasOneTableOfWords keeps every sentence of the page in WORDS, so
// that it can be translated, and none there that nobody reads.
func TestVerifyPageHasOneTableOfWords(t *testing.T) {
	page := string(VerifyPage())
	words, code := wordsOfPage(t, page)
	require.Greater(t, len(words["en"]), 50)
	for _, m := range regexp.MustCompile(`(?:say|wrong|undecided)\("(\w+)"|data-word="(\w+)"`).FindAllStringSubmatch(page, -1) {
		_, ok := words["en"][m[1]+m[2]]
		assert.True(t, ok, "%s is used and has no words", m[1]+m[2])
	}
	for word := range words["en"] {
		stem, reason := strings.CutSuffix(word, "Why")
		assert.True(t, strings.Contains(code, `"`+word+`"`) || strings.Contains(page, `data-word="`+word+`"`) || reason && words["en"][stem] != "", "nobody says %s", word)
	}
	for tag, own := range words {
		assert.Regexp(t, `const LANGUAGES = \{.*\b`+tag+`: "`, code)
		assert.Equal(t, slices.Sorted(maps.Keys(words["en"])), slices.Sorted(maps.Keys(own)), tag)
		for word, text := range own {
			english := words["en"][word]
			assert.Equal(t, placeholders(english), placeholders(text), "%s: %s", tag, word)
			assert.Equal(t, tag == "en" || slices.Contains(pageWordsAsInEnglish[tag], word), english == text, "%s: %s: %q", tag, word, text)
			assert.Equal(t, tag == "en" && word == "unreviewed", text == "", "%s: %s", tag, word)
			assert.NotRegexp(t, `['<>]|  `, text, "%s: %s", tag, word)
			assert.False(t, tag == "ar" && regexp.MustCompile(`[,;?]`).MatchString(text), "%s: %s: %s", tag, word, text)
		}
	}
	assert.ElementsMatch(t, []string{"en", "fr", "es", "ar", "ru", "zh"}, slices.Collect(maps.Keys(words)))
}

// pageWordsAsInEnglish are those that a language writes as English does.
var pageWordsAsInEnglish = map[string][]string{}

// TestVerifyPageNamesEveryCode holds that the page has a name, in each language,
// for whatever code it shows: kinds of documents and of participants, why a log
// ended, why a key may not sign.
func TestVerifyPageNamesEveryCode(t *testing.T) {
	_, code := wordsOfPage(t, string(VerifyPage()))
	names := namesOfPage(t, code)
	var shown []string
	for _, k := range Kinds() {
		shown = append(shown, string(k))
	}
	shown = append(shown, schemas()[KindCharter].fields.Properties["participants"].Items.Properties["kind"].Enum...)
	shown = append(shown, AccreditedTypes()...)
	shown = append(shown, schemas()[KindOpening].fields.Properties["reason"].Enum...)
	_, may, _ := strings.Cut(code, "function refusal(")
	may, _, _ = strings.Cut(may, "\n}\n")
	for _, m := range regexp.MustCompile(`"([a-z]+(?:-[a-z]+)+)"`).FindAllStringSubmatch(may, -1) {
		shown = append(shown, m[1])
	}
	shown = append(shown, "signature")
	slices.Sort(shown)
	assert.Equal(t, slices.Compact(shown), slices.Sorted(maps.Keys(names)))
	for code, own := range names {
		require.Len(t, own, 6, code)
		for i, name := range own {
			assert.NotEmpty(t, name, code)
			assert.NotRegexp(t, `['<>{}]|  `, name, code)
			assert.False(t, i > 0 && name == own[0], "%s is as in English: %q", code, name)
		}
	}
}

// namesOfPage are the names of codes, each in the languages' order.
func namesOfPage(t *testing.T, code string) map[string][]string {
	names := map[string][]string{}
	for _, table := range []string{"const KINDS = {", "const CODES = {"} {
		_, rows, ok := strings.Cut(code, table)
		require.True(t, ok, table)
		rows, _, _ = strings.Cut(rows, "\n};\n")
		for _, m := range regexp.MustCompile(`(?m)^  "?([a-z-]+)"?: (\[.*\]),$`).FindAllStringSubmatch(rows, -1) {
			var own []string
			require.NoError(t, json.Unmarshal([]byte(m[2]), &own), m[1])
			require.NotContains(t, names, m[1])
			names[m[1]] = own
		}
	}
	return names
}

// TestVerifyPageKnowsEveryKind exports each document of a federation that reviews
// itself and of one that keeps funds, and asks both.
func TestVerifyPageKnowsEveryKind(t *testing.T) {
	folder := t.TempDir()
	var jobs []pageJob
	want, kinds := map[string]verified{}, map[Kind]bool{}
	for name, f := range map[string]*testFederation{"reviews": newReviewCast(t).testFederation, "money": newFund(t).testFederation} {
		f.settle(minute(50))
		r := f.read()
		for id, d := range r.Documents() {
			if d == nil || kinds[d.Kind] {
				continue
			}
			kinds[d.Kind] = true
			files, name := f.handOut(r, id), name+" "+string(id)
			require.NoError(t, os.Mkdir(filepath.Join(folder, name), 0o755))
			for file, b := range files {
				require.NoError(t, os.WriteFile(filepath.Join(folder, name, file), b, 0o644))
			}
			jobs, want[name] = append(jobs, pageJob{Case: name, Named: string(f.genesis.ID)}), verifyFiles(files)
		}
	}
	assert.GreaterOrEqual(t, len(kinds), 20)
	for i, v := range askPage(t, folder, jobs) {
		v.agree(t, want[jobs[i].Case], jobs[i].Case)
		assert.NotEqual(t, "undecided", v.State, "%s: %s", jobs[i].Case, v.Why)
	}
}

// wordsOfPage are the page's words by language, and its script after them.
func wordsOfPage(t *testing.T, page string) (words map[string]map[string]string, code string) {
	_, table, _ := strings.Cut(page, "const WORDS = {")
	table, code, _ = strings.Cut(table, "\n};\n")
	words = map[string]map[string]string{}
	for _, l := range regexp.MustCompile(`(?ms)^([a-z]{2}): \{\n(.*?)\n\},$`).FindAllStringSubmatch(table, -1) {
		own := map[string]string{}
		for _, m := range regexp.MustCompile(`(?m)(?:^\s*|", )(\w+): "([^"]*)`).FindAllStringSubmatch(l[2], -1) {
			require.NotContains(t, own, m[1], l[1])
			own[m[1]] = m[2]
		}
		words[l[1]] = own
	}
	return words, code
}

// placeholders are what a text has filled in, sorted.
func placeholders(text string) []string {
	all := regexp.MustCompile(`\{\w+\}`).FindAllString(text, -1)
	slices.Sort(all)
	return all
}

// pageJob asks the page for a verdict on an export in a folder, perhaps changed.
type pageJob struct {
	Case    string   `json:"case"`
	Named   string   `json:"named,omitempty"`
	Without []string `json:"without,omitempty"`
	Change  []change `json:"change,omitempty"`
}

type change struct {
	File string `json:"file"`
	At   int    `json:"at"`
	Xor  byte   `json:"xor"`
}

func (j pageJob) files(whole map[string][]byte) map[string][]byte {
	files := maps.Clone(whole)
	for _, name := range j.Without {
		delete(files, name)
	}
	for _, c := range j.Change {
		files[c.File] = slices.Clone(files[c.File])
		files[c.File][c.At] ^= c.Xor
	}
	return files
}

// pageVerdict is what the page says, with the fields that both verifiers give.
type pageVerdict struct {
	State string `json:"state"`
	Why   string `json:"why"`

	ID         DocumentID    `json:"id"`
	Kind       Kind          `json:"kind"`
	Title      string        `json:"title"`
	Author     ParticipantID `json:"author"`
	AuthorName string        `json:"authorName"`
	AuthorKind string        `json:"authorKind"`
	Signer     string        `json:"signer"`
	Role       string        `json:"role"`
	Holder     string        `json:"holder"`
	Federation DocumentID    `json:"federation"`
	Charter    int           `json:"charter"`
	Filed      string        `json:"filed"`
	Witnesses  int           `json:"witnesses"`
	Quorum     int           `json:"quorum"`
	Withdrawn  DocumentID    `json:"withdrawn"`
	Replaced   DocumentID    `json:"replaced"`
	Places     []struct {
		Log       Origin `json:"log"`
		Index     uint64 `json:"index"`
		Filed     string `json:"filed"`
		Witnesses int    `json:"witnesses"`
	} `json:"places"`
}

// askPage runs the page's script under Node over the exports in a folder.
func askPage(t *testing.T, folder string, jobs []pageJob) []pageVerdict {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the page's script cannot be run (Debian: apt-get install nodejs)")
	}
	in := &bytes.Buffer{}
	for _, j := range jobs {
		require.NoError(t, json.NewEncoder(in).Encode(j))
	}
	cmd := exec.Command(node, "testdata/verifypage.mjs", FilePage, folder)
	cmd.Stdin = in
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var verdicts []pageVerdict
	for d := json.NewDecoder(bufio.NewReader(out)); ; {
		var v pageVerdict
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			require.NoError(t, err)
		}
		verdicts = append(verdicts, v)
	}
	if err := cmd.Wait(); err != nil {
		if strings.Contains(stderr.String(), "Ed25519") {
			t.Skip("this node has no Ed25519; 20 or later does")
		}
		require.NoError(t, err, stderr.String())
	}
	require.Len(t, verdicts, len(jobs))
	return verdicts
}

// agree compares what the page says with what Verify says of the same files.
// The page never says valid where Verify does not; what it leaves open, the
// caller lists.
func (v pageVerdict) agree(t *testing.T, want verified, what ...any) {
	t.Helper()
	states := map[int][]string{0: {"valid", "pending", "undecided"}, 5: {"invalid"}, 6: {"undecided"}}
	if !assert.Contains(t, states[want.Exit], v.State, append([]any{want.Error + "; the page: " + v.Why}, what...)...) || want.Verdict == nil || v.ID == "" {
		return
	}
	w := want.Verdict
	got := Verdict{ID: v.ID, Kind: v.Kind, Title: v.Title, Author: v.Author, AuthorName: v.AuthorName, AuthorKind: v.AuthorKind, Signer: v.Signer, Role: v.Role, Holder: v.Holder,
		Federation: v.Federation, Charter: v.Charter, Filed: v.Filed, Witnesses: v.Witnesses, Quorum: v.Quorum}
	assert.Equal(t, Verdict{ID: w.ID, Kind: w.Kind, Title: w.Title, Author: w.Author, AuthorName: w.AuthorName, AuthorKind: w.AuthorKind, Signer: w.Signer, Role: w.Role, Holder: w.Holder,
		Federation: w.Federation, Charter: w.Charter, Filed: w.Filed, Witnesses: w.Witnesses, Quorum: w.Quorum}, got, what...)
	assert.Equal(t, w.Filed == "", v.State == "pending", what...)
	var withdrawn, replaced DocumentID
	if w.Withdrawn != nil {
		withdrawn = w.Withdrawn.By
	}
	if w.Superseded != nil {
		replaced = w.Superseded.ID
	}
	assert.Equal(t, withdrawn, v.Withdrawn, what...)
	assert.Equal(t, replaced, v.Replaced, what...)
	if assert.Len(t, v.Places, len(w.Places), what...) {
		for i, p := range w.Places {
			assert.Equal(t, p, Proven{v.Places[i].Log, v.Places[i].Index, v.Places[i].Filed, v.Places[i].Witnesses, p.Forked, p.Ended}, what...)
		}
	}
}

// pageLeavesOpen are the golden cases of which Verify knows more than the page.
var pageLeavesOpen = []string{"key-without-time", "unknown-kind", "withdrawn-and-erased"}

// TestVerifyPageAgreesWithVerify drives every golden case through both.
func TestVerifyPageAgreesWithVerify(t *testing.T) {
	names := slices.Sorted(maps.Keys(verifyCases))
	var jobs []pageJob
	for _, name := range names {
		jobs = append(jobs, pageJob{Case: name, Named: string(caseGenesis(t))}, pageJob{Case: name}, pageJob{Case: name, Named: strings.Repeat("0", 64)})
	}
	verdicts := askPage(t, "testdata/verify", jobs)
	for i, name := range names {
		want := verifyFiles(exportedOf(readCase(t, "testdata/verify/"+name)))
		named, unnamed, other := verdicts[3*i], verdicts[3*i+1], verdicts[3*i+2]
		if state := named.State; slices.Contains(pageLeavesOpen, name) {
			assert.Equal(t, "undecided", state, name)
			if want.Exit == 0 {
				named.State = "valid"
			}
			named.agree(t, want, name)
		} else {
			named.agree(t, want, name)
			assert.NotEqual(t, "undecided", state, name)
		}
		if named.State == "valid" && unnamed.State != "undecided" {
			assert.Equal(t, "unnamed", unnamed.State, "%s: no tick without the federation that a person means", name)
			assert.Equal(t, "other", other.State, name)
		}
	}
}

// TestVerifyPageKnowsWholeFederations exports every document of federations in
// which something happened, and drives all of them through both.
func TestVerifyPageKnowsWholeFederations(t *testing.T) {
	folder := t.TempDir()
	var jobs []pageJob
	want := map[string]verified{}
	genesis := ""
	for story, tell := range stories {
		f := newFederation(t, 4)
		tell(f)
		genesis = string(f.genesis.ID)
		r := f.read()
		for id, d := range r.Documents() {
			if d == nil || slices.Contains(numerous, d.Kind) && d.About() == f.genesis.ID {
				continue
			}
			files, name := f.handOut(r, id), story+" "+string(id)
			require.NoError(t, os.Mkdir(filepath.Join(folder, name), 0o755))
			for file, b := range files {
				require.NoError(t, os.WriteFile(filepath.Join(folder, name, file), b, 0o644))
			}
			jobs, want[name] = append(jobs, pageJob{Case: name, Named: genesis}), verifyFiles(files)
		}
	}
	require.Greater(t, len(jobs), 20)
	for i, v := range askPage(t, folder, jobs) {
		v.agree(t, want[jobs[i].Case], jobs[i].Case)
		assert.NotEqual(t, "undecided", v.State, jobs[i].Case)
	}
}

// TestVerifyPageTakesNoMalformedChangeOfKeys has an office, which may sign reports
// only, give itself a key for everything by a document that breaks its schema. No
// node's file holds such a line; whoever forges one writes it in.
func TestVerifyPageTakesNoMalformedChangeOfKeys(t *testing.T) {
	folder := t.TempDir()
	var jobs []pageJob
	for name, change := range map[string]*KeyChange{
		"no action":            {Action: "constructor", Key: keyNamed("thief")},
		"nothing replaced":     {Action: actionRotate, Key: keyNamed("thief")},
		"to no office":         {Action: actionDelegate, Key: keyNamed("thief")},
		"for documents":        {Action: actionDelegate, Key: keyNamed("thief"), Holder: "A thief"},
		"its own in its place": {Action: actionRotate, Key: keyNamed("thief"), Replaces: keyNamed("ministry")},
	} {
		f := caseFederation(t)
		f.append("mar", f.compose(f.delegation("mar", "ministry", KindReport, KindResponse), f.genesis.ID), "mar author")
		f.seen("mar", ordinary(5)...)
		change.Common = f.common("mar")
		id := f.append("mar", f.compose(change, f.genesis.ID), "ministry")
		f.seen("mar", ordinary(20)...)
		pledge := f.append("mar", f.compose(f.pledge("mar", "A thief's pledge"), f.genesis.ID), "thief")
		f.seen("mar", ordinary(30)...)
		r := f.read()
		files := f.handOut(r, pledge)
		forged, err := r.exporter(testSource{f}).bundles(r.docs[id], true)
		require.NoError(t, err)
		for i, e := range forged {
			if e.Payload == nil {
				forged[i].Payload = f.compose(change, f.genesis.ID)
			}
		}
		files[FileFounding] = appendLines(files[FileFounding], forged)
		delete(files, FileNote)
		require.NotZero(t, verifyFiles(files).Exit, name)
		require.NoError(t, os.Mkdir(filepath.Join(folder, name), 0o755))
		for file, b := range files {
			require.NoError(t, os.WriteFile(filepath.Join(folder, name, file), b, 0o644))
		}
		jobs = append(jobs, pageJob{Case: name, Named: string(f.genesis.ID)})
	}
	for i, v := range askPage(t, folder, jobs) {
		assert.Contains(t, []string{"invalid", "undecided"}, v.State, "%s: %s", jobs[i].Case, v.Why)
	}
}

// TestVerifyPageSeesEveryChange changes bytes of every kind in every file of an
// export: with the exporting node's note the page calls each not valid, and
// without it, what Verify calls it.
func TestVerifyPageSeesEveryChange(t *testing.T) {
	if testing.Short() {
		t.Skip("Node does the work, and it is done without -short")
	}
	seed, _ := strconv.ParseUint(cmp.Or(os.Getenv("STOCKTAKE_SEED"), "20261123"), 10, 64)
	each, _ := strconv.Atoi(cmp.Or(os.Getenv("STOCKTAKE_MUTATIONS"), "1")) // of each kind of byte
	random := rand.New(rand.NewPCG(seed, 0))
	var jobs []pageJob
	wholes := map[string]map[string][]byte{}
	for _, name := range []string{"delegated-ministry", "key-without-time", "plain-pledge", "superseded", "suspended-author", "withdrawn-and-erased"} {
		wholes[name] = exportedOf(readCase(t, "testdata/verify/"+name))
		for _, file := range slices.Sorted(maps.Keys(wholes[name])) {
			b := wholes[name][file]
			for _, class := range []string{`[{}\[\],:"]`, `[0-9]`, `[a-z]`, `[A-Z]`, `[+/=.-]`, `\n`, `[^ -~\n]`} {
				at := regexp.MustCompile(class).FindAllIndex(b, -1)
				for range min(each, len(at)) {
					c := change{file, at[random.IntN(len(at))][0], byte(1 << random.IntN(8))}
					jobs = append(jobs, pageJob{Case: name, Change: []change{c}}, pageJob{Case: name, Change: []change{c}, Without: []string{FileNote}})
				}
			}
		}
	}
	jobs = slices.DeleteFunc(jobs, func(j pageJob) bool { return len(j.Without) > 0 && j.Change[0].File == FileNote })
	verdicts := askPage(t, "testdata/verify", jobs)
	whole := 0
	for i, j := range jobs {
		v := verdicts[i]
		_, noted := wholes[j.Case][FileNote]
		if noted && len(j.Without) == 0 {
			whole++
			assert.Equal(t, "invalid", v.State, "seed %d: %+v: %s", seed, j, v.Why)
		}
		want := verifyFiles(j.files(wholes[j.Case]))
		assert.Equal(t, want.Exit == 5, v.State == "invalid", "seed %d: %+v: Verify says %d %s, the page %s: %s", seed, j, want.Exit, want.Error, v.State, v.Why)
		assert.NotEqual(t, "valid", v.State)
	}
	t.Logf("%d changed exports, %d of them with the note of the node", len(jobs), whole)
}

// caseGenesis is the federation of the golden cases.
func caseGenesis(t *testing.T) DocumentID { return caseFederation(t).genesis.ID }

// exportedOf are the files of a case that an export has.
func exportedOf(files map[string][]byte) map[string][]byte {
	files = maps.Clone(files)
	maps.DeleteFunc(files, func(name string, _ []byte) bool { return !slices.Contains(exported, name) })
	return files
}

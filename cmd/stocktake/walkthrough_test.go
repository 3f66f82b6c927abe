package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// walkthrough is a text that people read and a test runs: an sh block is
// commands, a yaml block is the file that its first line names, and a text block
// is what the sh block before it prints, some lines of it.
type walkthrough []block

type block struct{ language, text string }

func readWalkthrough(t *testing.T, path string) (w walkthrough) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, m := range regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```").FindAllStringSubmatch(string(b), -1) {
		w = append(w, block{m[1], m[2]})
	}
	require.NotEmpty(t, w, path)
	return w
}

// run runs the blocks in one shell, in order, and compares what they print.
// Variables of the shell are filled into files, and vars into what is expected.
func (w walkthrough) run(t *testing.T, dir string, vars map[string]string) {
	t.Helper()
	var script strings.Builder
	for i, b := range w {
		switch b.language {
		case "sh":
			fmt.Fprintf(&script, "echo '== %d =='\n%s", i, b.text)
		case "yaml":
			name, ok := strings.CutPrefix(strings.SplitN(b.text, "\n", 2)[0], "# ")
			require.True(t, ok, "a draft without its name:\n%s", b.text)
			fmt.Fprintf(&script, "cat > %s <<END-OF-DRAFT\n%sEND-OF-DRAFT\n", name, b.text)
		}
	}
	out, printed := bash(t, dir, script.String()), ""
	t.Log(out) // for whoever writes such a text
	for i, b := range w {
		switch b.language {
		case "sh":
			_, printed, _ = strings.Cut(out, fmt.Sprintf("== %d ==\n", i))
			printed, _, _ = strings.Cut(printed, "\n== ")
		case "text":
			require.Regexp(t, linesIn(os.Expand(b.text, func(name string) string { return vars[name] })), printed)
		}
	}
}

// linesIn is a pattern for these lines among others, in order. Any spaces are as
// good as others, and "..." is anything on one line.
func linesIn(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, line := range lines {
		words := strings.Fields(line)
		for j, word := range words {
			words[j] = strings.ReplaceAll(regexp.QuoteMeta(word), `\.\.\.`, ".*")
		}
		lines[i] = `[^\n]*` + strings.Join(words, ` +`) + `[^\n]*`
	}
	return `(?s)` + strings.Join(lines, `\n(.*\n)?`)
}

func TestLinesAreFoundInOrder(t *testing.T) {
	const printed = "filed 0\n  due/filed (samples):  2\n    2026/xsa     xsa, filed\n"
	require.Regexp(t, linesIn("due/filed (samples): 2\n2026/xsa xsa, filed\n"), printed)
	require.Regexp(t, linesIn("filed 0\n2026/... filed"), printed)
	require.NotRegexp(t, linesIn("2026/xsa xsa, filed\ndue/filed (samples): 2\n"), printed)
	require.NotRegexp(t, linesIn("due/filed (samples): 1\n"), printed)
	require.NotRegexp(t, linesIn("filed 0 due/filed"), printed)
}

// TestARegionsYear runs the yearly review that review/A-REGIONS-YEAR.md tells.
func TestARegionsYear(t *testing.T) {
	if testing.Short() {
		t.Skip("three nodes and some forty documents")
	}
	year := time.Now().UTC().Year()
	readWalkthrough(t, "../../review/A-REGIONS-YEAR.md").run(t, t.TempDir(), map[string]string{"YEAR": strconv.Itoa(year), "NEXT": strconv.Itoa(year + 1)})
}

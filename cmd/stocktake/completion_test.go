package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// complete asks a real bash what it would offer at the end of a line.
func complete(t *testing.T, script, line string) []string {
	t.Helper()
	ask := `source "$1"; read -ra COMP_WORDS <<<"$2"; [[ $2 == *" " ]] && COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _stocktake; printf '%s\n' "${COMPREPLY[@]}"`
	cmd := exec.Command("bash", "-c", ask, "bash", script, line)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return strings.Fields(string(out))
}

func TestBashCompletesTheTableOfCommands(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash here")
	}
	script := filepath.Join(t.TempDir(), "stocktake")
	require.NoError(t, os.WriteFile(script, []byte(bashCompletion()), 0o600))
	for line, want := range map[string][]string{
		"stocktake st":                   {"status"},
		"stocktake charter ":             {"new", "sign", "amend", "diff", "show", "verify"},
		"stocktake charter ve":           {"verify"},
		"stocktake key d":                {"delegate"},
		"stocktake config s":             {"systemd"},
		"stocktake config systemd ti":    {"timer"},
		"stocktake completion f":         {"fish"},
		"stocktake serve --pass":         {"--password-file"},
		"stocktake key epoch --rea":      {"--reason"},
		"stocktake list --kind pledge -": {"--about", "--author", "--home", "--json", "--kind", "--newest", "-q", "--receipts"},
		"stocktake help doc":             {"doctor"},
		"stocktake nosuch --x":           {},
	} {
		require.Equal(t, want, append([]string{}, complete(t, script, line)...), line)
	}
	for _, c := range commands() {
		first, second, two := strings.Cut(c.name, " ")
		require.Contains(t, complete(t, script, "stocktake "+first[:1]), first)
		if two {
			require.Contains(t, complete(t, script, "stocktake "+first+" "+second[:1]), second)
		}
	}
}

// Shells that are not here are at least given every command and flag.
func TestFishIsToldEveryCommandAndFlag(t *testing.T) {
	script := fishCompletion()
	for _, c := range completions() {
		for word := range strings.FieldsSeq(c.name) {
			require.Contains(t, script, word)
		}
		for _, f := range c.flags {
			require.Regexp(t, `(-l|-s) `+f.Name+` `, script)
		}
	}
	if fish, err := exec.LookPath("fish"); err == nil {
		cmd := exec.Command(fish, "--no-execute")
		cmd.Stdin = strings.NewReader(script)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
}

func TestEveryCommandHasAManualPage(t *testing.T) {
	names := []string{""}
	for _, c := range commands() {
		names = append(names, c.name)
	}
	groff, err := exec.LookPath("groff")
	for _, name := range names {
		page, ok := manual(name)
		require.True(t, ok, name)
		for _, line := range strings.Split(page, "\n") {
			require.False(t, strings.ContainsFunc(line, func(r rune) bool { return r > '~' }), "%s: %q", name, line)
		}
		if err != nil {
			continue
		}
		cmd := exec.Command(groff, "-man", "-ww", "-Tascii", "-P-c", "-rLL=200n")
		cmd.Stdin = strings.NewReader(page)
		var warnings bytes.Buffer
		cmd.Stderr = &warnings
		out, err := cmd.Output()
		require.NoError(t, err, name)
		require.Empty(t, warnings.String(), name)
		out = regexp.MustCompile(`.\x08`).ReplaceAll(out, nil) // how terminals of paper set bold type
		for word := range strings.FieldsSeq(name) {
			require.Contains(t, string(out), word)
		}
		if cmd, _, ok := find(strings.Fields(name)); ok {
			flagsOf(cmd).VisitAll(func(f *flag.Flag) { require.Contains(t, string(out), flagName(f), name) })
		}
	}
	if err != nil {
		t.Log("no groff here: the pages were not set")
	}
	_, ok := manual("no such")
	require.False(t, ok)
}

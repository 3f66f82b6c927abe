package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stocktake": main})
}

// TestScripts runs the command line as people do: testdata/script/*.txtar. A
// short run takes those with one node, for which seconds suffice also where
// the race detector slows every key down.
func TestScripts(t *testing.T) {
	if testing.Short() {
		testscript.Run(t, testscript.Params{Files: []string{"testdata/script/badinput.txtar", "testdata/script/codes.txtar", "testdata/script/carried.txtar"}})
		return
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/script"})
}

// TestREADME runs what the README says about a federation of three: every
// sh block of that section in order, in one shell, beside its pledge.yaml.
func TestREADME(t *testing.T) {
	if testing.Short() {
		t.Skip("the keys of three members with passwords")
	}
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, section, ok := strings.Cut(string(readme), "\n## A federation of three\n")
	require.True(t, ok, "the README has no such section")
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := func(language string) (found []string) {
		for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllStringSubmatch(section, -1) {
			found = append(found, m[1])
		}
		return found
	}
	require.Len(t, blocks("yaml"), 1)
	dir := t.TempDir()
	script := "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\nset -eu\n" + strings.Join(blocks("sh"), "\n")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "readme.sh"), []byte(script), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pledge.yaml"), []byte(blocks("yaml")[0]), 0o644))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "readme.sh")
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second // nodes may outlive a shell that was killed
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "witnessed by 3 (a quorum is 3)")
	require.Regexp(t, `valid +pledge: Birth registration for every child`, string(out))
}

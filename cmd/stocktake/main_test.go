package main

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"stocktake/node"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stocktake": main, "office": office})
}

// TestScripts runs the command line as people do: testdata/script/*.txtar. A
// short run takes those with one node, for which seconds suffice also where
// the race detector slows every key down.
func TestScripts(t *testing.T) {
	if testing.Short() {
		testscript.Run(t, testscript.Params{Files: []string{"testdata/script/badinput.txtar", "testdata/script/codes.txtar", "testdata/script/carried.txtar"}})
		return
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: map[string]func(*testscript.TestScript, bool, []string){"linked": linked}})
}

// readme is a section of the README: its blocks of one language.
func readme(t *testing.T, title, language string) (blocks []string) {
	t.Helper()
	b, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, section, ok := strings.Cut(string(b), "\n## "+title+"\n")
	require.True(t, ok, "the README has no such section")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllStringSubmatch(section, -1) {
		blocks = append(blocks, m[1])
	}
	return blocks
}

// bash runs a script in a folder and gives what it said.
func bash(t *testing.T, dir, script string) string {
	t.Helper()
	script = "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\nset -eu\n" + script
	require.NoError(t, os.WriteFile(filepath.Join(dir, "readme.sh"), []byte(script), 0o644))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "readme.sh")
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second // nodes may outlive a shell that was killed
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// TestREADME runs what the README says about a federation of three: every
// sh block of that section in order, in one shell, beside its pledge.yaml.
func TestREADME(t *testing.T) {
	if testing.Short() {
		t.Skip("the keys of three members with passwords")
	}
	const section = "A federation of three"
	pledge := readme(t, section, "yaml")
	require.Len(t, pledge, 1)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pledge.yaml"), []byte(pledge[0]), 0o644))
	out := bash(t, dir, strings.Join(readme(t, section, "sh"), "\n"))
	require.Contains(t, out, "witnessed by 3 (a quorum is 3)")
	require.Regexp(t, `valid +pledge: Birth registration for every child`, out)
}

// TestREADMEOfTheOperator runs the sh blocks about running a node for real, with
// a home of a federation of one, at another port than the README's.
func TestREADMEOfTheOperator(t *testing.T) {
	blocks := readme(t, "Running it for real", "sh")
	require.Len(t, blocks, 2)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	l.Close()
	found := `
stocktake init --home home --no-password --participant xsa --name Samplia --sample --address /ip4/127.0.0.1/tcp/29899 --http ` + address + `
stocktake charter new home/card.json --title Test --suffix test.example --witness xsa -o charter.yaml
stocktake charter sign charter.yaml --home home -o charter.json
stocktake charter sign charter.json --home home -o a.json
stocktake charter verify charter.json a.json -o federation.jsonl
stocktake init --home home --charter federation.jsonl
RECIPIENT=$(stocktake backup key -o backup.key)
`
	start := `
stocktake serve --home home &
for i in $(seq 150); do curl -fs http://` + address + `/-/ready && break; sleep 0.2; done
`
	dir := t.TempDir()
	out := bash(t, dir, found+blocks[0]+start+strings.ReplaceAll(blocks[1], node.DefaultHTTP, address))
	require.Contains(t, out, "healthy\nready\n")
	require.Contains(t, out, "\nstocktake_fenced 0\n")
	for _, name := range []string{"stocktake.service", "stocktake-backup.service", "stocktake-backup.timer", "stocktake.bash", "stocktake-backup.1"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NotEmpty(t, b, name)
	}
}

// TestTheREADMEsSettingsAreOnes reads what the README writes for config.yaml.
func TestTheREADMEsSettingsAreOnes(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	var settings []string
	for line := range strings.Lines(string(b)) {
		if m := regexp.MustCompile(`^    ((?:http|hosts|tls|proxies|metrics): .*)\n$`).FindStringSubmatch(line); m != nil {
			settings = append(settings, m[1])
		}
	}
	require.GreaterOrEqual(t, len(settings), 6)
	for _, s := range settings {
		home := node.Home(t.TempDir())
		require.NoError(t, os.WriteFile(home.ConfigFile(), []byte("participant: xsa\n"+s+"\n"), 0o600))
		_, err := home.Config()
		require.NoError(t, err, s)
	}
}

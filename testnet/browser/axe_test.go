package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// axeVersion is of npm's axe-core, which looks for barriers in pages
// (github.com/dequelabs/axe-core, MPL-2.0). It is fetched for a test and is in
// no way part of this repository.
const axeVersion = "4.14.1"

// axeSource fetches axe-core once, or says why there is none.
var axeSource = sync.OnceValues(func() (source, missing string) {
	if _, err := exec.LookPath("npm"); err != nil {
		return "", "npm is not installed, so axe-core cannot be had (Debian: apt-get install npm)"
	}
	dir, err := os.MkdirTemp("", "axe")
	if err != nil {
		return "", err.Error()
	}
	defer os.RemoveAll(dir)
	npm := exec.Command("npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "axe-core@"+axeVersion)
	if out, err := npm.CombinedOutput(); err != nil {
		return "", fmt.Sprintf("npm did not get axe-core %s: %v\n%s", axeVersion, err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		return "", err.Error()
	}
	return string(b), ""
})

// barriers are what axe-core finds on the page against WCAG 2.2 AA and its own
// good practice.
func barriers(t *testing.T, w *window, axe string) []string {
	t.Helper()
	found := ask[string](t, w, axe+`;axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"]})
		.then(r => JSON.stringify(r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.map(n => n.html + " " + (n.failureSummary || ""))}))))`)
	var violations []struct {
		ID, Help string
		Nodes    []string
	}
	require.NoError(t, json.Unmarshal([]byte(found), &violations))
	var all []string
	for _, v := range violations {
		all = append(all, fmt.Sprintf("%s: %s, %d times, as\n%s", v.ID, v.Help, len(v.Nodes), strings.Join(v.Nodes[:min(3, len(v.Nodes))], "\n")))
	}
	return all
}

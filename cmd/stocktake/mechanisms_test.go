package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asked is what a review of the compact has to have, by section of
// review/MECHANISMS.md: what the policy note on its follow-up asks for, and what
// no system has today.
var asked = map[string][]string{
	"Pledges": {
		"Action pledge", "Individual / collective formats", "What a pledge holds", "Coalition of the willing", "Different speeds",
		"Non-State pledgers", "Pledging stages", "Submission rules", "Mini-multilateral pilot", "Pioneer group", "Common roof",
	},
	"Review": {
		"Binding follow-up", "Follow-up body", "Review round", "Intervals and adjustment", "Self-reporting", "Global progress report",
		"Regional stocktake", "Regional report", "National self-assessment", "Expert mission", "Joint assessment", "Peer / expert review",
		"Multi-level", "Stakeholder role", "Exchange of practice", "Transmission belts", "Domestic constituencies", "Marrakesh+5", "Models named",
	},
	"Finance": {
		"Joint accounting", "Price and gaps", "Isolation problem", "Facility", "Kind 1", "Kind 2", "Kind 3", "Earmarking", "Advocacy money", "Models",
	},
	"Themes": {"Safe", "Regular", "Orderly", "Partnerships"},
	"What no existing system has": {
		"1. Signed records", "2. Filing before a deadline", "3. Verifiable completeness", "4. Tamper-evident history", "5. Fork detection",
		"6. Commit and reveal", "7. Redaction", "8. Co-signed pledges", "9. Side by side", "10. Keys and offices", "11. Reproducible stocktake",
		"12. Two-sided money", "13. States of silence", "14. Ratchet in words", "15. Six languages", "16. Protected reporting",
		"17. Policy of each node", "18. Evidence archive", "19. Import and export", "20. Register of agreements",
	},
}

// mechanism is one line of the table.
type mechanism struct {
	section, row, what, command, prints, script string
}

func mechanisms(t *testing.T) (all []mechanism) {
	t.Helper()
	b, err := os.ReadFile("../../review/MECHANISMS.md")
	require.NoError(t, err)
	var m mechanism
	for line := range strings.Lines(string(b)) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			m = mechanism{section: strings.TrimSpace(title)}
		}
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| row |") {
			continue
		}
		cells := strings.Split(strings.TrimSpace(line), " | ")
		require.Len(t, cells, 5, line)
		if row := strings.TrimPrefix(cells[0], "| "); row != "" && row != "|" {
			m.row = row
		}
		m.what, m.command, m.prints, m.script = cells[1], strings.Trim(cells[2], "`"), strings.Trim(cells[3], "`"), strings.TrimSuffix(cells[4], " |")
		all = append(all, m)
	}
	return all
}

// TestMechanisms holds the table against the scripts: every row is there, its
// command is run by the script that it names, and what the command prints is
// asserted there. [TestScripts] and [TestARegionsYear] run them.
func TestMechanisms(t *testing.T) {
	found := map[string][]string{}
	for _, m := range mechanisms(t) {
		if rows := found[m.section]; len(rows) == 0 || rows[len(rows)-1] != m.row {
			found[m.section] = append(rows, m.row)
		}
		asserted := assertedIn(t, m.script, m.command)
		require.NotEmpty(t, asserted, "%s: %s does not run, or asserts nothing of: %s", m.row, m.script, m.command)
		assert.Contains(t, strings.Join(asserted, "\n"), m.prints, "%s: %s: %s", m.row, m.script, m.command)
	}
	assert.Equal(t, asked, found)
}

// assertedIn is what a script asserts of what a command prints, without the
// signs of patterns.
func assertedIn(t *testing.T, script, command string) (asserted []string) {
	t.Helper()
	if script == "year" {
		last := ""
		for _, b := range readWalkthrough(t, "../../review/A-REGIONS-YEAR.md") {
			if b.language == "text" && strings.Contains("\n"+last, "\n"+command+"\n") {
				for line := range strings.Lines(b.text) {
					asserted = append(asserted, strings.Join(strings.Fields(line), " "))
				}
			}
			last = b.text
		}
		return asserted
	}
	b, err := os.ReadFile(filepath.Join("testdata/script", script+".txtar"))
	require.NoError(t, err)
	runs := regexp.MustCompile(`^(! )?exec (sh code\.sh \d+ )?(sh -c ')?` + regexp.QuoteMeta(command) + `'?\n$`)
	asserts := regexp.MustCompile(`^(?:stdout|stderr|grep) (?:-count=\d+ )?'(.*)'`)
	plain := strings.NewReplacer(` +`, " ", `  *`, " ", `\`, "", `''`, "'")
	running := false
	for line := range strings.Lines(string(b)) {
		switch found := asserts.FindStringSubmatch(line); {
		case strings.HasPrefix(line, "exec ") || strings.HasPrefix(line, "! exec "):
			running = runs.MatchString(line)
		case running && found != nil:
			asserted = append(asserted, plain.Replace(found[1]))
		}
	}
	return asserted
}

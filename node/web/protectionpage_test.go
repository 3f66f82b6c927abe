package web_test

import (
	"html"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"stocktake/node/web"
)

// The page says what the help text says, every line of it.
func TestThePageOnProtectionLeavesNothingOut(t *testing.T) {
	page := html.UnescapeString(string(open(t).get(t, "/protection")))
	page = strings.NewReplacer("<strong>", "", "</strong>", "", `<code dir="ltr">`, "`", "</code>", "`").Replace(page)
	lines := 0
	for line := range strings.Lines(web.Protection) {
		if line = strings.TrimLeft(strings.TrimSpace(line), "#- "); line != "" {
			lines++
			assert.Contains(t, page, line)
		}
	}
	assert.Greater(t, lines, 20)
}

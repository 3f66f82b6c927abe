package web

import (
	"html/template"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web/lang"
)

// TestMarksEscapeWhatIsInThem holds of every string of every mark that Go makes
// instead of a template, and in each language.
func TestMarksEscapeWhatIsInThem(t *testing.T) {
	const hostile = `"'><script>alert(1)</script>`
	for _, l := range lang.All() {
		w := words{l}
		var made []template.HTML
		for _, form := range []string{"", "text", "words", "link", "time", "open", "code", "number", "series", "unknown"} {
			v := value{Form: form, Text: hostile, Machine: hostile, Language: hostile, Href: "/" + hostile}
			v.Items = []value{{Text: hostile, Language: hostile}, {Form: "link", Text: hostile, Href: hostile}}
			made = append(made, w.inline(v), w.cells([]value{v, v}, sectionLine{Cells: [][]value{{v, v}, {v}}, Sample: true}))
		}
		made = append(made, w.references([]ref{{Text: hostile}, {Text: hostile, Href: hostile}}), idMark(hostile), timeMark(hostile, hostile))
		for _, m := range made {
			assert.Contains(t, m, "script")
			for _, raw := range []string{"<script", `"'`, "'>"} {
				assert.False(t, strings.Contains(string(m), raw), "%s", m)
			}
		}
	}
}

// TestEveryValueIsShown holds the forms that the template "value" knows to those
// that are left to it.
func TestEveryValueIsShown(t *testing.T) {
	b, err := templateFiles.ReadFile("templates/frame.html")
	require.NoError(t, err)
	_, shown, _ := strings.Cut(string(b), `{{define "value"}}`)
	shown, _, _ = strings.Cut(shown, "{{define ")
	var forms []string
	for _, m := range regexp.MustCompile(`else if eq \.Form "([a-z]+)"`).FindAllStringSubmatch(shown, -1) {
		forms = append(forms, m[1])
	}
	assert.ElementsMatch(t, blocks, forms)
}

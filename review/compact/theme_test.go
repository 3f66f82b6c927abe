package compact

import (
	"path"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEveryThemeIsFoundWithTheWiderOnesBeforeIt(t *testing.T) {
	var codes []string
	for _, theme := range Themes() {
		codes = append(codes, theme.Code)
		assert.NotEmpty(t, theme.Title, theme.Code)
		assert.NotEmpty(t, theme.Basis, theme.Code)
		assert.False(t, theme.Verified, "nobody checked %s against the note", theme.Code)
		wider, ok := Theme(path.Dir(theme.Code))
		assert.True(t, path.Dir(theme.Code) == "." || ok && wider.Has(theme.Code), theme.Code)
	}
	assert.True(t, slices.IsSorted(codes))
	assert.Len(t, codes, 26)
	assert.Subset(t, codes, []string{"safe", "safe/children", "safe/trafficking", "safe/climate", "regular", "orderly", "partnerships"})
}

func TestAThemeHasItselfAndFinerOnes(t *testing.T) {
	safe, ok := Theme("safe")
	assert.True(t, ok)
	for code, want := range map[string]bool{"safe": true, "safe/climate/pathways": true, "safer": false, "regular": false, "": false} {
		assert.Equal(t, want, safe.Has(code), code)
	}
	for _, code := range []string{"", "safe/", "Safe", "safe/pathways", "climate"} {
		_, ok := Theme(code)
		assert.False(t, ok, code)
	}
}

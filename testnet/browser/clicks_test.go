package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWhatIsLateIsThreeClicksAway: whoever knows nothing of the program opens
// the front page, takes a State on the map, and reads which of its commitments
// are late and who says so; a further click shows the words of one who says it.
// No click needs a mouse or a script.
func TestWhatIsLateIsThreeClicksAway(t *testing.T) {
	w := openWindow(t)
	address := federation(t)
	for _, language := range []string{"en", "ar"} {
		clicks := 0
		click := func(selector string) {
			t.Helper()
			require.NoError(t, chromedp.Run(w, chromedp.Focus(selector, chromedp.ByQuery), chromedp.KeyEvent("\r"), chromedp.WaitReady("footer", chromedp.ByQuery)), selector)
			clicks++
		}
		w.open(t, address+"/"+language)
		assert.NotEmpty(t, ask[string](t, w, `document.querySelector("main .legend").innerText`), "the map has no legend")
		click(`main .tiles a[href$="/participants/xsa"]`)
		require.Equal(t, "/"+language+"/participants/xsa", ask[string](t, w, `location.pathname`))
		late := ask[string](t, w, `document.querySelector("#late").parentElement && document.querySelector("#late ~ .scroll table").innerText`)
		assert.Contains(t, late, "The licensing law enters into force")
		for _, who := range []string{"Samplia (SAMPLE)", "Invented Coalition for Review (SAMPLE)"} {
			assert.Contains(t, late, who)
		}
		click(`#late ~ .scroll li:has(a[href$="/participants/sample-coalition"]) .meta a`)
		assert.Contains(t, ask[string](t, w, `document.querySelector("h1").innerText`), "Alternative (shadow) report on Samplia's recruitment pledge")
		assert.LessOrEqual(t, clicks, 3)
		assert.Empty(t, strings.TrimSpace(w.complained()))
	}
}

package browser

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sorts is how many of the pages come before those of single documents; on a
// telephone axe-core looks at these, which takes a second each.
const sorts = 19

// widths of a telephone and of a desk, in CSS pixels.
var widths = []int64{390, 1280}

// TestEveryPageInABrowser opens every page in two languages at two widths. No
// page makes the browser complain, none is wider than the window, each says
// its language and direction, and axe-core finds no barrier. A short run takes
// English on a desk and Arabic on a telephone.
func TestEveryPageInABrowser(t *testing.T) {
	w := openWindow(t)
	axe, missing := axeSource()
	if missing != "" {
		t.Run("axe-core", func(t *testing.T) { t.Skip("barriers are not looked for: " + missing) })
	}
	address := federation(t)
	paths := pages(t, address)
	opened, looked := 0, 0
	for _, width := range widths {
		w.size(t, width)
		for language, direction := range map[string]string{"en": "ltr", "ar": "rtl"} {
			if testing.Short() && (width > 600) != (language == "en") {
				continue
			}
			for i, path := range append(paths, "/participants/nobody") {
				page := fmt.Sprintf("/%s%s at %d pixels", language, path, width)
				w.open(t, address+"/"+language+path)
				opened++
				if complaint := w.complained(); path != "/participants/nobody" {
					assert.Empty(t, complaint, page)
				}
				assert.Equal(t, language+" "+direction, ask[string](t, w, `document.documentElement.lang + " " + getComputedStyle(document.body).direction`), page)
				assert.Empty(t, ask[[]string](t, w, tooWide), page)
				if axe != "" && (width > 600 || i < sorts) {
					assert.Empty(t, barriers(t, w, axe), page)
					looked++
				}
				assert.Empty(t, w.complained(), page)
			}
		}
	}
	t.Logf("%d pages opened, axe-core %s looked at %d", opened, axeVersion, looked)
	t.Run("dark", func(t *testing.T) { inTheDark(t, w, address, paths, axe) })
	t.Run("keyboard", func(t *testing.T) { byKeyboard(t, w, address) })
}

// tooWide lists what sticks out of the window, if the page does.
const tooWide = `(() => {
	const wide = document.documentElement.clientWidth
	if (document.documentElement.scrollWidth <= wide) return []
	return [...document.querySelectorAll("body *")].filter(e => { const r = e.getBoundingClientRect(); return (r.right > wide + 1 || r.left < -1) && !e.closest(".scroll, .heard, .skip, thead") })
		.slice(0, 3).map(e => e.outerHTML.slice(0, 200))
		.concat("the page is " + document.documentElement.scrollWidth + " wide in " + wide)
})()`

// inTheDark looks at some pages in the other scheme of colours.
func inTheDark(t *testing.T, w *window, address string, paths []string, axe string) {
	if axe == "" {
		t.Skip("without axe-core there is nothing to compare")
	}
	w.scheme(t, "dark")
	defer w.scheme(t, "light")
	for _, path := range paths[:6] {
		w.open(t, address+"/en"+path)
		assert.Empty(t, barriers(t, w, axe), path)
	}
}

// byKeyboard holds that the first Tab shows the way past the navigation, that
// it works, and that every further stop shows where it is.
func byKeyboard(t *testing.T, w *window, address string) {
	w.open(t, address+"/en/stocktake")
	tab := func() { require.NoError(t, chromedp.Run(w, chromedp.KeyEvent("\t"))) }
	focused := func() string {
		return ask[string](t, w, `document.activeElement.className + " " + document.activeElement.getAttribute("href")`)
	}
	tab()
	require.Equal(t, "skip #main", focused())
	require.True(t, ask[bool](t, w, `(() => { const r = document.activeElement.getBoundingClientRect(); return r.left >= 0 && r.top >= 0 && r.right <= innerWidth })()`), "the way past the navigation stays hidden")
	require.NoError(t, chromedp.Run(w, chromedp.ActionFunc(func(ctx context.Context) error {
		return input.DispatchKeyEvent(input.KeyRawDown).WithKey("Enter").WithCode("Enter").WithWindowsVirtualKeyCode(13).WithText("\r").Do(ctx)
	})))
	require.Equal(t, "main", ask[string](t, w, `document.activeElement.id || location.hash.slice(1)`))
	stops := map[string]bool{}
	for range 25 {
		tab()
		where := ask[string](t, w, `document.activeElement.outerHTML.slice(0, 120)`)
		stops[where] = true
		seen := ask[bool](t, w, `(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 })()`)
		assert.True(t, seen, "focus cannot be seen at "+strings.TrimSpace(where))
	}
	assert.Greater(t, len(stops), 20)
}

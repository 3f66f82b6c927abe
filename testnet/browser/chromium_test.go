// Package browser reads a node's pages as people do: in Chromium, in English
// and in Arabic, on a telephone and on a desk, with axe-core looking for what
// keeps somebody out. It is a module of its own, for tests only: what drives
// Chromium never gets into the program.
package browser

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// window is one Chromium window, with what its console and its policies
// complained of since the last page.
type window struct {
	context.Context
	mu         sync.Mutex
	complaints []string
}

// openWindow starts Chromium, or skips the test where there is none.
func openWindow(t *testing.T) *window {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is not installed: no page can be opened (Debian: apt-get install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	w := &window{Context: ctx}
	chromedp.ListenTarget(ctx, w.hear)
	require.NoError(t, chromedp.Run(ctx, log.Enable(), runtime.Enable()))
	return w
}

// hear collects what a page must not give cause for.
func (w *window) hear(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		// The browser asks for a server's icon by itself, also of one that has ended by then.
		icon := e.Entry.Source == log.SourceNetwork && strings.HasSuffix(e.Entry.URL, "/favicon.ico")
		if !icon && (e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning) {
			w.complaints = append(w.complaints, fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *runtime.EventExceptionThrown:
		w.complaints = append(w.complaints, e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			w.complaints = append(w.complaints, "the page's console: "+string(e.Type))
		}
	}
}

// complained are the complaints since it was asked last.
func (w *window) complained() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := strings.Join(w.complaints, "\n")
	w.complaints = nil
	return all
}

// size makes the window as wide as a telephone or a desk.
func (w *window) size(t *testing.T, width int64) {
	t.Helper()
	require.NoError(t, chromedp.Run(w, emulation.SetDeviceMetricsOverride(width, 900, 1, width < 600)))
}

// scheme is light or dark.
func (w *window) scheme(t *testing.T, name string) {
	t.Helper()
	require.NoError(t, chromedp.Run(w, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}})))
}

// open goes to a page.
func (w *window) open(t *testing.T, address string) {
	t.Helper()
	require.NoError(t, chromedp.Run(w, chromedp.Navigate(address)), address)
}

// ask runs an expression in the page, from outside of its policies.
func ask[T any](t *testing.T, w *window, expression string) (value T) {
	t.Helper()
	require.NoError(t, chromedp.Run(w, chromedp.Evaluate(expression, &value, awaited)), expression)
	return value
}

func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

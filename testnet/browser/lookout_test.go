package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// lookout is a window that notices whatever a payload does: it calls the function
// ran, which every page and frame of this window has; it opens a dialog or
// another window; it asks for something at the canary, an address where nobody
// else asks; it changes the title, or goes elsewhere; or the page's policy stops
// it and says so.
type lookout struct {
	*window
	canary string // its host and port

	mu         sync.Mutex
	deeds      []string // what ran, by its number where that is known
	violations []string // what a policy stopped
	main       string   // the address that the window is at
}

// lookoutScript runs before any script of a page.
const lookoutScript = `(() => {
	const ran = globalThis.tellRan, stopped = globalThis.tellStopped
	globalThis.ran = function (n) { ran(String(n)); return "" }
	document.addEventListener("securitypolicyviolation", e => stopped(e.effectiveDirective + " stopped " + e.blockedURI + " " + e.sample + " at line " + e.lineNumber + " of " + e.documentURI))
})()`

// openLookout opens such a window.
func openLookout(t *testing.T) *lookout {
	t.Helper()
	l := &lookout{window: openWindow(t)}
	canary := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.did("asked the canary for " + r.URL.Path)
		http.NotFound(w, r)
	}))
	t.Cleanup(canary.Close)
	l.canary = canary.Listener.Addr().String()
	chromedp.ListenTarget(l.Context, l.see)
	chromedp.ListenBrowser(l.Context, func(event any) {
		if e, ok := event.(*target.EventTargetCreated); ok && e.TargetInfo.Type == "page" && e.TargetInfo.OpenerID != "" {
			l.did("opened a window at " + e.TargetInfo.URL)
		}
	})
	l.do(t, runtime.AddBinding("tellRan"), runtime.AddBinding("tellStopped"), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(lookoutScript).Do(ctx)
		return err
	}))
	return l
}

func (l *lookout) see(event any) {
	switch e := event.(type) {
	case *runtime.EventBindingCalled:
		if e.Name == "tellStopped" {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.violations = append(l.violations, e.Payload)
			return
		}
		l.did("ran " + e.Payload)
	case *page.EventJavascriptDialogOpening:
		l.did("opened a dialog: " + e.Message)
		go chromedp.Run(l.Context, page.HandleJavaScriptDialog(true))
	case *page.EventFrameNavigated:
		if e.Frame.ParentID == "" {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.main = e.Frame.URL
		}
	}
}

func (l *lookout) did(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deeds = append(l.deeds, what)
}

// do acts on the page that is open, and gives up on what never comes.
func (l *lookout) do(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(l.Context, 60*time.Second)
	defer cancel()
	require.NoError(t, chromedp.Run(ctx, actions...))
}

// begin forgets what was noticed, before another page.
func (l *lookout) begin() {
	l.complained()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deeds, l.violations, l.main = nil, nil, ""
}

// titleRan is the title that payloads give a page.
var titleRan = regexp.MustCompile(`^ran \d+$`)

// noticed is what was done since begin by the page at an address, whose title is
// given: deeds, and what a policy stopped or the console complained of.
func (l *lookout) noticed(address, title string) (deeds, stopped []string) {
	complaints := l.complained()
	l.mu.Lock()
	defer l.mu.Unlock()
	deeds = append(deeds, l.deeds...)
	if titleRan.MatchString(title) {
		deeds = append(deeds, "changed the title to "+title)
	}
	if l.main != "" && strings.Split(l.main, "#")[0] != strings.Split(address, "#")[0] {
		deeds = append(deeds, "went to "+l.main)
	}
	stopped = append(stopped, l.violations...)
	if complaints != "" {
		stopped = append(stopped, complaints)
	}
	return deeds, stopped
}

// by reports whether a payload's number is in what was noticed.
func by(deeds []string, p payload) bool {
	number := regexp.MustCompile(`(^|\D)` + fmt.Sprint(p.number) + `(\D|$)`)
	for _, d := range deeds {
		if number.MatchString(strings.ReplaceAll(d, "127.0.0.1", "")) {
			return true
		}
	}
	return false
}

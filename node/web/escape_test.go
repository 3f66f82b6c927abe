package web_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/review"
	"stocktake/store"
)

// harmfulName is a participant whose name in the charter is a script.
const harmfulName review.ParticipantID = "gmb-academic"

// script is content that would run, or break out of where it stands, if a page
// did not escape it. The word makes it recognisable.
func script(word string) string {
	return `</title></textarea>"'><script>harm(` + "`" + word + "`" + `)</script><img src=x onerror=harm()>{{.Harm}}&lt;b&gt; SAMPLE`
}

// harmful are drafts with a script in every field that takes free text.
func (w *world) harmful() map[string]string {
	text := func(word string) string { return "'" + strings.ReplaceAll(script(word), "'", "''") + "'" }
	common := "language: en\nsample: true\nauthor: xsa\nsources: [" + text("source") + ", 'javascript:harm()', 'https://example.org/\"><script>harm()</script>']\n"
	titled := func(word string) string {
		return common + "title: " + text(word+" title") + "\nsummary: " + text(word+" summary") + "\n"
	}
	return map[string]string{
		"1 pledge": "kind: pledge\n" + titled("pledge") + "form: joint\nobjectives: [6]\ndue: not-stated\n" +
			"targets: [{id: t1, indicator: " + text("indicator") + ", value: not-stated, unit: " + text("unit")[:20] + "', due: not-stated}]\n" +
			"milestones: [{id: m1, title: " + text("milestone") + ", due: not-stated}]\n" +
			"resources: [{amount: not-stated, currency: not-stated, purpose: " + text("purpose") + "}]\n" +
			"parties: [{name: " + text("party") + "}]\n",
		"2 report":     "kind: report\nABOUT: 1 pledge\n" + titled("report") + "status: in-progress\nround: sample-1\nvalues: [{target: t1, value: '1', on: '2026-01-01'}]\nobstacles: " + text("obstacles") + "\nflexibility: " + text("flexibility") + "\n",
		"3 assessment": "kind: assessment\nABOUT: 1 pledge\n" + titled("assessment") + "type: self\nfindings: [{objective: 6, rating: limited, text: " + text("finding") + "}]\nconsulted: [" + text("consulted") + "]\n",
		"4 comment":    "kind: comment\nABOUT: 1 pledge\n" + strings.Replace(titled("comment"), "author: xsa", "author: xsb", 1) + "type: recommendation\nto: xsa\ntext: " + text("comment") + "\n",
		"5 response":   "kind: response\nABOUT: 4 comment\n" + titled("response") + "position: noted\ntext: " + text("response") + "\n",
		"6 accession":  "kind: accession\n" + titled("accession") + "role: round\nround: sample-1\n",
		"7 withdrawal": "kind: withdrawal\nABOUT: 3 assessment\n" + titled("withdrawal") + "reason: " + text("reason") + "\n",
	}
}

func (w *world) fileHarm() error {
	drafts := w.harmful()
	for _, name := range sortedKeys(drafts) {
		draft := drafts[name]
		author := review.ParticipantID("xsa")
		if strings.Contains(draft, "author: xsb") {
			author = "xsb"
		}
		if i := strings.Index(draft, "ABOUT: "); i >= 0 {
			about, _, _ := strings.Cut(draft[i+len("ABOUT: "):], "\n")
			draft = strings.Replace(draft, "ABOUT: "+about, "about: "+string(w.ids[about]), 1)
		}
		e, err := w.sign([]byte(draft), author, author)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		filed, err := w.client.File(context.Background(), e)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		w.ids[name] = filed.ID
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// replicateHarm puts into the log what the door refuses and another node's log
// may hold all the same: unknown kinds and broken documents.
func (w *world) replicateHarm() error {
	db, err := store.Open(w.home.Database(), storeOptions)
	if err != nil {
		return err
	}
	defer db.Close()
	key, err := w.home.NoteSigner(node.RoleLog, 1, nil)
	if err != nil {
		return err
	}
	origin := review.OriginOf(1, host, w.genesis.ID, "test.example")
	about := []review.Subject{{Name: "charter", Digest: w.genesis.ID}}
	fields := map[string]any{
		"federation": w.genesis.ID, "author": script("author"), "language": `en" onload="harm()`, "created": script("created"),
		"salt": script("salt"), "title": script("unknown title"), "due": script("due"), script("field name"): script("field"),
	}
	for name, payload := range map[string][]byte{
		"8 unknown":   bytes.Replace(review.Compose(review.KindPledge, about, fields), []byte("/pledge/v1"), []byte("/treaty/v9"), 1),
		"9 malformed": review.Compose(review.KindPledge, about, fields),
		"a not-json":  []byte(script("raw")),
	} {
		e, err := w.authors["xsa"].Sign(payload)
		if err != nil {
			return err
		}
		w.ids[name] = review.DocumentID(e.Digest().String())
		if _, _, err := db.OpenLog(origin, key).Append(context.Background(), store.Submission{Leaf: e.Leaf(w.authors["xsa"].Key()), Payload: e.Payload}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// pages are all pages, and every document's own.
func (w *world) pages() []string {
	pages := []string{
		"/", "/participants", "/documents", "/documents?author=xsa", "/documents?kind=receipt", "/documents?kind=opening", "/charter",
		"/documents?about=" + string(w.genesis.ID), "/documents?about=" + string(w.ids["1 pledge"]),
		"/stocktake", "/stocktake?scope=region:UN-ECE", "/stocktake?scope=region:ASEAN", "/stocktake?scope=objective:6", "/stocktake?scope=participant:xsa",
		"/objectives", "/irregularities", "/irregularities?participant=xsa", "/search?q=recruitment", "/stocktake?with=2020-01-01T00:00:00Z", "/stocktake/figure?group=pledges&name=pledges", "/stocktake/figure?group=targets",
		"/stocktake?cutoff=2020-01-01T00:00:00Z",
	}
	for _, p := range []string{"can", "xsa", "xsb", string(harmfulName), "un-ece", "sample-coalition"} {
		pages = append(pages, "/participants/"+p)
	}
	for _, id := range w.ids {
		pages = append(pages, "/documents/"+string(id))
	}
	return pages
}

// Elements and attributes that pages consist of. Nothing in them runs.
var (
	elements = strings.Fields(`html head meta title link body a div header p span bdi nav ul ol li main footer h1 h2 h3 dl dt dd small
		table thead tbody tr th td caption code pre time strong b br q form label select optgroup option input button details summary article blockquote figure figcaption
		svg line polyline circle rect path defs use text`)
	attributes = strings.Fields(`lang dir charset name content rel href hreflang tabindex type class id role label aria-label aria-current aria-hidden datetime title scope
		data-label action method value selected hidden placeholder size autocomplete open download
		aria-hidden viewBox x y x1 x2 y1 y2 dy cx cy r d width height points transform`)
)

// TestContentNeverRuns holds that no page has an element, an attribute or a
// link other than its own, whatever the documents say.
func TestContentNeverRuns(t *testing.T) {
	w := open(t)
	for _, path := range w.pages() {
		page := w.get(t, path)
		d := xml.NewDecoder(bytes.NewReader(page))
		d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, path)
			start, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			require.Contains(t, elements, start.Name.Local, path)
			for _, a := range start.Attr {
				require.Contains(t, attributes, a.Name.Local, "%s: <%s %s=%q>", path, start.Name.Local, a.Name.Local, a.Value)
				switch a.Name.Local {
				case "href":
					ours := strings.HasPrefix(a.Value, "/") && !strings.HasPrefix(a.Value, "//") || strings.HasPrefix(a.Value, "#")
					require.True(t, ours || strings.HasPrefix(a.Value, "https://") || strings.HasPrefix(a.Value, "http://"), "%s: link to %q", path, a.Value)
				case "action":
					require.True(t, strings.HasPrefix(a.Value, "/"), path)
				}
			}
		}
		assert.NotContains(t, string(page), "<script", path)
		assert.NotContains(t, string(page), "<img", path)
	}
}

// TestContentIsShownAsWritten holds that escaping loses nothing: each script is
// on its document's page, as text.
func TestContentIsShownAsWritten(t *testing.T) {
	w := open(t)
	for name, words := range map[string][]string{
		"1 pledge":     {"pledge title", "pledge summary", "indicator", "milestone", "purpose", "party", "source"},
		"2 report":     {"report title", "report summary", "obstacles", "flexibility", "indicator"},
		"3 assessment": {"assessment title", "finding", "consulted", "withdrawal title"},
		"4 comment":    {"comment title", "comment", "response title"},
		"5 response":   {"response title", "response"},
		"6 accession":  {"accession title", "charter"},
		"7 withdrawal": {"withdrawal title", "reason"},
	} {
		page := html.UnescapeString(string(w.get(t, "/documents/"+string(w.ids[name]))))
		for _, word := range words {
			assert.True(t, strings.Contains(page, script(word)), "%s: %s", name, word)
		}
	}
	for path, word := range map[string]string{
		"/": "charter", "/charter": "round", "/participants": "name", "/participants/" + string(harmfulName): "name",
		"/documents?author=xsa": "report title", "/stocktake?scope=participant:xsa": "reason",
	} {
		assert.True(t, strings.Contains(html.UnescapeString(string(w.get(t, path))), script(word)), path)
	}
}

// TestWhatIsNotUnderstoodIsShownAllTheSame holds that a log's every record has
// a page, also one of a kind to come or a broken one.
func TestWhatIsNotUnderstoodIsShownAllTheSame(t *testing.T) {
	w := open(t)
	for name, want := range map[string]string{
		"8 unknown": "not understood by this version", "9 malformed": "does not keep the form", "a not-json": "does not keep the form",
	} {
		assert.Contains(t, string(w.get(t, "/documents/"+string(w.ids[name]))), want, name)
	}
}

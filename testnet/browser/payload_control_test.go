package browser

import (
	"context"
	"encoding/csv"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

// careless is a page that puts a payload into its place without a thought, as
// pages do that get it wrong.
func careless(p payload) string {
	body := func(s string) string {
		return "<!doctype html><title>control</title><p>" + s + "</p><img src=after.png>"
	}
	within := func(element string) string {
		return body("<" + element + ">" + p.text + "</" + element + ">")
	}
	script := func(s string) string { return body("<script>" + s + "</script>") }
	switch p.place {
	case inDouble:
		return body(`<input value="` + p.text + `">`)
	case inSingle:
		return body(`<input value='` + p.text + `'>`)
	case inBare:
		return body(`<input value=` + p.text + `>`)
	case inLink:
		if strings.Contains(p.text, `"`) && !strings.HasPrefix(p.text, "http") {
			return body(`<a href="` + html.EscapeString(p.text) + `">x</a>`)
		}
		return body(`<a href="` + p.text + `">x</a>`)
	case inFrame:
		return body(`<iframe src="` + html.EscapeString(p.text) + `"></iframe>`)
	case inStyle:
		return body("<style>" + p.text + "</style><p><input>")
	case inStyleOf:
		return body(`<b style="` + p.text + `">x</b>`)
	case inScript:
		return script(`x = "` + p.text + `"`)
	case inScriptSingle:
		return script(`x = '` + p.text + `'`)
	case inScriptText:
		return script("x = `" + p.text + "`")
	case inScriptLine:
		return script("// " + p.text)
	case inScriptComment:
		return script("/* " + p.text + " */")
	case inComment:
		return body("<!--" + p.text + "-->")
	case inTextarea:
		return within("textarea")
	case inTitle:
		return "<!doctype html><title>" + p.text + "</title><p>x"
	case inRaw:
		_, element, _ := strings.Cut(p.text, "</")
		return within(strings.FieldsFunc(element, func(r rune) bool { return r == '>' || r == ' ' })[0])
	case inMarkdown, inTemplate, unescaped, fromUTF7, folded, decoded, stripped, filtered:
		return body("<div id=out></div><script>" + carelessScript + "show(" + scriptString(string(p.place)) + "," + scriptString(p.text) + ")</script>")
	}
	return body(p.text)
}

// scriptString is a string of a script, for the control alone.
func scriptString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\<>&`, r) {
			b.WriteString(`\u{` + hexOf(r) + `}`)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

func hexOf(r rune) string {
	const digits = "0123456789abcdef"
	if r < 16 {
		return digits[r : r+1]
	}
	return hexOf(r/16) + digits[r%16:r%16+1]
}

// carelessScript does to texts what careless programs do, and shows the outcome.
const carelessScript = `
const decode = s => { const e = document.createElement("textarea"); e.innerHTML = s; return e.value }
const ways = {
	"as markdown": s => s.replace(/^\[(.*?)\]: (.*)$/gm, (_, name, at) => (decode.at = at, ""))
		.replace(/!\[(.*?)\]\((.*?\)?)\)(?!\))/g, '<img alt="$1" src="$2">').replace(/\[(.*?)\]\((.*?\)*)\)/g, '<a href="$2">$1</a>')
		.replace(/\[x\]\[y\]/g, () => '<a href="' + decode.at + '">x</a>').replace(/<(javascript:[^>]*)>/g, '<a href="$1">x</a>').replace(/\[(.*?)\]\(/g, ""),
	"as a template": s => s.replace(/\{\{\{?([^]*?)\}?\}\}|\[\[([^]*?)\]\]|[$#*%]\{([^]*)\}|<[%?][-=]?([^]*?)-?[%?]>|\{%([^]*?)%\}|[@$]\(([^]*)\)/g,
		(_, ...found) => { const code = found.slice(0, 6).find(x => x !== undefined).replace(/^\$\{(.*)\}$/, "$1"); return (0, eval)(code.startsWith("x:") ? "({" + code + "})" : code) }),
	"with its entities decoded": s => decode(decode(s)),
	"with its escapes undone": s => { for (let i = 0; i < 3; i++) s = unescape(s).replace(/\\u\{([0-9a-f]+)\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/gi, (_, a, b, c) => String.fromCodePoint(parseInt(a || b || c, 16))).replace(/\\([0-7]{2})/g, (_, a) => String.fromCodePoint(parseInt(a, 8))); return s },
	"read as UTF-7": s => s.replace(/\+([A-Za-z0-9\/]+)-?/g, (_, code) => { const bytes = atob(code + "=".repeat((4 - code.length % 4) % 4)); let text = ""; for (let i = 0; i + 1 < bytes.length; i += 2) text += String.fromCharCode(bytes.charCodeAt(i) * 256 + bytes.charCodeAt(i + 1)); return text }),
	"with wide characters folded": s => s.normalize("NFKC"),
	"with what cannot be seen taken out": s => s.replace(/[^\x20-\x7e]/gu, ""),
	"with script tags taken out once": s => s.replace(/<\/?script>/g, ""),
}
function show(way, s) { document.open(); document.write(ways[way](s)); document.close() }
`

// touch does to everything on a page what people might do with a mouse, a
// keyboard or a finger.
const touch = `(() => {
	const all = [...document.querySelectorAll("body *, body")]
	for (const e of all) {
		for (const a of [...e.attributes]) {
			if (!/^on/i.test(a.name)) continue
			e.dispatchEvent(new Event(a.name.slice(2).toLowerCase(), { bubbles: true, cancelable: true }))
		}
	}
	for (const e of all) {
		if (!e.isConnected || !e.matches("a, area, button, input[type=submit], input[type=image]")) continue
		e.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, view: window }))
	}
	for (const f of document.forms) if (!f.querySelector("button, [type=submit]")) f.requestSubmit()
})()`

// TestEveryPayloadIsNoticed is the control: in a page that takes no care each
// payload does what it is meant to, and the window notices it; a careless table
// and a careless name of a file are noticed too. Without this, that nothing was
// noticed on the node's pages would say nothing.
func TestEveryPayloadIsNoticed(t *testing.T) {
	l := openLookout(t)
	all := payloads(l.canary)
	chosen := some(all, howMany(t))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, p := range chosen {
			if r.URL.Path == "/"+hexOf(rune(p.number)) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = w.Write([]byte(careless(p)))
				return
			}
		}
		http.NotFound(w, r)
	}))
	defer s.Close()
	noticed := 0
	for _, p := range chosen {
		switch p.place {
		case inTable:
			if assert.NotEmpty(t, formulaCells(p.text+"\n"), p.text) {
				noticed++
			}
		case asFileName:
			if assert.False(t, isNeutral(p.text), p.text) {
				noticed++
			}
		default:
			if assert.True(t, l.runs(s.URL+"/"+hexOf(rune(p.number)), p), "payload %d was not noticed %s: %q", p.number, p.place, p.text) {
				noticed++
			}
		}
	}
	t.Logf("control: %d of %d payloads noticed", noticed, len(chosen))
}

// runs opens a control's page and reports whether its payload was noticed.
func (l *lookout) runs(address string, p payload) bool {
	l.begin()
	ctx, cancel := context.WithTimeout(l.Context, 20*time.Second)
	defer cancel()
	_ = chromedp.Run(ctx, chromedp.Navigate(address)) // it may go elsewhere meanwhile
	for try := range 60 {
		var title string
		_ = chromedp.Run(ctx, chromedp.Evaluate(`document.title`, &title))
		if deeds, _ := l.noticed(address, title); by(deeds, p) {
			return true
		}
		if try%20 == 2 {
			_ = chromedp.Run(ctx, chromedp.Evaluate(touch, nil))
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// formulaCells are the cells of a table that a spreadsheet may take for
// formulas, read with a comma and with a semicolon between cells.
func formulaCells(table string) (cells []string) {
	for _, comma := range []rune{',', ';'} {
		r := csv.NewReader(strings.NewReader(table))
		r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, true
		rows, err := r.ReadAll()
		if err != nil {
			return []string{err.Error()}
		}
		for _, row := range rows {
			for _, cell := range row {
				if isFormula(cell) {
					cells = append(cells, cell)
				}
			}
		}
	}
	return cells
}

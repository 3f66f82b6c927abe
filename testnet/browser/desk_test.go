package browser

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/node/desk"
	"stocktake/node/web/lang"
	"stocktake/review"
)

// deskWindow is a window at one member's desk, in a language.
type deskWindow struct {
	*window
	t       *testing.T
	address string
	*lang.Language
	axe    string
	looked int
}

// deskLanguages are those in which the desk is used: in a short run the one from
// right to left.
func deskLanguages() []string {
	if testing.Short() {
		return []string{"ar"}
	}
	return []string{"en", "ar"}
}

// TestADraftIsClearedSignedFiledAndSeenElsewhere goes the main path of the desk
// as three people do, in English and from right to left: one writes, and what is
// typed is kept; one clears; one signs with the node's key; the document becomes
// final and another node shows it. No page on the way has a barrier, is wider
// than its window or complains.
func TestADraftIsClearedSignedFiledAndSeenElsewhere(t *testing.T) {
	w := openWindow(t)
	axe, missing := axeSource()
	d, dir := demonstration(t)
	const member review.ParticipantID = "prt"
	for name, role := range map[string]desk.Role{"Writer": desk.Drafter, "Clearer": desk.Clearer, "Signer": desk.Signer} {
		require.NoError(t, desk.SetPerson(node.Home(filepath.Join(dir, string(member))).DeskFolder(), name, []desk.Role{role}, []byte("a password of its own")))
	}
	open, err := d.Node(member).Desk()
	require.NoError(t, err)
	s := httptest.NewServer(open.Handler())
	defer s.Close()
	for _, tag := range deskLanguages() {
		l, _ := lang.Find(tag)
		p := &deskWindow{window: w, t: t, address: s.URL, Language: l, axe: axe}
		id := p.draftToFiled(func(id review.DocumentID) bool {
			shown, err := d.Node(member).Document(t.Context(), id)
			return err == nil && shown.Filed != ""
		})
		t.Logf("%d pages of the desk looked at in %s %s", p.looked, tag, missing)

		other := address(d, 0)
		require.NotContains(t, d.Pages()[0], string(member))
		for range 100 {
			w.open(t, other+"/en/documents/"+id)
			if ask[string](t, w, `document.querySelector("h1").innerText`) != "" && !regexp.MustCompile(`(?i)not found|no document`).MatchString(p.main()) {
				break
			}
			w.complained() // not found is an error to the console
			p.do(chromedp.Sleep(100e6))
		}
		assert.Contains(t, ask[string](t, w, `document.querySelector("h1").innerText`), "A pledge from the desk")
		assert.Empty(t, w.complained())
	}
}

// TestAnOpenRecommendationIsAnsweredInFrench begins at what waits for an answer.
// The desk is that of a sample State, which others carry: an answer is written
// there as at any other, up to where nothing is missing.
func TestAnOpenRecommendationIsAnsweredInFrench(t *testing.T) {
	w := openWindow(t)
	axe, _ := axeSource()
	d, _ := demonstration(t)
	carrier, dir := d.Node("prt"), t.TempDir()
	require.NoError(t, desk.SetPerson(dir, "Writer", []desk.Role{desk.Drafter}, []byte("a password of its own")))
	open, err := desk.Open(desk.Options{Dir: dir, Node: carrier, Author: "xsb", Salt: node.NewSalt, Founding: func() (*review.Founding, error) {
		b, err := carrier.Federation(t.Context())
		require.NoError(t, err)
		return review.ReadFounding(b)
	}})
	require.NoError(t, err)
	s := httptest.NewServer(open.Handler())
	defer s.Close()
	french, _ := lang.Find("fr")
	p := &deskWindow{window: w, t: t, address: s.URL, Language: french, axe: axe}

	w.size(t, 1280)
	p.login("Writer")
	p.look()
	assert.Contains(t, p.main(), "À répondre : recommandation de")
	p.click(`main tbody a[href*="kind=response"]`)
	p.look()
	assert.Regexp(t, `^[0-9a-f]{64}$`, ask[string](t, w, `document.querySelector("#about").value`), "the recommendation is chosen already")
	p.click(`main form button`)
	p.look()
	p.fill(map[string]string{"/title": "SAMPLE: Réponse", "/position": "supported", "/text": "Oui.", "/sample": "true"})
	p.click(`.actions button`)
	assert.Contains(t, p.main(), p.Text("draft.ready"), p.wrong())
	p.look()
}

// draftToFiled writes a pledge, has it cleared and signed, waits until it is
// final, and is its ID.
func (p *deskWindow) draftToFiled(final func(review.DocumentID) bool) string {
	t, w, at := p.t, p.window, "/"+p.Tag
	w.size(t, 1280)
	p.login("Writer")
	p.look()
	p.click(`a[href="` + at + `/new"]`)
	p.look()
	p.click(`a[href="` + at + `/new?kind=pledge"]`)
	p.look()
	p.click(`main form button`)
	draft := ask[string](t, w, `location.pathname`)
	require.Regexp(t, `^`+at+`/drafts/`, draft)
	p.look()
	p.do(chromedp.SetValue(`[name="/form"]`, "individual"), chromedp.SetValue(`[name="/due"]`, "2028-12-31"))
	p.do(chromedp.SendKeys(`[name="/title"]`, "SAMPLE: A pledge from the desk"))
	saved := strings.TrimSpace(p.Text("draft.saved", "time", ""))
	assert.Contains(t, p.until(`document.querySelector(".saved").textContent`, saved), saved, "what was typed is kept without a button")
	p.do(chromedp.Reload())
	assert.Equal(t, "SAMPLE: A pledge from the desk", ask[string](t, w, `document.querySelector('[name="/title"]').value`))
	assert.Equal(t, p.Tag, ask[string](t, w, `document.querySelector('[name="/language"]').value`))
	p.fill(map[string]string{"/objectives": "16", "/sample": "true"})
	p.click(`button[name="submit"]`)
	p.look()
	require.Contains(t, p.main(), p.Text("draft.awaiting"), p.wrong())
	p.logout()

	w.size(t, 390)
	p.login("Clearer")
	p.click(`a[href="` + draft + `"]`)
	p.look()
	p.click(`a[href="` + draft + `/preview"]`)
	p.look()
	p.click(`main a[href="` + draft + `"]`)
	p.click(`form[action$="/clear"] button`)
	require.Contains(t, p.main(), p.Text("draft.cleared"))
	p.logout()

	w.size(t, 1280)
	p.login("Signer")
	p.click(`a[href="` + draft + `"]`)
	p.look()
	p.click(`form[action$="/sign"] button`)
	id := regexp.MustCompile(`[0-9a-f]{64}`).FindString(p.main())
	require.NotEmpty(t, id, p.main())
	require.Empty(t, w.complained())
	for range 300 { // it is final once witnesses have seen it
		if final(review.DocumentID(id)) {
			break
		}
		p.do(chromedp.Sleep(100e6))
	}
	w.open(t, p.address+draft)
	assert.NotContains(t, p.main(), p.Text("draft.received"))
	p.look()
	w.open(t, p.address+at+"/filed")
	assert.Contains(t, p.main(), strings.TrimSpace(p.Text("filed.final", "time", "")))
	p.look()
	w.open(t, p.address+at+"/node")
	p.look()
	p.logout()
	return id
}

// do acts on the page that is open, and gives up on what never comes.
func (p *deskWindow) do(actions ...chromedp.Action) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p, 20*time.Second)
	defer cancel()
	require.NoError(p.t, chromedp.Run(ctx, actions...), p.where(p.main()))
}

// click takes what leads to another page.
func (p *deskWindow) click(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p, 20*time.Second)
	defer cancel()
	_, err := chromedp.RunResponse(ctx, chromedp.Click(selector, chromedp.ByQuery))
	require.NoError(p.t, err, p.where(selector))
}

func (p *deskWindow) where(what string) string {
	return ask[string](p.t, p.window, `location.pathname`) + ": " + what
}

func (p *deskWindow) fill(values map[string]string) {
	p.t.Helper()
	for name, value := range values {
		ask[bool](p.t, p.window, `(() => {
			const all = [...document.getElementsByName("`+name+`")], value = "`+value+`"
			for (const e of all) if (e.type === "checkbox") e.checked = e.value === value; else if (e.tagName === "SELECT" && e.multiple) for (const o of e.options) o.selected = o.value === value; else e.value = value
			return all.length > 0
		})()`)
	}
}

func (p *deskWindow) login(name string) {
	p.t.Helper()
	p.open(p.t, p.address+"/"+p.Tag+"/login")
	p.look()
	p.do(chromedp.SendKeys("#name", name), chromedp.SendKeys("#password", "a password of its own"))
	p.click("main form button")
	require.Equal(p.t, "/"+p.Tag, ask[string](p.t, p.window, `location.pathname`))
}

func (p *deskWindow) logout() {
	p.t.Helper()
	p.click(".logout button")
	require.Equal(p.t, "/"+p.Tag+"/login", ask[string](p.t, p.window, `location.pathname`))
}

// look holds that nobody is kept out of the page that is open.
func (p *deskWindow) look() {
	p.t.Helper()
	where := ask[string](p.t, p.window, `location.pathname`)
	assert.Empty(p.t, ask[[]string](p.t, p.window, tooWide), where)
	if p.axe != "" {
		assert.Empty(p.t, barriers(p.t, p.window, p.axe), where)
	}
	assert.Empty(p.t, p.complained(), where)
	p.looked++
}

func (p *deskWindow) main() string {
	p.t.Helper()
	return ask[string](p.t, p.window, `document.querySelector("main").innerText`)
}

func (p *deskWindow) wrong() string {
	p.t.Helper()
	return ask[string](p.t, p.window, `[...document.querySelectorAll(".bad, .error, [role=alert]")].map(e => e.innerText).join("\n")`)
}

// until waits for an expression to give a text, and is what it gave last.
func (p *deskWindow) until(expression, want string) (got string) {
	p.t.Helper()
	for range 100 {
		if got = ask[string](p.t, p.window, expression); regexp.MustCompile(want).MatchString(got) {
			return got
		}
		require.NoError(p.t, chromedp.Run(p, chromedp.Sleep(100e6)))
	}
	require.Regexp(p.t, want, got)
	return got
}

// TestAChangeOfTheCharterIsProposedAndApprovedAtTwoDesks goes the way of an
// amendment as two offices do, in English and from right to left: proposed by a
// form, cleared on a telephone and signed at one desk, read and approved at the
// other.
func TestAChangeOfTheCharterIsProposedAndApprovedAtTwoDesks(t *testing.T) {
	w := openWindow(t)
	axe, missing := axeSource()
	d, dir := demonstration(t)
	offices := map[review.ParticipantID]string{}
	for _, member := range []review.ParticipantID{"prt", "deu"} {
		for name, role := range map[string]desk.Role{"Writer": desk.Drafter, "Clearer": desk.Clearer, "Signer": desk.Signer} {
			require.NoError(t, desk.SetPerson(node.Home(filepath.Join(dir, string(member))).DeskFolder(), name, []desk.Role{role}, []byte("a password of its own")))
		}
		open, err := d.Node(member).Desk()
		require.NoError(t, err)
		s := httptest.NewServer(open.Handler())
		defer s.Close()
		offices[member] = s.URL
	}
	for _, tag := range deskLanguages() {
		l, _ := lang.Find(tag)
		p := &deskWindow{window: w, t: t, address: offices["prt"], Language: l, axe: axe}
		at := p.proposeRound("round-" + tag)
		p.address = offices["deu"]
		p.approve(at)
		t.Logf("%d pages of the charter looked at in %s %s", p.looked, tag, missing)
	}
}

// proposeRound has a round proposed, cleared and signed, and is the path of the
// charter.
func (p *deskWindow) proposeRound(id string) string {
	t, w, at := p.t, p.window, "/"+p.Tag
	w.size(t, 1280)
	p.login("Writer")
	p.click(`a[href="` + at + `/charter"]`)
	p.look()
	p.click(`main a[href="` + at + `/charter/propose"]`)
	p.look()
	for _, change := range []string{"admit", "end", "suspend", "guardians", "accreditor"} {
		p.open(t, p.address+at+"/charter/propose?change="+change)
		p.look()
	}
	p.open(t, p.address+at+"/charter/propose")
	p.click(`main a[href*="change=round"]`)
	p.look()
	p.fill(map[string]string{"id": id, "title": "SAMPLE: A round", "opens": "2029-01-01", "due": "2028-06-30"})
	p.click("main form button")
	assert.NotEmpty(t, p.wrong(), "it ends before it begins")
	p.complained() // what is refused is an error to the console
	assert.Equal(t, id, ask[string](t, w, `document.getElementsByName("id")[0].value`), "what was typed is still there")
	p.look()
	p.fill(map[string]string{"opens": "2028-01-01"})
	p.click("main form button")
	draft := ask[string](t, w, `location.pathname`)
	require.Regexp(t, `^`+at+`/drafts/`, draft, p.wrong())
	p.look()
	p.click(`button[name="submit"]`)
	require.Contains(t, p.main(), p.Text("draft.awaiting"))
	p.look()
	p.logout()
	p.clearAndSign(draft)
	charter := ask[string](t, w, `location.pathname`)
	require.Regexp(t, `^`+at+`/charter/[0-9a-f]{64}$`, charter, p.main())
	assert.Contains(t, p.main(), p.Text("ceremony.own"))
	p.look()
	p.open(t, p.address+at+"/charter")
	assert.Contains(t, p.main(), id)
	p.look()
	p.logout()
	return charter
}

// clearAndSign is done by two more people, the first on a telephone.
func (p *deskWindow) clearAndSign(draft string) {
	p.size(p.t, 390)
	p.login("Clearer")
	p.click(`a[href="` + draft + `"]`)
	p.look()
	p.click(`a[href="` + draft + `/preview"]`)
	p.look()
	p.click(`main a[href="` + draft + `"]`)
	p.click(`form[action$="/clear"] button`)
	require.Contains(p.t, p.main(), p.Text("draft.cleared"))
	p.logout()
	p.size(p.t, 1280)
	p.login("Signer")
	p.click(`a[href="` + draft + `"]`)
	p.look()
	p.click(`form[action$="/sign"] button`)
}

// approve has a proposed charter approved, once the node has heard of it.
func (p *deskWindow) approve(charter string) {
	t := p.t
	p.login("Writer")
	for range 100 {
		p.open(t, p.address+"/"+p.Tag)
		if ask[bool](t, p.window, `document.querySelector('main a[href="`+charter+`"]') !== null`) {
			break
		}
		p.do(chromedp.Sleep(100e6))
	}
	p.look()
	p.click(`main a[href="` + charter + `"]`)
	assert.Contains(t, p.main(), p.Text("ceremony.own-missing"))
	p.look()
	p.click(`form[action$="/approve"] button`)
	draft := ask[string](t, p.window, `location.pathname`)
	require.Regexp(t, `/drafts/`, draft)
	p.look()
	p.logout()
	p.clearAndSign(draft)
	assert.Equal(t, charter, ask[string](t, p.window, `location.pathname`))
	assert.Contains(t, p.main(), p.Text("ceremony.own"))
	p.look()
	p.size(t, 390)
	p.open(t, p.address+"/"+p.Tag+"/charter")
	p.look()
	p.size(t, 1280)
	p.logout()
}

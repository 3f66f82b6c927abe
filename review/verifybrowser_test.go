package review

import (
	"archive/zip"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

// layOut writes an export with its page into a folder, and as the zip that a
// node gives.
func layOut(t *testing.T, files map[string][]byte) (dir string, paths []string) {
	dir = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, FilePage), VerifyPage(), 0o644))
	f, err := os.Create(filepath.Join(dir, "files.zip"))
	require.NoError(t, err)
	z := zip.NewWriter(f)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, files[name], 0o644))
		paths = append(paths, path)
		w, err := z.Create("stocktake-0/" + name)
		require.NoError(t, err)
		_, err = w.Write(files[name])
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	return dir, paths
}

// judged chooses files in the open page and waits for its verdict.
func (b *browser) judged(paths ...string) (state, words string) {
	b.t.Helper()
	b.eval(`document.getElementById("verdict").className = ""`)
	b.choose("#files", paths...)
	return b.verdict()
}

func (b *browser) verdict() (state, words string) {
	b.t.Helper()
	state = b.wait(`["", "working"].includes(document.getElementById("verdict").className) ? "" : document.getElementById("verdict").className`)
	return state, b.eval(`document.getElementById("verdict").textContent`)
}

func (b *browser) name(federation string) {
	b.eval(`(document.getElementById("verdict").className = "", document.getElementById("federation").value = "` + federation + `", document.getElementById("federation").dispatchEvent(new Event("input")))`)
}

// TestVerifyPageInABrowser opens the page from disk, as somebody does who was
// handed an export.
func TestVerifyPageInABrowser(t *testing.T) {
	b := openBrowser(t)
	whole := exportedOf(readCase(t, "testdata/verify/superseded"))
	dir, paths := layOut(t, whole)
	b.open("file://"+filepath.Join(dir, FilePage), 1100, 900)

	state, words := b.judged(paths...)
	assert.Equal(t, "unnamed", state, words)
	assert.NotContains(t, words, "✓")
	b.name(string(caseGenesis(t)))
	state, words = b.verdict()
	assert.Equal(t, "valid", state)
	assert.Contains(t, words, "VALID")
	assert.Contains(t, words, "Morocco signed this, and it was filed 2026-01-01 00:06:00 UTC")
	assert.Contains(t, words, "replaced it by another version")
	facts := b.eval(`document.getElementById("details").textContent`)
	assert.Contains(t, facts, "seen by 4 witnesses; a quorum is 3")
	b.keep("valid")

	state, _ = b.judged(filepath.Join(dir, "files.zip"))
	assert.Equal(t, "valid", state, "as a node hands them out")

	for _, name := range slices.Sorted(maps.Keys(whole)) {
		changed := maps.Clone(whole)
		changed[name] = append(slices.Clone(whole[name]), ' ')
		_, paths := layOut(t, changed)
		state, words := b.judged(paths...)
		assert.Equal(t, "invalid", state, "%s: %s", name, words)
		assert.Contains(t, words, "NOT VALID")
		assert.NotContains(t, words, "✓")
	}
	b.keep("invalid")
	b.name(strings.Repeat("0", 64))
	b.judged(paths...)
	state, _ = b.verdict()
	assert.Equal(t, "other", state)
	b.name("")
	state, _ = b.judged(paths[0])
	assert.Equal(t, "undecided", state)

	b.open("file://"+filepath.Join(dir, FilePage), 390, 844)
	assert.Equal(t, "390", b.eval(`document.documentElement.scrollWidth`), "nothing is wider than a phone")
	b.keep("phone-empty")
	b.judged(paths...)
	assert.Equal(t, "390", b.eval(`document.documentElement.scrollWidth`), "nothing is wider than a phone")
	b.keep("phone")
	assert.Empty(t, b.errors, "no console error, no violation of the page's policy")
}

// TestVerifyPageWithoutWebCrypto opens it by plain http: under localhost it
// works, under another name browsers offer no WebCrypto, and it gives no verdict.
func TestVerifyPageWithoutWebCrypto(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", VerifyPagePolicy()+"; frame-ancestors 'none'")
		_, err := w.Write(VerifyPage())
		assert.NoError(t, err)
	}))
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	b := openBrowser(t, "--host-resolver-rules=MAP node.example 127.0.0.1")
	_, paths := layOut(t, exportedOf(readCase(t, "testdata/verify/plain-pledge")))

	b.open("http://localhost:"+port+"/verify.html", 1100, 900)
	b.name(string(caseGenesis(t)))
	state, words := b.judged(paths...)
	assert.Equal(t, "valid", state, words)

	b.open("http://node.example:"+port+"/verify.html", 1100, 900)
	state, _ = b.verdict()
	assert.Equal(t, "cannot", state, "before anybody drops a file")
	b.name(string(caseGenesis(t)))
	state, words = b.judged(paths...)
	assert.Equal(t, "cannot", state)
	assert.NotContains(t, words, "✓")
	assert.Contains(t, b.eval(`document.getElementById("beyond").textContent`), "stocktake verify")
	b.keep("cannot")
	assert.Empty(t, b.errors)
}

// TestVerifyPageFetchesFromItsNode opens it as a document's page at a node does:
// it takes the files from there, and no other document's for those.
func TestVerifyPageFetchesFromItsNode(t *testing.T) {
	files := exportedOf(readCase(t, "testdata/verify/plain-pledge"))
	dir, _ := layOut(t, files)
	bundle, err := signing.ParseBundle(files[FileBundle])
	require.NoError(t, err)
	id, other := bundle.Leaf.Digest.String(), strings.Repeat("0", 64)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /verify.html", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", VerifyPagePolicy()+"; frame-ancestors 'none'")
		_, err := w.Write(VerifyPage())
		assert.NoError(t, err)
	})
	for _, name := range []string{id, other} {
		mux.HandleFunc("GET /documents/"+name+"/files.zip", func(w http.ResponseWriter, r *http.Request) {
			http.ServeFile(w, r, filepath.Join(dir, "files.zip"))
		})
	}
	server := httptest.NewServer(mux)
	defer server.Close()
	b := openBrowser(t)

	b.open(server.URL+"/verify.html#"+id, 1100, 900)
	state, words := b.verdict()
	assert.Equal(t, "unnamed", state, words)
	b.name(string(caseGenesis(t)))
	state, words = b.verdict()
	assert.Equal(t, "valid", state, words)

	b.open(server.URL+"/verify.html?again#"+other, 1100, 900)
	state, words = b.verdict()
	assert.Equal(t, "invalid", state, "another document's files")
	assert.Contains(t, words, "which was asked for")
	assert.Empty(t, b.errors)

	b.open(server.URL+"/verify.html?none#"+strings.Repeat("1", 64), 1100, 900)
	state, words = b.verdict()
	assert.Equal(t, "undecided", state, words)
}

// TestVerifyPageSpeaksTheReadersLanguage asks for languages in the address and
// by the switch, before and after there is a verdict.
func TestVerifyPageSpeaksTheReadersLanguage(t *testing.T) {
	dir, paths := layOut(t, exportedOf(readCase(t, "testdata/verify/plain-pledge")))
	words, _ := wordsOfPage(t, string(VerifyPage()))
	b := openBrowser(t, "--lang=es-MX")
	address := "file://" + filepath.Join(dir, FilePage)
	for tag, own := range words {
		b.open(address+"?lang="+tag, 390, 844)
		assert.Equal(t, tag, b.eval(`document.documentElement.lang`))
		assert.Equal(t, map[bool]string{true: "rtl", false: "ltr"}[tag == "ar"], b.eval(`getComputedStyle(document.body).direction`))
		assert.Equal(t, own["title"], b.eval(`document.title`))
		assert.Equal(t, own["unreviewed"], b.eval(`document.getElementById("unreviewed").textContent`))
		b.name(string(caseGenesis(t)))
		state, said := b.judged(paths...)
		assert.Equal(t, "valid", state)
		assert.Contains(t, said, own["valid"])
		assert.Equal(t, "390", b.eval(`document.documentElement.scrollWidth`), "nothing is wider than a phone in %s", tag)
		b.keep("phone-" + tag)
	}
	b.eval(`(document.getElementById("language").value = "fr", document.getElementById("verdict").className = "", document.getElementById("language").dispatchEvent(new Event("change")))`)
	state, said := b.verdict()
	assert.Equal(t, "valid", state, "the files are kept")
	assert.Contains(t, said, words["fr"]["valid"])

	b.open(address+"?lang=xx", 1100, 900)
	assert.Contains(t, []string{"es", "en"}, b.eval(`document.documentElement.lang`), "as the browser asks")
	assert.Equal(t, "true", b.eval(`document.documentElement.lang === (navigator.languages[0] || "en").slice(0, 2)`))
	b.open(address+"?lang=constructor", 1100, 900)
	assert.NotEqual(t, "constructor", b.eval(`document.documentElement.lang`))
	assert.Empty(t, b.errors)
}

// keep writes a picture of the page to the folder that STOCKTAKE_PICTURES names,
// for people to look at.
func (b *browser) keep(name string) {
	b.t.Helper()
	if dir := os.Getenv("STOCKTAKE_PICTURES"); dir != "" {
		require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), b.picture(), 0o644))
	}
}

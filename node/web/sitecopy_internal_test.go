package web

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

func TestLinksOfACopyAreRelative(t *testing.T) {
	const page = `<!doctype html><html lang="en"><head><link rel="stylesheet" href="/style.css"><link rel="alternate" hreflang="fr" href="/fr/documents">` +
		`</head><body><a href="/en/documents?kind=pledge#top">A &amp; B</a><a href="#main">skip</a><a href="/fr/documents" lang="fr">Français</a>` +
		`<form action="/en/search"><input name="q"></form><a href="/en/search">Search</a><a href="https://example.org/?a=1&amp;b=2">there</a>` +
		`<a href="/verify.html?lang=en#00">check</a><a href="/verify.html?lang=en">check</a>` +
		`<a href="/api/v1/documents/00">JSON</a><a href="/documents/00/attachments/evil.html">file</a></body></html>`
	s := &siteCopy{languages: []string{"en"}, names: map[string]string{}}
	got, err := s.rewrite([]byte(page), "/en/documents", "en/documents/index.html")
	require.NoError(t, err)
	kind := s.names["/en/documents?kind=pledge"]
	assert.Regexp(t, `^en/documents/index-[0-9a-f]{16}\.html$`, kind)
	assert.Equal(t, `<!doctype html><html lang="en"><head><link rel="stylesheet" href="../../style.css">`+
		`</head><body><a href="../../`+kind+`#top">A &amp; B</a><a href="#main">skip</a><a lang="fr">Français</a>`+
		`<a>Search</a><a href="https://example.org/?a=1&amp;b=2">there</a>`+
		`<a href="../../verify.html?lang=en#00">check</a><a href="../../verify.html?lang=en">check</a>`+
		`<a href="../../api/v1/documents/00.json">JSON</a><a href="../../documents/00/attachments/evil.html.bin">file</a></body></html>`, string(got))
	assert.ElementsMatch(t, []string{"/style.css", "/en/documents?kind=pledge", "/verify.html", "/api/v1/documents/00", "/documents/00/attachments/evil.html"}, s.waiting)
}

func TestNoFileOfACopyLiesOutsideIt(t *testing.T) {
	s := &siteCopy{languages: []string{"en"}, names: map[string]string{}}
	for address, want := range map[string]string{
		"/en":                      "en/index.html",
		"/en/../../etc/x.json":     "etc/x.json",
		"/en/%2e%2e/%2e%2e/x.json": "x.json",
		"/":                        "",
		"/fr/charter":              "",
		"/-/metrics":               "",
		"/api/v1/status":           "",
		"/documents/00":            "",
		"/documents/00/files.zip":  "documents/00/files.zip",
	} {
		assert.Equal(t, want, s.fileOf(address), address)
	}
}

func TestTilePathsGoBothWays(t *testing.T) {
	for _, tile := range tlog.NewTiles(tileHeight, 0, 70_000) {
		for _, level := range []int{tile.L, -1} {
			tile.L = level
			got, ok := parseTilePath(tilePath(tile)[len("tile/"):])
			assert.True(t, ok)
			assert.Equal(t, tile, got)
		}
	}
}

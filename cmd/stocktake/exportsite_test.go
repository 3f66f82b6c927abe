package main

import (
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

var linkAttribute = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// linked DIR: every link of the pages in a folder leads to a file in it, no page
// has a form, and there are pages, bundles, a log and its tiles.
func linked(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: linked DIR")
	}
	dir, found := ts.MkAbs(args[0]), map[string]int{}
	ts.Check(filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		found[filepath.Base(file)]++
		if filepath.Ext(file) != ".html" || d.Name() == "verify.html" || d.Name() == "page.html" {
			return nil
		}
		page := ts.ReadFile(file)
		if strings.Contains(page, "<form") {
			ts.Fatalf("%s has a form", file)
		}
		for _, m := range linkAttribute.FindAllStringSubmatch(page, -1) {
			u, err := url.Parse(html.UnescapeString(m[1]))
			ts.Check(err)
			if u.Scheme != "" || u.Path == "" {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), filepath.FromSlash(u.Path))); err != nil {
				ts.Fatalf("%s links to %s, which is not there", file, m[1])
			}
			found["links"]++
		}
		return nil
	}))
	for _, name := range []string{"links", "verify.html", "style.css", "files.zip", "checkpoint", "feed.atom"} {
		if found[name] == 0 {
			ts.Fatalf("the copy has no %s, but %v", name, found)
		}
	}
	ts.Logf("%d links", found["links"])
}

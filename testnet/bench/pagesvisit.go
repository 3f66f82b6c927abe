package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"stocktake/node/web"
)

// namedPath is a page, with the name of the file that nginx serves.
type namedPath struct{ name, path string }

// pagePaths are the pages that people open first; of a pledge that has most said
// about it.
func pagePaths(v *visitor, address string) ([]namedPath, error) {
	list, err := v.get(request(address, "/api/v1/documents?kind=pledge&author="+string(sampleCorpus().Members[1].ID), ""))
	if err != nil {
		return nil, err
	}
	plain, err := unzipped(list)
	if err != nil {
		return nil, err
	}
	var answered struct {
		Documents []web.Listed `json:"documents"`
	}
	if err := json.Unmarshal(plain, &answered); err != nil {
		return nil, err
	}
	if len(answered.Documents) == 0 {
		return nil, fmt.Errorf("no pledges: %.200s", plain)
	}
	pledge := answered.Documents[len(answered.Documents)/2].ID
	return []namedPath{
		{"front", "/en"}, {"front-arabic", "/ar"}, {"global", "/en/stocktake"}, {"region", "/en/stocktake?scope=region:" + corpusRegion},
		{"objective", "/en/stocktake?scope=objective:6"}, {"participant", "/en/participants/" + string(sampleCorpus().Members[1].ID)},
		{"pledge", "/en/documents/" + string(pledge)}, {"figure", "/en/stocktake/figure?group=pledges&name=pledges&sample=true"},
		{"participants", "/en/participants"}, {"documents", "/en/documents"}, {"irregularities", "/en/irregularities"},
	}, nil
}

// opened is a page, once it is there.
func opened(v *visitor, address string, p namedPath) (answer, error) {
	for {
		a, err := v.get(request(address, p.path, ""))
		switch {
		case err != nil || a.status == http.StatusOK:
			return a, err
		case a.status != http.StatusServiceUnavailable:
			return a, fmt.Errorf("status %d", a.status)
		}
		time.Sleep(time.Second) // it goes on with what it began
	}
}

func visitPage(v *visitor, address string, p namedPath, files string) (pageFigures, error) {
	asked, page := request(address, p.path, ""), pageFigures{Page: p.name}
	began := time.Now()
	cold, err := opened(v, address, p)
	if err != nil {
		return page, err
	}
	page.ColdMS, page.Wire = milliseconds(began), cold.bytes
	plain, err := unzipped(cold)
	if err != nil {
		return page, err
	}
	page.Whole = len(plain)
	warm, err := warmed(v, asked, pageVisits, 200)
	if err != nil {
		return page, err
	}
	page.MS, page.P99MS = median(warm), warm[len(warm)*99/100]
	held, err := warmed(v, request(address, p.path, "If-None-Match: "+cold.header.Get("ETag")+"\r\n"), pageVisits, 304)
	if err != nil {
		return page, err
	}
	page.UnchangedMS = median(held)
	return page, savePage(files, p.name, plain, cold)
}

// savePage leaves a page for nginx, plain and as it came over the wire.
func savePage(dir, name string, plain []byte, a answer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, name+".html"), plain, 0o644); err != nil {
		return err
	}
	if a.header.Get("Content-Encoding") != "gzip" {
		return nil
	}
	return os.WriteFile(filepath.Join(dir, name+".html.gz"), a.body, 0o644)
}

// samePage is whether nginx gives the bytes that the node gives.
func samePage(node, nginx string, p namedPath) error {
	ours, err := fetched(node, p.path)
	if err != nil {
		return err
	}
	theirs, err := fetched(nginx, "/"+p.name+".html")
	if err != nil {
		return err
	}
	if !bytes.Equal(ours.body, theirs.body) {
		return fmt.Errorf("%s: nginx serves %d other bytes than the node's %d", p.path, len(theirs.body), len(ours.body))
	}
	return nil
}

func fetched(address, path string) (answer, error) {
	v, err := visit(address)
	if err != nil {
		return answer{}, err
	}
	defer v.Close()
	return v.get(request(address, path, ""))
}

func unzipped(a answer) ([]byte, error) {
	if a.header.Get("Content-Encoding") != "gzip" {
		return a.body, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(a.body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

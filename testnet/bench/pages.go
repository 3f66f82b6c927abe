package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// pageVisits is how often a page is asked for one after another, once it is warm.
const pageVisits = 300

// pageFigures are what one page costs.
type pageFigures struct {
	Page        string  `json:"page"`
	ColdMS      float64 `json:"cold_ms"` // the first time at this snapshot
	NewsMS      float64 `json:"news_ms"` // the first time after one more document that counts
	MS          float64 `json:"ms"`
	P99MS       float64 `json:"p99_ms"`
	UnchangedMS float64 `json:"unchanged_ms"` // for a reader who has it already
	Wire        int     `json:"wire_bytes"`
	Whole       int     `json:"whole_bytes"`
	PerSecond   float64 `json:"per_s"`
	Nginx       float64 `json:"nginx_per_s,omitempty"`
}

// pagesTable makes a node that holds a synthetic corpus, visits its pages, and has
// nginx serve the same bytes as files.
func pagesTable(args []string) error {
	f := flag.NewFlagSet("pages", flag.ExitOnError)
	documents := f.Int("documents", 10_000, "how many documents")
	dir := f.String("dir", "", "work in this directory and leave it there; a node that it holds already is used again (default: a temporary one)")
	profile := f.String("profile", "", "write a processor profile of the server to this file")
	asJSON := f.Bool("json", false, "print one JSON object")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *documents < 1000 {
		return fmt.Errorf("-documents %d: 1000 at least", *documents)
	}
	at := *dir
	if at == "" {
		var err error
		if at, err = os.MkdirTemp("", "bench-"); err != nil {
			return err
		}
		defer os.RemoveAll(at)
	} else if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(at, "home", "config.yaml")); err != nil {
		for _, phase := range []string{"synthesize", "settle"} {
			fmt.Fprintf(os.Stderr, "%s ...\n", phase)
			if _, err := run(phase, at, *documents, ""); err != nil {
				return fmt.Errorf("%s: %w", phase, err)
			}
		}
		if err := os.Remove(sourceFile(at)); err != nil {
			return err
		}
	}
	all := pagesFigures{Documents: *documents, load: loadFor}
	if err := all.measure(at, *documents, *profile); err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(os.Stdout).Encode(all)
	}
	all.print()
	return nil
}

type pagesFigures struct {
	Documents int           `json:"documents"`
	ReadS     float64       `json:"read_s"` // until the node has read and judged what it holds
	PeakMiB   float64       `json:"peak_mib"`
	Pages     []pageFigures `json:"pages"`
	Missing   string        `json:"missing,omitempty"` // why there is no column of nginx
	load      time.Duration // how long each page is asked for by many
}

func (all *pagesFigures) measure(dir string, documents int, profile string) error {
	server, err := startServer(dir, documents, profile)
	if err != nil {
		return err
	}
	defer server.stop()
	v, err := visit(server.address)
	if err != nil {
		return err
	}
	defer v.Close()
	fmt.Fprintln(os.Stderr, "the node reads what it holds ...")
	began := time.Now()
	status, err := v.get(request(server.address, "/api/v1/status", ""))
	if err != nil || status.status != 200 {
		return fmt.Errorf("status %d: %w", status.status, err)
	}
	all.ReadS = time.Since(began).Seconds()
	paths, err := pagePaths(v, server.address)
	if err != nil {
		return err
	}
	files := filepath.Join(dir, "files")
	for _, p := range paths {
		fmt.Fprintln(os.Stderr, p.name, "...")
		page, err := visitPage(v, server.address, p, files)
		if err != nil {
			return fmt.Errorf("%s: %w", p.path, err)
		}
		all.Pages = append(all.Pages, page)
	}
	nginx, err := startNginx(dir, files)
	if errors.Is(err, exec.ErrNotFound) {
		all.Missing = "nginx is not installed (Debian: apt-get install nginx-light)"
	} else if err != nil {
		return err
	} else {
		defer nginx.stop()
	}
	for i, p := range paths {
		if all.Pages[i].PerSecond, err = perSecond(server.address, p.path, all.load); err != nil {
			return err
		}
		if nginx == nil {
			continue
		}
		if err := samePage(server.address, nginx.address, p); err != nil {
			return err
		}
		if all.Pages[i].Nginx, err = perSecond(nginx.address, "/"+p.name+".html", all.load); err != nil {
			return err
		}
	}
	if err := all.afterNews(server.address, paths); err != nil {
		return err
	}
	all.PeakMiB, err = server.stop()
	return err
}

func (all pagesFigures) print() {
	fmt.Printf("%d documents; read and judged in %.1f s; %.0f MiB at most\n", all.Documents, all.ReadS, all.PeakMiB)
	fmt.Printf("%-16s %10s %9s %8s %8s %10s %9s %10s %9s %9s %6s\n", "", "cold, ms", "news, ms", "ms", "99 %", "unchanged", "bytes", "unzipped", "a second", "nginx", "ratio")
	for _, p := range all.Pages {
		fmt.Printf("%-16s %10s %9s %8s %8s %10s %9d %10d %9.0f", p.Page, short(p.ColdMS), short(p.NewsMS), short(p.MS), short(p.P99MS), short(p.UnchangedMS), p.Wire, p.Whole, p.PerSecond)
		if p.Nginx > 0 {
			fmt.Printf(" %9.0f %6.2f", p.Nginx, p.PerSecond/p.Nginx)
		}
		fmt.Println()
	}
	if all.Missing != "" {
		fmt.Println(all.Missing)
	}
}

package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"stocktake/node"
	"stocktake/node/web"
	"stocktake/review"
)

// pageVisits is how often a page is asked for one after another, once it is warm.
const pageVisits = 300

// pageFigures are what one page costs.
type pageFigures struct {
	Page        string  `json:"page"`
	ColdMS      float64 `json:"cold_ms"` // the first time at this snapshot
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
	all := pagesFigures{Documents: *documents}
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
		if all.Pages[i].PerSecond, err = perSecond(server.address, p.path); err != nil {
			return err
		}
		if nginx == nil {
			continue
		}
		if err := samePage(server.address, nginx.address, p); err != nil {
			return err
		}
		if all.Pages[i].Nginx, err = perSecond(nginx.address, "/"+p.name+".html"); err != nil {
			return err
		}
	}
	all.PeakMiB, err = server.stop()
	return err
}

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

func visitPage(v *visitor, address string, p namedPath, files string) (pageFigures, error) {
	asked, page := request(address, p.path, ""), pageFigures{Page: p.name}
	began := time.Now()
	cold, err := v.get(asked)
	if err != nil {
		return page, err
	}
	if cold.status != 200 {
		return page, fmt.Errorf("status %d", cold.status)
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

// serve answers on loopback until its input ends, and then gives its figures.
func serve(dir string, documents int) (figures, error) {
	n, err := node.Open(node.Home(filepath.Join(dir, "home")), node.Options{Offline: true})
	if err != nil {
		return nil, err
	}
	defer n.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	fmt.Println(l.Addr())
	server := web.NewServer(web.Handler(n, web.Options{}))
	server.WriteTimeout = patience // what is cold is measured to its end
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		server.Close()
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return nil, err
	}
	return figures{"peak_mib": resident("VmHWM")}, nil
}

// process is a server in a process of its own.
type process struct {
	address string
	cmd     *exec.Cmd
	in      io.Closer
	out     *bufio.Reader
	peak    float64
}

func startServer(dir string, documents int, profile string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(self, "serve", "-dir", dir, "-documents", fmt.Sprint(documents), "-profile", profile)}
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	line, err := p.out.ReadString('\n')
	p.address = strings.TrimSpace(line)
	return p, err
}

// stop ends the server and returns how much memory it had at most, in MiB.
func (p *process) stop() (float64, error) {
	if p.in == nil {
		return p.peak, nil
	}
	p.in.Close()
	p.in = nil
	found := figures{}
	err := json.NewDecoder(p.out).Decode(&found)
	p.peak = found["peak_mib"]
	return p.peak, errors.Join(err, p.cmd.Wait())
}

func (all pagesFigures) print() {
	fmt.Printf("%d documents; read and judged in %.1f s; %.0f MiB at most\n", all.Documents, all.ReadS, all.PeakMiB)
	fmt.Printf("%-16s %10s %8s %8s %10s %9s %10s %9s %9s %6s\n", "", "cold, ms", "ms", "99 %", "unchanged", "bytes", "unzipped", "a second", "nginx", "ratio")
	for _, p := range all.Pages {
		fmt.Printf("%-16s %10s %8s %8s %10s %9d %10d %9.0f", p.Page, short(p.ColdMS), short(p.MS), short(p.P99MS), short(p.UnchangedMS), p.Wire, p.Whole, p.PerSecond)
		if p.Nginx > 0 {
			fmt.Printf(" %9.0f %6.2f", p.Nginx, p.PerSecond/p.Nginx)
		}
		fmt.Println()
	}
	if all.Missing != "" {
		fmt.Println(all.Missing)
	}
}

var _ = review.ScopeGlobal

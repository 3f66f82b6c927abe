package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"stocktake/node"
	"stocktake/node/web"
)

// serve answers on loopback until its input ends, and then gives its figures.
func serve(dir string, documents int) (figures, error) {
	home := node.Home(filepath.Join(dir, "home"))
	if err := logKey(home); err != nil {
		return nil, err
	}
	n, err := node.Open(home, node.Options{Offline: true})
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

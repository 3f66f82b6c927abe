package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// answer is what came over a connection.
type answer struct {
	status int
	header textproto.MIMEHeader
	body   []byte
	bytes  int // headers too
}

// visitor is a connection that stays open. It asks as a browser does, and reads
// each answer whole; what it costs is the same whoever answers.
type visitor struct {
	net.Conn
	in *bufio.Reader
}

func visit(address string) (*visitor, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &visitor{c, bufio.NewReaderSize(c, 64<<10)}, nil
}

// request is one for a path, as bytes.
func request(address, path, more string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\nAccept-Encoding: gzip\r\n" + more + "\r\n")
}

func (v *visitor) get(request []byte) (a answer, err error) {
	if err := v.SetDeadline(time.Now().Add(patience)); err != nil {
		return a, err
	}
	if _, err := v.Write(request); err != nil {
		return a, err
	}
	line, err := v.in.ReadString('\n')
	if err != nil {
		return a, err
	}
	if _, err := fmt.Sscanf(line, "HTTP/1.1 %d", &a.status); err != nil {
		return a, fmt.Errorf("no answer of HTTP: %.40q", line)
	}
	a.bytes, a.header = len(line), textproto.MIMEHeader{}
	for {
		field, err := v.in.ReadSlice('\n')
		if err != nil {
			return a, err
		}
		if a.bytes += len(field); len(bytes.TrimSpace(field)) == 0 {
			break
		}
		name, value, _ := strings.Cut(string(field), ":")
		a.header.Add(name, strings.TrimSpace(value))
	}
	length := 0
	if a.status != 304 {
		if length, err = strconv.Atoi(a.header.Get("Content-Length")); err != nil {
			return a, fmt.Errorf("an answer of no stated length: %w", err)
		}
	}
	a.body = make([]byte, length)
	n, err := io.ReadFull(v.in, a.body)
	a.bytes += n
	return a, err
}

// patience is longer than a cold page of a million documents takes.
const patience = 20 * time.Minute

// connections is how many visitors ask at once for requests per second, and
// loadFor how long.
const (
	connections = 16
	loadFor     = 3 * time.Second
	warmFor     = 10 * time.Second // a slow page is asked for less often
)

// perSecond is how many answers visitors get at once, all of status 200.
func perSecond(address, path string, long time.Duration) (float64, error) {
	asked := request(address, path, "")
	var mu sync.Mutex
	var failed error
	total, began := 0, time.Now()
	var g sync.WaitGroup
	for range connections {
		g.Go(func() {
			n, err := 0, error(nil)
			v, err := visit(address)
			if err == nil {
				defer v.Close()
			}
			for err == nil && time.Since(began) < long {
				var a answer
				if a, err = v.get(asked); err == nil && a.status != 200 {
					err = fmt.Errorf("%s: status %d", path, a.status)
				}
				n++
			}
			mu.Lock()
			defer mu.Unlock()
			total += n
			if err != nil {
				failed = err
			}
		})
	}
	g.Wait()
	return float64(total) / time.Since(began).Seconds(), failed
}

// warmed are the milliseconds that up to n requests take one after another, sorted.
func warmed(v *visitor, asked []byte, n, status int) (took []float64, err error) {
	for until := time.Now().Add(warmFor); len(took) < n && (len(took) < 5 || time.Now().Before(until)); {
		began := time.Now()
		a, err := v.get(asked)
		if err != nil {
			return nil, err
		}
		if a.status != status {
			return nil, fmt.Errorf("status %d, not %d", a.status, status)
		}
		took = append(took, milliseconds(began))
	}
	slices.Sort(took)
	return took, nil
}

package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"

	"stocktake/node/web"
)

// door is one listener of a running node and what answers there.
type door struct {
	net.Listener
	server *http.Server
	secure bool // with the server's TLS configuration
}

func (d door) serve() error {
	if d.secure {
		return d.server.ServeTLS(d.Listener, "", "")
	}
	return d.server.Serve(d.Listener)
}

// openDoors binds the home's socket, the address of pages and API, and, where
// config.yaml names one, that of the metrics. What it could open it returns
// with an error too.
func (n *Node) openDoors() (doors []door, err error) {
	proxies, _ := n.config.proxies() // checked when it was read
	encrypted, err := n.tlsConfig()
	if err != nil {
		return nil, err
	}
	public, err := net.Listen("tcp", n.config.HTTP)
	if err != nil {
		return nil, fmt.Errorf("pages and API: %w; set http in %s to a free address", err, n.home.ConfigFile())
	}
	pages, at := web.NewServer(n.handler(false)), "http://"
	if pages.TLSConfig = encrypted; encrypted != nil {
		at = "https://"
	}
	doors = append(doors, door{web.Unnamed(public, proxies...), pages, encrypted != nil})
	if n.config.Metrics != "" {
		l, err := net.Listen("tcp", n.config.Metrics)
		if err != nil {
			return doors, fmt.Errorf("metrics: %w; set metrics in %s to a free address", err, n.home.ConfigFile())
		}
		probes := web.ProbeHandler(web.Options{Logger: n.logger, Hosts: n.hosts(n.config.Metrics), Condition: n.condition, Metrics: n.metrics.handler()})
		doors = append(doors, door{web.Unnamed(l), web.NewServer(probes), false})
	}
	if n.config.Desk != "" {
		l, err := net.Listen("tcp", n.config.Desk)
		if err != nil {
			return doors, fmt.Errorf("desk: %w; set desk in %s to a free address", err, n.home.ConfigFile())
		}
		d, err := n.Desk()
		if err != nil {
			l.Close()
			return doors, fmt.Errorf("desk: %w", err)
		}
		doors = append(doors, door{web.Unnamed(l), web.NewServer(d.Handler()), false})
	}
	local, err := listenSocket(n.home.Socket())
	if err != nil {
		return doors, err
	}
	n.logger.Info("serving", "pages", at+public.Addr().String()+"/", "origin", n.origin, "socket", n.home.Socket())
	return append(doors, door{web.Unnamed(local), web.NewServer(n.handler(true)), false}), nil
}

// hosts are the names under which people reach a listener.
func (n *Node) hosts(address string) []string {
	hosts := slices.Clone(n.config.Hosts)
	if n.config.TLS.ACME != nil {
		hosts = append(hosts, n.config.TLS.ACME.Names...)
	}
	if host, _, err := net.SplitHostPort(address); err == nil && host != "" {
		hosts = append(hosts, host)
	}
	return hosts
}

// handler answers callers; those of the home's socket, its operator's own.
func (n *Node) handler(own bool) http.Handler {
	o := web.Options{Logger: n.logger, Log: logFiles{n.store}, Refusal: n.refuse, Hosts: n.hosts(n.config.HTTP)}
	if n.runner.Witnesses() {
		o.Witness = func(ctx context.Context, body []byte) (int, []byte) {
			status, answer, _ := n.runner.Cosign(ctx, body)
			return status, answer
		}
	}
	o.Condition, o.Count, o.Events = n.condition, n.metrics.count, n.events
	if own {
		o.Operator, o.Backup, o.Metrics = true, n.backupLines, n.metrics.handler()
	}
	return web.Handler(n, o)
}

// listenSocket opens the home's socket for this user only. The database's lock
// has shown that no other node runs on the home, so an old one is a leftover.
func listenSocket(path string) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("%s: a socket's path has at most %d characters; use a home with a shorter path", path, maxSocketPath)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

package main

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"time"

	"stocktake/node"
	"stocktake/node/web"
	"stocktake/signing"
	"stocktake/store"
)

// service is the node of the home: the running one, asked over its socket, or
// the same code on the database while no node runs.
func (c *call) service(ctx context.Context, ask signing.Password) (web.Service, func(), error) {
	for deadline := time.Now().Add(startWait); ; {
		if running(c.home) {
			client := web.NewSocketClient(c.home.Socket())
			return client, client.Close, nil
		}
		n, err := node.Open(c.home, node.Options{Offline: true, Password: ask})
		if err == nil {
			return n, func() { n.Close() }, nil
		}
		if !errors.Is(err, store.ErrLocked) || time.Now().After(deadline) {
			return nil, nil, err
		}
		select { // a node that starts has the database before it answers
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// startWait is how long a node may take from opening its database to
// answering: its keys cost a second of computing.
const startWait = 10 * time.Second

// running is whether a node answers on the home's socket. A socket that nobody
// listens on is what a killed node leaves behind.
func running(h node.Home) bool {
	conn, err := net.DialTimeout("unix", h.Socket(), time.Second)
	if err == nil {
		conn.Close()
		return true
	}
	return !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ECONNREFUSED)
}

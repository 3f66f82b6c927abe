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
)

// service is the node of the home: the running one, asked over its socket, or
// the same code on the database while no node runs.
func (c *call) service(ctx context.Context, ask signing.Password) (web.Service, func(), error) {
	if running(c.home) {
		client := web.NewSocketClient(c.home.Socket())
		return client, client.Close, nil
	}
	n, err := node.Open(c.home, node.Options{Offline: true, Password: ask})
	if err != nil {
		return nil, nil, err
	}
	return n, func() { n.Close() }, nil
}

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

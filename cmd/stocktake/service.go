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
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// service is the node of the home: the running one, asked over its socket, or
// the same code on the database while no node runs.
func (c *call) service(ctx context.Context, ask signing.Password) (web.Service, func(), error) {
	if client, ok := c.runningNode(ctx, 0); ok {
		return client, client.Close, nil
	}
	n, err := node.Open(c.home, node.Options{Offline: true, Password: ask})
	if err == nil {
		return n, func() { n.Close() }, nil
	}
	if !errors.Is(err, store.ErrLocked) {
		return nil, nil, err
	}
	client, ok := c.runningNode(ctx, startWait)
	if !ok {
		return nil, nil, err
	}
	return client, client.Close, nil
}

// runningNode is the home's node once it answers: one that starts has the
// database, and computes on its keys, a moment before that.
func (c *call) runningNode(ctx context.Context, patience time.Duration) (*web.Client, bool) {
	for deadline := time.Now().Add(patience); ; {
		if running(c.home) {
			return web.NewSocketClient(c.home.Socket()), true
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return nil, false
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// startWait is how long a node may take from opening its database to answering.
const startWait = 20 * time.Second

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

// withDocument runs a command on the one document that its arguments name.
func (c *call) withDocument(ctx context.Context, args []string, do func(web.Service, review.DocumentID) error) error {
	if len(args) != 1 {
		return usage("name one document ID, as `stocktake list` prints them")
	}
	id, err := documentID(args[0])
	if err != nil {
		return err
	}
	service, done, err := c.service(ctx, nil)
	if err != nil {
		return err
	}
	defer done()
	return do(service, id)
}

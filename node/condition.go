package node

import (
	"errors"
	"fmt"

	"stocktake/node/web"
	"stocktake/store"
)

// condition is how the running node is, for whatever watches it. It is public,
// so it names no folder and no address, and cheap.
func (n *Node) condition() (c web.Condition) {
	now := n.runner.Status()
	switch err := n.store.Condition(); {
	case errors.Is(err, store.ErrFailed):
		c.Failed = "the database stores nothing more before the node is started again"
	case errors.Is(err, store.ErrDiskFull):
		c.NotReady = append(c.NotReady, "read-only: the disk is full; `stocktake status` says how much has to be free")
	}
	switch {
	case now.Fenced != "":
		c.NotReady = append(c.NotReady, "fenced: this node does not sign its log any more; `stocktake status` says what to do")
	case now.Asking:
		c.NotReady = append(c.NotReady, "recovering: the peers are being asked how far this node's own log goes")
	}
	if len(now.Peers) > 0 && !now.Met {
		c.NotReady = append(c.NotReady, fmt.Sprintf("alone: none of %d peers has been seen since the start; see `stocktake peers`", len(now.Peers)))
	}
	return c
}

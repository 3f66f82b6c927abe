package transport

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"

	"stocktake/signing"
)

// redial keeps members connected and others out until ctx ends.
func (h *Host) redial(ctx context.Context) {
	var dials sync.WaitGroup
	defer dials.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.wake:
		case <-timer.C:
		}
		members := h.o.Members()
		connected := h.dropStrangers(members)

		h.mu.Lock()
		now := time.Now()
		dial := h.schedule.due(now, members, connected)
		timer.Reset(h.schedule.wait(now, membersEvery))
		h.mu.Unlock()

		for _, m := range dial {
			dials.Go(func() {
				err := h.connect(ctx, m)
				h.mu.Lock()
				h.schedule.dialled(time.Now(), m.Key, err)
				h.mu.Unlock()
				if err != nil && ctx.Err() == nil {
					h.log.Debug("cannot reach member", "peer", m.ID, "err", err)
				}
				h.rouse()
			})
		}
	}
}

// rouse has redial look again.
func (h *Host) rouse() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// dropStrangers closes the connections of those who are members no more, and
// returns who else is connected.
func (h *Host) dropStrangers(members []Member) map[signing.NoteKey]bool {
	listed := make(map[signing.NoteKey]bool, len(members))
	for _, m := range members {
		listed[m.Key] = true
	}
	connected := map[signing.NoteKey]bool{}
	for _, id := range h.p2p.Network().Peers() {
		if key, ok := keyOf(id); ok && listed[key] {
			connected[key] = true
			continue
		}
		h.log.Info("disconnecting a node that is not a member", "peer", id)
		if err := h.p2p.Network().ClosePeer(id); err != nil {
			h.log.Debug("closing a connection", "peer", id, "err", err)
		}
	}
	return connected
}

// connect makes sure that there is a connection to a member. Each attempt
// dials the member's present addresses, whatever identify or an earlier
// failure left behind.
func (h *Host) connect(ctx context.Context, m Member) error {
	id := peerOf(m.Key)
	if h.p2p.Network().Connectedness(id) == network.Connected {
		return nil
	}
	info, err := addressBook(m)
	if err != nil {
		return err
	}
	known := h.p2p.Peerstore()
	for _, a := range known.Addrs(id) {
		if !slices.ContainsFunc(info.Addrs, a.Equal) {
			known.SetAddr(id, a, 0)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	err = h.p2p.Connect(network.WithForceDirectDial(ctx, "own redial schedule"), info)
	var failed *swarm.DialError
	if errors.As(err, &failed) && len(failed.DialErrors) > 0 {
		first := failed.DialErrors[0] // the whole has a line for each address
		return fmt.Errorf("%s: %w", first.Address, first.Cause)
	}
	if err == nil && h.p2p.Network().Connectedness(id) != network.Connected {
		return errHungUp
	}
	return err
}

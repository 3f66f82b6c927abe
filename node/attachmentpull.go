package node

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/store"
)

// pullAttachments fetches what the policy wants, from time to time collects
// what nothing refers to, until ctx ends.
func (n *Node) pullAttachments(ctx context.Context) error {
	tries := map[review.DocumentID]try{}
	var swept time.Time
	tick := time.NewTicker(attachmentsEvery)
	defer tick.Stop()
	for {
		if err := n.pullWanted(ctx, tries); err != nil && ctx.Err() == nil {
			n.logger.Warn("attachments not looked through; it is tried again", "err", err)
		}
		if time.Since(swept) > collectEvery {
			swept = time.Now()
			if err := n.collectAttachments(); err != nil {
				n.logger.Warn("attachments not collected; it is tried again", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// try is when an attachment that nobody gave is asked for again.
type try struct {
	failed int
	next   time.Time
}

func (n *Node) pullWanted(ctx context.Context, tries map[review.DocumentID]try) error {
	wanted, index, err := n.wantedAttachments()
	if err != nil {
		return err
	}
	for id := range tries {
		if !slices.Contains(wanted, id) {
			delete(tries, id)
		}
	}
	var due []review.DocumentID
	for _, id := range wanted {
		if time.Now().After(tries[id].next) && len(due) < attachmentRound {
			due = append(due, id)
		}
	}
	errs := make([]error, len(due))
	var g errgroup.Group
	g.SetLimit(attachmentPulls)
	for i, id := range due {
		g.Go(func() error {
			errs[i] = n.fetchAttachment(ctx, id, index[id]...)
			return nil
		})
	}
	_ = g.Wait()
	for i, id := range due {
		if errs[i] == nil {
			continue
		}
		t := tries[id]
		t.failed++
		wait := min(attachmentRetry<<min(t.failed, 10), attachmentRetryMax)
		t.next = time.Now().Add(wait/2 + rand.N(wait))
		tries[id] = t
		n.logger.Debug("attachment not fetched", "id", id, "err", errs[i])
		if errors.Is(errs[i], store.ErrQuota) || errors.Is(errs[i], store.ErrDiskFull) {
			n.logger.Warn("no more attachments are kept", "err", errs[i])
			return nil
		}
	}
	return nil
}

// fetchAttachment asks one member after the other: the author's node, the one
// in whose log the document lies, then those that are connected. What was
// fetched of it before is not fetched again.
func (n *Node) fetchAttachment(ctx context.Context, id review.DocumentID, by ...named) error {
	var peers []review.ParticipantID
	for _, a := range by {
		_, log, _, _, _ := a.log.Split()
		peers = append(peers, a.author, log)
	}
	var others []review.ParticipantID
	for _, p := range n.runner.Status().Peers {
		if p.Connected {
			others = append(others, p.ID)
		}
	}
	rand.Shuffle(len(others), func(i, k int) { others[i], others[k] = others[k], others[i] })
	last := fmt.Errorf("%w: no member is connected", web.ErrNotFound)
	asked := map[review.ParticipantID]bool{n.config.Participant: true}
	for _, p := range append(peers, others...) {
		if asked[p] || !slices.Contains(others, p) {
			continue
		}
		asked[p] = true
		err := n.fetchFrom(ctx, p, id)
		if err == nil || ctx.Err() != nil || errors.Is(err, store.ErrQuota) || errors.Is(err, store.ErrDiskFull) {
			return err
		}
		last = fmt.Errorf("from %s: %w", p, err)
	}
	return last
}

func (n *Node) fetchFrom(ctx context.Context, peer review.ParticipantID, id review.DocumentID) error {
	client := web.NewMemberClient(string(peer), n.runner.Client(peer))
	defer client.Close()
	if err := n.fetch(ctx, client, id); err != nil {
		return err
	}
	n.logger.Info("attachment fetched", "id", id, "peer", peer)
	return nil
}

// fetch asks a peer for what is not here yet, and takes it piece by piece.
func (n *Node) fetch(ctx context.Context, peer web.AttachmentSource, id review.DocumentID) error {
	s, err := n.attachments.State(id)
	if err != nil {
		return err
	}
	for from := s.Next; !s.Whole; from = s.Next {
		if s.Manifest == nil {
			from = -1
		}
		b, err := ask(ctx, peer, id, from)
		if err != nil {
			return err
		}
		was := s
		if s, err = n.takePiece(id, from, b); err != nil {
			return err
		}
		if !s.Whole && s.Next == was.Next && was.Manifest != nil {
			return fmt.Errorf("%w: nothing came", review.ErrAttachment)
		}
	}
	return nil
}

// ask bounds one piece, so that a peer that stalls loses its turn.
func ask(ctx context.Context, peer web.AttachmentSource, id review.DocumentID, from int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askPiece)
	defer cancel()
	return peer.AttachmentPiece(ctx, id, from)
}

// memberAttachments hands members what readers may not see: a node carries what
// it does not display.
type memberAttachments struct{ n *Node }

func (m memberAttachments) AttachmentPiece(_ context.Context, id review.DocumentID, from int) ([]byte, error) {
	if _, err := m.n.nameOf(id, false); err != nil {
		return nil, err
	}
	return m.n.piece(id, from)
}

// Package node composes one running member of a federation: its home on disk
// (home.go, keys.go), how it comes to be (init.go, convene.go, join.go), and
// the store, the network and the pages that run together while it serves.
//
// It decides nothing that review or federation could decide. Its main type is
// [Node].
package node

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"stocktake/federation"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Options of a node.
type Options struct {
	// Offline opens the database for one command while no node runs: nothing
	// is sent or received, and private keys are opened only to file.
	Offline  bool
	Password signing.Password // of the node's private keys
	Logger   *slog.Logger     // nil: silent
	Store    store.Options
}

// Node is one member's node. It is a web.Service.
type Node struct {
	home        Home
	config      Config
	options     Options
	logger      *slog.Logger
	founding    *review.Founding
	founded     []byte // the founding file
	origin      review.Origin
	store       *store.Store
	attachments *store.Attachments
	copy        bool                    // the database is not the one that the home last ran on
	runner      *federation.Runner      // nil offline
	clerk       *signing.DocumentSigner // signs receipts and refusals; nil offline
	nodeKey     *signing.NoteSigner     // signs what the node says of its exports; nil offline

	metrics *metrics
	events  *web.Events

	records  sync.RWMutex     // of what follows from the records: see read
	assembly *review.Assembly // nil at first
	state    uint64           // of it, from 1 on
	kept     []keptScope      // what was asked for last is last

	mu        sync.Mutex
	members   []byte // the founding file
	membersOf uint64 // the state that it was made of

	toldMu   sync.Mutex
	toldLast *told // nil at first

	attachmentMu     sync.Mutex
	attachmentsOf    uint64 // the state that the index is of
	attachmentsNamed attachmentIndex
}

var _ web.Service = (*Node)(nil)

// Open opens a home that has joined a federation. It listens already, and does
// nothing before Run. Close ends it.
func Open(h Home, o Options) (*Node, error) {
	config, err := h.Config()
	if err != nil {
		return nil, err
	}
	founding, err := h.Founding()
	if err != nil {
		return nil, err
	}
	charter, _ := founding.Chain.InForce()
	n := &Node{
		home: h, config: config, options: o, logger: o.Logger, founding: founding,
		origin: review.OriginOf(config.Epoch, config.Participant, founding.Genesis.ID, charter.Suffix),
	}
	n.metrics, n.events = newMetrics(n), web.NewEvents(NewSalt()[:8])
	if n.logger == nil {
		n.logger = slog.New(slog.DiscardHandler)
	}
	if _, ok := founding.Chain.Log(n.origin); !ok {
		return nil, fmt.Errorf("%w: the charter lists no log for %s, so no node runs here; use `stocktake sign` here and `stocktake submit --to URL` to have it carried", ErrNotInitialised, config.Participant)
	}
	if n.founded, err = os.ReadFile(h.FederationFile()); err != nil {
		return nil, err
	}
	o.Store.Logger = n.logger
	if n.store, err = openStore(h, o); err != nil {
		return nil, err
	}
	n.attachments, err = store.OpenAttachments(h.Attachments(), store.AttachmentOptions{
		Quota: config.Attachments.MiB << 20, MinFree: o.Store.MinFree, FreeSpace: o.Store.FreeSpace,
	})
	if err != nil {
		return nil, errors.Join(err, n.store.Close())
	}
	if err := n.fenceCopy(); err != nil {
		return nil, errors.Join(err, n.store.Close())
	}
	if !o.Offline {
		if n.runner, err = n.newRunner(); err != nil {
			return nil, errors.Join(err, n.store.Close())
		}
	}
	return n, nil
}

// fenceCopy ends the signing of the own log if the database is a copy.
func (n *Node) fenceCopy() error {
	lost, err := n.store.Lost()
	if err != nil {
		return err
	}
	n.copy = lost != "" // which fenced the logs that it concerns
	reason, err := n.home.copied(n.store)
	if err != nil || reason == "" {
		return err
	}
	n.copy = true
	n.logger.Error("this node never signs its log again", "origin", n.origin, "reason", reason)
	return n.store.Fence(n.origin, reason)
}

// openStore opens the database. A node that starts lets a command finish that
// has it for a moment.
func openStore(h Home, o Options) (*store.Store, error) {
	for deadline := time.Now().Add(lockWait); ; time.Sleep(50 * time.Millisecond) {
		s, err := store.Open(h.Database(), o.Store)
		if !errors.Is(err, store.ErrLocked) || o.Offline || time.Now().After(deadline) {
			return s, err
		}
	}
}

// lockWait is longer than a command takes to file or list.
const lockWait = 3 * time.Second

// newRunner opens the node's keys and binds its addresses.
func (n *Node) newRunner() (*federation.Runner, error) {
	o := federation.RunnerOptions{
		Self: n.config.Participant, Own: n.origin, Genesis: n.founding.Genesis, Chain: n.founding.Chain,
		Store: n.store, Listen: n.config.Listen, HTTP: web.AttachmentHandler(memberAttachments{n}, n.logger), Salt: NewSalt, Logger: n.logger,
	}
	var g errgroup.Group // each key costs a noticeable computation
	roles := map[Role]**signing.NoteSigner{RoleLog: &o.Log, RoleNode: &o.Node, RoleWitness: &o.Witness}
	if _, err := os.Stat(n.home.KeyFile(RoleWitness, 0)); errors.Is(err, fs.ErrNotExist) || n.copy {
		delete(roles, RoleWitness) // a copy does not know what its witness cosigned
	}
	for role, key := range roles {
		g.Go(func() (err error) {
			*key, err = n.home.NoteSigner(role, n.config.Epoch, n.options.Password)
			return err
		})
	}
	g.Go(func() (err error) {
		o.Clerk, err = n.home.DocumentSigner(RoleClerk, n.options.Password)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	n.clerk, n.nodeKey = o.Clerk, o.Node
	return federation.NewRunner(o)
}

// Close closes the database. A running node is ended by the context of Run.
func (n *Node) Close() error {
	var err error
	if n.runner != nil {
		err = n.runner.Close()
	}
	return errors.Join(err, n.store.Close())
}

// File logs a document here and tells how far it has come. Filing again what
// is filed already changes nothing.
func (n *Node) File(ctx context.Context, e signing.Envelope) (*web.Filed, error) {
	known, err := n.Holds(review.DocumentID(e.Digest().String()))
	if err != nil {
		return nil, err
	}
	record, err := n.file(ctx, e)
	switch {
	case errors.Is(err, store.ErrDiskFull):
		return nil, fmt.Errorf("%w: %w", web.ErrDiskFull, err)
	case errors.Is(err, store.ErrFailed):
		return nil, fmt.Errorf("this node stores nothing more until it is started again; another member's node can carry the document (`stocktake submit --to URL`): %w: %w", web.ErrUnavailable, err)
	case errors.Is(err, store.ErrFenced), err != nil && n.emptied():
		return nil, fmt.Errorf("this node does not sign its log any more; another member's node can carry the document (`stocktake submit --to URL`): %w: %w", web.ErrUnavailable, err)
	}
	if err != nil {
		return nil, err
	}
	filed := &web.Filed{ID: record.ID(), Log: record.Origin, Index: record.Index, State: web.StateReceived}
	if !known {
		return filed, nil // no witness can have seen it yet
	}
	reading, err := n.read()
	if err != nil {
		return nil, err
	}
	defer reading.done()
	l, _ := reading.Label(record.ID())
	if l.Filed != "" {
		filed.State, filed.Filed, filed.Witnesses = web.StateFiled, l.Filed, l.Witnesses
	}
	if slices.Contains([]string{review.ReasonKeyNotInForce, review.ReasonAuthorNotInForce, review.ReasonSuspended, review.ReasonForked}, l.Reason) {
		filed.Reason = l.Reason
	}
	return filed, nil
}

// emptied is whether the own log was fenced and nothing of it is here, as after
// a repair: then its opening is not asked for.
func (n *Node) emptied() bool {
	reason, err := n.store.Fenced(n.origin)
	return err == nil && reason != "" && n.store.Head(n.origin).Size == 0
}

// Holds is whether any record of a document is here.
func (n *Node) Holds(id review.DocumentID) (bool, error) {
	places, err := n.store.Places(id)
	return len(places) > 0, err
}

func (n *Node) file(ctx context.Context, e signing.Envelope) (review.Record, error) {
	if n.runner != nil {
		return n.runner.File(ctx, e)
	}
	signer, err := n.home.NoteSigner(RoleLog, n.config.Epoch, n.options.Password)
	if err != nil {
		return review.Record{}, err
	}
	door := federation.Door{
		Chain: n.chain,
		Store: n.store, Writer: n.store.OpenLog(n.origin, signer),
	}
	return door.File(ctx, e)
}

// chain is the charter in force among the records, or, where they cannot be
// read or have not all arrived, the one that the home joined with.
func (n *Node) chain() *review.Chain {
	reading, err := n.read()
	if err != nil {
		return n.founding.Chain
	}
	defer reading.done()
	return reading.Chain().After(n.founding.Chain)
}

// NewSalt is 16 random bytes in hexadecimal: what keeps an erased document
// from being guessed back from its hash.
func NewSalt() string {
	var b [16]byte
	rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	return hex.EncodeToString(b[:])
}

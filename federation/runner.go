package federation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"stocktake/federation/transport"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// RunnerOptions are what one running node is made of.
type RunnerOptions struct {
	Self    review.ParticipantID
	Own     review.Origin
	Genesis *review.Document
	Chain   *review.Chain // as the founding file has it; the records may be further
	Store   *store.Store

	Node    *signing.NoteSigner     // the identity on the network
	Log     *signing.NoteSigner     // signs the own log
	Witness *signing.NoteSigner     // cosigns; used only if the charter lists it
	Clerk   *signing.DocumentSigner // signs receipts

	Listen []string
	HTTP   http.Handler  // served to members only; see Client
	Salt   func() string // for the receipts that this node signs
	Timing Timing
	Logger *slog.Logger // nil: silent
}

// Runner drives a Core with a database and a network: it hands the core what
// happens and does what the core wants. One goroutine owns the core; whatever
// may take time is done in others and comes back as an event.
type Runner struct {
	o      RunnerOptions
	log    *slog.Logger
	writer *store.Writer
	door   *Door
	host   *transport.Host

	cosign *Cosigner     // nil without a witness key
	copies chan struct{} // one for each request for a cosignature that waits for records

	events  chan occurrence
	stopped chan struct{} // closed when nobody takes events any more
	extends chan Effect   // Extend and Rewind, in order
	opened  chan struct{} // closed when the own log may be signed, or never will be
	group   *errgroup.Group
	growth  growth
	clocks  clocks
	met     atomic.Bool // some peer has been connected

	substance atomic.Bool // something but receipts was appended since the core was told
	chain     atomic.Pointer[review.Chain]
	roster    atomic.Pointer[Roster]

	// The loop's own.
	core     *Core
	told     uint64 // size of the own log that the core knows
	open     bool
	grown    bool          // records arrived since the charter chain was read
	enrolled time.Time     // when it was
	pause    time.Duration // at least, before it is read again
	charters int           // documents that it was read from
	turn     time.Time     // when the witnesses change by the clock; zero: not that anybody knows
	dated    time.Time     // the clock's time when the roster was made

	mu    sync.Mutex
	known map[review.Origin]uint64 // the longest head heard of, checked
	forks []ForkSeen
}

// occurrence is an event, with whom to tell what came of it.
type occurrence struct {
	event Event
	relay chan<- bool // of a Heard
}

// NewRunner binds the listen addresses. Nothing happens before Run.
func NewRunner(o RunnerOptions) (*Runner, error) {
	r := &Runner{
		o: o, log: o.Logger,
		writer:  o.Store.OpenLog(o.Own, o.Log),
		events:  make(chan occurrence, 64),
		stopped: make(chan struct{}),
		extends: make(chan Effect, maxRanges+1),
		opened:  make(chan struct{}),
		copies:  make(chan struct{}, maxCopies),
		known:   map[review.Origin]uint64{},
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	r.door = &Door{Chain: r.Chain, Store: o.Store, Writer: r.writer}
	if _, err := r.enrol(); err != nil {
		return nil, err
	}
	if o.Witness != nil {
		charter, _ := r.Chain().InForce()
		r.cosign = &Cosigner{
			Name: review.WitnessName(o.Self, o.Genesis.ID, charter.Suffix), Signer: o.Witness,
			State: o.Store, Roster: r.roster.Load, Now: time.Now,
		}
	}
	r.core = NewCore(Options{Self: o.Self, Own: o.Own, Seed: uint64(time.Now().UnixNano()), Timing: o.Timing}, r.roster.Load())
	var err error
	r.host, err = transport.New(transport.Options{
		Identity: o.Node, Listen: o.Listen, Logger: r.log,
		Members: r.members, Serve: r.serve, Heard: r.heard, HTTP: o.HTTP,
		Connected:    func(p review.ParticipantID) { r.met.Store(true); r.happen(PeerUp{p}) },
		Disconnected: func(p review.ParticipantID) { r.happen(PeerDown{p}) },
	})
	return r, err
}

// Chain is the charter in force as far as this node knows.
func (r *Runner) Chain() *review.Chain { return r.chain.Load() }

// Client speaks HTTP to what another member's runner serves.
func (r *Runner) Client(to review.ParticipantID) *http.Client { return r.host.Client(to) }

// Close gives up the addresses of a runner that never ran.
func (r *Runner) Close() error { return r.host.Close() }

// Run takes part in the federation until ctx ends. It returns when nothing of
// it runs any more.
func (r *Runner) Run(ctx context.Context) error {
	r.group, ctx = errgroup.WithContext(ctx)
	r.group.Go(func() error { return r.host.Run(ctx) })
	r.group.Go(func() error { return r.extend(ctx) })
	r.group.Go(func() error { return r.loop(ctx) })
	return r.group.Wait()
}

// happen hands an event to the loop. Once the loop has ended nobody listens.
func (r *Runner) happen(e Event) {
	select {
	case r.events <- occurrence{event: e}:
	case <-r.stopped:
	}
}

// idle is how long the loop waits at most, and the least time between two
// readings of the charters that arrived.
const idle = time.Second

func (r *Runner) loop(ctx context.Context) error {
	defer close(r.stopped)
	started, err := r.started()
	if err != nil {
		return err
	}
	r.told = r.o.Store.Head(r.o.Own).Size
	r.step(ctx, started, nil)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		wait := idle
		if wake := r.core.Wake(); !wake.IsZero() {
			wait = min(wait, max(0, time.Until(wake)))
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			r.step(ctx, Tick{}, nil)
		case o := <-r.events:
			r.step(ctx, o.event, o.relay)
		}
		turned := r.turned(time.Now().Round(0))
		if (r.grown || turned) && time.Since(r.enrolled) >= r.pause {
			r.reread(ctx)
		}
	}
}

// reread tells the core if another charter is in force than before.
func (r *Runner) reread(ctx context.Context) {
	began := time.Now()
	changed, err := r.enrol()
	// A proposal that never comes into force costs a twentieth of the time.
	r.grown, r.enrolled, r.pause = false, time.Now(), max(idle, 20*time.Since(began))
	switch {
	case err != nil:
		r.log.Error("charter chain not read", "err", err)
	case changed:
		owed, err := r.owed()
		if err != nil {
			r.log.Error("not known whether all of the own log is final", "err", err)
		}
		r.step(ctx, Enrolled{r.roster.Load(), owed}, nil)
		if reason := r.ended(); reason != "" && r.writer.Fenced() == "" {
			r.do(ctx, []Effect{Fence{Reason: reason}})
		}
	}
}

// ended is why the own log must not be signed any more, by what was filed; ""
// if it may be.
func (r *Runner) ended() string {
	own, _ := r.Chain().Log(r.o.Own)
	next, _ := r.Chain().LastLog(r.o.Self)
	switch {
	case own.Ended != "":
		return "the root key opened " + string(next.Origin) + ", which goes on in its place"
	case own.Forked != "":
		return "its key signed two histories, as document " + string(own.Forked) + " proves: two copies of this node have been signing"
	}
	return ""
}

// started is what the core has to know of the database.
func (r *Runner) started() (Started, error) {
	owed, err := r.owed()
	return Started{Heads: r.o.Store.Heads(), Fenced: r.writer.Fenced(), Owed: owed}, err
}

// owed is whether the own log holds documents that no receipt in it makes final:
// anything but receipts at or above the size that the last such receipt is for.
func (r *Runner) owed() (bool, error) {
	substance := false
	for i := r.o.Store.Head(r.o.Own).Size; i > 0; i-- {
		record, err := r.o.Store.Record(r.o.Own, i-1)
		if err != nil {
			return false, fmt.Errorf("%s: %w", r.o.Own, err)
		}
		d, err := review.Parse(record.Payload)
		receipt, ok := predicate[*review.Receipt](d, err)
		if !ok {
			substance = true
			continue
		}
		if cp, ok := review.Quorate(r.Chain(), []byte(receipt.Checkpoint)); ok && cp.Origin == string(r.o.Own) {
			return r.substanceFrom(r.o.Own, cp.Size)
		}
	}
	return substance, nil
}

// substanceFrom is whether anything but receipts lies at or above an index of a
// log.
func (r *Runner) substanceFrom(o review.Origin, from uint64) (bool, error) {
	for i := from; i < r.o.Store.Head(o).Size; i++ {
		record, err := r.o.Store.Record(o, i)
		if err != nil {
			return false, fmt.Errorf("%s: %w", o, err)
		}
		d, err := review.Parse(record.Payload)
		if _, ok := predicate[*review.Receipt](d, err); !ok {
			return true, nil
		}
	}
	return false, nil
}

// findReceipt looks how much of a log is final by what is held.
func (r *Runner) findReceipt(o review.Origin) {
	final := uint64(0)
	ids, err := r.o.Store.Find(store.Query{Kind: review.KindReceipt})
	for _, id := range ids {
		d, _ := (lookup{r.o.Store}).Document(id)
		if d == nil {
			continue
		}
		receipt, ok := predicate[*review.Receipt](d, nil)
		if !ok {
			continue
		}
		note := []byte(receipt.Checkpoint)
		if cp, err := signing.PeekCheckpoint(note); err != nil || cp.Origin != string(o) || cp.Size <= final {
			continue
		}
		if cp, ok := review.Quorate(r.Chain(), note); ok {
			final = cp.Size
		}
	}
	substance := false
	if err == nil {
		substance, err = r.substanceFrom(o, final)
	}
	if err != nil {
		r.log.Error("not known how much of a log is final", "origin", o, "err", err)
		return
	}
	r.happen(ReceiptFound{o, final, substance})
}

func predicate[T any](d *review.Document, err error) (p T, ok bool) {
	if err != nil {
		return p, false
	}
	p, ok = d.Predicate.(T)
	return p, ok
}

// step gives the core one event and does what it wants. Before that it tells
// the core of all growth of the own log: another node can know of a head only
// after the database had it, so the core never meets its own head as news.
func (r *Runner) step(ctx context.Context, e Event, relay chan<- bool) {
	head := r.o.Store.Head(r.o.Own)
	if substance := r.substance.Swap(false); substance || head.Size > r.told {
		r.grow()
		r.told = head.Size
		r.do(ctx, r.core.Step(time.Now(), Appended{Head: head, Substance: substance}))
	}
	effects := r.core.Step(time.Now(), e)
	if relay != nil {
		relay <- slices.ContainsFunc(effects, func(e Effect) bool { _, ok := e.(Relay); return ok })
	}
	switch e := e.(type) {
	case Extended:
		if e.Err == nil {
			r.grow()
		}
	case Rewound: // receipts went with it
		r.grow()
	}
	r.do(ctx, effects)
}

// grow takes note of new records: others may wait for them, and a charter may
// be among them.
func (r *Runner) grow() {
	r.grown = true
	r.growth.tell()
}

// do carries effects out. What may take time goes on in a goroutine.
func (r *Runner) do(ctx context.Context, effects []Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case Ask:
			r.group.Go(func() error { r.happen(r.ask(ctx, e)); return nil })
		case Extend:
			r.notice(e.Tail.Origin, e.Tail.Checkpoint.Size)
			r.extends <- e // holds every range that may wait to be stored, and one Rewind
		case Rewind:
			r.extends <- e
		case CarryReceipts:
			r.group.Go(func() error {
				if !r.mayFile() {
					return nil // others hold them too
				}
				if err := r.carryReceipts(ctx, e.Origin); err != nil {
					r.log.Error("receipts of a forked log not filed again", "origin", e.Origin, "err", err)
				}
				r.substance.Store(true)
				r.happen(Tick{})
				return nil
			})
		case CompareHeads:
			r.group.Go(func() error { r.compareHeads(e); return nil })
		case Compare:
			r.group.Go(func() error { r.compare(e); return nil })
		case Announce:
			if err := r.host.Announce(e.Note); err != nil && ctx.Err() == nil {
				r.log.Debug("head not announced", "err", err)
			}
		case Reveal:
			r.group.Go(func() error { r.reveal(e.Payloads); return nil })
		case ListMissing:
			r.group.Go(func() error { r.happen(r.listMissing(e.After)); return nil })
		case FileReceipt:
			r.group.Go(func() error { r.happen(ReceiptFiled{e.Origin, r.fileReceipt(ctx, e.Note)}); return nil })
		case FindReceipt:
			r.group.Go(func() error { r.findReceipt(e.Origin); return nil })
		case OpenLog:
			if !r.open {
				r.open = true
				close(r.opened)
			}
		case Fence:
			r.log.Error("this node never signs its log again", "origin", r.o.Own, "reason", e.Reason)
			if err := r.writer.Fence(e.Reason); err != nil {
				r.log.Error("fence not stored", "err", err)
			}
			if !r.open {
				r.open = true
				close(r.opened) // what waits to file learns of the fence
			}
		case Doubted:
			r.log.Warn("a witness says that it cosigned what this log does not hold", "peer", e.Witness, "origin", r.o.Own, "size", e.Size)
		case ForkSeen:
			r.log.Error("a log has two faces", "origin", e.Origin)
			r.mu.Lock()
			r.forks = append(r.forks, e)
			r.mu.Unlock()
			r.group.Go(func() error {
				if err := r.prove(ctx, e); err != nil && ctx.Err() == nil {
					r.log.Error("what was seen of a fork is proven to nobody else yet", "origin", e.Origin, "err", err)
				}
				return nil
			})
		}
	}
}

// File admits a document to the own log. It waits while the peers are asked
// for the log's head, which is some seconds at most after a start.
func (r *Runner) File(ctx context.Context, e signing.Envelope) (review.Record, error) {
	select {
	case <-r.opened:
	case <-ctx.Done():
		return review.Record{}, ctx.Err()
	}
	before := r.o.Store.Head(r.o.Own).Size
	record, err := r.admit(ctx, e)
	if err != nil || record.Index < before { // filed already: nothing new to cover
		return record, err
	}
	r.substance.Store(true)
	r.happen(Tick{})
	return record, nil
}

// fileReceipt puts a cosigned checkpoint into the own log.
func (r *Runner) fileReceipt(ctx context.Context, note []byte) error {
	seen, err := signing.PeekCheckpoint(note)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("Receipt for the first %d records of %s", seen.Size, seen.Origin)
	if seen.Size == 1 {
		title = "Receipt for the first record of " + seen.Origin
	}
	e, err := r.o.Clerk.Sign(review.Compose(review.KindReceipt, r.aboutCharter(), &review.Receipt{
		Common:     r.common(title),
		Checkpoint: string(note),
	}))
	if err != nil {
		return err
	}
	_, err = r.door.File(ctx, e)
	if err != nil {
		r.log.Error("receipt not filed", "origin", seen.Origin, "size", seen.Size, "err", err)
	}
	return err
}

// common are the fields of what this node says by itself.
func (r *Runner) common(title string) review.Common {
	c := review.Common{
		Federation: r.o.Genesis.ID, Author: r.o.Self, Language: "en", Salt: r.o.Salt(), Title: title,
		Created: time.Now().UTC().Truncate(time.Second).Format(time.RFC3339),
	}
	if r.o.Genesis.Sample {
		c.MarkSample()
	}
	return c
}

func (r *Runner) aboutCharter() []review.Subject {
	_, charter := r.Chain().InForce()
	return []review.Subject{{Name: string(review.KindCharter), Digest: charter}}
}

// extend stores ranges one after the other, and rewinds.
func (r *Runner) extend(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-r.extends:
			switch e := e.(type) {
			case Extend:
				head, err := r.o.Store.Extend(e.Tail)
				r.happen(Extended{Origin: e.Tail.Origin, Head: head, Missing: missesPayload(e.Tail.Entries), Refused: refused(err), Err: err})
			case Rewind:
				r.happen(r.rewind(ctx, e))
			}
		}
	}
}

// refused is whether the entries, not this node, are at fault.
func refused(err error) bool {
	var fork *store.ForkError
	return errors.Is(err, store.ErrProof) || errors.As(err, &fork)
}

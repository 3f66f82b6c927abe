package federation

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"stocktake/review"
	"stocktake/store"
)

var errUnknownLog = errors.New("federation: a log that no charter lists")

// Core is the protocol of one node as a state machine: events in, effects out.
// It has no I/O, clock or goroutine, and the same events at the same times
// give the same effects. It is not safe for concurrent use.
//
//	            Heard, Answered, PeerUp ...            Ask, Extend, Announce ...
//	network ───────────────────────────────▶ Core ───────────────────────────────▶ runner
//	database ── Appended, Extended ─────────▶  │                                     │
//	clock ───── Tick ───────────────────────▶  │ ◀── how each effect ended ──────────┘
//
// Its parts are files: catchup.go (whose heads are longer), pull.go (getting
// records), fork.go (what is believed of a log), doubt.go (two notes that
// contradict each other and do not show it), ending.go (how a forked log comes
// to its end), gossip.go (hearing and telling), absent.go (missing payloads),
// own.go (may the own log be signed), collect.go (cosignatures and receipts),
// orphan.go (those of a log whose node is gone).
type Core struct {
	self   review.ParticipantID
	own    review.Origin
	timing Timing
	random *rand.Rand

	now    time.Time
	wake   time.Time
	out    []Effect
	roster *Roster

	peers   map[review.ParticipantID]*peer
	order   []review.ParticipantID // of peers, sorted
	asks    map[uint64]asked
	lastAsk uint64

	logs    map[review.Origin]*replica
	behind  []review.Origin // logs with entries to ask for, sorted
	turn    review.Origin   // the log that was last served
	fetches int             // ranges on their way
	waiting int             // ranges that wait to be stored
	forked  []review.Origin // logs that are proven to have forked, sorted
	doubted []review.Origin // logs with a doubt, sorted

	absent  absent
	signing ownLog
	orphan  *collector // of a log whose node is away; nil while there is none
	orphans time.Time  // when to look for one
}

// Options of a core.
type Options struct {
	Self   review.ParticipantID
	Own    review.Origin // "" for a node that has no log
	Seed   uint64        // of the choice between equals
	Timing Timing
}

// Timing holds the core's waits. Zero values give the defaults.
type Timing struct {
	CatchUp   time.Duration // between two comparisons with one peer; default 15 s
	OpenAfter time.Duration // how long signing waits for peers' word at start; default 5 s
	Grace     time.Duration // for the remaining witnesses after a quorum; default 200 ms
	Retry     time.Duration // before what failed is tried again; default 2 s
	Orphan    time.Duration // how long a log's node is away until another sees to its receipt; default 5 min
}

func (t Timing) orDefaults() Timing {
	for _, d := range []struct {
		value *time.Duration
		or    time.Duration
	}{{&t.CatchUp, 15 * time.Second}, {&t.OpenAfter, 5 * time.Second}, {&t.Grace, 200 * time.Millisecond}, {&t.Retry, 2 * time.Second}, {&t.Orphan, 5 * time.Minute}} {
		if *d.value == 0 {
			*d.value = d.or
		}
	}
	return t
}

// peer is another participant's node.
type peer struct {
	connected bool
	comparing bool      // a heads request is on its way
	compare   time.Time // when to compare next
	compared  bool      // it has answered at least once
	ranges    int       // ranges asked of it and not answered
	payloads  bool      // payloads asked of it and not answered
	away      time.Time // since when it is not connected
	window    uint64    // how many bytes to ask for
}

// asked is an Ask that has not been answered.
type asked struct {
	to      review.ParticipantID
	request Request
	at      time.Time
	base    store.Head // of a range: the own head when it was asked for
	probe   bool       // of a range: asked to see the note, not the entries
	doubt   bool       // of a probe: base is not held, but a note that may be another history's
}

// NewCore makes a core that knows a roster. It does nothing before Started.
func NewCore(o Options, r *Roster) *Core {
	c := &Core{
		self: o.Self, own: o.Own, timing: o.Timing.orDefaults(),
		random: rand.New(rand.NewPCG(o.Seed, 0x5eed)),
		peers:  make(map[review.ParticipantID]*peer),
		asks:   make(map[uint64]asked),
		logs:   make(map[review.Origin]*replica),
		absent: absent{asked: make(map[review.ParticipantID]int), found: make(map[review.DocumentID]bool)},
	}
	c.signing.collector = newCollector(o.Own)
	c.signing.doubts = make(map[review.ParticipantID]bool)
	c.enrol(r, false)
	return c
}

// Step takes in one event and returns what is to be done, in this order. Time
// never runs backwards for the core: an earlier now counts as the last one.
func (c *Core) Step(now time.Time, e Event) []Effect {
	if now.After(c.now) {
		c.now = now
	}
	c.out, c.wake = nil, time.Time{}
	switch e := e.(type) {
	case Started:
		c.start(e)
	case Enrolled:
		c.enrol(e.Roster, e.Owed)
	case PeerUp:
		c.peerUp(e.Peer)
	case PeerDown:
		c.peerDown(e.Peer)
	case Heard:
		c.hear(e)
	case Answered:
		c.answered(e)
	case Extended:
		c.extended(e)
	case HeadsDiffer:
		c.headsDiffer(e)
	case Contradicted:
		c.contradicted(e)
	case Rewound:
		c.rewound(e)
	case Appended:
		c.appended(e)
	case ReceiptFiled:
		c.receiptFiled(e)
	case ReceiptFound:
		c.receiptFound(e)
	case MissingListed:
		c.missingListed(e)
	case Tick:
	}
	if c.signing.started {
		c.compareDue()
		c.doubtsDue()
		c.rewindDue()
		c.pullDue()
		c.payloadsDue()
		c.openDue()
		c.orphansDue()
		c.collectDue()
		c.announceDue()
	}
	return c.out
}

// Wake is when the core next wants a Tick; zero if it waits for events only.
func (c *Core) Wake() time.Time { return c.wake }

// due asks for a Tick at t, or earlier.
func (c *Core) due(t time.Time) {
	if c.wake.IsZero() || t.Before(c.wake) {
		c.wake = t
	}
}

func (c *Core) emit(e Effect) { c.out = append(c.out, e) }

func (c *Core) ask(a asked) {
	c.lastAsk++
	a.at = c.now
	c.asks[c.lastAsk] = a
	c.emit(Ask{ID: c.lastAsk, To: a.to, Request: a.request})
}

func (c *Core) answered(e Answered) {
	a, ok := c.asks[e.Ask]
	if !ok {
		return
	}
	delete(c.asks, e.Ask)
	switch request := a.request.(type) {
	case Heads:
		answer, ok := e.Answer.(HeadsAnswer)
		c.headsAnswered(a, answer, e.Err == nil && ok)
	case RangeRequest:
		answer, ok := e.Answer.(RangeAnswer)
		c.rangeAnswered(a, request, answer, e.Err == nil && ok)
	case PayloadsRequest:
		answer, ok := e.Answer.(PayloadsAnswer)
		c.payloadsAnswered(a, request, answer, e.Err == nil && ok)
	case Cosign:
		answer, ok := e.Answer.(CosignAnswer)
		c.cosignAnswered(a, request, answer, e.Err == nil && ok)
	}
}

// start takes over what the database holds.
func (c *Core) start(e Started) {
	for _, h := range e.Heads {
		r := c.logs[h.Origin]
		if r == nil {
			continue
		}
		r.settle(h)
		if r.Forked {
			continue
		}
		if cp, err := openCheckpoint(h.Target, string(h.Origin), r.Key); err == nil {
			r.shown, r.shownNote = cp, h.Target // a pull that was interrupted
			c.touch(r)
		}
	}
	c.signing.started = true
	c.signing.owed = e.Owed
	c.signing.openBy = c.now.Add(c.timing.OpenAfter)
	if e.Fenced != "" {
		c.fence(e.Fenced, nil)
	}
	c.absent.again(c.now)
}

// enrol takes a roster: new logs are there to be pulled, and cosignatures are
// collected anew if the witnesses may have changed. A chain that grows drops
// no log.
func (c *Core) enrol(r *Roster, owed bool) {
	c.roster = r
	for _, o := range sortedKeys(r.Logs) {
		if c.logs[o] == nil {
			c.logs[o] = newReplica(o)
		}
		was := c.logs[o].Log
		c.logs[o].Log = r.Logs[o]
		c.logs[o].narrow = 0
		if o == c.own { // its tail is pulled back whole
			c.logs[o].Copies = 0
		}
		if r.Logs[o].Forked {
			c.ends(c.logs[o], was)
		}
	}
	c.signing.enrolled(r, c.self, owed)
	c.dropOrphan() // others may have to cosign it
	for _, p := range c.peers {
		p.compare = c.now // there may be logs that were passed over
	}
}

func (c *Core) peer(id review.ParticipantID) *peer {
	p := c.peers[id]
	if p == nil {
		p = &peer{window: MinRange, away: c.now}
		c.peers[id] = p
		i, _ := slices.BinarySearch(c.order, id)
		c.order = slices.Insert(c.order, i, id)
	}
	return p
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b K) int { return strings.Compare(string(a), string(b)) })
	return keys
}

package federation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"stocktake/federation/transport"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// heard takes a gossiped head to the core and waits for its word.
func (r *Runner) heard(from review.ParticipantID, note []byte) bool {
	relay := make(chan bool, 1)
	select {
	case r.events <- occurrence{Heard{From: from, Note: note}, relay}:
	case <-r.stopped:
		return false
	}
	if cp, err := r.roster.Load().Open(note); err == nil {
		r.notice(review.Origin(cp.Origin), cp.Size)
	}
	select {
	case ok := <-relay:
		return ok
	case <-r.stopped:
		return false
	}
}

// notice remembers the longest head that a log's key signed.
func (r *Runner) notice(o review.Origin, size uint64) {
	r.mu.Lock()
	r.known[o] = max(r.known[o], size)
	r.mu.Unlock()
}

// serve answers a member's request.
func (r *Runner) serve(ctx context.Context, _ review.ParticipantID, method string, body []byte) ([]byte, error) {
	switch method {
	case MethodRange:
		if m, err := decodeRangeRequest(body); err == nil {
			r.hold(ctx, m)
		}
	case MethodAddCheckpoint:
		status, answer, ok := r.Cosign(ctx, body)
		if !ok {
			return nil, fmt.Errorf("%s is no witness of this federation", r.o.Self)
		}
		return encodeCosignAnswer(status, answer), nil
	}
	return Answer(r.o.Store, method, body)
}

// ask puts a request to a peer, or to this node itself.
func (r *Runner) ask(ctx context.Context, e Ask) Answered {
	call, err := Compose(r.o.Store, e.Request)
	if err != nil {
		return Answered{Ask: e.ID, Err: err}
	}
	var body []byte
	if e.To == r.o.Self {
		body, err = r.serve(ctx, e.To, call.Method, call.Body)
	} else {
		ctx, cancel := context.WithTimeout(ctx, askTimeout)
		defer cancel()
		body, err = r.host.Ask(ctx, e.To, call.Method, call.Body)
	}
	if err != nil {
		r.log.Debug("not answered", "peer", e.To, "method", call.Method, "err", err)
		return Answered{Ask: e.ID, Err: err}
	}
	answer, err := call.Read(body)
	if cosign, ok := e.Request.(Cosign); ok && err == nil && e.To != r.o.Self {
		r.readClock(e.To, cosign.Note, answer.(CosignAnswer))
	}
	if a, ok := answer.(RangeAnswer); ok && err == nil {
		VerifyRange(a.Entries) // here, so that it goes on while the range before is stored
	}
	return Answered{Ask: e.ID, Answer: answer, Err: err}
}

// askTimeout is long enough for a full range over a poor link: MaxRange at
// 256 kbit/s takes half a minute.
const askTimeout = time.Minute

func (r *Runner) reveal(payloads [][]byte) {
	for _, p := range payloads {
		if err := r.o.Store.Reveal(p); err != nil {
			r.log.Error("payload not stored", "err", err)
		}
	}
}

func (r *Runner) listMissing(after review.DocumentID) MissingListed {
	missing, err := r.o.Store.Missing()
	if err != nil {
		r.log.Error("missing payloads not listed", "err", err)
	}
	var ids []review.DocumentID
	for _, m := range missing {
		if m.ID > after && len(ids) < maxMissing {
			ids = append(ids, m.ID)
		}
	}
	return MissingListed{slices.Compact(ids)}
}

// missesPayload is whether a payload is missing that should be here.
func missesPayload(entries []store.Entry) bool {
	return slices.ContainsFunc(entries, func(e store.Entry) bool {
		return e.Absence == review.Missing || e.Absence == review.Present && signing.PayloadDigest(e.Payload) != e.Leaf.Digest
	})
}

// Witnesses is whether this node is a witness: the charter in force lists it
// with the key that it has.
func (r *Runner) Witnesses() bool {
	return r.cosign != nil && slices.ContainsFunc(r.roster.Load().Witnesses, func(w Witness) bool {
		return w.ID == r.o.Self && w.Key == r.o.Witness.Key()
	})
}

// Cosign is [Cosigner.AddCheckpoint] once the checkpoint's records are here, for
// which it waits a while; ok is false if this node is no witness.
func (r *Runner) Cosign(ctx context.Context, body []byte) (status int, answer []byte, ok bool) {
	if !r.Witnesses() {
		return 0, nil, false
	}
	if m, err := parseAddCheckpoint(body); err == nil && !r.copy(ctx, m.Note) {
		return statusUnavailable, []byte("the witness has not got the content of these records yet, or has too much to copy; ask again\n"), true
	}
	status, answer = r.cosign.AddCheckpoint(body)
	return status, answer, true
}

// copy gets the records of a checkpoint that is to be cosigned, then what they
// lack of their content. It reports false if the log's own node may have that and
// did not answer; for all else there is AddCheckpoint.
func (r *Runner) copy(ctx context.Context, note []byte) bool {
	roster := r.roster.Load()
	cp, err := roster.Open(note)
	origin := review.Origin(cp.Origin)
	log := roster.Logs[origin]
	if err != nil || log.Ended || log.over(cp.Size) {
		return true // it is refused
	}
	ctx, cancel := context.WithTimeout(ctx, copyFor)
	defer cancel()
	if r.o.Store.Head(origin).Size < cp.Size {
		leave, ok := r.copying()
		if !ok {
			return false
		}
		r.notice(origin, cp.Size)
		r.happen(Heard{From: log.Owner, Note: note, InPerson: true})
		err := r.Wait(ctx, origin, cp.Size)
		leave()
		if err != nil {
			return true // the answer says so
		}
	}
	return r.copyContent(ctx, origin, log.Owner, cp.Size)
}

// copying takes a place among the requests that wait here for a copy; ok is false
// if enough do.
func (r *Runner) copying() (leave func(), ok bool) {
	select {
	case r.copies <- struct{}{}:
		return func() { <-r.copies }, true
	default:
		return nil, false
	}
}

// copyContent asks the log's own node, if that is there, for the content of
// records that came without.
func (r *Runner) copyContent(ctx context.Context, o review.Origin, owner review.ParticipantID, size uint64) bool {
	ids, err := Uncopied(r.o.Store, r.o.Store, o, size)
	if err != nil {
		r.log.Error("not known whether the content of a log is here", "origin", o, "err", err)
		return false
	}
	there := slices.ContainsFunc(r.host.Peers(), func(p transport.Peer) bool { return p.ID == owner && p.Connected })
	if len(ids) == 0 || !there {
		return true
	}
	leave, ok := r.copying()
	if !ok {
		return false
	}
	defer leave()
	return Copy(ids, func(q PayloadsRequest) (PayloadsAnswer, error) {
		a := r.ask(ctx, Ask{To: owner, Request: q})
		answer, _ := a.Answer.(PayloadsAnswer)
		return answer, a.Err
	}, r.reveal) == nil
}

// enrol reads the charter chain out of the records, as far as they go, and
// takes its roster. It reports whether there were others than the last time.
func (r *Runner) enrol() (changed bool, err error) {
	now := time.Now().Round(0) // of the clock that people set
	chain := r.chain.Load()
	turned := chain == nil || r.turned(now)
	r.dated = now
	documents, proposed, err := r.constitution()
	if err != nil || len(documents) == r.charters && !proposed && !turned && len(chain.Forks()) == 0 {
		return false, err
	}
	if len(documents) != r.charters || proposed || chain == nil {
		if chain, err = r.readChain(); err != nil {
			return false, err
		}
	}
	same := r.chain.Load() != nil && sameCharter(r.chain.Load(), chain)
	roster, turn := RosterAt(chain, now)
	ended, err := r.endings(chain, roster)
	if err != nil {
		return false, err
	}
	changed = !same || len(documents) != r.charters || turned || ended
	r.charters = len(documents)
	r.chain.Store(chain)
	r.turn = turn
	r.roster.Store(roster)
	return changed, nil
}

// turned is whether the witnesses may be others than when the roster was made,
// by the clock alone: their time came, or the clock was put back.
func (r *Runner) turned(now time.Time) bool {
	return !r.turn.IsZero() && !now.Before(r.turn) || now.Before(r.dated)
}

func sameCharter(a, b *review.Chain) bool {
	_, x := a.InForce()
	_, y := b.InForce()
	return x == y
}

// readChain is the chain that the records make by what is final here, with the
// openings that arrived, final or not: a new epoch's log has to be known before
// anybody can cosign it.
func (r *Runner) readChain() (*review.Chain, error) {
	states, err := r.o.Store.LogStates()
	if err != nil {
		return nil, err
	}
	chain, err := review.Govern(r.o.Genesis, states, r.o.Store.Records(review.Snapshot{Logs: states}))
	switch {
	case err == nil:
		return chain.After(r.o.Chain), nil
	case r.chain.Load() != nil:
		return nil, err
	}
	// A damaged record keeps no node from starting.
	r.log.Error("charters and keys not read; going by those that this node joined with", "err", err)
	return r.o.Chain, nil
}

// constitution are the documents that decide who may speak, as far as the
// records hold them, and whether one is among them that is not in force and may
// yet be: a charter, a change of keys, an opening.
func (r *Runner) constitution() (documents []*review.Document, proposed bool, err error) {
	number, chain := 1, r.chain.Load()
	if chain != nil {
		c, _ := chain.InForce()
		number = c.Number
	}
	for _, kind := range []review.Kind{review.KindCharter, review.KindAccession, review.KindOpening, review.KindKey, review.KindAccreditation, review.KindFork} {
		ids, err := r.o.Store.Find(store.Query{Kind: kind})
		if err != nil {
			return nil, false, err
		}
		for _, id := range ids {
			d, ok := (lookup{r.o.Store}).Document(id)
			if !ok {
				continue
			}
			documents = append(documents, d)
			switch p := d.Predicate.(type) {
			case *review.Charter:
				proposed = proposed || p.Number > number
			case *review.Accreditation:
				withdrawals, open, err := r.takenBack(chain, d)
				if err != nil {
					return nil, false, err
				}
				documents = append(documents, withdrawals...)
				proposed = proposed || open || chain != nil && !chain.Decided(d.ID) && r.signed(chain, d)
			case *review.KeyChange:
				proposed = proposed || chain != nil && !chain.Decided(d.ID) && r.signed(chain, d)
			case *review.Opening:
				proposed = proposed || chain != nil && !chain.Opens(p) && r.signed(chain, d)
			}
		}
	}
	return documents, proposed, nil
}

// signed is whether some record of a document is genuine and of its author: an
// opening with a root key, a change of keys with one that may make it, anything
// else with an author key.
func (r *Runner) signed(chain *review.Chain, d *review.Document) bool {
	places, err := r.o.Store.Places(d.ID)
	if err != nil {
		return false
	}
	for _, p := range places {
		record, err := r.o.Store.Record(p.Origin, p.Index)
		if err != nil || !record.Genuine {
			continue
		}
		ok := false
		switch d.Kind {
		case review.KindOpening:
			ok = chain.MayOpen(d, record.Leaf.Key)
		case review.KindKey:
			ok = chain.MayChangeKeys(d, record.Leaf.Key)
		default:
			ok = slices.Contains(chain.AuthorKeys(d.Author), record.Leaf.Key)
		}
		if ok {
			return true
		}
	}
	return false
}

// members are those who may connect: the charter's nodes, by their last epoch.
func (r *Runner) members() []transport.Member {
	last := map[review.ParticipantID]review.LogEntry{}
	for _, l := range r.Chain().Logs() {
		if l.Until == "" && l.Epoch >= last[l.Participant].Epoch {
			last[l.Participant] = l
		}
	}
	members := make([]transport.Member, 0, len(last))
	for _, id := range sortedKeys(last) {
		members = append(members, transport.Member{ID: id, Key: last[id].NodeKey, Addresses: last[id].Addresses})
	}
	return members
}

// RunnerStatus is how a running node is.
type RunnerStatus struct {
	Peers     []transport.Peer
	Addresses []string
	Known     map[review.Origin]uint64 // the longest head heard of, by log
	Fenced    string
	Forks     []ForkSeen
	Asking    bool // for the head of the own log, as after a start: nothing is signed yet
	Met       bool // some peer has been connected since the start
	// Clock is how far the witnesses' clocks are ahead of this machine's.
	Clock      time.Duration
	ClockKnown bool
}

// Status is how the node is now.
func (r *Runner) Status() RunnerStatus {
	s := RunnerStatus{Peers: r.host.Peers(), Addresses: r.host.Addresses(), Fenced: r.writer.Fenced(), Known: map[review.Origin]uint64{}}
	r.mu.Lock()
	defer r.mu.Unlock()
	roster := r.roster.Load()
	for o, size := range r.known {
		if l := roster.Logs[o]; l.Forked { // what else was heard of is of the other history
			size = 0
			if n := len(l.Ends); n > 0 {
				size = l.Ends[n-1].Size
			}
		}
		s.Known[o] = size
	}
	s.Forks = slices.Clone(r.forks)
	s.Met = r.met.Load()
	s.Clock, s.ClockKnown = r.clocks.difference()
	select {
	case <-r.opened:
	default:
		s.Asking = true
	}
	return s
}

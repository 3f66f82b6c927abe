package node

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/store"
)

// held is what the records held say, all of them as they were when it was asked
// for. It stands still until done, which whoever has it calls soon; nobody asks
// for another one before.
type held struct {
	*review.Reading
	state uint64 // another number after each change
	done  func()
}

// read is what the records held now say.
func (n *Node) read() (held, error) {
	states, err := n.store.LogStates()
	if err != nil {
		return held{}, err
	}
	for is := states; ; is = nil { // what came later will do as well
		n.records.RLock()
		if n.assembly != nil && (is == nil || current(n.assembly.Reading().Snapshot(), is)) {
			return held{n.assembly.Reading(), n.state, n.records.RUnlock}, nil
		}
		n.records.RUnlock()
		if err := n.catchUp(); err != nil {
			return held{}, err
		}
	}
}

// readAlready is what the records said that were read last.
func (n *Node) readAlready() (held, error) {
	n.records.RLock()
	if n.assembly != nil {
		return held{n.assembly.Reading(), n.state, n.records.RUnlock}, nil
	}
	n.records.RUnlock()
	return n.read()
}

func (n *Node) catchUp() error {
	n.records.Lock()
	defer n.records.Unlock()
	return n.advance()
}

func current(s review.Snapshot, states []review.LogState) bool {
	return slices.EqualFunc(states, s.Logs, review.LogState.Equal)
}

// advance takes in what is held by now. The caller has locked n.records.
func (n *Node) advance() error {
	states, err := n.store.LogStates()
	if err != nil {
		return err
	}
	is := review.Snapshot{Federation: n.founding.Genesis.ID, Logs: states}
	a := n.assembly
	if a != nil {
		was := a.Reading().Snapshot()
		if current(was, states) {
			return nil
		}
		n.assembly = nil // should it end half-way, all is read anew
		_, err = a.Apply(is, n.news(was, is))
	}
	if a == nil || errors.Is(err, review.ErrNotAhead) || errors.Is(err, review.ErrSnapshotRecords) {
		var r *review.Reading
		if r, err = review.Read(is, n.founding.Genesis, store.Ahead(n.store.Records(is)), time.Time{}); err != nil {
			return err
		}
		a = review.NewAssembly(r)
		n.kept = nil
	}
	n.assembly = a
	n.state++
	return err
}

// news are the records by which a snapshot is ahead of another, and those whose
// content it counts on again.
func (n *Node) news(was, is review.Snapshot) iter.Seq2[review.Record, error] {
	return func(yield func(review.Record, error) bool) {
		for _, l := range is.Logs {
			old := was.Log(l.Origin)
			indexes := slices.DeleteFunc(slices.Clone(old.Absent), func(i uint64) bool { return slices.Contains(l.Absent, i) })
			for i := old.Size; i < l.Size; i++ {
				indexes = append(indexes, i)
			}
			for _, i := range indexes {
				if record, err := n.store.Record(l.Origin, i); !yield(record, err) || err != nil {
					return
				}
			}
		}
	}
}

// Assemble computes a stocktake. That of what is held now is kept current from
// then on; others are computed by themselves.
func (n *Node) Assemble(ctx context.Context, q web.AssembleRequest) (*review.Stocktake, error) {
	if q.Cutoff == "" && q.Snapshot == nil && q.Rates == "" {
		return n.stocktake(ctx, q.Scope)
	}
	snapshot, cutoff, err := q.Snapshot, time.Time{}, error(nil)
	if q.Cutoff != "" {
		if cutoff, err = time.Parse(time.RFC3339, q.Cutoff); err != nil {
			return nil, fmt.Errorf("cut-off %.40q: want a time as 2026-12-31T23:59:59Z", q.Cutoff)
		}
	}
	if snapshot == nil {
		now, err := n.Snapshot(ctx)
		if err != nil {
			return nil, err
		}
		snapshot = &now
	}
	r, err := review.Read(*snapshot, n.founding.Genesis, store.Ahead(n.store.Records(*snapshot)), cutoff)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("%w: the snapshot has records that have not arrived; see `stocktake status`, and try again (%v)", web.ErrNotFound, err)
	}
	if err != nil {
		return nil, err
	}
	return r.StocktakeOf(review.Options{Scope: q.Scope, Rates: q.Rates})
}

// stocktake is that of what is held now. A great one is made in turns, between
// which records arrive and others read.
func (n *Node) stocktake(ctx context.Context, scope review.Scope) (*review.Stocktake, error) {
	for {
		s, err := n.turn(scope)
		if s != nil || err != nil {
			return s, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

// turn makes some of a stocktake; nil if there is more to make.
func (n *Node) turn(scope review.Scope) (*review.Stocktake, error) {
	n.records.Lock()
	defer n.records.Unlock()
	if err := n.advance(); err != nil {
		return nil, err
	}
	until := time.Now().Add(turnOf)
	made, err := n.assembly.Make(scope, func() bool { return time.Now().Before(until) })
	if err != nil {
		return nil, err
	}
	if !made {
		n.keep(scope, 0)
		return nil, nil
	}
	s, err := n.assembly.Stocktake(scope)
	if err == nil {
		n.keep(scope, s.Size())
	}
	return s, err
}

// keptScope is one whose stocktake is kept current.
type keptScope struct {
	scope review.Scope
	bytes int // of its parts; 0 until it is made
}

// keep remembers that a scope was asked for, and lets go of those that were not
// for the longest time where all are too many or too large.
func (n *Node) keep(scope review.Scope, bytes int) {
	n.kept = append(slices.DeleteFunc(n.kept, func(k keptScope) bool { return k.scope == scope }), keptScope{scope, bytes})
	most, total := maxKeptBytes, 0
	for _, k := range n.kept {
		most, total = max(most, 2*k.bytes), total+k.bytes
	}
	for len(n.kept) > maxKept || total > most {
		total -= n.kept[0].bytes
		n.assembly.Drop(n.kept[0].scope)
		n.kept = n.kept[1:]
	}
}

package federation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"stocktake/review"
	"stocktake/signing"
)

// Roster is what the protocol needs of the charter chain: whose logs there
// are, and who cosigns. It is replaced as a whole when the chain grows.
type Roster struct {
	Logs      map[review.Origin]Log
	Witnesses []Witness // in force, sorted by name
	// Final is whether a log's note carries the cosignatures that make it final.
	// A quorum of Witnesses is not enough: where the witnesses change, their
	// cosignatures have to be dated in their time.
	Final func(note []byte) bool
}

// Log is one epoch of a participant's log.
type Log struct {
	Key    signing.NoteKey
	Owner  review.ParticipantID
	Ended  bool // its owner opened the next, or it showed two histories: nobody cosigns more of it
	Forked bool // it is proven to have shown two histories
	// Ends are where a forked log may end, by size: it counts up to the last,
	// and nothing is taken of it but what leads to one of them. Finals are these
	// and those that contradict one another.
	Ends, Finals []review.End
	// Quota is how many records are cosigned now, Copies how many are copied,
	// since they may count; 0 for any number.
	Quota, Copies uint64
}

// over is whether a size is beyond the log's quota.
func (l Log) over(size uint64) bool { return l.Quota > 0 && size > l.Quota }

// Witness is a participant whose cosignatures count.
type Witness struct {
	ID   review.ParticipantID
	Name string // on its cosignature lines
	Key  signing.NoteKey
}

// RosterOf reads the roster out of a charter chain, with the witnesses whose
// entry is open.
func RosterOf(chain *review.Chain) *Roster {
	return roster(chain, chain.Witnesses(), time.Time{})
}

// RosterAt is the roster of a time, and when its witnesses or quotas change
// next: a zero time if the charter in force knows no end of them. Only what
// witnesses cosign in their time counts.
func RosterAt(chain *review.Chain, now time.Time) (*Roster, time.Time) {
	keys, until := chain.WitnessesAt(now)
	if turn := chain.QuotaTurn(now); until.IsZero() || !turn.IsZero() && turn.Before(until) {
		until = turn
	}
	return roster(chain, keys, now), until
}

func roster(chain *review.Chain, keys map[string]signing.NoteKey, at time.Time) *Roster {
	r := &Roster{Logs: make(map[review.Origin]Log), Final: func(note []byte) bool {
		_, ok := review.Quorate(chain, note)
		return ok
	}}
	for _, l := range chain.Logs() {
		quota, _ := chain.Quota(l.Origin, at)
		copies, _ := chain.Copied(l.Origin)
		r.Logs[l.Origin] = Log{Quota: quota, Copies: copies, Key: l.LogKey, Owner: l.Participant, Ended: l.Ended != "" || l.Forked != "", Forked: l.Forked != ""}
	}
	charter, _ := chain.InForce()
	for _, p := range charter.Participants {
		name := review.WitnessName(p.ID, chain.Genesis(), charter.Suffix)
		if key, ok := keys[name]; ok {
			r.Witnesses = append(r.Witnesses, Witness{ID: p.ID, Name: name, Key: key})
		}
	}
	slices.SortFunc(r.Witnesses, func(a, b Witness) int { return strings.Compare(a.Name, b.Name) })
	return r
}

// End fills in where forked logs end. It reports whether an earlier roster, of
// the same chain, had it otherwise.
func (r *Roster) End(h *review.Histories, before *Roster) (changed bool) {
	for o, l := range r.Logs {
		if !l.Forked {
			continue
		}
		l.Ends, l.Finals = h.Ends(o), h.Finals(o)
		l.Ends = l.Ends[max(0, len(l.Ends)-maxEnds):]
		r.Logs[o] = l
		same := func(a, b review.End) bool { return a.Checkpoint == b.Checkpoint }
		changed = changed || before == nil || !slices.EqualFunc(before.Logs[o].Finals, l.Finals, same) || len(before.Logs[o].Ends) != len(l.Ends)
	}
	return changed
}

// Open checks a log's signature on a checkpoint of any log of the roster.
func (r *Roster) Open(note []byte) (signing.Checkpoint, error) {
	seen, err := signing.PeekCheckpoint(note)
	if err != nil {
		return seen, err
	}
	l, ok := r.Logs[review.Origin(seen.Origin)]
	if !ok {
		return seen, errUnknownLog
	}
	return openCheckpoint(note, seen.Origin, l.Key)
}

// openCheckpoint is signing.OpenCheckpoint within maxSize.
func openCheckpoint(note []byte, origin string, key signing.NoteKey) (signing.Checkpoint, error) {
	cp, err := signing.OpenCheckpoint(note, origin, key)
	if err == nil && cp.Size > maxSize {
		err = fmt.Errorf("federation: %s claims %d entries, the limit is %d", origin, cp.Size, uint64(maxSize))
	}
	return cp, err
}

// quorum is how many cosignatures make a checkpoint final.
func (r *Roster) quorum() int { return review.Quorum(len(r.Witnesses)) }

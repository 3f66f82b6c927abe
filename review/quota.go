package review

import (
	"slices"
	"strconv"
	"time"
)

// A log's quota is how many records of it count, and are copied: those at the
// positions below it. It is counted in records alone. Every replica knows a
// record's position; how long a payload was that is erased or withheld, none
// does. The bytes follow: a payload has 64 KiB at most.

// ReasonOverQuota is the label of a record beyond its log's quota.
const ReasonOverQuota = "over-quota"

// OverQuota refuses a document for which a log that holds so many records has no
// place.
func OverQuota(held, entries uint64) Refusal {
	return Refusal{*refuse("", ReasonOverQuota, "held", strconv.FormatUint(held, 10), "entries", strconv.FormatUint(entries, 10))}
}

// quota is a charter's entry with when it holds.
type quota struct {
	Quota
	span
}

// quotasOf are the charter's entries with when each holds. What was filed
// before a charter limits a log is as valid as it was.
func (c *Chain) quotasOf(charter *Charter, filed time.Time) []quota {
	var all []quota
	for _, entry := range charter.Quotas {
		q := quota{Quota: entry}
		i := slices.IndexFunc(c.quotas, func(was quota) bool { return was.same(entry) })
		if i < 0 {
			q.span = heldSpan(entry.From, entry.Until, filed)
		} else {
			q.span = c.quotas[i].closed(c.quotas[i].Until, entry.Until, filed)
		}
		all = append(all, q)
	}
	return all
}

// same is whether two entries are one, which may have been closed.
func (q Quota) same(b Quota) bool {
	return q.Participant == b.Participant && q.Entries == b.Entries && q.From == b.From
}

// heldSpan is when an entry holds that a charter filed at a time brings: not
// before that.
func heldSpan(from, until string, filed time.Time) span {
	s, _ := parseSpan(from, until)
	s.from = later(s.from, filed)
	return s
}

// closed is when an entry holds whose end was one and is another: it ends no
// earlier than the charter that ends it was filed.
func (s span) closed(was, until string, filed time.Time) span {
	if was != until {
		end, _ := parseInstant(until)
		s.until = later(end, filed)
	}
	return s
}

// Quota is how many records of a log may be filed at a time; ok is false if any
// number may. A participant's own quota goes before that of all, and the larger
// before the smaller. At the zero time those hold that have no end.
func (c *Chain) Quota(o Origin, at time.Time) (entries uint64, ok bool) {
	own := false
	for _, q := range c.quotas {
		holds := q.covers(at) || at.IsZero() && q.until.IsZero()
		mine := q.Participant == c.logs[o].Participant
		if !holds || !mine && (q.Participant != "" || own) {
			continue
		}
		if mine && !own {
			own, entries = true, 0
		}
		entries, ok = max(entries, uint64(q.Entries)), true
	}
	return entries, ok
}

// QuotaTurn is when the next quota begins or ends after a time; the zero time
// if the charter in force knows of none.
func (c *Chain) QuotaTurn(at time.Time) (turn time.Time) {
	for _, q := range c.quotas {
		for _, t := range []time.Time{q.from, q.until} {
			if t.After(at) && (turn.IsZero() || t.Before(turn)) {
				turn = t
			}
		}
	}
	return turn
}

// Copied is how many records of a log may count, whenever they are filed: more
// need nobody copy. ok is false if there is no such number, as where the log was
// there before its first quota: what was filed then counts, and nobody knows
// what that is before he has it.
func (c *Chain) Copied(o Origin) (entries uint64, ok bool) {
	start := later(time.Unix(0, 0), c.spans[c.logs[o].Participant].from)
	turns := []time.Time{start}
	for _, q := range c.quotas {
		turns = append(turns, q.from, q.until)
	}
	for _, t := range turns {
		if t.Before(start) {
			continue
		}
		most, limited := c.Quota(o, t)
		if !limited {
			return 0, false
		}
		entries = max(entries, most)
	}
	return entries, true
}

// overQuota is whether a record filed at a time, or pending at the zero time,
// lies beyond its log's quota.
func (c *Chain) overQuota(p recordPlace, at time.Time) bool {
	limit, ok := c.Quota(p.origin(), at)
	return ok && p.index >= limit
}

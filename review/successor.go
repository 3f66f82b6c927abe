package review

import (
	"slices"
	"strconv"
)

// A participant may follow others: a State after a union or a division, a body
// that took over from another. The charter says so, and once said it stays. It is
// told beside what each of them signed and moves nothing: the pledges and reports
// of a predecessor stay its own, in its name and under its keys, and whoever comes
// after it says itself what it takes over, in documents that cite them.

// checkSuccessors: a successor follows others of its kind, and none of those
// follows it in turn.
func (c *Charter) checkSuccessors(r *Refusal) {
	for i, p := range c.Participants {
		for j, id := range p.Succeeds {
			at := "/participants/" + strconv.Itoa(i) + "/succeeds/" + strconv.Itoa(j)
			was, ok := c.participant(id)
			switch {
			case !ok:
				r.add(at, "not-a-participant", "value", string(id))
			case was.Kind != p.Kind:
				r.add(at, "succeeds-another-kind", "value", string(id))
			case c.follows(id, p.ID, map[ParticipantID]bool{}):
				r.add(at, "succeeds-itself")
			}
		}
	}
}

// follows is whether later is earlier, or comes after it by any number of steps.
func (c *Charter) follows(later, earlier ParticipantID, seen map[ParticipantID]bool) bool {
	if later == earlier {
		return true
	}
	p, ok := c.participant(later)
	if !ok || seen[later] {
		return false
	}
	seen[later] = true
	return slices.ContainsFunc(p.Succeeds, func(id ParticipantID) bool { return c.follows(id, earlier, seen) })
}

func (c *Charter) participant(id ParticipantID) (Participant, bool) {
	i := slices.IndexFunc(c.Participants, func(p Participant) bool { return p.ID == id })
	if i < 0 {
		return Participant{}, false
	}
	return c.Participants[i], true
}

// Successors are the participants that follow one, in the charter's order.
func (c *Charter) Successors(id ParticipantID) (after []ParticipantID) {
	for _, p := range c.Participants {
		if slices.Contains(p.Succeeds, id) {
			after = append(after, p.ID)
		}
	}
	return after
}

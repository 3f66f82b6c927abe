package federation

import (
	"slices"
	"sync"
	"time"

	"stocktake/review"
	"stocktake/signing"
)

// clocks are how far other witnesses' clocks are ahead of this machine's, by
// the times in the cosignatures that they gave last. Nothing is decided by
// them: they tell an operator that a clock is wrong, perhaps the own.
type clocks struct {
	mu    sync.Mutex
	ahead map[review.ParticipantID]time.Duration
}

// read takes note of the time in an answer that came just now.
func (c *clocks) read(w Witness, note []byte, answer CosignAnswer, now time.Time) {
	if answer.Status != statusOK {
		return
	}
	_, cosignatures, err := signing.OpenCosignatures(slices.Concat(note, answer.Body), map[string]signing.NoteKey{w.Name: w.Key})
	if err != nil || len(cosignatures) != 1 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ahead == nil {
		c.ahead = map[review.ParticipantID]time.Duration{}
	}
	c.ahead[w.ID] = cosignatures[0].Time.Sub(now.Truncate(time.Second))
}

// readClock reads the clock of a witness that answered just now.
func (r *Runner) readClock(id review.ParticipantID, note []byte, answer CosignAnswer) {
	for _, w := range r.roster.Load().Witnesses {
		if w.ID == id {
			r.clocks.read(w, note, answer, time.Now())
		}
	}
}

// difference is the median over the witnesses: one wrong clock among three does
// not move it. Of two it is the smaller one.
func (c *clocks) difference() (ahead time.Duration, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.ahead) == 0 {
		return 0, false
	}
	all := make([]time.Duration, 0, len(c.ahead))
	for _, d := range c.ahead {
		all = append(all, d)
	}
	slices.Sort(all)
	if len(all) == 2 && all[0].Abs() > all[1].Abs() {
		return all[1], true
	}
	return all[(len(all)-1)/2], true
}

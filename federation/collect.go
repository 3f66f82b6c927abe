package federation

import (
	"slices"
	"strings"
	"time"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// collector gets the heads of one log cosigned: the own, or one whose node is
// away (orphan.go).
type collector struct {
	origin     review.Origin
	owed       bool                            // the log holds documents that no receipt covers
	collecting *collection                     // cosignatures under way
	last       map[review.ParticipantID]uint64 // size that each witness last cosigned
}

func newCollector(o review.Origin) collector {
	return collector{origin: o, last: make(map[review.ParticipantID]uint64)}
}

// retry lets a witness that is back be asked again at once.
func (s *collector) retry(id review.ParticipantID) {
	if s != nil && s.collecting != nil {
		delete(s.collecting.notBefore, id)
	}
}

// collection gathers the witnesses' cosignatures on one head of a log.
type collection struct {
	head      store.Head
	since     time.Time
	lines     map[string]string // cosignature line by witness name
	waiting   map[review.ParticipantID]bool
	notBefore map[review.ParticipantID]time.Time
	conflicts map[review.ParticipantID]int
	copying   map[review.ParticipantID]bool // witnesses that are getting the records first
	fileAt    time.Time                     // not before; zero until there is a quorum
	filing    []byte                        // the receipt on its way into the log; nil: not yet
	failed    bool                          // the receipt was not taken: try again at fileAt
	stale     bool                          // what was cosigned makes nothing final: its dates count for no set of witnesses
}

// maxConflicts is how often one witness may name another size for one head
// before it is left alone for a while.
const maxConflicts = 3

// collectDue gets heads cosigned where it is owed.
func (c *Core) collectDue() {
	if !c.mayCollect() {
		return
	}
	c.collect(&c.signing.collector)
	if c.orphan != nil {
		c.collect(c.orphan)
	}
}

// mayCollect is whether there is anybody to ask, and the own log open for what
// they answer.
func (c *Core) mayCollect() bool {
	return c.signing.open && c.signing.fenced == "" && len(c.roster.Witnesses) > 0
}

// collectorOf is the one that collects for a log, nil if none does.
func (c *Core) collectorOf(o review.Origin) *collector {
	switch {
	case o == c.own:
		return &c.signing.collector
	case c.orphan != nil && c.orphan.origin == o:
		return c.orphan
	}
	return nil
}

// collect asks all witnesses, and when a quorum has answered, and the rest has
// had its grace, the receipt is filed. It covers everything before it, so one
// collection at a time is enough.
func (c *Core) collect(s *collector) {
	r := c.logs[s.origin]
	if g := s.collecting; g != nil && g.filing == nil && !c.now.Before(g.since.Add(c.timing.Retry)) {
		newer := s.owed && len(g.waiting) == 0 && len(g.lines)+len(g.copying) < c.roster.quorum()
		if newer || g.stale { // no quorum in sight, and a newer head to ask for; or other dates
			s.collecting, s.owed = nil, true
		}
	}
	if s.collecting == nil {
		if !s.owed || r.head.Size == 0 {
			return
		}
		s.owed = false
		s.collecting = &collection{
			head: r.head, since: c.now,
			lines:     make(map[string]string),
			waiting:   make(map[review.ParticipantID]bool),
			notBefore: make(map[review.ParticipantID]time.Time),
			conflicts: make(map[review.ParticipantID]int),
			copying:   make(map[review.ParticipantID]bool),
		}
	}
	g := s.collecting
	if g.filing != nil {
		return
	}
	for _, w := range c.roster.Witnesses {
		if g.lines[w.Name] != "" || g.waiting[w.ID] {
			continue
		}
		if t := g.notBefore[w.ID]; c.now.Before(t) {
			c.due(t)
			continue
		}
		g.waiting[w.ID] = true
		c.ask(asked{to: w.ID, base: g.head, request: Cosign{
			Origin: s.origin, Old: min(s.last[w.ID], g.head.Size), Size: g.head.Size, Note: logNote(g.head.Checkpoint)}})
	}
	c.fileDue(s.origin, g)
}

func (c *Core) fileDue(o review.Origin, g *collection) {
	if len(g.lines) < c.roster.quorum() {
		return
	}
	all := len(g.lines) == len(c.roster.Witnesses)
	if g.fileAt.IsZero() && !all {
		g.fileAt = c.now.Add(c.timing.Grace)
	}
	if c.now.Before(g.fileAt) && (g.failed || !all) {
		c.due(g.fileAt)
		return
	}
	note := g.note()
	if g.stale = !c.roster.Final(note); g.stale {
		c.due(g.since.Add(c.timing.Retry))
		return
	}
	g.filing = note
	c.emit(FileReceipt{Origin: o, Note: note})
}

// note is the head with the cosignatures that came.
func (g *collection) note() []byte {
	note := slices.Clip(logNote(g.head.Checkpoint))
	for _, name := range sortedKeys(g.lines) {
		note = append(note, g.lines[name]...)
	}
	return note
}

func (c *Core) receiptFiled(e ReceiptFiled) {
	s := c.collectorOf(e.Origin)
	if s == nil || s.collecting == nil || s.collecting.filing == nil {
		return
	}
	g := s.collecting
	if e.Err != nil {
		g.filing, g.failed = nil, true
		g.fileAt = c.now.Add(c.timing.Retry)
		return
	}
	s.collecting, s.owed = nil, s.owed || !c.roster.Final(g.filing) // there may be another roster by now
	if s == c.orphan {
		c.orphan = nil
	}
}

func (c *Core) cosignAnswered(a asked, request Cosign, answer CosignAnswer, ok bool) {
	s := c.collectorOf(request.Origin)
	if s == nil {
		return
	}
	i := slices.IndexFunc(c.roster.Witnesses, func(w Witness) bool { return w.ID == a.to })
	g := s.collecting
	current := i >= 0 && g != nil && g.head.Size == request.Size
	if current {
		delete(g.waiting, a.to)
		delete(g.copying, a.to)
		g.notBefore[a.to] = c.now.Add(c.timing.Retry) // unless things went well
	}
	switch {
	case !ok || i < 0:
	case answer.Status == statusUnavailable:
		if current {
			g.copying[a.to] = true
		}
	case answer.Status == statusOK:
		w := c.roster.Witnesses[i]
		line, ok := cosignatureLine(request.Note, answer.Body, w.Name, w.Key)
		if !ok {
			return
		}
		s.last[a.to] = max(s.last[a.to], request.Size)
		if s.origin == c.own {
			delete(c.signing.doubts, a.to)
		}
		if current {
			g.lines[w.Name] = line
		}
	case answer.Status == statusConflict && answer.Size <= request.Size && answer.Size != request.Old:
		s.last[a.to] = answer.Size
		if current {
			if g.conflicts[a.to]++; g.conflicts[a.to] < maxConflicts {
				delete(g.notBefore, a.to)
			}
		}
	case answer.Status == statusConflict && answer.Size <= c.logs[s.origin].head.Size && answer.Size > request.Size:
		s.last[a.to] = answer.Size
		if current && g.filing == nil { // it is past this head already
			s.collecting, s.owed = nil, true
		}
	case answer.Status == statusConflict && answer.Size >= request.Size, answer.Status == statusUnprocessable:
		// It has cosigned what this database does not have. That is its word
		// alone: if there is a note that proves it, comparing brings it.
		c.peer(a.to).compare = c.now
		if s == c.orphan {
			c.dropOrphan() // there is more of it to be had
			return
		}
		if !c.signing.doubts[a.to] {
			c.signing.doubts[a.to] = true
			c.emit(Doubted{Witness: a.to, Size: answer.Size})
		}
	}
}

// cosignatureLine picks a witness's line out of an add-checkpoint answer, if
// its signature on the note holds.
func cosignatureLine(note, body []byte, name string, key signing.NoteKey) (string, bool) {
	for line := range strings.Lines(string(body)) {
		if !strings.HasSuffix(line, "\n") {
			continue
		}
		_, found, err := signing.OpenCosignatures(append(slices.Clip(note), line...), map[string]signing.NoteKey{name: key})
		if err == nil && len(found) == 1 {
			return line, true
		}
	}
	return "", false
}

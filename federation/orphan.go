package federation

// A log whose node is gone may hold documents that no receipt covers: it died
// between "received" and "filed", or its last receipt never left it. They lie
// at the other nodes, and would stay pending for good. So whoever has a log of
// its own sees to the receipt of one whose node is away for long: the witnesses
// cosign for anybody who has the log's note, and a receipt is valid in any log.

// orphansDue looks for such a log now and then.
func (c *Core) orphansDue() {
	switch {
	case c.own == "" || !c.mayCollect():
		return
	case c.orphans.IsZero():
		c.orphans = c.now.Add(c.timing.Orphan)
	}
	if c.now.Before(c.orphans) {
		c.due(c.orphans)
		return
	}
	c.orphans = c.now.Add(c.timing.Orphan / orphanChecks)
	c.due(c.orphans)
	if c.orphan != nil && !c.isOrphan(c.logs[c.orphan.origin]) {
		c.dropOrphan()
	}
	for _, o := range sortedKeys(c.logs) {
		if r := c.logs[o]; c.isOrphan(r) && r.looked < r.head.Size {
			r.looked = r.head.Size
			c.emit(FindReceipt{Origin: o})
		}
	}
}

// isOrphan is whether a log's node has been away long enough for this one to
// see to it. The nodes take turns: those that come later find the receipt.
func (c *Core) isOrphan(r *replica) bool {
	p, turn := c.peer(r.Owner), c.turnToRewind(r)/c.timing.Retry
	return r.Owner != c.self && !r.Ended && !r.Forked && r.head.Size > 0 && r.head.Target == nil && len(r.head.Checkpoint) > 0 &&
		!p.connected && !c.now.Before(p.away.Add(c.timing.Orphan+turn*c.timing.Orphan/orphanChecks))
}

// orphanChecks is how often orphans are looked for while a log becomes one. It
// is also what lies between two turns, long enough for a receipt to spread.
const orphanChecks = 4

func (c *Core) receiptFound(e ReceiptFound) {
	r := c.logs[e.Origin]
	switch {
	case r == nil || !e.Substance || !c.isOrphan(r) || e.Size >= r.head.Size:
	case c.orphan != nil:
		r.looked = 0 // after that one
	default:
		orphan := newCollector(e.Origin)
		orphan.owed = true
		c.orphan = &orphan
	}
}

// dropOrphan gives up on a log's receipt for now; it may be looked for again.
func (c *Core) dropOrphan() {
	if c.orphan != nil {
		c.logs[c.orphan.origin].looked = 0
		c.orphan = nil
	}
}

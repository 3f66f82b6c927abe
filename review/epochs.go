package review

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"stocktake/signing"
)

// An epoch after those that the charter lists needs no amendment: an opening
// that the participant's root key signed makes its log known, wherever it is
// filed.
//
//	e1.sle ── lost ──▶ opening{epoch 2, ends e1.sle, keys} ──▶ e2.sle
//
// The log that it ends stays: what a quorum cosigned of it counts, whenever
// that came. Nothing more is cosigned of it by an honest witness that knows
// the opening, so the tail that no quorum saw never counts, unless somebody
// files its documents again.

// Why an epoch ended so that its key proves nothing any more.
const (
	reasonStolen = "stolen"
	reasonForked = "forked"
)

// CodeNotOpened is why a log takes nothing yet.
const CodeNotOpened = "log-not-opened"

// Trusted is whether the log's key is still its participant's own: its epoch
// did not end because the key was stolen or had signed two histories.
func (l LogEntry) Trusted() bool {
	return l.Ended != reasonStolen && l.Ended != reasonForked && l.Forked == ""
}

func (p *Opening) relate(c *Chain, _, _ *Document, _ finder) Refusal { return c.openingFaults(p) }

// openingFaults is why an opening opens no log; nil if it does.
func (c *Chain) openingFaults(p *Opening) Refusal {
	charter, _ := c.InForce()
	log, ok := c.Log(OriginOf(p.Epoch, p.Author, c.genesis, charter.Suffix))
	if !ok {
		return c.epochFaults(p)
	}
	var r Refusal
	if p.LogKey != log.LogKey.String() {
		r.add("/logKey", "not-the-listed-key")
	}
	if p.NodeKey != log.NodeKey.String() {
		r.add("/nodeKey", "not-the-listed-key")
	}
	return r
}

// epochFaults is why an opening may not start an epoch that nothing lists.
func (c *Chain) epochFaults(p *Opening) Refusal {
	last, ok := c.LastLog(p.Author)
	switch {
	case !ok:
		return Refusal{*refuse("/epoch", "log-not-listed", "epoch", strconv.Itoa(p.Epoch), "author", string(p.Author))}
	case p.Epoch != last.Epoch+1:
		return Refusal{*refuse("/epoch", "not-the-next-epoch", "epoch", strconv.Itoa(last.Epoch+1), "author", string(p.Author))}
	case p.Ends != last.Origin:
		return Refusal{*refuse("/ends", "not-the-last-log", "log", string(last.Origin))}
	}
	var r Refusal
	for _, key := range []struct{ pointer, value string }{{"/logKey", p.LogKey}, {"/nodeKey", p.NodeKey}} {
		if k, err := signing.ParseNoteKey(key.value); err != nil || c.uses(k) {
			r.add(key.pointer, "key-in-use")
		}
	}
	if len(r) > 0 {
		return r
	}
	charter, _ := c.InForce()
	return p.unproven(OriginOf(p.Epoch, p.Author, c.genesis, charter.Suffix))
}

// Prove signs, with both keys of a new log, that its opening's maker has them.
// Else a root key could name a key that somebody else is about to use, who then
// could not.
func (p *Opening) Prove(o Origin, log, node *signing.NoteSigner) {
	p.LogKey, p.NodeKey = log.Key().String(), node.Key().String()
	p.LogProof = string(signing.SignNote(p.provenText(o), string(o), log))
	p.NodeProof = string(signing.SignNote(p.provenText(o), string(o), node))
}

// provenText is what both keys sign. No checkpoint reads so: its second line is
// a number.
func (p *Opening) provenText(o Origin) string {
	return PredicateType(KindOpening) + "\n" + string(o) + "\n" + p.LogKey + "\n" + p.NodeKey + "\n"
}

// unproven is which of its keys an opening of a log does not prove.
func (p *Opening) unproven(o Origin) (r Refusal) {
	for _, k := range []struct{ pointer, key, proof string }{{"/logProof", p.LogKey, p.LogProof}, {"/nodeProof", p.NodeKey, p.NodeProof}} {
		key, _ := signing.ParseNoteKey(k.key)
		if text, err := signing.OpenNote([]byte(k.proof), string(o), key); err != nil || text != p.provenText(o) {
			r.add(k.pointer, "key-not-proven")
		}
	}
	return r
}

// uses is whether a log, a node or a witness has or had a key.
func (c *Chain) uses(k signing.NoteKey) bool {
	for _, l := range c.logs {
		if l.LogKey == k || l.NodeKey == k {
			return true
		}
	}
	for _, t := range c.terms {
		for _, w := range t.keys {
			if w == k {
				return true
			}
		}
	}
	return false
}

// LastLog is a participant's log of its highest epoch.
func (c *Chain) LastLog(p ParticipantID) (last LogEntry, ok bool) {
	for _, l := range c.logs {
		if l.Participant == p && l.Epoch > last.Epoch {
			last, ok = l, true
		}
	}
	return last, ok
}

// opened is the chain with the epochs that openings start. Each was signed
// with a root key of its author. Of two for one epoch the first here wins.
func (c *Chain) opened(openings []*Document) *Chain {
	n := *c
	n.logs = maps.Clone(c.logs)
	charter, _ := c.InForce()
	for again := true; again; {
		again = false
		for _, d := range openings {
			p, ok := d.Predicate.(*Opening)
			if !ok || p.Epoch == 1 || d.Federation != c.genesis || len(n.openingFaults(p)) > 0 {
				continue
			}
			o := OriginOf(p.Epoch, p.Author, c.genesis, charter.Suffix)
			ends := n.logs[p.Ends]
			if _, known := n.logs[o]; !known {
				e := LogEntry{Origin: o, Participant: p.Author, Epoch: p.Epoch, Addresses: slices.Clone(p.Addresses)}
				if len(e.Addresses) == 0 {
					e.Addresses = ends.Addresses
				}
				e.LogKey, _ = signing.ParseNoteKey(p.LogKey)
				e.NodeKey, _ = signing.ParseNoteKey(p.NodeKey)
				n.logs[o] = e
				again = true
			}
			if ends.Origin != "" && ends.Ended == "" {
				ends.Ended = p.Reason
				n.logs[p.Ends] = ends
			}
		}
	}
	return &n
}

// Opens is whether an opening is the one by which its log is known.
func (c *Chain) Opens(p *Opening) bool {
	charter, _ := c.InForce()
	l, ok := c.logs[OriginOf(p.Epoch, p.Author, c.genesis, charter.Suffix)]
	return ok && l.LogKey.String() == p.LogKey
}

// MayOpen is whether a document is an opening by its author's root key. Which
// of those open an epoch is for the chain to say.
func (c *Chain) MayOpen(d *Document, key signing.DocumentKey) bool {
	return d.Kind == KindOpening && len(c.authority(d, key)) == 0
}

// byID are openings in the order in which they win where no time is known.
func byID(openings []*Document) []*Document {
	slices.SortFunc(openings, func(a, b *Document) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return openings
}

// followOpenings adds to r.chain the epochs that the snapshot's openings start,
// one after the other by filing time. A log that becomes known so has receipts,
// which date what is filed in it: the next opening, and changes of keys, by which
// a later opening may be signed or void.
func (r *Reading) followOpenings(openings, changes []*entry, receipts []receipt) {
	for {
		var genuine []*entry
		for _, e := range openings {
			if r.stand(e); e.code == "" || e.code == ReasonPending && r.signedLastingly(e) {
				genuine = append(genuine, e)
			}
		}
		sorted(genuine)
		documents := make([]*Document, len(genuine))
		for i, e := range genuine {
			documents[i] = e.doc
		}
		before := r.chain
		for i := range documents {
			if r.chain = before.opened(documents[i : i+1]); len(r.chain.logs) > len(before.logs) {
				break
			}
		}
		if len(r.chain.logs) == len(before.logs) {
			r.chain = before.opened(documents)
			return
		}
		r.sight(before, receipts)
		r.followKeys(changes)
	}
}

// signedLastingly is whether some record of a document is signed with a root
// key that neither begins nor ends, so that the filing time, which is not known
// yet, makes no difference.
func (r *Reading) signedLastingly(e *entry) bool {
	return slices.ContainsFunc(e.places, func(p recordPlace) bool {
		return p.genuine && r.chain.keys[p.key()].span == span{} && r.chain.MayOpen(e.doc, p.key())
	})
}

// sight folds the receipts for logs that were not known before.
func (r *Reading) sight(before *Chain, receipts []receipt) {
	r.histories = r.historiesUnder(r.chain)
	for _, a := range receipts {
		o := Origin(a.checkpoint.Origin)
		if _, known := before.logs[o]; !known && !r.histories.ended(o, a.checkpoint.Size) && r.filings.Add(r.chain, a.note) == nil {
			r.receipts[a.id] = true
			r.evidence = append(r.evidence, a)
		}
	}
	r.prove(r.chain)
}

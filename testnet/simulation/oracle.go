package simulation

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
)

// oracle watches a run from outside, with a true clock, and knows what nobody
// in it can know: who lies, and what was promised to whom. Its promises are in
// README.md. A nil oracle watches nothing.
type oracle struct {
	n       *Network
	fates   map[review.DocumentID]*fate
	order   []*fate                       // as they were received first
	written map[review.Origin][]tlog.Hash // what honest logs hold, by index
	seen    map[string]signing.Checkpoint // by witness key and log: what honest witnesses cosigned last
	dated   map[string]time.Time          // and when, as they said
	checked map[review.DocumentID]string  // filing times at an earlier look
}

// fate is what became of one document of an honest author.
type fate struct {
	review.SignedDocument
	at       *Node     // that received it first
	received time.Time // true time at which it was on disk there
	filed    time.Time // true time at which its filing was reported; zero: never
	want     string    // why it is not to count; "" if it is
	by       *fate     // whose filing makes it so
	linked   bool      // another document rests on it or changes it
	sole     bool      // what made it filed is the word of its own node alone
	ruined   bool      // then damage took the only copy
	proof    string    // the receipt by which it was reported as filed
	unproven bool      // then damage took the only copy of that
}

func newOracle(n *Network) *oracle {
	return &oracle{
		n: n, fates: make(map[review.DocumentID]*fate), written: make(map[review.Origin][]tlog.Hash),
		seen: make(map[string]signing.Checkpoint), dated: make(map[string]time.Time), checked: make(map[review.DocumentID]string),
	}
}

// breaks ends a run: a promise was broken.
func (n *Network) breaks(format string, args ...any) {
	if n.oracle != nil && n.Broken == "" {
		n.Broken = fmt.Sprintf("after %s: ", n.Now.Sub(Start).Round(time.Second)) + fmt.Sprintf(format, args...)
	}
}

func (node *Node) name() string {
	name := fmt.Sprintf("%s (epoch %d)", node.ID, node.epoch)
	if node.copyOf != nil {
		name += ", a copy,"
	}
	return name
}

// honest is whether a node keeps the rules and was never put back as a whole
// or run twice without its instance's name telling: then it cannot know.
func (node *Node) honest() bool { return node.liar == nil && !node.careless }

// appends is told before documents go into a node's own log.
func (o *oracle) appends(node *Node, documents []review.SignedDocument) {
	if o == nil {
		return
	}
	held := len(node.Ledger.log(node.Origin).entries)
	if node.honest() {
		if signed := len(o.written[node.Origin]); held != signed {
			o.n.breaks("%s signs record %d of its log, which has %d already: an honest log forks", node.name(), held, signed)
		}
	}
	for _, d := range documents {
		o.written[node.Origin] = append(o.written[node.Origin], Entry(d).Leaf.Hash())
		if f := o.fates[d.ID]; f != nil && f.received.IsZero() {
			f.at, f.received = node, o.n.Now
		}
	}
}

// expect notes a document that an honest author is about to file.
func (o *oracle) expect(d review.SignedDocument) *fate {
	f := &fate{SignedDocument: d}
	o.fates[d.ID] = f
	o.order = append(o.order, f)
	return f
}

// receipted is told when a node has a receipt for its log on disk: it reports
// what that covers as filed.
func (o *oracle) receipted(node *Node, note []byte) {
	if o == nil || node.liar != nil {
		return
	}
	cp, ok := node.Ledger.library.quorate(node.chain, note)
	if !ok {
		return // its status page says pending
	}
	for _, e := range node.Ledger.logs[node.Origin].entries[:cp.Size] {
		f := o.fates[review.DocumentID(e.Leaf.Digest.String())]
		if f != nil && f.filed.IsZero() && node.Ledger.payloads[e.Leaf.Digest] != nil { // else its status page says that it lacks it
			f.filed, f.proof = o.n.Now, string(note)
			f.sole = len(node.roster.Witnesses) == 1 && node.roster.Witnesses[0].ID == node.ID
		}
	}
}

// cosigned is told what a witness answered.
func (o *oracle) cosigned(node *Node, from review.ParticipantID, request, answer []byte) {
	if o == nil || !node.honest() || !bytes.HasPrefix(answer, []byte("200\n")) {
		return
	}
	_, note, _ := bytes.Cut(request, []byte("\n\n"))
	cp, err := signing.PeekCheckpoint(note)
	if err != nil {
		o.n.breaks("witness %s cosigned what is no checkpoint", node.name())
		return
	}
	key := node.Witness.Key().String() + " " + cp.Origin
	last := o.seen[key]
	switch root, err := node.Ledger.Root(review.Origin(cp.Origin), min(last.Size, cp.Size)); {
	case cp.Size < last.Size:
		o.n.breaks("witness %s cosigned %s at size %d after size %d", node.name(), cp.Origin, cp.Size, last.Size)
	case cp.Size == last.Size && cp.Root != last.Root:
		o.n.breaks("witness %s cosigned two histories of %s at size %d", node.name(), cp.Origin, cp.Size)
	case last.Size > 0 && (err != nil || root != last.Root):
		o.n.breaks("witness %s cosigned %s at size %d and does not hold what it cosigned at size %d", node.name(), cp.Origin, cp.Size, last.Size)
	}
	if root, err := node.Ledger.Root(review.Origin(cp.Origin), cp.Size); err != nil || root != cp.Root {
		o.n.breaks("witness %s cosigned %s at size %d, which it does not hold", node.name(), cp.Origin, cp.Size)
	}
	if owner := o.n.peer(node, from); owner != nil && owner.Origin == review.Origin(cp.Origin) && owner.honest() && !owner.damaged {
		held := node.Ledger.log(owner.Origin).entries
		for i := last.Size; i < min(cp.Size, uint64(len(held))); i++ {
			d := held[i].Leaf.Digest
			if _, absence := node.Ledger.payload(d); absence == review.Missing && owner.Ledger.payloads[d] != nil {
				o.n.breaks("witness %s cosigned %s at size %d without the content of record %d, which the log's own node has", node.name(), cp.Origin, cp.Size, i)
			}
		}
	}
	if l, _ := node.chain.Log(review.Origin(cp.Origin)); l.Ended != "" || l.Forked != "" {
		o.n.breaks("witness %s cosigned %s at size %d, which ended or forked, as it knows", node.name(), cp.Origin, cp.Size)
	}
	_, cosignatures, err := signing.OpenCosignatures(append(bytes.Clone(note), answer[4:]...), map[string]signing.NoteKey{node.cosigner.Name: node.Witness.Key()})
	if err != nil || len(cosignatures) != 1 {
		o.n.breaks("witness %s answered with what is no cosignature: %v", node.name(), err)
		return
	}
	if at := cosignatures[0].Time; at.Before(o.dated[key]) {
		o.n.breaks("witness %s cosigned %s at %s after %s: its time runs backwards", node.name(), cp.Origin, at, o.dated[key])
	} else {
		o.dated[key] = at
	}
	o.seen[key] = cp
}

// fenced is told why a node ends its log.
func (o *oracle) fenced(node *Node, reason string) {
	if o == nil || !node.honest() || node.trouble != "" || node.copyOf != nil || node.Ledger.fences[node.Origin] != "" {
		return
	}
	if l, _ := node.chain.Log(node.Origin); l.Ended != "" {
		return
	}
	o.n.breaks("%s fenced its log without cause: %s", node.name(), reason)
}

// forkSeen is told of a log that a node takes for forked.
func (o *oracle) forkSeen(node *Node, seen federation.ForkSeen) {
	if o == nil || o.forkable(seen.Origin) {
		return
	}
	o.n.breaks("%s takes %s for forked, whose node is honest", node.name(), seen.Origin)
}

// forkable is whether a log's node may have signed two histories.
func (o *oracle) forkable(origin review.Origin) bool {
	return slices.ContainsFunc(o.n.Nodes, func(node *Node) bool {
		return !node.honest() && strings.HasPrefix(strings.SplitN(string(origin), ".", 2)[1], string(node.ID)+".")
	})
}

// damages is told before a node loses a document's content. With the only copy
// of a receipt goes what the witnesses said of that hour: a witness keeps what it
// cosigned last, not its cosignature, so the next receipt is of a later time.
func (o *oracle) damages(node *Node, id review.DocumentID) {
	only := !slices.ContainsFunc(o.n.Nodes, func(other *Node) bool {
		_, err := other.Ledger.Payload(id)
		return err == nil && other != node && other.liar == nil
	})
	if f := o.fates[id]; f != nil && f.sole && f.at == node {
		f.ruined = only
	}
	d, _ := node.Ledger.document(id)
	if d.Document == nil || d.Kind != review.KindReceipt {
		return
	}
	for _, f := range o.order {
		if f.proof == d.Predicate.(*review.Receipt).Checkpoint {
			f.unproven = only
		}
	}
}

// broughtAgain has the authors of what a node received, lost and never reported
// as filed bring it again, when its records have come back as far as they do. What
// is only in somebody else's log they bring too: that may stay pending, if who
// keeps it lies.
func (o *oracle) broughtAgain(node *Node) {
	if o == nil {
		return
	}
	for _, f := range o.order {
		if f.filed.IsZero() && f.at != nil && f.at.ID == node.ID && !node.keeps(f.SignedDocument) && !slices.ContainsFunc(node.waiting, func(d review.SignedDocument) bool { return d.ID == f.ID }) {
			node.waiting = append(node.waiting, f.SignedDocument)
		}
	}
	node.fileWaiting()
}

// looks compares filing times with an earlier look: more evidence only moves
// them to an earlier time, and nothing that was final ceases to be.
func (o *oracle) looks(node *Node) {
	reading := node.readAll()
	if reading == nil {
		return
	}
	for _, f := range o.order {
		l, ok := reading.Label(f.ID)
		before := o.checked[f.ID]
		if before != "" && (!ok || l.Filed == "" && f.want == "" || l.Filed > before) {
			o.n.breaks("%s %.8s was filed at %s, and now at %q by the records of %s", f.Kind, f.ID, before, l.Filed, node.name())
		}
		if ok && l.Filed != "" && f.want == "" {
			o.checked[f.ID] = l.Filed
		}
	}
}

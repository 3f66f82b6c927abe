package simulation

import (
	"encoding/json"
	"fmt"

	"stocktake/federation"
	"stocktake/review"
)

// Opening is index 0 of a member's log.
func (f *Federation) Opening(m *Member) review.SignedDocument {
	return f.sign(m.Root, review.Compose(review.KindOpening, f.about("charter", f.id), &review.Opening{
		Common: f.common(m.ID), Epoch: 1, LogKey: m.Log.Key().String(), NodeKey: m.Node.Key().String()}))
}

// Accession makes a member one, of the charter.
func (f *Federation) Accession(m *Member) review.SignedDocument {
	return f.sign(m.Author, review.Compose(review.KindAccession, f.about("charter", f.id), &review.Accession{
		Common: f.common(m.ID), Role: "member"}))
}

// JoinsRound signs a member into the review round.
func (f *Federation) JoinsRound(m *Member) review.SignedDocument {
	return f.sign(m.Author, review.Compose(review.KindAccession, f.about("charter", f.id), &review.Accession{
		Common: f.common(m.ID), Role: "round", Round: "r1"}))
}

// Pledge is a member's n-th.
func (f *Federation) Pledge(m *Member, n int) review.SignedDocument {
	common := f.common(m.ID)
	common.Title = fmt.Sprintf("SAMPLE pledge %d of %s", n, m.ID)
	return f.sign(m.Author, review.Compose(review.KindPledge, f.about("charter", f.id), &review.Pledge{
		Common: common, Form: "individual", Objectives: []int{1 + n%23}, Due: "2027-06-30"}))
}

// Report is progress on a pledge.
func (f *Federation) Report(m *Member, pledge review.SignedDocument) review.SignedDocument {
	common := f.common(m.ID)
	common.Title = "SAMPLE report"
	return f.sign(m.Author, review.Compose(review.KindReport, f.about("pledge", pledge.ID), &review.Report{
		Common: common, Round: "r1", Status: "in-progress"}))
}

// Comment recommends something to the author of a document.
func (f *Federation) Comment(m *Member, on review.SignedDocument) review.SignedDocument {
	return f.sign(m.Author, review.Compose(review.KindComment, f.about(string(on.Kind), on.ID), &review.Comment{
		Common: f.common(m.ID), Type: "recommendation", To: on.Author, Text: "SAMPLE: state the baseline."}))
}

// Response answers a comment.
func (f *Federation) Response(m *Member, to review.SignedDocument) review.SignedDocument {
	return f.sign(m.Author, review.Compose(review.KindResponse, f.about(string(to.Kind), to.ID), &review.Response{
		Common: f.common(m.ID), Position: "supported", Text: "SAMPLE: we will."}))
}

// Receipt carries a cosigned checkpoint.
func (f *Federation) Receipt(m *Member, note []byte) review.SignedDocument {
	return f.sign(m.Clerk, review.Compose(review.KindReceipt, f.about("charter", f.id), &review.Receipt{
		Common: f.common(m.ID), Checkpoint: string(note)}))
}

// Fork is the proof of what a member's node saw of a forked log.
func (f *Federation) Fork(m *Member, seen federation.ForkSeen) review.SignedDocument {
	return f.sign(m.Clerk, review.Compose(review.KindFork, f.about("charter", f.id),
		review.NewFork(f.common(m.ID), seen.Origin, seen.First, seen.Second, seen.Prefix, seen.Link)))
}

func (f *Federation) about(name string, id review.DocumentID) []review.Subject {
	return []review.Subject{{Name: name, Digest: id}}
}

// Next is a member in its next epoch: new log and node keys, the same person.
func (f *Federation) Next(m *Member, epoch int) *Member {
	next := *m
	next.Origin = review.OriginOf(epoch, m.ID, f.Genesis.ID, suffix)
	next.Log, next.Node = f.noteSigner(string(m.ID), fmt.Sprint("log ", epoch)), f.noteSigner(string(m.ID), fmt.Sprint("node ", epoch))
	return &next
}

// NextOpening is index 0 of a member's log in a later epoch.
func (f *Federation) NextOpening(m *Member, epoch int, reason string) review.SignedDocument {
	o := &review.Opening{Common: f.common(m.ID), Epoch: epoch, Ends: review.OriginOf(epoch-1, m.ID, f.Genesis.ID, suffix), Reason: reason}
	o.Prove(review.OriginOf(epoch, m.ID, f.Genesis.ID, suffix), m.Log, m.Node)
	return f.sign(m.Root, review.Compose(review.KindOpening, f.about("charter", f.id), o))
}

// Revised replaces a pledge.
func (f *Federation) Revised(m *Member, old review.SignedDocument) review.SignedDocument {
	p := *old.Predicate.(*review.Pledge)
	p.Common = f.common(m.ID)
	p.Supersedes, p.Title = old.ID, "SAMPLE pledge, revised"
	return f.sign(m.Author, review.Compose(review.KindPledge, f.about("charter", f.id), &p))
}

// Withdrawal takes a document of the member's back.
func (f *Federation) Withdrawal(m *Member, of review.SignedDocument, erase bool) review.SignedDocument {
	return f.sign(m.Author, review.Compose(review.KindWithdrawal, f.about(string(of.Kind), of.ID), &review.Withdrawal{
		Common: f.common(m.ID), Reason: "SAMPLE: filed in error", Erase: erase}))
}

// KeyChange changes a member's keys; signer may do so.
func (f *Federation) KeyChange(m *Member, signer *Key, change review.KeyChange) review.SignedDocument {
	change.Common = f.common(m.ID)
	return f.sign(signer, review.Compose(review.KindKey, f.about("charter", f.id), &change))
}

// Successor is the next charter after the one in force, with a change.
func (f *Federation) Successor(m *Member, chain *review.Chain, change func(*review.Charter)) review.SignedDocument {
	inForce, id := chain.InForce()
	var next review.Charter
	b, err := json.Marshal(inForce)
	if err == nil {
		err = json.Unmarshal(b, &next)
	}
	if err != nil {
		panic(err) // it was read from JSON
	}
	next.Common = f.common(m.ID)
	next.Number, next.Previous = inForce.Number+1, id
	change(&next)
	return f.sign(m.Author, review.Compose(review.KindCharter, f.about("charter", id), &next))
}

// Accede is a member's voice for a charter.
func (f *Federation) Accede(m *Member, charter review.DocumentID) review.SignedDocument {
	return f.sign(m.Author, review.Compose(review.KindAccession, f.about("charter", charter), &review.Accession{
		Common: f.common(m.ID), Role: "member"}))
}

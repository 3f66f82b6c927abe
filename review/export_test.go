package review

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/signing"
)

// testSource is what a node's database would be to an export.
type testSource struct{ *testFederation }

func (s testSource) Record(o Origin, index uint64) (Record, error) {
	return s.logs[o].records[index], nil
}

func (s testSource) Prove(o Origin, index, size uint64) (tlog.RecordProof, error) {
	l := s.logs[o]
	return tlog.ProveRecord(int64(size), int64(index), l.hashes(s.t, int(size)))
}

func (s testSource) Note(o Origin) []byte {
	l := s.logs[o]
	var edge frontier
	for _, r := range l.records {
		edge.add(r.Leaf.Hash())
	}
	return signing.SignCheckpoint(signing.Checkpoint{Origin: string(o), Size: edge.size, Root: edge.root()}, l.signer)
}

// handOut is what prt's node gives out of a document.
func (f *testFederation) handOut(r *Reading, id DocumentID) map[string][]byte {
	f.t.Helper()
	files, leftOut, err := r.Export(id, testSource{f})
	require.NoError(f.t, err)
	require.Zero(f.t, leftOut)
	files[FileFounding], err = r.Founding(testSource{f})
	require.NoError(f.t, err)
	if d, _ := r.Document(id); d != nil {
		for _, about := range f.list() {
			if about.ID() == d.About() && about.Payload != nil {
				files[FileAbout] = signing.PAE(about.Payload)
			}
		}
	}
	files[FileNote] = r.NoteExport(id, files, leftOut, f.origin("prt"), noteSigner("prt node"))
	return files
}

// unjudged are the labels of documents that are not their author's, or of which
// nobody can tell.
var unjudged = []string{
	ReasonMalformed, ReasonNotUnderstood, ReasonSignatureInvalid, ReasonKeyNotInForce, "wrong-federation",
	"unknown-author", "key-unknown", "key-not-authors", "key-role", codeDelegated, "key-change-signer", "not-the-next-key",
}

// numerous are the kinds of which every test federation has many alike.
var numerous = []Kind{KindOpening, KindAccession, KindReceipt}

// verifiesAlike holds of every document but those: from the files that a node gives out,
// anyone finds what that node found in all records.
func (f *testFederation) verifiesAlike() {
	f.t.Helper()
	r := f.read()
	for id, d := range r.Documents() {
		l, _ := r.Label(id)
		switch {
		case d == nil && l.Reason != ReasonWithdrawn, l.Reason == ReasonAfterCutoff, d != nil && slices.Contains(numerous, d.Kind) && d.About() == f.genesis.ID:
			continue
		}
		v, err := Verify(f.handOut(r, id))
		if slices.Contains(unjudged, l.Reason) {
			assert.Error(f.t, err, l.Reason)
			continue
		}
		if !assert.NoError(f.t, err, "%s %s", id, l.Reason) {
			continue
		}
		what := []any{"%s %s: %s", v.Kind, id, v.Because}
		want := map[bool]string{true: CountsYes, false: CountsNo}[l.Counts]
		if l.Reason == ReasonDangling {
			want = CountsUndecided
		}
		assert.Equal(f.t, want, v.Counts, what...)
		assert.Equal(f.t, l.Reason, v.Reason, what...)
		assert.Equal(f.t, l.Filed, v.Filed, what...)
		assert.Equal(f.t, l.Witnesses, v.Witnesses, what...)
		assert.Equal(f.t, l.Sample, v.Sample, what...)
		e := r.docs[id]
		assert.ElementsMatch(f.t, r.disputes(e), v.Disputed, what...)
		assert.Equal(f.t, e.replaced != nil, v.Superseded != nil, what...)
		assert.Equal(f.t, e.withdrawn != nil && l.Reason == ReasonWithdrawn, v.Withdrawn != nil, what...)
		charter, _ := r.chain.InForce()
		assert.Equal(f.t, charter.Number, v.Charter, what...)
		require.NotNil(f.t, v.Known)
		assert.Equal(f.t, r.Snapshot().Digest(), v.Known.Snapshot)
	}
}

func TestWhatFilesShowIsWhatAllRecordsShow(t *testing.T) {
	for name, tell := range stories {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			tell(f)
			f.verifiesAlike()
		})
	}
	for name, tell := range verifyCases {
		t.Run(name, func(t *testing.T) {
			f := caseFederation(t)
			tell(f)
			f.verifiesAlike()
		})
	}
}

// stories are federations with something to tell, beside those of the golden
// cases.
var stories = map[string]func(f *testFederation){
	"superseded and taken back": func(f *testFederation) {
		first := f.say("mar", f.pledge("mar", "First"), f.genesis.ID)
		f.settle(minute(5))
		next := f.pledge("mar", "Second")
		next.Supersedes = first
		second := f.say("deu", next, f.genesis.ID)
		f.settle(minute(10))
		third := f.pledge("mar", "Third")
		third.Supersedes = second
		last := f.say("mar", third, f.genesis.ID)
		f.say("prt", &Withdrawal{Common: f.common("mar"), Reason: "Overtaken"}, last)
		f.say("prt", &Withdrawal{Common: f.common("mar"), Reason: "A mistake"}, first)
		f.settle(minute(15))
	},
	"disputed": func(f *testFederation) {
		pledge := f.say("mar", &Pledge{Common: f.titled("mar", "A pledge"), Form: "individual", Objectives: []int{4}, Due: NotStated,
			Parties: []Party{{Name: "Germany", Participant: "deu"}}}, f.genesis.ID)
		f.say("deu", &Accession{Common: f.common("deu"), Role: "party", Decision: "declined"}, pledge)
		report := f.say("mar", &Report{Common: f.titled("mar", "A report"), Status: "fulfilled"}, pledge)
		f.say("ngo", &Comment{Common: f.common("ngo"), Type: "challenge", Text: "Two districts are left out."}, report)
		f.say("mar", &Assessment{Common: f.titled("mar", "Our own"), Type: "self", Findings: []Finding{{4, "complete", "Done."}}}, pledge)
		shadow := f.say("ngo", &Assessment{Common: f.titled("ngo", "A shadow report"), Type: "shadow", Findings: []Finding{{4, "limited", "Half done."}}}, pledge)
		f.say("mar", &Response{Common: f.common("mar"), Position: "declined", Text: "We do not agree."}, shadow)
		question := f.say("prt", &Comment{Common: f.common("prt"), Type: "question", Text: "When?"}, pledge)
		f.say("mar", &Response{Common: f.common("mar"), Position: "answered", Text: "In May."}, question)
		f.settle(minute(5))
	},
	"keys": func(f *testFederation) {
		before := f.say("mar", f.pledge("mar", "Before"), f.genesis.ID)
		f.settle(minute(5))
		f.filed("deu", f.delegation("mar", "ministry", KindReport, KindResponse), "mar author", minute(10))
		f.append("mar", f.compose(&Report{Common: f.titled("mar", "By the ministry"), Status: "in-progress"}, before), "ministry")
		f.append("mar", f.compose(f.pledge("mar", "Not the ministry's to make"), f.genesis.ID), "ministry")
		f.settle(minute(15))
		f.filed("prt", f.revocation("mar", "mar author"), "mar root", minute(20))
		f.say("deu", f.pledge("mar", "By a thief"), f.genesis.ID)
		f.settle(minute(25))
	},
	"charters": func(f *testFederation) {
		f.say("ngo", f.pledge("ngo", "Before"), f.genesis.ID)
		f.settle(minute(5))
		next := f.successor()
		next.Suspensions = []Suspension{{"gmb", instant(minute(10)), instant(minute(60)), "Its key was stolen"}}
		f.amend(next, carrying...)
		f.settle(minute(10))
		f.say("deu", f.pledge("gmb", "While suspended"), f.genesis.ID)
		f.settle(minute(15))
	},
	"who agrees to its own end when that is past": func(f *testFederation) {
		f.say("ngo", f.pledge("ngo", "Before"), f.genesis.ID)
		f.settle(minute(5))
		next := f.successor()
		next.Participants[7].Until = instant(minute(12))
		id := f.amend(next, "prt", "deu", "phl", "bgd", "mar", "un-eca", "gmb-academic")
		f.settle(minute(10))
		f.say("prt", &Accession{Common: f.common("ngo"), Role: "member"}, id)
		f.settle(minute(30))
		f.say("deu", f.pledge("ngo", "After"), f.genesis.ID)
		f.settle(minute(40))
	},
	"pending": func(f *testFederation) {
		f.settle(minute(5))
		f.say("mar", f.pledge("mar", "Pending"), f.genesis.ID)
		f.receipt("mar", f.all(minute(6))[:2])
	},
	"late receipts of several carriers": func(f *testFederation) {
		pledge := f.pledge("mar", "Filed twice")
		f.say("mar", pledge, f.genesis.ID)
		f.say("deu", pledge, f.genesis.ID)
		n := len(f.logs[f.origin("deu")].records)
		f.receipt("mar", []sightingOf{{"prt", minute(9)}, {"deu", minute(8)}, {"phl", minute(30)}})
		f.receiptOf("prt", "deu", n, []sightingOf{{"prt", minute(40)}, {"deu", minute(7)}, {"phl", minute(31)}})
		f.receiptOf("prt", "deu", n, []sightingOf{{"bgd", minute(6)}})
		f.settle(minute(50))
	},
	"erased": func(f *testFederation) {
		id := f.say("mar", f.pledge("mar", "To be erased"), f.genesis.ID)
		f.say("deu", &Comment{Common: f.common("deu"), Type: "question", Text: "When?"}, id)
		f.settle(minute(5))
		f.say("prt", &Withdrawal{Common: f.common("mar"), Reason: "It names a person", Erase: true}, id)
		f.settle(minute(10))
		f.erase(id)
	},
}

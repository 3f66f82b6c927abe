package review

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"stocktake/signing"
)

// Proposal is a charter that would follow the one in force, with who has
// acceded to it so far.
type Proposal struct {
	*Document
	Charter *Charter // with the entries that it leaves out
	Tally   Tally
	Faults  Refusal   // why it may not follow, however many accede
	Before  time.Time // by when enough have to have acceded, as [Chain.Before] has it
}

// Proposals are the successors of the charter in force among a founding file's
// documents and these envelopes. Only accessions that their author signed are
// counted; when anything was filed is not asked, so a proposal that is carried
// may wait for its receipts, or have come too late.
func (f *Founding) Proposals(more ...signing.Envelope) []Proposal {
	documents := f.parsed()
	for _, e := range more {
		d, err := Parse(e.Payload)
		if err != nil {
			continue
		}
		key, ok := SignerKey(f.Chain, e, d)
		if ok && len(f.Chain.authority(d, key)) == 0 {
			documents = append(documents, d)
		}
	}
	in, v := map[DocumentID]bool{}, votes{}
	for _, d := range documents {
		v.add(d, time.Time{})
	}
	var proposals []Proposal
	_, inForce := f.Chain.InForce()
	for _, d := range documents {
		charter, ok := d.Predicate.(*Charter)
		if !ok || charter.Previous != inForce || in[d.ID] {
			continue
		}
		in[d.ID] = true
		acceded := func(p ParticipantID) bool { _, ok := v[d.ID][p]; return ok }
		charter = f.Chain.amended(d)
		proposals = append(proposals, Proposal{d, charter, f.Chain.Tally(charter, acceded), f.Chain.succession(d), f.Chain.Before(charter)})
	}
	slices.SortFunc(proposals, func(a, b Proposal) int {
		return cmp.Or(-cmp.Compare(a.Tally.Acceded, b.Tally.Acceded), strings.Compare(string(a.ID), string(b.ID)))
	})
	return proposals
}

package review

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Inclusion is whether a stocktake rests on a document, as far as the files of
// an export and the stocktake show it: a stocktake is of everything that was
// filed up to its cut-off, and its snapshot says up to where it looked.
type Inclusion struct {
	Stocktake string   `json:"stocktake"` // digest
	Scope     Scope    `json:"scope"`
	Cutoff    string   `json:"cutoff"`
	State     string   `json:"state"`            // one of those below
	Groups    []string `json:"groups,omitempty"` // that have rows which cite it
	Reason    string   `json:"reason,omitempty"` // why it does not count there: a label
	Says      string   `json:"says"`             // all of this in a line
}

// What may be said of a document and a stocktake.
const (
	InclusionIn        = "in"             // it is counted or listed there, or lies in what the snapshot covers
	InclusionAfter     = "after-cutoff"   // filed later than what the stocktake counts
	InclusionLeftOut   = "left-out"       // filed in time, and in no log as far as the snapshot goes
	InclusionContested = "two-histories"  // the snapshot has another root for a tree that holds it
	InclusionElsewhere = "of-another"     // another federation's
	InclusionUnfiled   = "no-filing-time" // the files show no filing time, and the snapshot does not cover it
)

// Inclusion is what a stocktake and the verdict on a document say together.
func (s *Stocktake) Inclusion(v *Verdict) *Inclusion {
	c := s.Contents()
	in := &Inclusion{Stocktake: c.Digest, Scope: c.Scope, Cutoff: c.Cutoff}
	snapshot, err := ParseSnapshot(s.Snapshot)
	if err != nil {
		panic(fmt.Sprintf("review: a stocktake of unknown make: %v", err))
	}
	for group, raw := range s.Rows() {
		var row struct {
			Row
			ID     DocumentID `json:"id"`
			Reason string     `json:"reason"`
		}
		if json.Unmarshal(raw, &row) != nil || !slices.Contains(row.Cites, v.ID) {
			continue
		}
		if in.Groups = appendNew(in.Groups, group); group == groupExcluded && row.ID == v.ID {
			in.Reason = row.Reason
		}
	}
	in.State, in.Says = in.judge(v, snapshot)
	return in
}

func (in *Inclusion) judge(v *Verdict, s Snapshot) (state, says string) {
	for _, tree := range v.trees {
		if l := s.Log(tree.Origin); l.Size == tree.Size && l.Root != tree.Root {
			return InclusionContested, fmt.Sprintf("%s signed two histories: at %d records the stocktake's snapshot has another root than the tree that holds this document", tree.Origin, tree.Size)
		}
	}
	i := slices.IndexFunc(v.Places, func(p Proven) bool { return p.Index < s.Log(p.Log).Size })
	switch {
	case s.Federation != v.Federation:
		return InclusionElsewhere, fmt.Sprintf("the stocktake is of federation %.12s, the document of %.12s", s.Federation, v.Federation)
	case in.Reason == ReasonAfterCutoff || v.Filed > in.Cutoff && len(in.Groups) == 0:
		return InclusionAfter, fmt.Sprintf("beyond its cut-off: filed %s, and it counts what was filed up to %s", v.Filed, orNothing(in.Cutoff))
	case in.Reason != "":
		return InclusionIn, "in it, and does not count there: " + strings.ReplaceAll(in.Reason, "-", " ")
	case len(in.Groups) > 0:
		return InclusionIn, "in it: rows of " + strings.Join(in.Groups, ", ") + " rest on it"
	case i >= 0:
		p := v.Places[i]
		l := s.Log(p.Log)
		if _, absent := slices.BinarySearch(l.Absent, p.Index); absent {
			return InclusionIn, fmt.Sprintf("in it without its content: absent at index %d of %s", p.Index, p.Log)
		}
		return InclusionIn, fmt.Sprintf("in it: index %d of the %d records of %s that it covers; no row of scope %s names it", p.Index, l.Size, p.Log, in.Scope)
	case v.Filed == in.Cutoff && v.Filed != "":
		return InclusionAfter, fmt.Sprintf("beyond its cut-off: filed %s, the very second up to which it counts, and not there when it looked", v.Filed)
	case v.Filed == "":
		return InclusionUnfiled, "these files show no filing time, and its snapshot does not cover the document"
	}
	p := v.Places[0]
	return InclusionLeftOut, fmt.Sprintf("left out although it was filed in time, %s: index %d of %s, of which its snapshot covers %d records; whoever made it had not received it, or kept it out",
		v.Filed, p.Index, p.Log, s.Log(p.Log).Size)
}

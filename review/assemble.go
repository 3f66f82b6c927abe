package review

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"stocktake/review/compact"
)

// Scope is what a stocktake covers: "global", "region:<code>" as in
// "region:UN-ECA", "participant:<id>" or "objective:<number>".
type Scope string

// ScopeGlobal covers the whole federation.
const ScopeGlobal Scope = "global"

// Options say what to assemble.
type Options struct {
	Scope  Scope     // empty: global
	Cutoff time.Time // filing time up to which documents count; zero: the snapshot's latest
}

// ErrScope means that a scope is not one, or names nothing that there is.
var ErrScope = errors.New("review: no such scope")

// Assemble is the stocktake of a snapshot. Its errors are those of [Read] and
// [ErrScope].
func Assemble(s Snapshot, genesis *Document, records iter.Seq2[Record, error], o Options) (*Stocktake, error) {
	r, err := Read(s, genesis, records, o.Cutoff)
	if err != nil {
		return nil, err
	}
	return r.Stocktake(o.Scope)
}

// Notes are the sentences that a stocktake's notes stand for.
var Notes = map[string]string{
	"regions-overlap":   "States sit in several regions at once: figures of different regions must not be added up.",
	"region-unverified": "Some lists of a region's members were not checked against a public source: unverified.",
	"forked-logs":       "At least one log showed two histories; the proof is among the documents. What a quorum of witnesses had cosigned counts.",
	"samples":           "Some documents are invented samples. They are flagged and counted apart.",
	"not-founded":       "Too few participants have acceded to the federation's first charter: nothing counts yet.",
	"voluntary":         "The compact is voluntary. A report is due only from those who signed into a review round.",
}

// view is a reading within a scope.
type view struct {
	*Reading
	day       string // of the cut-off
	charter   *Charter
	inForce   DocumentID
	region    string        // code, if the scope is a region
	one       ParticipantID // if the scope is a participant
	objective int           // if the scope is an objective

	regions    map[ParticipantID][]string // of its country, on that day
	accredited []Accredited
}

// Stocktake assembles what was read for a scope.
func (r *Reading) Stocktake(scope Scope) (*Stocktake, error) {
	if scope == "" {
		scope = ScopeGlobal
	}
	v, err := r.view(scope)
	if err != nil {
		return nil, err
	}
	tables := make([]*table, 0, len(groups))
	for _, g := range groups {
		tables = append(tables, g.table(v))
	}
	m := Manifest{
		Schema: SchemaVersion, Rules: RuleVersion, Federation: r.chain.Genesis(), Charter: v.inForce, Compact: v.charter.Compact, Licence: cmp.Or(v.charter.Licence, NotStated),
		Snapshot: r.snapshot.Digest(), Scope: scope, Cutoff: instant(r.cutoff),
		Notes: v.takeNotes(tables), Parts: []PartEntry{}, Figures: []Figure{},
	}
	return compose(m, r.snapshot.Marshal(), tables), nil
}

func (r *Reading) view(scope Scope) (*view, error) {
	v := &view{Reading: r, day: day(r.cutoff), regions: map[ParticipantID][]string{}}
	v.charter, v.inForce = r.chain.InForce()
	v.accredited = r.Accredited()
	for _, p := range v.charter.Participants {
		if p.Country != "" {
			v.regions[p.ID] = compact.RegionsOf(p.Country, v.day)
		}
	}
	for _, a := range v.accredited {
		if a.Country != "" {
			v.regions[a.ID] = compact.RegionsOf(a.Country, v.day)
		}
	}
	what, arg, _ := strings.Cut(string(scope), ":")
	switch what {
	case "global":
		if arg != "" || scope != ScopeGlobal {
			return nil, fmt.Errorf("%w: %.60q", ErrScope, string(scope))
		}
	case "region":
		if _, ok := compact.Region(arg); !ok {
			return nil, fmt.Errorf("%w: the compact has no region %.40q", ErrScope, arg)
		}
		v.region = arg
	case "participant":
		if _, ok := r.chain.Participant(ParticipantID(arg)); !ok {
			return nil, fmt.Errorf("%w: the charter lists no participant %.40q, and no accreditor answers for one", ErrScope, arg)
		}
		v.one = ParticipantID(arg)
	case "objective":
		n, err := strconv.Atoi(arg)
		if _, ok := compact.Objective(n); err != nil || !ok || strconv.Itoa(n) != arg {
			return nil, fmt.Errorf("%w: the compact has no objective %.20q", ErrScope, arg)
		}
		v.objective = n
	default:
		return nil, fmt.Errorf("%w: %.60q; write global, region:<code>, participant:<id> or objective:<number>", ErrScope, string(scope))
	}
	return v, nil
}

// covers is whether the scope has a participant in it: all, but for a region
// its members on the day of the cut-off and whoever convenes it.
func (v *view) covers(id ParticipantID) bool {
	switch {
	case v.one != "":
		return id == v.one
	case v.region != "":
		return v.chain.participants[id].Region == v.region || slices.Contains(v.regions[id], v.region)
	}
	return true
}

// touches is whether objectives are in the scope.
func (v *view) touches(objectives []int) bool {
	return v.objective == 0 || slices.Contains(objectives, v.objective)
}

// standing is the version of a pledge that stands; nil if it was withdrawn.
func standing(e *entry) *entry {
	switch {
	case e == nil || e.code != "":
		return nil
	case e.lineage != nil:
		return e.lineage.standing
	case e.withdrawn != nil:
		return nil
	}
	return e
}

// first is the first version of a document: what all its versions have in common.
func first(e *entry) *entry {
	if e.lineage != nil {
		return e.lineage
	}
	return e
}

func objectiveFigure(n int) string { return fmt.Sprintf("objective %02d", n) }

func (v *view) takeNotes(tables []*table) []string {
	notes := []string{"voluntary"}
	if v.one == "" {
		notes = append(notes, "regions-overlap")
	}
	if !v.chain.founded {
		notes = append(notes, "not-founded")
	}
	if len(v.chain.Forks()) > 0 {
		notes = append(notes, "forked-logs")
	}
	samples, unverified := false, false
	for _, t := range tables {
		for _, row := range t.rows {
			samples = samples || row.Sample
			unverified = unverified || t.group == groupRegions && slices.Contains(row.In, "unverified")
		}
	}
	if samples {
		notes = append(notes, "samples")
	}
	if unverified {
		notes = append(notes, "region-unverified")
	}
	slices.Sort(notes)
	return notes
}

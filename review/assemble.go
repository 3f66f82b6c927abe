package review

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"stocktake/review/compact"
)

// Options say what to assemble.
type Options struct {
	Scope  Scope     // empty: global
	Cutoff time.Time // filing time up to which documents count; zero: the snapshot's latest

	// Rates is a table of exchange rates that counts. With it, sums of money are
	// there in its base currency too, in figures of their own that name it.
	Rates DocumentID
}

// Assemble is the stocktake of a snapshot. Its errors are those of [Read] and
// [ErrScope] and [ErrRates].
func Assemble(s Snapshot, genesis *Document, records iter.Seq2[Record, error], o Options) (*Stocktake, error) {
	r, err := Read(s, genesis, records, o.Cutoff)
	if err != nil {
		return nil, err
	}
	return r.StocktakeOf(o)
}

// Notes are the sentences that a stocktake's notes stand for.
var Notes = map[string]string{
	"regions-overlap":   "States sit in several regions at once: figures of different regions must not be added up.",
	"region-unverified": "Some lists of a region's members were not checked against a public source: unverified.",
	"forked-logs":       "At least one log showed two histories; the proof is among the documents. What a quorum of witnesses had cosigned counts.",
	"rates":             "Figures in a base currency are converted with the table of exchange rates that they name; all others keep each currency apart.",
	"samples":           "Some documents are invented samples. They are flagged and counted apart.",
	"not-founded":       "Too few participants have acceded to the federation's first charter: nothing counts yet.",
	"voluntary":         "The compact is voluntary. A report is due only from those who signed into a review round.",
}

// view is a reading within a scope.
type view struct {
	*Reading
	bounds
	scope   Scope
	day     string // of the cut-off
	charter *Charter
	inForce DocumentID

	regions    map[ParticipantID][]string // of its country, on that day
	places     map[string][]string        // regions of a country, on that day
	exchange   *exchange                  // nil: currencies stay apart
	accredited []Accredited
}

// Stocktake assembles what was read for a scope.
func (r *Reading) Stocktake(scope Scope) (*Stocktake, error) {
	return r.StocktakeOf(Options{Scope: scope})
}

// StocktakeOf assembles what was read, up to the cut-off of the reading.
func (r *Reading) StocktakeOf(o Options) (*Stocktake, error) {
	v, err := r.view(o.Scope.orGlobal())
	if err != nil {
		return nil, err
	}
	if v.exchange, err = r.exchange(o.Rates); err != nil {
		return nil, err
	}
	s := newTables(v)
	for made := false; !made; {
		if made, err = s.step(); err != nil {
			return nil, err
		}
	}
	return s.stocktake(), nil
}

// manifest is the stocktake's, without parts and figures.
func (v *view) manifest(tables []*groupTable) Manifest {
	return Manifest{
		Schema: SchemaVersion, Rules: RuleVersion, Federation: v.chain.Genesis(), Charter: v.inForce, Compact: v.charter.Compact, Licence: cmp.Or(v.charter.Licence, NotStated),
		Snapshot: v.snapshot.Digest(), Scope: v.scope, Rates: v.exchange.table(), Cutoff: instant(v.cutoff), Notes: v.takeNotes(tables),
	}
}

func (r *Reading) view(scope Scope) (*view, error) {
	b, err := r.within(scope)
	if err != nil {
		return nil, err
	}
	v := &view{Reading: r, bounds: b, scope: scope, day: day(r.cutoff), regions: map[ParticipantID][]string{}, places: map[string][]string{}}
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
	return v, nil
}

// regionsOf are the regions of a country on the day of the cut-off.
func (v *view) regionsOf(country string) []string {
	codes, ok := v.places[country]
	if !ok {
		codes = compact.RegionsOf(country, v.day)
		v.places[country] = codes
	}
	return codes
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

func (v *view) takeNotes(tables []*groupTable) []string {
	notes := []string{"voluntary"}
	if v.one == "" {
		notes = append(notes, "regions-overlap")
	}
	if v.exchange != nil {
		notes = append(notes, "rates")
	}
	if !v.chain.founded {
		notes = append(notes, "not-founded")
	}
	if len(v.chain.Forks()) > 0 {
		notes = append(notes, "forked-logs")
	}
	if slices.ContainsFunc(tables, func(t *groupTable) bool { return t.pages.samples > 0 }) {
		notes = append(notes, "samples")
	}
	if slices.ContainsFunc(tables, func(t *groupTable) bool {
		return t.group == &regionsGroup && t.pages.totals[figureKey{name: "unverified"}] != nil
	}) {
		notes = append(notes, "region-unverified")
	}
	slices.Sort(notes)
	return notes
}

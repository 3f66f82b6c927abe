package review

import (
	"strconv"
	"strings"
)

// Adoption is a stocktake that the convening body signs: its digest and what it
// was made from, so that anybody can assemble it again and compare. Its subject
// is the charter.
type Adoption struct {
	Common
	Scope    Scope  `json:"scope"`
	Manifest string `json:"manifest"` // digest of the stocktake
	Snapshot string `json:"snapshot"` // digest
	Cutoff   string `json:"cutoff"`   // RFC 3339
	Rules    int    `json:"rules"`    // rule version
}

func (p *Adoption) check(r *Refusal) {
	if p.Created != "" && p.Cutoff > p.Created {
		r.add("/cutoff", "cutoff-to-come", "created", p.Created)
	}
	if p.Manifest == p.Snapshot {
		r.add("/snapshot", "two-digests-alike")
	}
}

func (p *Adoption) relate(c *Chain, _, _ *Document, _ finder) Refusal {
	what, arg, _ := strings.Cut(string(p.Scope), ":")
	_, listed := c.participants[ParticipantID(arg)]
	_, known := c.rounds[arg]
	switch {
	case what == "participant" && !listed:
		return Refusal{*refuse("/scope", "unknown-participant", "participant", arg)}
	case what == "round" && !known:
		return Refusal{*refuse("/scope", "scope-without-round", "round", arg)}
	case what == "round" && !c.convenes(p.Author, c.rounds[arg]):
		return Refusal{*refuse("/scope", "not-the-convener", "author", string(p.Author), "round", arg)}
	case what == "region" && c.participants[p.Author].Region != arg:
		return Refusal{*refuse("/scope", "not-the-regions-convener", "author", string(p.Author), "region", arg)}
	}
	return c.convenerFaults(p.Author, "")
}

// AdoptedRow is a stocktake that was adopted. Whether it is what the rules make
// of the snapshot, whoever has the records finds out.
type AdoptedRow struct {
	Row
	ID        DocumentID    `json:"id"`
	Author    ParticipantID `json:"author"`
	Title     string        `json:"title"`
	Scope     Scope         `json:"scope"`
	Manifest  string        `json:"manifest"`
	Snapshot  string        `json:"snapshot"`
	Cutoff    string        `json:"cutoff"`
	Rules     int           `json:"rules"`
	Decisions []DocumentID  `json:"decisions,omitempty"` // that adopt it
	Filed     string        `json:"filed"`
}

var adoptedGroup = group{
	name:    groupAdopted,
	figures: []string{"adopted stocktakes", "named by a decision"},
	touched: func(v *view, e *entry) []string {
		units := itself[*Adoption](v, e)
		if p, ok := predicateOf[*Decision](e); ok {
			for _, id := range p.Adopts {
				units = append(units, itself[*Adoption](v, v.docs[id])...)
			}
		}
		return units
	},
	fill: func(v *view, unit string, t *table) {
		e := v.unitEntry(unit)
		p, ok := predicateOf[*Adoption](e)
		if !ok || !e.counts() || !v.covers(p.Author) || v.objective != 0 || v.round != "" && string(p.Scope) != "round:"+v.round {
			return
		}
		row := &AdoptedRow{
			Row: Row{Key: string(e.id), In: []string{"adopted stocktakes"}, Sample: e.sample, Cites: []DocumentID{e.id}},
			ID:  e.id, Author: p.Author, Title: p.Title, Scope: p.Scope, Manifest: p.Manifest, Snapshot: p.Snapshot, Cutoff: p.Cutoff, Rules: p.Rules, Filed: instant(e.filed),
		}
		for _, x := range v.under(citedIn(e.id)) {
			if x.doc.Kind == KindDecision && x.counts() {
				row.Decisions = append(row.Decisions, x.id)
				row.Cites = append(row.Cites, x.id)
			}
		}
		if len(row.Decisions) > 0 {
			row.In = append(row.In, "named by a decision")
		}
		t.add(row)
	},
	rows: func(c *Contents) any { return &c.Adopted },
	section: func(c *Contents) *Section {
		s := c.newSection(groupAdopted, "Stocktakes that were adopted (assemble the snapshot again and compare the digest)", "document", "by", "scope", "cut-off", "rules", "snapshot", "stocktake", "decision")
		for _, r := range c.Adopted {
			s.add(r.Sample, string(r.ID), string(r.Author), string(r.Scope), r.Cutoff, strconv.Itoa(r.Rules), r.Snapshot, r.Manifest, last(r.Decisions))
		}
		return s
	},
}

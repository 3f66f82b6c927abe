package review

import "strings"

// ClaimRow is one target on one day of which at least two documents state a
// value. They stand side by side and are never merged.
type ClaimRow struct {
	Row
	Pledge DocumentID    `json:"pledge"` // the version that stands
	Author ParticipantID `json:"author"`
	Target string        `json:"target"`
	On     string        `json:"on"`
	State  string        `json:"state"`
	Claims []Claim       `json:"claims"` // by filing
}

// Claim is what one document states.
type Claim struct {
	Value    string        `json:"value"`
	Author   ParticipantID `json:"author"`
	Kind     Kind          `json:"kind"`           // report or assessment
	Type     string        `json:"type,omitempty"` // of an assessment
	Document DocumentID    `json:"document"`
}

const (
	claimsAgree  = "values agree"
	claimsDiffer = "values differ"
)

var claimsGroup = group{
	name:    groupClaims,
	figures: []string{claimsAgree, claimsDiffer},
	touched: func(v *view, e *entry) []string {
		if e.kind() == KindAssessment {
			e = v.docs[e.doc.About()]
		}
		return ofPledge(v, e)
	},
	fill: fillClaims,
	rows: func(c *Contents) any { return &c.Claims },
	section: func(c *Contents) *Section {
		s := c.newSection(groupClaims, "Where reports and assessments state different values (they are never merged)", "pledge", "author", "target", "on", "stated")
		for _, r := range c.Claims {
			if r.State == claimsDiffer {
				values := collect(r.Claims, func(c Claim) string { return c.Value + " by " + string(c.Author) })
				s.add(r.Sample, string(r.Pledge), string(r.Author), r.Target, r.On, strings.Join(values, ", "))
			}
		}
		return s
	},
}

func fillClaims(v *view, unit string, t *table) {
	e, p, _, ok := v.pledge(unit)
	if !ok {
		return
	}
	claims := map[[2]string][]*entry{}
	stated := map[[2]string]map[*entry]string{}
	for _, x := range v.aboutAll(e) {
		for _, value := range valuesOf(x.doc) {
			k := [2]string{value.Target, value.On}
			if stated[k] == nil {
				stated[k] = map[*entry]string{}
			}
			claims[k], stated[k][x] = append(claims[k], x), value.Value
		}
	}
	for k, by := range claims {
		if len(by) < 2 {
			continue
		}
		row := &ClaimRow{
			Row:    Row{Key: string(first(e).id) + "/" + k[0] + "/" + k[1], Sample: e.sample, Cites: []DocumentID{e.id}},
			Pledge: e.id, Author: p.Author, Target: k[0], On: k[1], State: claimsAgree,
		}
		for _, x := range by {
			claim := Claim{Value: stated[k][x], Author: x.doc.Author, Kind: x.doc.Kind, Document: x.id}
			if claim.Kind == KindAssessment {
				claim.Type = typeOf(x.doc)
			}
			row.Claims = append(row.Claims, claim)
			row.Cites = append(row.Cites, x.id)
			row.Sample = row.Sample || x.sample
		}
		row.State = claimsState(row.Claims)
		row.In = []string{row.State}
		t.add(row)
	}
}

func claimsState(claims []Claim) string {
	values := map[string]bool{}
	for _, c := range claims {
		value, _ := rat(c.Value)
		values[value.RatString()] = true // 90 and 90.0 are one value
	}
	if len(values) > 1 {
		return claimsDiffer
	}
	return claimsAgree
}

// aboutAll are the documents that stand about any version of a document, by
// filing.
func (v *view) aboutAll(e *entry) (all []*entry) {
	for _, version := range versions(e) {
		for _, x := range v.about[version.id] {
			if x.counts() {
				all = append(all, x)
			}
		}
	}
	return sorted(all)
}

// valuesOf are the figures that a document states for a pledge's targets.
func valuesOf(d *Document) []Value {
	switch p := d.Predicate.(type) {
	case *Report:
		return p.Values
	case *Assessment:
		return p.Values
	}
	return nil
}

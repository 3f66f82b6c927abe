package review

import (
	"slices"
	"strconv"
	"strings"
)

// The groups about funds follow money from a contribution to a result, a group
// for each step. A step's figures are its own: a pledge, its allocation and its
// disbursement are the same money, so no figure adds two steps up.

// climb is the first version of the document of a kind that a document is or,
// step by step, is about.
func (v *view) climb(e *entry, k Kind) *entry {
	for e != nil && e.doc != nil {
		switch e.doc.Kind {
		case k:
			return first(e)
		case KindContribution, KindClaim, KindApplication, KindAllocation, KindDisbursement, KindResult:
			e = v.docs[e.doc.About()]
		default:
			return nil
		}
	}
	return nil
}

// ofStep names the unit that climb finds.
func ofStep(k Kind) func(v *view, e *entry) []string {
	return func(v *view, e *entry) []string {
		if up := v.climb(e, k); up != nil {
			return []string{string(up.id)}
		}
		return nil
	}
}

// standingAbout are the documents of a kind that stand and are about any version of
// a document, by filing.
func (v *view) standingAbout(e *entry, k Kind) (list []*entry) {
	for _, version := range versions(e) {
		for _, x := range v.about[version.id] {
			if x.doc.Kind == k && x.counts() {
				list = append(list, x)
			}
		}
	}
	return sorted(list)
}

// FacilityRow is a fund with what happened at each step.
type FacilityRow struct {
	Row
	ID           DocumentID        `json:"id"`
	Host         ParticipantID     `json:"host"`
	Title        string            `json:"title"`
	Currency     string            `json:"currency"`
	Criteria     []string          `json:"criteria,omitempty"`
	Committed    map[string]string `json:"committed,omitempty"`
	Paid         map[string]string `json:"paid,omitempty"`
	Claims       int               `json:"claims"`
	Applications int               `json:"applications"`
	AppliedFor   map[string]string `json:"appliedFor,omitempty"`
	Allocated    map[string]string `json:"allocated,omitempty"`
	Disbursed    map[string]string `json:"disbursed,omitempty"`
	Results      int               `json:"results"`
}

var facilitiesGroup = group{
	name:    groupFacilities,
	figures: []string{"facilities", "with conflicting claims"},
	touched: ofStep(KindFacility),
	fill:    fillFacilities,
	rows:    func(c *Contents) any { return &c.Facilities },
	section: func(c *Contents) *Section {
		s := c.newSection(groupFacilities, "Funds, step by step (the steps are the same money: they are never added up)",
			"facility", "host", "title", "committed", "paid", "claims", "applied for", "allocated", "disbursed", "results")
		for _, r := range c.Facilities {
			s.add(r.Sample, string(r.ID), string(r.Host), r.Title, listAmounts(r.Committed), listAmounts(r.Paid), strconv.Itoa(r.Claims),
				listAmounts(r.AppliedFor), listAmounts(r.Allocated), listAmounts(r.Disbursed), strconv.Itoa(r.Results))
		}
		return s
	},
}

func fillFacilities(v *view, unit string, t *table) {
	e := v.unitVersion(unit)
	p, ok := predicateOf[*Facility](e)
	if !ok || v.objective != 0 || !v.covers(p.Author) {
		return
	}
	row := &FacilityRow{
		Row: Row{Key: string(e.id), In: []string{"facilities"}, Sample: e.sample, Cites: []DocumentID{e.id}, AccreditedBy: v.accreditors(e)},
		ID:  e.id, Host: p.Author, Title: p.Title, Currency: p.Currency, Criteria: conditionIDs(p.Criteria),
	}
	cite := func(x *entry) { row.Cites = append(row.Cites, x.id) }
	committed, paid, applied := amounts{}, amounts{}, amounts{}
	for _, x := range v.standingAbout(e, KindContribution) {
		cite(x)
		c := x.doc.Predicate.(*Contribution)
		map[string]amounts{stageCommitted: committed, stagePaid: paid}[c.Stage].add(c.Currency, c.Amount)
	}
	claims := v.standingAbout(e, KindClaim)
	for _, x := range claims {
		cite(x)
	}
	row.Claims = len(claims)
	if conflicting(claims) {
		row.count("with conflicting claims")
	}
	allocated, disbursed := amounts{}, amounts{}
	for _, version := range versions(e) {
		for _, x := range v.about[version.id] {
			if x.doc.Kind != KindApplication {
				continue
			}
			if a := x.doc.Predicate.(*Application); x.counts() {
				cite(x)
				row.Applications++
				applied.add(a.Currency, a.Amount)
			}
			for _, y := range v.about[x.id] {
				v.walkAllocation(y, allocated, disbursed, cite, &row.Results)
			}
		}
	}
	row.Committed, row.Paid, row.AppliedFor, row.Allocated, row.Disbursed = committed.texts(), paid.texts(), applied.texts(), allocated.texts(), disbursed.texts()
	t.add(row)
}

// walkAllocation adds what an allocation and what follows it say, each as far as
// it stands.
func (v *view) walkAllocation(e *entry, allocated, disbursed amounts, cite func(*entry), results *int) {
	p, ok := e.doc.Predicate.(*Allocation)
	if !ok {
		return
	}
	if e.counts() {
		cite(e)
		allocated.add(p.Currency, p.Amount)
	}
	for _, x := range v.about[e.id] {
		if d, ok := x.doc.Predicate.(*Disbursement); ok {
			if x.counts() {
				cite(x)
				disbursed.add(d.Currency, d.Amount)
			}
			for _, y := range v.about[x.id] {
				if y.doc.Kind == KindResult && y.counts() {
					cite(y)
					*results++
				}
			}
		} else if x.doc.Kind == KindResult && x.counts() {
			cite(x)
			*results++
		}
	}
}

// The stages of a contribution.
const (
	stageCommitted = "committed"
	stagePaid      = "paid"
)

// ContributionRow is what somebody gives to a fund.
type ContributionRow struct {
	Row
	ID         DocumentID    `json:"id"`
	Facility   DocumentID    `json:"facility"` // the version that it is about
	Host       ParticipantID `json:"host"`
	Author     ParticipantID `json:"author"`
	Stage      string        `json:"stage"`
	Amount     string        `json:"amount"`
	Currency   string        `json:"currency"`
	On         string        `json:"on"`
	Earmarking string        `json:"earmarking"`
	Pledge     DocumentID    `json:"pledge,omitempty"`
}

var contributionsGroup = group{
	name:    groupContributions,
	figures: []string{"contributions", stageCommitted, stagePaid},
	touched: itself[*Contribution],
	fill:    fillContributions,
	rows:    func(c *Contents) any { return &c.Contributions },
	section: func(c *Contents) *Section {
		s := c.newSection(groupContributions, "Contributions to funds", "contribution", "by", "to", "facility", "stage", "amount", "currency", "on", "earmarking")
		for _, r := range c.Contributions {
			s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), string(r.Host), string(r.Facility), r.Stage, r.Amount, r.Currency, r.On, r.Earmarking)
		}
		return s
	},
}

func fillContributions(v *view, unit string, t *table) {
	e := v.unitEntry(unit)
	p, ok := predicateOf[*Contribution](e)
	if !ok || !e.counts() || v.objective != 0 {
		return
	}
	facility := v.docs[e.doc.About()]
	if !v.covers(p.Author) && !v.covers(facility.doc.Author) {
		return
	}
	row := &ContributionRow{
		Row: Row{Key: string(e.id), In: []string{"contributions", p.Stage, "earmarking: " + p.Earmarking}, Sample: e.sample, Cites: []DocumentID{e.id, facility.id}, AccreditedBy: v.accreditors(e)},
		ID:  e.id, Facility: facility.id, Host: facility.doc.Author, Author: p.Author, Stage: p.Stage, Amount: p.Amount, Currency: p.Currency, On: p.On,
		Earmarking: p.Earmarking, Pledge: p.Pledge,
	}
	v.money(&row.Row, p.Stage, p.Currency, parseDecimal(p.Amount))
	if p.Earmarking == unearmarked {
		v.money(&row.Row, p.Stage+" unearmarked", p.Currency, parseDecimal(p.Amount))
	}
	t.add(row)
}

// FundClaimRow is a public claim about a fund's money, beside the others about it.
// Claims are neither added up nor merged.
type FundClaimRow struct {
	Row
	ID       DocumentID    `json:"id"`
	Facility DocumentID    `json:"facility"` // its first version
	Author   ParticipantID `json:"author"`   // who filed it
	By       string        `json:"by"`       // who said it
	What     string        `json:"what"`
	Amount   string        `json:"amount"`
	Currency string        `json:"currency"`
	Words    string        `json:"words,omitempty"`
	On       string        `json:"on,omitempty"`
	Sources  []string      `json:"sources"`
	State    string        `json:"state"`
}

// How the claims about one fund stand to each other.
const (
	fundClaimAlone   = "the only claim"
	fundClaimsAgree  = "all claims name this amount"
	fundClaimsDiffer = "other claims name other amounts"
)

var fundClaimsGroup = group{
	name:    groupFundClaims,
	figures: []string{"claims", fundClaimAlone, fundClaimsAgree, fundClaimsDiffer},
	touched: ofStep(KindFacility),
	fill:    fillFundClaims,
	rows:    func(c *Contents) any { return &c.FundClaims },
	section: func(c *Contents) *Section {
		s := c.newSection(groupFundClaims, "What was said in public about funds, side by side", "facility", "said by", "what", "amount", "currency", "words", "on", "source", "filed by", "state")
		for _, r := range c.FundClaims {
			s.add(r.Sample, string(r.Facility), r.By, r.What, r.Amount, r.Currency, r.Words, r.On, strings.Join(r.Sources, " "), by(string(r.Author), r.AccreditedBy), r.State)
		}
		return s
	},
}

func fillFundClaims(v *view, unit string, t *table) {
	facility := v.unitEntry(unit)
	if _, ok := predicateOf[*Facility](facility); !ok || first(facility) != facility || v.objective != 0 {
		return
	}
	all := v.standingAbout(facility, KindClaim)
	for _, sample := range []bool{false, true} {
		claims := slices.DeleteFunc(slices.Clone(all), func(e *entry) bool { return e.sample != sample })
		state := fundClaimAlone
		if conflicting(claims) {
			state = fundClaimsDiffer
		} else if len(claims) > 1 {
			state = fundClaimsAgree
		}
		for _, e := range claims {
			p := e.doc.Predicate.(*FundClaim)
			if !v.covers(p.Author) && !v.covers(facility.doc.Author) {
				continue
			}
			t.add(&FundClaimRow{
				Row: Row{Key: unit + "/" + string(e.id), In: []string{"claims", state, "what: " + p.What}, Sample: sample, Cites: []DocumentID{e.id}, AccreditedBy: v.accreditors(e)},
				ID:  e.id, Facility: facility.id, Author: p.Author, By: p.By, What: p.What, Amount: p.Amount, Currency: p.Currency, Words: p.Words, On: p.On,
				Sources: p.Sources, State: state,
			})
		}
	}
}

// conflicting is whether claims name more than one amount.
func conflicting(claims []*entry) bool {
	for _, e := range claims {
		p, q := e.doc.Predicate.(*FundClaim), claims[0].doc.Predicate.(*FundClaim)
		if p.Currency != q.Currency || parseDecimal(p.Amount).cmp(parseDecimal(q.Amount)) != 0 {
			return true
		}
	}
	return false
}

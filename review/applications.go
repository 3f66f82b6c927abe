package review

import (
	"slices"
	"strconv"
	"strings"
)

// ApplicationRow is an application to a fund with what was allocated to it.
type ApplicationRow struct {
	Row
	ID         DocumentID    `json:"id"`
	Facility   DocumentID    `json:"facility"` // the version that it is about
	Host       ParticipantID `json:"host"`
	Author     ParticipantID `json:"author"`
	Title      string        `json:"title"`
	Amount     string        `json:"amount"`
	Currency   string        `json:"currency"`
	Objectives []int         `json:"objectives"`
	Country    string        `json:"country"`
	Recipient  string        `json:"recipient"`
	Advocacy   bool          `json:"advocacy,omitempty"`
	Assessment DocumentID    `json:"assessment"`
	Criteria   []string      `json:"criteria,omitempty"`
	Allocated  string        `json:"allocated"` // in the application's currency
	State      string        `json:"state"`
}

// How far a later step goes with an earlier one. Going beyond is shown, not
// refused: the host may have its reasons.
const (
	allocatedNone   = "no allocation yet"
	allocatedPart   = "allocated in part"
	allocatedFull   = "allocated in full"
	allocatedBeyond = "allocated beyond the application"
	paidNone        = "nothing disbursed yet"
	paidPart        = "disbursed in part"
	paidFull        = "disbursed in full"
	paidBeyond      = "disbursed beyond the allocation"
)

// reach is the first of four words if nothing of an amount was reached, then if
// part, all or more of it was.
func reach(reached *decimal, of string, words ...string) string {
	if reached.sign() == 0 {
		return words[0]
	}
	return words[2+reached.cmp(parseDecimal(of))]
}

// sumOf is the sum of what documents say in one currency.
func sumOf(list []*entry, currency string, says func(*entry) (currency, amount string)) *decimal {
	sum := new(decimal)
	for _, e := range list {
		if c, amount := says(e); c == currency {
			sum.add(amount)
		}
	}
	return sum
}

func allocates(e *entry) (currency, amount string) {
	p := e.doc.Predicate.(*Allocation)
	return p.Currency, p.Amount
}

func disburses(e *entry) (currency, amount string) {
	p := e.doc.Predicate.(*Disbursement)
	return p.Currency, p.Amount
}

func ids(entries []*entry) []DocumentID {
	list := make([]DocumentID, len(entries))
	for i, e := range entries {
		list[i] = e.id
	}
	return list
}

var applicationsGroup = group{
	name:    groupApplications,
	figures: []string{"applications", allocatedNone, allocatedPart, allocatedFull, allocatedBeyond},
	touched: ofStep(KindApplication),
	fill:    fillApplications,
	rows:    func(c *Contents) any { return &c.Applications },
	section: func(c *Contents) *Section {
		s := c.newSection(groupApplications, "Applications to funds", "application", "by", "to", "title", "amount", "currency", "allocated", "assessment", "criteria met", "state")
		for _, r := range c.Applications {
			s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), string(r.Host), r.Title, r.Amount, r.Currency, r.Allocated, string(r.Assessment), strings.Join(r.Criteria, ", "), r.State)
		}
		return s
	},
}

func fillApplications(v *view, unit string, t *table) {
	e := v.unitVersion(unit)
	p, ok := predicateOf[*Application](e)
	if !ok || !v.touches(p.Objectives) {
		return
	}
	facility := v.docs[e.doc.About()]
	if !v.covers(p.Author) && !v.covers(facility.doc.Author) {
		return
	}
	allocations := v.standingAbout(e, KindAllocation)
	allocated := sumOf(allocations, p.Currency, allocates)
	row := &ApplicationRow{
		Row: Row{Key: string(e.id), In: []string{"applications"}, Sample: e.sample, Cites: append([]DocumentID{e.id, facility.id}, ids(allocations)...), AccreditedBy: v.accreditors(e)},
		ID:  e.id, Facility: facility.id, Host: facility.doc.Author, Author: p.Author, Title: p.Title, Amount: p.Amount, Currency: p.Currency,
		Objectives: p.Objectives, Country: p.Country, Recipient: p.Recipient, Advocacy: p.Advocacy, Assessment: p.Assessment, Criteria: p.Criteria,
		Allocated: allocated.String(), State: reach(allocated, p.Amount, allocatedNone, allocatedPart, allocatedFull, allocatedBeyond),
	}
	row.count(row.State)
	v.moneyTo(&row.Row, "applied for", p.Currency, p.Amount, p)
	t.add(row)
}

// moneyTo adds an amount to a step's figures, by who is to receive it.
func (v *view) moneyTo(row *Row, step, currency, amount string, to *Application) {
	sum := func(name string, holds bool) {
		if holds {
			v.money(row, name, currency, parseDecimal(amount))
		}
	}
	sum(step, true)
	sum(step+" to non-government recipients", toNonGovernment(to.Recipient))
	sum(step+" to advocacy", to.Advocacy)
}

// AllocationRow is an allocation with what was paid from it and what came of it.
type AllocationRow struct {
	Row
	ID          DocumentID    `json:"id"`
	Application DocumentID    `json:"application"` // the version that it is about
	Host        ParticipantID `json:"host"`
	Applicant   ParticipantID `json:"applicant"`
	Amount      string        `json:"amount"`
	Currency    string        `json:"currency"`
	On          string        `json:"on"`
	Disbursed   string        `json:"disbursed"` // in the allocation's currency
	State       string        `json:"state"`
	Outstanding []string      `json:"outstanding,omitempty"` // conditions that no disbursement says were met
	Results     []DocumentID  `json:"results,omitempty"`
}

var allocationsGroup = group{
	name:    groupAllocations,
	figures: []string{"allocations", paidNone, paidPart, paidFull, paidBeyond, "conditions outstanding", "result reported", "no result reported"},
	touched: ofStep(KindAllocation),
	fill:    fillAllocations,
	rows:    func(c *Contents) any { return &c.Allocations },
	section: func(c *Contents) *Section {
		s := c.newSection(groupAllocations, "Allocations, disbursements and results", "allocation", "by", "to", "amount", "currency", "on", "disbursed", "state", "conditions outstanding", "result")
		for _, r := range c.Allocations {
			s.add(r.Sample, string(r.ID), string(r.Host), string(r.Applicant), r.Amount, r.Currency, r.On, r.Disbursed, r.State, strings.Join(r.Outstanding, ", "), last(r.Results))
		}
		return s
	},
}

func fillAllocations(v *view, unit string, t *table) {
	e := v.unitVersion(unit)
	p, ok := predicateOf[*Allocation](e)
	if !ok {
		return
	}
	application := v.docs[e.doc.About()]
	to := application.doc.Predicate.(*Application)
	if !v.touches(to.Objectives) || !v.covers(p.Author) && !v.covers(to.Author) {
		return
	}
	payments := v.standingAbout(e, KindDisbursement)
	results := v.standingAbout(e, KindResult)
	for _, version := range versions(e) {
		for _, x := range v.about[version.id] {
			if x.doc.Kind != KindDisbursement {
				continue
			}
			for _, y := range v.about[x.id] {
				if y.doc.Kind == KindResult && y.counts() {
					results = append(results, y)
				}
			}
		}
	}
	paid := sumOf(payments, p.Currency, disburses)
	row := &AllocationRow{
		Row: Row{Key: string(e.id), In: []string{"allocations"}, Sample: e.sample, Cites: slices.Concat([]DocumentID{e.id, application.id}, ids(payments), ids(sorted(results)))},
		ID:  e.id, Application: application.id, Host: p.Author, Applicant: to.Author, Amount: p.Amount, Currency: p.Currency, On: p.On,
		Disbursed: paid.String(), State: reach(paid, p.Amount, paidNone, paidPart, paidFull, paidBeyond), Results: ids(results),
	}
	met := map[string]bool{}
	for _, x := range payments {
		for _, id := range x.doc.Predicate.(*Disbursement).Conditions {
			met[id] = true
		}
	}
	for _, c := range p.Conditions {
		if !met[c.ID] {
			row.Outstanding = append(row.Outstanding, c.ID)
		}
	}
	row.count(row.State)
	if len(row.Outstanding) > 0 {
		row.count("conditions outstanding")
	}
	if len(results) > 0 {
		row.count("result reported")
	} else {
		row.count("no result reported")
	}
	v.moneyTo(&row.Row, "allocated", p.Currency, p.Amount, to)
	if paid.sign() > 0 {
		v.moneyTo(&row.Row, "disbursed", p.Currency, paid.String(), to)
	}
	t.add(row)
}

// UnlockedRow is an assessment with what rests on it: applications to funds,
// what was allocated to them and what was disbursed, each step by itself.
type UnlockedRow struct {
	Row
	Assessment   DocumentID        `json:"assessment"` // its first version
	Author       ParticipantID     `json:"author"`
	Title        string            `json:"title,omitempty"`
	Stands       bool              `json:"stands"` // some version of it does
	Applications []DocumentID      `json:"applications"`
	AppliedFor   map[string]string `json:"appliedFor"`
	Allocated    map[string]string `json:"allocated,omitempty"`
	Disbursed    map[string]string `json:"disbursed,omitempty"`
}

var unlockedGroup = group{
	name:    groupUnlocked,
	figures: []string{"assessments that applications rest on", "led to an allocation", "led to a disbursement"},
	touched: touchedUnlocked,
	fill:    fillUnlocked,
	rows:    func(c *Contents) any { return &c.Unlocked },
	section: func(c *Contents) *Section {
		s := c.newSection(groupUnlocked, "What assessments unlocked (the steps are never added up)", "assessment", "by", "title", "applications", "applied for", "allocated", "disbursed")
		for _, r := range c.Unlocked {
			s.add(r.Sample, string(r.Assessment), by(string(r.Author), r.AccreditedBy), r.Title, strconv.Itoa(len(r.Applications)), listAmounts(r.AppliedFor), listAmounts(r.Allocated), listAmounts(r.Disbursed))
		}
		return s
	},
}

// touchedUnlocked are the assessments on which any version of the application
// rests that a document is or belongs to.
func touchedUnlocked(v *view, e *entry) (units []string) {
	if slices.Contains(assessing, e.kind()) {
		return []string{string(first(e).id)}
	}
	application := v.climb(e, KindApplication)
	if application == nil {
		return nil
	}
	for _, version := range versions(application) {
		if assessment := v.docs[version.doc.Predicate.(*Application).Assessment]; assessment != nil {
			units = appendNew(units, string(first(assessment).id))
		}
	}
	return units
}

func fillUnlocked(v *view, unit string, t *table) {
	e := v.unitEntry(unit)
	if e == nil || !slices.Contains(assessing, e.kind()) || e.code != "" || first(e) != e {
		return
	}
	for _, sample := range []bool{false, true} {
		row := &UnlockedRow{
			Row:        Row{Key: unit + sampleSuffix(sample), Sample: sample, Cites: []DocumentID{e.id}, AccreditedBy: v.accreditors(e)},
			Assessment: e.id, Author: e.doc.Author, Title: e.doc.Title, Stands: standing(e) != nil,
		}
		cite := func(x *entry) { row.Cites = append(row.Cites, x.id) }
		applied, allocated, disbursed, results := amounts{}, amounts{}, amounts{}, 0
		for _, x := range v.resting(e) {
			p := x.doc.Predicate.(*Application)
			host := v.docs[x.doc.About()].doc.Author
			if x.sample != sample || !v.touches(p.Objectives) || !v.covers(p.Author) && !v.covers(host) {
				continue
			}
			cite(x)
			row.Applications = append(row.Applications, x.id)
			applied.add(p.Currency, p.Amount)
			for _, version := range versions(x) {
				for _, y := range v.about[version.id] {
					v.walkAllocation(y, allocated, disbursed, cite, &results)
				}
			}
		}
		if len(row.Applications) == 0 {
			continue
		}
		row.AppliedFor, row.Allocated, row.Disbursed = applied.texts(), allocated.texts(), disbursed.texts()
		row.count("assessments that applications rest on")
		for _, step := range []struct {
			sums          amounts
			figure, state string
		}{{applied, "applied for", ""}, {allocated, "allocated", "led to an allocation"}, {disbursed, "disbursed", "led to a disbursement"}} {
			for _, currency := range step.sums.currencies() {
				v.money(&row.Row, step.figure, currency, step.sums[currency])
			}
			if step.state != "" && len(step.sums) > 0 {
				row.count(step.state)
			}
		}
		t.add(row)
	}
}

// resting are the applications that stand and rest on any version of an
// assessment.
func (v *view) resting(assessment *entry) (list []*entry) {
	for _, version := range versions(assessment) {
		for _, x := range v.under(citedIn(version.id)) {
			if _, ok := x.doc.Predicate.(*Application); ok && x.counts() && v.speaks(x) {
				list = append(list, x)
			}
		}
	}
	return sorted(list)
}

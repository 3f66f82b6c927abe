package review

import (
	"slices"
	"strconv"
	"strings"
)

// Facility is a fund's terms. Its author is the host, its subject the charter.
// What happens to its money are documents of their own, each about the one
// before:
//
//	facility <- contribution (by a donor), claim (by anybody)
//	facility <- application (by the applicant) <- allocation (by the host)
//	         <- disbursement (by the host) <- result (by the applicant)
//
// From the application on, all amounts are in the facility's currency.
type Facility struct {
	Common
	Currency string      `json:"currency"`
	Criteria []Condition `json:"criteria,omitempty"`
}

func (p *Facility) check(r *Refusal) { checkDistinct(r, "/criteria", "/id", conditionIDs(p.Criteria)) }

// Contribution is what its author gives to a facility.
type Contribution struct {
	Common
	Stage      string     `json:"stage"` // committed, paid
	Amount     string     `json:"amount"`
	Currency   string     `json:"currency"`
	On         string     `json:"on"`
	Earmarking string     `json:"earmarking"`
	Pledge     DocumentID `json:"pledge,omitempty"`
}

func (p *Contribution) typeWord() string { return p.Stage }

func (p *Contribution) citations() []citation {
	return []citation{{"/pledge", p.Pledge, []Kind{KindPledge}}}
}

func (p *Contribution) check(r *Refusal) {
	checkAmount(r, "/amount", p.Amount)
	checkPast(r, "/on", p.On, p.day())
}

func (p *Contribution) relate(_ *Chain, _, _ *Document, find finder) Refusal {
	if pledge, ok := predicateIn[*Pledge](find, p.Pledge); ok && !pledgeOf(pledge, p.Author) {
		return Refusal{*refuse("/pledge", "not-the-givers-pledge", "pledgor", string(pledge.Author))}
	}
	return nil
}

// FundClaim is what somebody said in public about a facility's money. Whoever files
// it does not say that it is true.
type FundClaim struct {
	Common
	What     string `json:"what"` // target, announced, received, spent
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Words    string `json:"words,omitempty"`
	By       string `json:"by"`
	On       string `json:"on,omitempty"` // a date, or not-stated
}

func (p *FundClaim) typeWord() string { return p.What }

func (p *FundClaim) check(r *Refusal) {
	checkAmount(r, "/amount", p.Amount)
	checkPast(r, "/on", p.On, p.day())
}

// Application asks a facility for money, on the ground of an assessment.
type Application struct {
	Common
	Amount     string     `json:"amount"`
	Currency   string     `json:"currency"`
	Objectives []int      `json:"objectives"`
	Country    string     `json:"country"`
	Recipient  string     `json:"recipient"` // as of an expenditure
	Advocacy   bool       `json:"advocacy,omitempty"`
	Assessment DocumentID `json:"assessment"`
	Criteria   []string   `json:"criteria,omitempty"` // of the facility, that it meets
}

func (p *Application) objectives() []int { return p.Objectives }

// assessing are the kinds of document that an application may rest on.
var assessing = []Kind{KindAssessment}

func (p *Application) citations() []citation {
	return []citation{{"/assessment", p.Assessment, assessing}}
}

func (p *Application) check(r *Refusal) {
	checkAmount(r, "/amount", p.Amount)
	checkPlace(r, "/country", p.Country, p.Sample)
}

func (p *Application) relate(_ *Chain, _, about *Document, find finder) (r Refusal) {
	facility := about.Predicate.(*Facility)
	if facility.Author == p.Author {
		return Refusal{*refuse("/about", "host-applies")}
	}
	facility.checkCurrency(&r, p.Currency)
	checkKnown(&r, "/criteria", "unknown-criterion", p.Criteria, facility.Criteria)
	if a, ok := predicateIn[*Assessment](find, p.Assessment); ok && a.Stage == stageDraft {
		r.add("/assessment", "rests-on-a-draft")
	}
	return r
}

// Allocation is what a facility's host sets aside for an application.
type Allocation struct {
	Common
	Amount     string      `json:"amount"`
	Currency   string      `json:"currency"`
	On         string      `json:"on"`
	Conditions []Condition `json:"conditions,omitempty"`
}

func (p *Allocation) check(r *Refusal) {
	checkAmount(r, "/amount", p.Amount)
	checkPast(r, "/on", p.On, p.day())
	checkDistinct(r, "/conditions", "/id", conditionIDs(p.Conditions))
}

func (p *Allocation) relate(_ *Chain, _, about *Document, find finder) (r Refusal) {
	facility, ok := predicateIn[*Facility](find, about.About())
	if !ok {
		return nil
	}
	if facility.Author != p.Author {
		return Refusal{*refuse("/about", "not-the-host", "host", string(facility.Author))}
	}
	facility.checkCurrency(&r, p.Currency)
	checkNotBefore(&r, "/on", p.On, "the application", about.day())
	return r
}

// Disbursement is what a facility's host paid from an allocation.
type Disbursement struct {
	Common
	Amount     string   `json:"amount"`
	Currency   string   `json:"currency"`
	On         string   `json:"on"`
	Conditions []string `json:"conditions,omitempty"` // of the allocation, that were met by then
}

func (p *Disbursement) check(r *Refusal) {
	checkAmount(r, "/amount", p.Amount)
	checkPast(r, "/on", p.On, p.day())
}

func (p *Disbursement) relate(_ *Chain, _, about *Document, _ finder) (r Refusal) {
	allocation := about.Predicate.(*Allocation)
	if allocation.Author != p.Author {
		return Refusal{*refuse("/about", "not-the-host", "host", string(allocation.Author))}
	}
	if p.Currency != allocation.Currency {
		r.add("/currency", "not-the-facilitys-currency", "currency", allocation.Currency)
	}
	if p.On < allocation.On {
		r.add("/on", "paid-before-allocated", "date", p.On, "limit", allocation.On)
	}
	checkKnown(&r, "/conditions", "unknown-condition", p.Conditions, allocation.Conditions)
	return r
}

// Result is what a recipient says that came of a facility's money.
type Result struct {
	Common
	Text   string        `json:"text"`
	Values []ResultValue `json:"values,omitempty"`
}

// ResultValue is a figure in a result.
type ResultValue struct {
	Indicator string `json:"indicator"`
	Value     string `json:"value"`
	Unit      string `json:"unit"`
	On        string `json:"on"`
}

func (p *Result) check(r *Refusal) {
	checkDistinct(r, "/values", "/on", collect(p.Values, func(v ResultValue) string { return v.Indicator + " on " + v.On }))
}

func (p *Result) relate(_ *Chain, _, about *Document, find finder) Refusal {
	allocation := about
	if about.Kind == KindDisbursement {
		allocation, _ = find(about.About())
	}
	if allocation == nil {
		return nil
	}
	if application, ok := predicateIn[*Application](find, allocation.About()); ok && application.Author != p.Author {
		return Refusal{*refuse("/about", "not-the-recipient", "recipient", string(application.Author))}
	}
	return nil
}

func (p *Facility) checkCurrency(r *Refusal, currency string) {
	if currency != p.Currency {
		r.add("/currency", "not-the-facilitys-currency", "currency", p.Currency)
	}
}

// checkKnown: each short name is one of those that the other document defines.
func checkKnown(r *Refusal, list, code string, names []string, defined []Condition) {
	known := conditionIDs(defined)
	for i, name := range names {
		if !slices.Contains(known, name) {
			r.add(list+"/"+strconv.Itoa(i), code, "value", quote(name), "known", clip(orNone(strings.Join(known, ", "))))
		}
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

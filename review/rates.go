package review

import (
	"errors"
	"fmt"
	"strconv"
)

// Rates is a table of exchange rates with its source. Its subject is the
// charter. It converts nothing by itself: see [Options].
type Rates struct {
	Common
	Base   string `json:"base"`
	On     string `json:"on"`
	Source string `json:"source"`
	Rates  []Rate `json:"rates"`
}

// Rate is what one unit of a currency is in the base currency.
type Rate struct {
	Currency string `json:"currency"`
	Rate     string `json:"rate"` // decimal
}

func (p *Rates) check(r *Refusal) {
	checkPast(r, "/on", p.On, p.day())
	checkDistinct(r, "/rates", "/currency", collect(p.Rates, func(x Rate) string { return x.Currency }))
	for i, x := range p.Rates {
		at := "/rates/" + strconv.Itoa(i)
		if x.Currency == p.Base {
			r.add(at+"/currency", "base-in-table", "base", p.Base)
		}
		if parseDecimal(x.Rate).sign() <= 0 {
			r.add(at+"/rate", "no-rate")
		}
	}
}

// ErrRates means that a document is not a table of exchange rates that counts.
var ErrRates = errors.New("review: no such table of exchange rates")

// exchange is the table with which a stocktake converts.
type exchange struct {
	id    DocumentID
	in    string // what figures in the base currency have in their name
	rates map[string]*decimal
}

// exchange reads the table; nil for the empty ID.
func (r *Reading) exchange(id DocumentID) (*exchange, error) {
	if id == "" {
		return nil, nil
	}
	e := r.docs[id]
	p, ok := predicateOf[*Rates](e)
	switch {
	case e == nil:
		return nil, fmt.Errorf("%w: document %.12s is not in the snapshot; `stocktake list --kind rates` shows those that are", ErrRates, id)
	case !ok:
		return nil, fmt.Errorf("%w: document %.12s is of another kind; `stocktake list --kind rates` shows the tables", ErrRates, id)
	case !e.counts():
		return nil, fmt.Errorf("%w: document %.12s does not count: %s", ErrRates, id, e.label().Reason)
	}
	x := &exchange{id: id, in: fmt.Sprintf(" in %s by rates %.12s", p.Base, id), rates: map[string]*decimal{p.Base: parseDecimal("1")}}
	for _, rate := range p.Rates {
		x.rates[rate.Currency] = parseDecimal(rate.Rate)
	}
	return x, nil
}

// table is the document's ID, "" without one.
func (x *exchange) table() DocumentID {
	if x == nil {
		return ""
	}
	return x.id
}

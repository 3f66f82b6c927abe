package review

import (
	"maps"
	"slices"
)

// amounts are sums by currency, which are never added together.
type amounts map[string]*decimal

func (a amounts) add(currency, amount string) {
	if a[currency] == nil {
		a[currency] = new(decimal)
	}
	a[currency].add(amount)
}

// texts is how a row writes them; nil if there are none.
func (a amounts) texts() map[string]string {
	if len(a) == 0 {
		return nil
	}
	texts := make(map[string]string, len(a))
	for currency, d := range a {
		texts[currency] = d.String()
	}
	return texts
}

func (a amounts) currencies() []string { return slices.Sorted(maps.Keys(a)) }

// less is what remains of each currency of a that keep names.
func (a amounts) less(b amounts, keep func(currency string) bool) amounts {
	rest := amounts{}
	for currency, d := range a {
		if !keep(currency) {
			continue
		}
		rest[currency] = new(decimal)
		rest[currency].plus(d)
		if b[currency] != nil {
			rest[currency].minus(b[currency])
		}
	}
	return rest
}

func (a amounts) equal(b amounts) bool {
	for currency, d := range a {
		if b[currency] == nil || b[currency].cmp(d) != 0 {
			return false
		}
	}
	return len(a) == len(b)
}

// sum adds to a figure of the row that is a sum.
func (r *Row) sum(name string, n *decimal) {
	if r.Sums == nil {
		r.Sums = map[string]string{}
	}
	total := parseDecimal(n.String())
	if old, ok := r.Sums[name]; ok {
		total.add(old)
	}
	r.Sums[name] = total.String()
}

// count puts the row into figures that are counts, once each.
func (r *Row) count(names ...string) {
	for _, name := range names {
		if !slices.Contains(r.In, name) {
			r.In = append(r.In, name)
		}
	}
}

// citeOnce cites a document of which several parts follow one another.
func (r *Row) citeOnce(e *entry) {
	if n := len(r.Cites); n == 0 || r.Cites[n-1] != e.id {
		r.Cites = append(r.Cites, e.id)
	}
}

// money adds an amount to a figure of its currency, as "pledged EUR", and, where
// the stocktake was asked for with a table of rates, to one in the base currency
// that names the table: "pledged in USD by rates 4f1d8a3c90b2".
func (v *view) money(r *Row, name, currency string, amount *decimal) {
	r.sum(name+" "+currency, amount)
	if v.exchange == nil {
		return
	}
	rate, ok := v.exchange.rates[currency]
	if !ok {
		r.count(name + " " + currency + ": no rate in the table")
		return
	}
	r.sum(name+v.exchange.in, amount.times(rate))
}

// coversPlace is whether the scope has a country in it.
func (v *view) coversPlace(country string) bool {
	switch {
	case v.one != "":
		return country != "" && v.chain.participants[v.one].Country == country
	case v.region != "":
		return slices.Contains(v.regionsOf(country), v.region)
	case v.joins():
		return slices.Contains(v.corridor[:], country)
	}
	return true
}

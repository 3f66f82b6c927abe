package compact

import (
	"slices"
	"strings"
)

// RegionEntry is a UN regional commission or a regional body, as in "UN-ECA"
// or "ECOWAS". Regions overlap: a sum over them counts a country as often as
// it is a member.
type RegionEntry struct {
	Code     string       `json:"code"`
	Name     string       `json:"name"`           // English
	Verified bool         `json:"verified"`       // the list was checked against a public source; else say "unverified"
	Basis    string       `json:"basis"`          // how far it was checked
	Note     string       `json:"note,omitempty"` // what the list leaves out or somebody contests
	Members  []Membership `json:"members"`        // by country, then date
}

// Membership is one country's time in a region. From and Until are its first
// and last day (YYYY-MM-DD). An empty From says only that the day it joined is
// not in this compact; an empty Until that the membership is open.
type Membership struct {
	ISO3  string `json:"iso3"`
	From  string `json:"from,omitempty"`
	Until string `json:"until,omitempty"`
}

// On reports whether the membership covers a day, YYYY-MM-DD; "" asks whether
// it is open.
func (m Membership) On(day string) bool {
	if day == "" {
		return m.Until == ""
	}
	return m.From <= day && (m.Until == "" || day <= m.Until)
}

// Regions lists the regions by code.
func Regions() []RegionEntry {
	all := slices.Clone(loaded().Regions)
	for i := range all {
		all[i].Members = slices.Clone(all[i].Members)
	}
	return all
}

// Region is the region of a code.
func Region(code string) (r RegionEntry, ok bool) {
	all := loaded().Regions
	i, ok := slices.BinarySearchFunc(all, code, func(r RegionEntry, code string) int {
		return strings.Compare(r.Code, code)
	})
	if !ok {
		return RegionEntry{}, false
	}
	r = all[i]
	r.Members = slices.Clone(r.Members)
	return r, true
}

// RegionsOf lists, sorted, the codes of the regions of which a country is a
// member on a day, YYYY-MM-DD; "" asks for its open memberships.
func RegionsOf(iso3, on string) []string {
	var codes []string
	for _, r := range loaded().Regions {
		if slices.ContainsFunc(r.Members, func(m Membership) bool { return m.ISO3 == iso3 && m.On(on) }) {
			codes = append(codes, r.Code)
		}
	}
	return codes
}

// UNCommissions lists the codes of the five UN regional commissions, which
// hold the regional reviews.
func UNCommissions() []string { return slices.Clone(loaded().UNCommissions) }

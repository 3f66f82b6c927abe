package main

import (
	"flag"
	"strconv"
	"strings"

	"stocktake/node/ceremony"
	"stocktake/review"
)

// answererFlags are what a charter says about authors whom it does not list,
// and about how much logs may hold.
type answererFlags struct{ accreditor, accredits, quota listFlag }

func (a *answererFlags) add(f *flag.FlagSet) {
	f.Var(&a.accreditor, "accreditor", "who may answer for authors whom the charter does not list, as `ID:SCOPE:CAP`: for so many at once, of scope global or region:CODE")
	f.Var(&a.accredits, "accredits", "which `types` of author these may accredit (default: "+strings.Join(review.AccreditedTypes(), ", ")+")")
	f.Var(&a.quota, "quota", "how many records a log may hold, as `ENTRIES` for all logs or ID:ENTRIES for one participant's")
}

func (a *answererFlags) answerers() (o ceremony.Answerers, err error) {
	types := []string(a.accredits)
	if len(types) == 0 {
		types = review.AccreditedTypes()
	}
	for _, s := range a.accreditor {
		id, rest, _ := strings.Cut(s, ":")
		i := strings.LastIndex(rest, ":")
		limit, err := strconv.Atoi(rest[i+1:])
		if i < 0 || err != nil {
			return o, usage("--accreditor %q: want ID:SCOPE:CAP, as ngo:global:20 or ngo:region:ECOWAS:20", s)
		}
		o.Accreditors = append(o.Accreditors, review.Accreditor{Participant: review.ParticipantID(id), Scope: rest[:i], Kinds: types, Cap: limit})
	}
	for _, s := range a.quota {
		i := strings.LastIndex(s, ":")
		entries, err := strconv.Atoi(s[i+1:])
		if err != nil {
			return o, usage("--quota %q: want ENTRIES or ID:ENTRIES, as 100000 or sle:200000", s)
		}
		o.Quotas = append(o.Quotas, review.Quota{Entries: entries, Participant: review.ParticipantID(s[:max(0, i)])})
	}
	return o, nil
}

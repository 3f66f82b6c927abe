package main

import (
	"cmp"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"stocktake/node/ceremony"
	"stocktake/review"
	"stocktake/signing"
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

// answersFor says for whom an accreditor may answer.
func answersFor(e review.Accreditor) string {
	return fmt.Sprintf("%d authors at once (%s) of scope %s", e.Cap, strings.Join(e.Kinds, ", "), e.Scope)
}

func quotaInWords(q review.Quota) string {
	return fmt.Sprintf("quota of %s: %d records", cmp.Or(string(q.Participant), "every log"), q.Entries)
}

func untilInWords(until string) string {
	if until == "" {
		return ""
	}
	return " until " + until
}

// accreditedKeys is why a charter may not list a key: an accredited author has
// it, and what that filed so far would not count any more.
func accreditedKeys(chain *review.Chain, next *review.Charter) error {
	for _, p := range next.Participants {
		for _, k := range p.Keys {
			key, err := signing.ParseDocumentKeyBase64(k.Key)
			if err != nil {
				continue
			}
			if owner, _, ok := chain.KeyOwner(key); ok && owner.Accredited() {
				return fmt.Errorf("%s: its %s key is the one of the accredited author %s, whose documents would not count any more; let it make a new key", p.ID, k.Role, owner)
			}
		}
	}
	return nil
}

package review

import (
	"reflect"
	"slices"
)

// A successor states what it adds and what it changes, each entry whole; what
// it leaves out stays as it was. So nobody is dropped by being forgotten, an
// amendment is as short as what it does, and a federation may outgrow what one
// document holds.

// Amended is the charter that a successor makes of this one: the successor's
// own fields, with every entry that it does not state as it was. Entries keep
// their order, new ones follow. Stating all of them again makes no difference.
func (c *Charter) Amended(next *Charter) *Charter {
	n := *next
	n.Participants = amended(c.Participants, next.Participants, func(a, b Participant) bool { return a.ID == b.ID })
	n.Witnesses = amended(c.Witnesses, next.Witnesses, func(a, b Witness) bool { return a.Key == b.Key })
	n.Rounds = amended(c.Rounds, next.Rounds, func(a, b Round) bool { return a.ID == b.ID })
	n.Suspensions = amended(c.Suspensions, next.Suspensions, func(a, b Suspension) bool { return a.id() == b.id() })
	n.Accreditors = amended(c.Accreditors, next.Accreditors, Accreditor.same)
	n.Quotas = amended(c.Quotas, next.Quotas, Quota.same)
	return &n
}

func amended[E any](old, stated []E, same func(a, b E) bool) []E {
	all := slices.Clone(old)
	for _, e := range stated {
		if i := slices.IndexFunc(all, func(o E) bool { return same(o, e) }); i >= 0 {
			all[i] = e
		} else {
			all = append(all, e)
		}
	}
	return all
}

// Since is what a successor has to state to be this charter after old:
// old.Amended(c.Since(old)) is c, if c keeps the entries of old.
func (c *Charter) Since(old *Charter) *Charter {
	n := *c
	n.Participants = since(old.Participants, c.Participants)
	n.Witnesses = since(old.Witnesses, c.Witnesses)
	n.Rounds = since(old.Rounds, c.Rounds)
	n.Suspensions = since(old.Suspensions, c.Suspensions)
	n.Accreditors = since(old.Accreditors, c.Accreditors)
	n.Quotas = since(old.Quotas, c.Quotas)
	return &n
}

func since[E any](old, all []E) []E {
	return slices.DeleteFunc(slices.Clone(all), func(e E) bool {
		return slices.ContainsFunc(old, func(o E) bool { return reflect.DeepEqual(o, e) })
	})
}

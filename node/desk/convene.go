package desk

import (
	"slices"

	"stocktake/node/ceremony"
	"stocktake/node/web/lang"
	"stocktake/review"
)

// A first charter of ours is a draft whose steps are amendments of an empty
// charter. The first of them names the federation and lists us.

// isFirst is whether a draft is a first charter.
func (d *Desk) isFirst(draft *Draft) bool {
	return d.o.Joining != nil && draft.Kind == review.KindCharter
}

// convening is the first charter as far as it is drafted, and our card.
func (d *Desk) convening(draft string) (c *review.Charter, ours *ceremony.Card, err error) {
	card, err := ceremony.ParseCard(d.o.Joining.Card)
	if err != nil {
		return nil, nil, err
	}
	var steps []ceremony.Amendment
	if draft != "" {
		of, err := d.drafts.get(draft)
		if err != nil {
			return nil, nil, err
		}
		steps = of.Steps
	}
	c, err = ceremony.Found(steps...)
	return c, &card, err
}

// found names the federation, and lists us unless we are listed.
func (f changeForm) found(a ceremony.Amendment) (ceremony.Amendment, error) {
	for _, name := range []string{"name", "suffix"} {
		if f.typed(name) == "" {
			return a, f.missing(name)
		}
	}
	a.Title, a.Suffix, a.Licence = f.typed("name"), f.typed("suffix"), f.typed("licence")
	var err error
	if a.Threshold, err = f.number("threshold", 0, maxTyped); err != nil {
		return a, err
	}
	ours := []ceremony.Card{*f.first}
	if !slices.ContainsFunc(f.charter.Participants, func(p review.Participant) bool { return p.ID == f.first.Participant.ID }) {
		a.Add = ours
	}
	if f.typed("cosigns") != "" {
		a.Witness = ours
	}
	return a, nil
}

// founds is what a first charter says, as a whole and step by step.
func (b *ceremonyBody) founds(draft *Draft) {
	at := new(review.Charter)
	for i := range draft.Steps {
		next, err := ceremony.Found(draft.Steps[:i+1]...)
		if err != nil {
			b.Steps = append(b.Steps, []lang.Sentence{{Key: "propose.no-step", Arguments: []any{"reason", because(err)}}})
			continue
		}
		before := *next
		before.Participants, before.Witnesses, before.Rounds, before.Accreditors, before.Quotas = at.Participants, at.Witnesses, at.Rounds, at.Accreditors, at.Quotas
		said := ceremony.Changes(&before, next)
		if at.Suffix != next.Suffix || at.Title != next.Title {
			said = append(named(next), said...)
		}
		b.Steps, at = append(b.Steps, said), next
	}
	b.Number = at.Number
	b.Changes = named(at)
	b.Changes = append(b.Changes, lang.Sentence{Key: "founding.needs", Arguments: []any{"needed", at.Threshold, "n", len(at.Participants)}})
	b.Changes = append(b.Changes, whatItFounds(at)...)
}

// named is what a first charter says of no participant.
func named(c *review.Charter) []lang.Sentence {
	all := []lang.Sentence{{Key: "founding.named", Arguments: []any{"title", c.Title, "suffix", c.Suffix}}}
	if c.Licence != "" {
		all = append(all, lang.Sentence{Key: "founding.licence", Arguments: []any{"licence", c.Licence}})
	}
	return all
}

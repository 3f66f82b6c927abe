package web

import (
	"context"
	"slices"

	"stocktake/review"
)

// notAroundPledge are the groups of which a pledge's page has the rows already,
// in its thread or in tables of its own.
var notAroundPledge = []string{"pledges", "targets", "parties", "participation", "regions", "due", "comments", "recommendations", "excluded", "withdrawals", "assessments"}

// aroundKind are, for a kind, the groups that say more of a document than it does
// itself: how far a review is, what adopted a proposal, what a translation is of.
var aroundKind = map[review.Kind][]string{
	review.KindMandate: {"mandates", "assessments"}, review.KindSeal: {"seals"}, review.KindAssessment: {"agreement", "seals"},
	review.KindProposal: {"proposals", "decisions"}, review.KindDecision: {"decisions"},
	review.KindStocktake: {"adopted", "decisions"}, review.KindTranslation: {"translations"},
}

// around is what a stocktake has of a document: of a pledge what changed between
// versions, milestones, reports, money, what it serves, how it is rated.
func (n *site) around(ctx context.Context, v *view, d *review.Document) (tables []sectionTable, err error) {
	groups := aroundKind[d.Kind]
	if d.Kind == review.KindPledge {
		groups = slices.DeleteFunc(review.Groups(), func(g string) bool { return slices.Contains(notAroundPledge, g) })
	}
	asked, ok := v.scopeAround(d)
	if len(groups) == 0 || !ok {
		return nil, nil
	}
	a, err := n.assembled(ctx, v, asked.Scope, "")
	if err != nil {
		return nil, err
	}
	t := tabler{v, asked}
	for _, group := range groups {
		some, err := a.citing(group, d.ID)
		if err != nil {
			return nil, err
		}
		if rows := some.Rows(group); len(rows) > 0 {
			table := t.section(group, rows[:min(len(rows), rowsShown)])
			if table.Total = len(rows); table.Total > rowsShown {
				table.All = figureAddress(asked, group, "", false)
			}
			tables = append(tables, table)
		}
	}
	return tables, nil
}

// scopeAround is the stocktake of whom a document is about, else of everybody;
// ok is false where the charter does not list them.
func (v *view) scopeAround(d *review.Document) (asked AssembleRequest, ok bool) {
	whom := d.Author
	switch p := d.Predicate.(type) {
	case *review.Mandate:
		whom = p.About
	case *review.Seal:
		whom = p.About
	case *review.Pledge:
	default:
		return AssembleRequest{Scope: review.ScopeGlobal}, true
	}
	_, ok = v.members[whom]
	return AssembleRequest{Scope: review.Scope("participant:" + string(whom))}, ok
}

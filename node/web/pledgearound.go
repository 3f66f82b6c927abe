package web

import (
	"context"
	"slices"

	"stocktake/review"
)

// notAround are the groups of which a pledge's page has the rows already, in its
// thread or in tables of its own.
var notAround = []string{"pledges", "targets", "parties", "participation", "regions", "due", "comments", "recommendations", "excluded", "withdrawals", "assessments"}

// around is what the stocktake of a pledge's author has of it: what changed
// between versions, milestones, reports, money, what it serves, how it is rated.
func (n *site) around(ctx context.Context, v *view, d *review.Document) (tables []sectionTable, err error) {
	if _, ok := v.members[d.Author]; !ok {
		return nil, nil
	}
	asked := AssembleRequest{Scope: review.Scope("participant:" + string(d.Author))}
	a, err := n.assembled(ctx, v, asked.Scope, "")
	if err != nil {
		return nil, err
	}
	held, err := n.catalogue(ctx, v)
	if err != nil {
		return nil, err
	}
	t := tabler{v, held.byID, asked}
	for _, group := range review.Groups() {
		if slices.Contains(notAround, group) {
			continue
		}
		rows := slices.DeleteFunc(a.Rows(group), func(r review.ReadRow) bool { return !slices.Contains(r.Cites, d.ID) })
		if len(rows) > 0 {
			table := t.section(group, rows[:min(len(rows), rowsShown)])
			if table.Total = len(rows); table.Total > rowsShown {
				table.All = figureAddress(asked, group, "", false)
			}
			tables = append(tables, table)
		}
	}
	return tables, nil
}

package web

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"stocktake/review"
)

// assembled is a stocktake as pages read it: its rows by group.
type assembled struct {
	review.Manifest
	Digest          string
	participation   []review.ParticipationRow
	accreditations  []review.AccreditationRow
	regions         []review.RegionRow
	pledges         []review.PledgeRow
	parties         []review.PartyRow
	resources       []review.ResourceRow
	targets         []review.TargetRow
	reports         []review.ReportRow
	due             []review.DueRow
	assessments     []review.AssessmentRow
	findings        []review.FindingRow
	agreement       []review.AgreementRow
	replies         []review.ReplyRow
	recommendations []review.CommentRow
	comments        []review.CommentRow
	withdrawals     []review.WithdrawalRow
	excluded        []review.ExcludedRow
}

func readAssembled(file []byte) (*assembled, error) {
	s, err := review.ParseStocktakeFile(file)
	if err != nil {
		return nil, err
	}
	a := &assembled{Digest: s.Digest()}
	if err := json.Unmarshal(s.Manifest, &a.Manifest); err != nil {
		return nil, err
	}
	for group, row := range s.Rows() {
		if err := a.add(group, row); err != nil {
			return nil, fmt.Errorf("stocktake, a row of %s: %w", group, err)
		}
	}
	return a, nil
}

// add reads one row. Groups that pages do not know yet show as figures only.
func (a *assembled) add(group string, row json.RawMessage) error {
	switch group {
	case "participation":
		return appendRow(&a.participation, row)
	case "accreditations":
		return appendRow(&a.accreditations, row)
	case "regions":
		return appendRow(&a.regions, row)
	case "pledges":
		return appendRow(&a.pledges, row)
	case "parties":
		return appendRow(&a.parties, row)
	case "resources":
		return appendRow(&a.resources, row)
	case "targets":
		return appendRow(&a.targets, row)
	case "reports":
		return appendRow(&a.reports, row)
	case "due":
		return appendRow(&a.due, row)
	case "assessments":
		return appendRow(&a.assessments, row)
	case "findings":
		return appendRow(&a.findings, row)
	case "agreement":
		return appendRow(&a.agreement, row)
	case "replies":
		return appendRow(&a.replies, row)
	case "recommendations":
		return appendRow(&a.recommendations, row)
	case "comments":
		return appendRow(&a.comments, row)
	case "withdrawals":
		return appendRow(&a.withdrawals, row)
	case "excluded":
		return appendRow(&a.excluded, row)
	}
	return nil
}

func appendRow[T any](rows *[]T, raw json.RawMessage) error {
	var row T
	if err := json.Unmarshal(raw, &row); err != nil {
		return err
	}
	*rows = append(*rows, row)
	return nil
}

// figure is the value of one figure, 0 if nothing counts in it.
func (a *assembled) figure(group, name string, sample bool) int {
	for _, f := range a.Figures {
		if f.Group == group && f.Name == name && f.Sample == sample {
			return f.Value
		}
	}
	return 0
}

// keptStocktakes are the stocktakes that pages showed last. A stocktake is a
// function of snapshot, scope and cut-off, so none of them ever grows stale.
type keptStocktakes struct {
	sync.Mutex
	byKey map[stocktakeKey]*assembled
	order []stocktakeKey // oldest first
}

type stocktakeKey struct {
	snapshot, cutoff string
	scope            review.Scope
}

// assembled is the stocktake of a view's snapshot.
func (n *site) assembled(ctx context.Context, v *view, scope review.Scope, cutoff string) (*assembled, error) {
	key := stocktakeKey{v.digest, cutoff, scope}
	n.kept.Lock()
	a := n.kept.byKey[key]
	n.kept.Unlock()
	if a != nil {
		return a, nil
	}
	a, err := n.assemble(ctx, AssembleRequest{Scope: scope, Cutoff: cutoff})
	if err == nil && a.Manifest.Snapshot != v.digest { // records came in between
		a, err = n.assemble(ctx, AssembleRequest{Scope: scope, Cutoff: cutoff, Snapshot: &v.snapshot})
	}
	if err != nil {
		return nil, err
	}
	a.veil(v.status.Display)
	n.kept.Lock()
	defer n.kept.Unlock()
	if n.kept.byKey == nil {
		n.kept.byKey = map[stocktakeKey]*assembled{}
	}
	if n.kept.byKey[key] == nil {
		n.kept.order = append(n.kept.order, key)
	}
	n.kept.byKey[key] = a
	for len(n.kept.order) > maxStocktakes {
		delete(n.kept.byKey, n.kept.order[0])
		n.kept.order = n.kept.order[1:]
	}
	return a, nil
}

func (n *site) assemble(ctx context.Context, q AssembleRequest) (*assembled, error) {
	file, err := n.Assemble(ctx, q)
	if err != nil {
		return nil, err
	}
	return readAssembled(file)
}

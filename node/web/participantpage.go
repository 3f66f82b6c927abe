package web

import (
	"context"
	"net/http"
	"slices"

	"stocktake/review"
)

// participantBody is one participant: what it promised, what was done, what
// others say of it.
type participantBody struct {
	review.Participant
	KindName, CountryName, ShownName string
	Convenes                         ref
	Regions                          []ref // that its country is in
	State                            standing
	Cites                            []ref
	Node, Witness                    bool
	Guarding                         []ref // the guardians of its keys
	Follows, FollowedBy              []ref // its predecessors and successors
	tables
	Late           []lateLine
	MoreLate       int             // that are not listed
	Timeline       *timeline       // nil: it has no pledge
	Answering      []answeringLine // who answers for an author whom the charter does not list
	Vouched        bool            // it is not named
	Contradictions []contradictionLine
	Irregular      irregularLink
	Documents      []listedRow
	More           int // how many documents there are, if not all are listed
}

const listedAtParticipant = 25

func (n *site) participantPage(ctx context.Context, v *view, r *http.Request) (string, any, error) {
	id, err := readParticipant("a participant's ID", r.PathValue("id"))
	if err != nil {
		return "", nil, err
	}
	p, ok := v.members[id]
	if !ok {
		return "", nil, &AnswerError{http.StatusNotFound, codeNoPage, "the charter lists no participant “" + string(id) + "”, and nobody has accredited such an author"}
	}
	asked := AssembleRequest{Scope: review.Scope("participant:" + string(id))}
	a, err := n.assembled(ctx, v, asked.Scope, "")
	if err != nil {
		return "", nil, err
	}
	t := tabler{v, asked}
	body := &participantBody{Participant: p, KindName: v.phrase(p.Kind), ShownName: v.name(id), Node: runsNode(p), Witness: v.isWitness(id), tables: t.tables(a)}
	all, err := a.with("due", "pledges", "milestones", "targets", "findings", "reports", "assessments")
	if err != nil {
		return "", nil, err
	}
	body.Late, body.MoreLate = t.late(all)
	body.Timeline = t.timeline(all)
	if p.Country != "" && !p.Sample {
		body.CountryName = v.countryName(p.Country)
	}
	if p.Region != "" {
		body.Convenes = ref{Text: v.regionName(p.Region), Href: "/stocktake?scope=region:" + p.Region}
	}
	for _, row := range a.Participation {
		if row.ID != id {
			continue
		}
		body.State, body.Cites = v.state(row.State), t.cites(row.Cites)
		for _, code := range row.Regions {
			body.Regions = append(body.Regions, ref{Text: v.regionName(code), Href: "/stocktake?scope=region:" + code})
		}
	}
	if p.Guardians != nil {
		body.Guarding = v.whoAll(p.Guardians.Participants)
	}
	body.Follows, body.FollowedBy = v.whoAll(p.Succeeds), v.whoAll(v.charter.Successors(id))
	accredited := v.accredited(id)
	body.Answering, body.Vouched = v.answering(accredited), p.Vouched()
	body.Contradictions = v.contradictions(func(c Contradiction) bool { return c.Participant == id })
	irregular, err := n.irregularities(ctx, v)
	if err != nil {
		return "", nil, err
	}
	body.Irregular = linkIrregular(concerning(irregular, id), id)
	filed, err := n.Documents(ctx, Query{Author: id, Newest: listedAtParticipant})
	if err != nil {
		return "", nil, err
	}
	for _, d := range slices.Backward(filed) {
		body.Documents = append(body.Documents, v.row(d))
	}
	total, err := n.Total(ctx, Query{Author: id})
	if err != nil {
		return "", nil, err
	}
	if total > listedAtParticipant {
		body.More = total
	}
	return body.ShownName, body, nil
}

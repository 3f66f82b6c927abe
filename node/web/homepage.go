package web

import (
	"context"
	"net/http"
	"slices"

	"stocktake/review"
	"stocktake/review/compact"
)

// homeBody is the federation at a glance.
type homeBody struct {
	*review.Charter
	CompactName string
	Glance      []glance
	Map         *worldMap          // nil: there is no round
	Regions     []review.RegionRow // with something in them, UN commissions first
	Objectives  []compact.ObjectiveEntry
	Latest      []listedRow
	Irregular   irregularLink
	Node        nodeState
	Away        []ref // peers that are not connected
}

// nodeState is how the node is, in words.
type nodeState struct {
	*Status
	Standing standing
	Behind   []LogStatus // logs of which more is known than held
}

// latestShown is a screen of news.
const latestShown = 8

func (n *site) homePage(ctx context.Context, v *view, r *http.Request) (string, any, error) {
	body := &homeBody{Charter: v.charter, CompactName: v.compactName(), Node: v.stateOfNode(v.status)}
	latest, err := n.Documents(ctx, Query{Newest: latestShown})
	if err != nil {
		return "", nil, err
	}
	for _, d := range slices.Backward(latest) {
		body.Latest = append(body.Latest, v.row(d))
	}
	a, err := n.assembled(ctx, v, review.ScopeGlobal, "")
	if err != nil {
		return "", nil, err
	}
	body.Glance = v.glance(a, AssembleRequest{Scope: review.ScopeGlobal})
	body.Map = tabler{v, AssembleRequest{Scope: review.ScopeGlobal}}.worldMap(a, r.URL.Query().Get("round"))
	body.Regions = slices.Clone(a.Regions)
	slices.SortStableFunc(body.Regions, func(a, b review.RegionRow) int { return commissionRank(a.Code) - commissionRank(b.Code) })
	body.Objectives = compact.Objectives()
	irregular, err := n.irregularities(ctx, v)
	if err != nil {
		return "", nil, err
	}
	body.Irregular = linkIrregular(irregular, "")
	for _, p := range v.status.Peers {
		if !p.Connected {
			body.Away = append(body.Away, v.who(p.Participant))
		}
	}
	return v.charter.Title, body, nil
}

func (w words) stateOfNode(s *Status) nodeState {
	node := nodeState{Status: s, Standing: standing{Tone: "good", Text: w.say("node.complete")}}
	for _, l := range s.Logs {
		if l.Known > l.Size {
			node.Behind = append(node.Behind, l)
		}
	}
	switch {
	case s.Fenced != "":
		node.Standing = standing{Tone: "bad", Text: w.say("node.fenced")}
	case len(s.Forks) > 0:
		node.Standing = standing{Tone: "bad", Text: w.say("node.forks", "n", len(s.Forks))}
	case len(node.Behind) > 0:
		node.Standing = standing{Tone: "warn", Text: w.say("node.catching-up", "n", len(node.Behind))}
	case len(s.Peers) > 0 && s.Up() == 0:
		node.Standing = standing{Tone: "warn", Text: w.say("node.alone")}
	case s.Missing > 0:
		node.Standing = standing{Tone: "warn", Text: w.say("node.waiting", "n", s.Missing)}
	}
	return node
}

// commissionRank puts the regions whose commissions hold the reviews first.
func commissionRank(code string) int {
	if slices.Contains(compact.UNCommissions(), code) {
		return 0
	}
	return 1
}

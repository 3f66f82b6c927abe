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
	Compact    string
	Glance     []glance
	Due        []dueRound
	Regions    []review.RegionRow // with something in them, UN commissions first
	Objectives []compact.ObjectiveEntry
	Latest     []listedRow
	Node       nodeState
	Away       []ref // peers that are not connected
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
	list, err := n.Documents(ctx, Query{})
	if err != nil {
		return "", nil, err
	}
	body := &homeBody{Charter: v.charter, Compact: compact.Name(), Node: stateOfNode(v.status)}
	for _, d := range newest(list, latestShown) {
		body.Latest = append(body.Latest, v.row(d))
	}
	a, err := n.assembled(ctx, v, review.ScopeGlobal, "")
	if err != nil {
		return "", nil, err
	}
	body.Glance = a.glance()
	for i := range body.Glance {
		body.Glance[i].Href = "/stocktake" + body.Glance[i].Href
	}
	body.Due = tabler{view: v}.due(a)
	body.Regions = slices.Clone(a.regions)
	slices.SortStableFunc(body.Regions, func(a, b review.RegionRow) int { return commissionRank(a.Code) - commissionRank(b.Code) })
	body.Objectives = compact.Objectives()
	for _, p := range v.status.Peers {
		if !p.Connected {
			body.Away = append(body.Away, v.who(p.Participant))
		}
	}
	return v.charter.Title, body, nil
}

// newest are the documents received or filed last, of a list by filing time
// with pending ones last.
func newest(list []Listed, n int) []Listed {
	list = slices.Clone(list[max(0, len(list)-n):])
	slices.Reverse(list)
	return list
}

func stateOfNode(s *Status) nodeState {
	node := nodeState{Status: s, Standing: standing{Tone: "good", Text: "complete: every record that this node has heard of is here"}}
	for _, l := range s.Logs {
		if l.Known > l.Size {
			node.Behind = append(node.Behind, l)
		}
	}
	switch {
	case s.Fenced != "":
		node.Standing = standing{Tone: "bad", Text: "receiving only: it signs its own log no more"}
	case len(s.Forks) > 0:
		node.Standing = standing{Tone: "bad", Text: counted(len(s.Forks), "log was seen in two versions", "logs were seen in two versions")}
	case len(node.Behind) > 0:
		node.Standing = standing{Tone: "warn", Text: "catching up: " + counted(len(node.Behind), "log has records that have not arrived", "logs have records that have not arrived")}
	case len(s.Peers) > 0 && s.Up() == 0:
		node.Standing = standing{Tone: "warn", Text: "alone: no other node is connected, so more may have been filed elsewhere"}
	case s.Missing > 0:
		node.Standing = standing{Tone: "warn", Text: "waiting for the content of " + counted(s.Missing, "record", "records")}
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

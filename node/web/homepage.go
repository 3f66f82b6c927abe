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
	ID          review.DocumentID
	Compact     string
	Glance      []glance
	Due         []dueRound
	Regions     []choice // with something in them
	Rest        int      // regions without
	RoundTables []roundTable
	Latest      []listedRow
	Node        nodeState
	Peers       []peerState
}

// roundTable is one of the review forum's round tables with its objectives.
type roundTable struct {
	N          int
	Objectives []compact.ObjectiveEntry
}

// nodeState is how the node is, in words.
type nodeState struct {
	*Status
	Standing standing
	Behind   []LogStatus // logs of which more is known than held
	Up       int         // peers that are connected
}

type peerState struct {
	Who       ref
	Connected bool
}

// latestShown is a screen of news.
const latestShown = 8

func (n *site) homePage(ctx context.Context, v *view, r *http.Request) (string, any, error) {
	if _, err := query(r); err != nil {
		return "", nil, err
	}
	list, err := n.Documents(ctx, Query{})
	if err != nil {
		return "", nil, err
	}
	body := &homeBody{Charter: v.charter, ID: v.charterID, Compact: compact.Name(), Node: stateOfNode(v.status)}
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
	for _, region := range a.regions {
		body.Regions = append(body.Regions, choice{Code: region.Code, Title: regionName(region.Code)})
	}
	body.Rest = len(compact.Regions()) - len(body.Regions)
	for _, o := range compact.Objectives() {
		i := slices.IndexFunc(body.RoundTables, func(t roundTable) bool { return t.N == o.RoundTable })
		if i < 0 {
			i, body.RoundTables = len(body.RoundTables), append(body.RoundTables, roundTable{N: o.RoundTable})
		}
		body.RoundTables[i].Objectives = append(body.RoundTables[i].Objectives, o)
	}
	slices.SortFunc(body.RoundTables, func(a, b roundTable) int { return a.N - b.N })
	for _, p := range v.status.Peers {
		body.Peers = append(body.Peers, peerState{ref{Text: v.name(p.Participant), Href: "/participants/" + string(p.Participant)}, p.Connected})
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
	for _, p := range s.Peers {
		if p.Connected {
			node.Up++
		}
	}
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
	case s.Missing > 0:
		node.Standing = standing{Tone: "warn", Text: "waiting for the content of " + counted(s.Missing, "record", "records")}
	}
	return node
}

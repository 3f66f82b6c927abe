package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"stocktake/review"
)

// participantsBody lists who takes part, by kind.
type participantsBody struct {
	Columns   []string // of counts
	Groups    []participantGroup
	Irregular irregularLink
}

type participantGroup struct {
	Code, Title  string
	Participants []participantRow
}

type participantRow struct {
	review.Participant
	Node, Witness bool
	Counts        []documentCount
}

// documentCount is how many documents of a kind, with the list of them.
type documentCount struct {
	Title, Href string
	N           int
}

// participantKinds is the order of groups.
var participantKinds = []string{
	"state", "regional-body", "un-entity", "civil-society", "local-authority", "human-rights-institution", "expert-mission",
	"academic", "public-agency", accreditedGroup,
}

const accreditedGroup = "accredited"

// countedKinds are the kinds that lists of participants count.
var countedKinds = []review.Kind{review.KindPledge, review.KindReport, review.KindAssessment, review.KindComment, review.KindResponse}

func (n *site) participantsPage(ctx context.Context, v *view, r *http.Request) (string, any, error) {
	var body participantsBody
	for _, k := range countedKinds {
		body.Columns = append(body.Columns, v.say("many."+string(k)))
	}
	for _, code := range participantKinds {
		group := participantGroup{Code: code, Title: v.say("group." + code)}
		listed := v.charter.Participants
		if code == accreditedGroup {
			listed = nil
			for _, a := range v.status.Accredited {
				listed = append(listed, v.members[a.ID])
			}
		}
		for _, p := range listed {
			if p.Kind != code && code != accreditedGroup {
				continue
			}
			p.Name = v.name(p.ID)
			row := participantRow{Participant: p, Node: runsNode(p), Witness: v.isWitness(p.ID)}
			for i, k := range countedKinds {
				filed, err := n.Total(ctx, Query{Author: p.ID, Kind: k})
				if err != nil {
					return "", nil, err
				}
				row.Counts = append(row.Counts, documentCount{body.Columns[i], "/documents?author=" + string(p.ID) + "&kind=" + string(k), filed})
			}
			group.Participants = append(group.Participants, row)
		}
		if len(group.Participants) == 0 {
			continue
		}
		slices.SortFunc(group.Participants, func(a, b participantRow) int {
			if a.Sample != b.Sample { // the invented ones last
				if b.Sample {
					return -1
				}
				return 1
			}
			return strings.Compare(a.Name, b.Name)
		})
		body.Groups = append(body.Groups, group)
	}
	irregular, err := n.irregularities(ctx, v)
	if err != nil {
		return "", nil, err
	}
	body.Irregular = linkIrregular(irregular, "")
	return v.say("participants.title"), body, nil
}

// runsNode is whether a participant has a log that is still open.
func runsNode(p review.Participant) bool {
	return slices.ContainsFunc(p.Logs, func(l review.Log) bool { return l.Until == "" })
}

func (v *view) isWitness(id review.ParticipantID) bool {
	return slices.ContainsFunc(v.charter.Witnesses, func(w review.Witness) bool { return w.Participant == id && w.Until == "" })
}

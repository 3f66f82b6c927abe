package web

import (
	"context"
	"net/http"

	"stocktake/review"
	"stocktake/review/compact"
)

// charterBody is the charter in force, for people.
type charterBody struct {
	*review.Charter
	ID, Federation               review.DocumentID
	CompactName                  string
	CompactKnown                 bool
	WitnessCount, Quorum, Faulty int
	Rounds                       []charterRound
	Witnesses                    []charterWitness
	Logs                         []charterLog
	Contradictions               []contradictionLine
}

type charterRound struct {
	review.Round
	ScopeName string
}

type charterWitness struct {
	review.Witness
	ID   review.ParticipantID
	Name string
}

type charterLog struct {
	Origin review.Origin
	ID     review.ParticipantID
	Name   string
	Size   uint64
}

func (n *site) charterPage(_ context.Context, v *view, r *http.Request) (string, any, error) {
	body := charterBody{
		Charter: v.charter, ID: v.charterID, Federation: v.snapshot.Federation,
		CompactName: v.compactName(), CompactKnown: v.charter.Compact == compact.Digest(),
	}
	for _, round := range v.charter.Rounds {
		body.Rounds = append(body.Rounds, charterRound{round, v.scopeName(review.Scope(round.Scope), v.name, v.round)})
	}
	for _, w := range v.charter.Witnesses {
		body.Witnesses = append(body.Witnesses, charterWitness{w, w.Participant, v.name(w.Participant)})
		if w.Until == "" {
			body.WitnessCount++
		}
	}
	body.Quorum, body.Faulty = review.Quorum(body.WitnessCount), review.Faulty(body.WitnessCount)
	for _, p := range v.charter.Participants {
		for _, l := range p.Logs {
			o := review.OriginOf(l.Epoch, p.ID, v.snapshot.Federation, v.charter.Suffix)
			body.Logs = append(body.Logs, charterLog{o, p.ID, v.name(p.ID), v.snapshot.Log(o).Size})
		}
	}
	body.Contradictions = v.contradictions(func(c Contradiction) bool { return c.Kind != ContradictionLog })
	return v.say("charter.title"), body, nil
}

package node

import (
	"fmt"

	"stocktake/node/web"
	"stocktake/review"
)

// contradictions are what the records show of participants that said two things
// of which only one can be.
func contradictions(reading *review.Reading) []web.Contradiction {
	var found []web.Contradiction
	for _, l := range reading.Chain().Forks() {
		found = append(found, web.Contradiction{Kind: web.ContradictionLog, Participant: l.Participant,
			Text: forkInWords(reading, l), Documents: []review.DocumentID{l.Forked}})
	}
	for _, e := range reading.Histories().Equivocations() {
		found = append(found, web.Contradiction{Kind: web.ContradictionWitness, Participant: e.Participant, Text: e.Sentence(), Documents: e.Documents})
	}
	for _, v := range reading.Rivalries() {
		found = append(found, web.Contradiction{Kind: web.ContradictionCharter, Participant: v.Participant, Text: v.Sentence(), Documents: v.Accessions})
	}
	return found
}

// forkInWords says what became of a forked log.
func forkInWords(reading *review.Reading, l review.LogEntry) string {
	n := reading.Histories().End(l.Origin)
	if n == 0 {
		return review.ForkSentence(l.Origin) + "; nothing of it counts"
	}
	return fmt.Sprintf("%s; what a quorum of witnesses cosigned counts: its first %d records", review.ForkSentence(l.Origin), n)
}

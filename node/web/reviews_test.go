package web_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web/lang"
	"stocktake/review"
)

// themedRound is a round in which an invented body convenes reviews.
func themedRound(opens time.Time) review.Round {
	day := func(n int) string { return opens.UTC().AddDate(0, 0, n).Format(time.DateOnly) }
	return review.Round{
		ID: "sample-2", Title: "SAMPLE: Fair recruitment", Type: "thematic", Scope: "global", Sample: true, Convener: "sample-body",
		Opens: day(0), Due: day(30), Reveal: day(40), Themes: []string{"SAMPLE: recruitment"}, Objectives: []int{6},
	}
}

// reviewDrafts are documents of every kind in which somebody reviews another, by
// name, in an order in which each can be filed. <name> stands for an ID.
func reviewDrafts() [][2]string {
	digest := strings.Repeat("5a", 32)
	round := "round: sample-2\n"
	return [][2]string{
		{"signed in", "kind: accession\nauthor: xsa\nrole: round\n" + round},
		{"mandate", "kind: mandate\nauthor: sample-body\ntitle: 'SAMPLE: Peer review of Samplia'\ntype: peer-review\nparticipant: xsa\nteam: [xsb, sample-coalition]\n" + round + "objectives: [6]\nterms: 'SAMPLE: Visit and tell.'\nfrom: 2026-01-01\nuntil: 2099-12-31\n"},
		{"consent", "kind: accession\nauthor: xsa\nabout: <mandate>\nrole: reviewed\n"},
		{"joined", "kind: accession\nauthor: xsb\nabout: <mandate>\nrole: team\ninterests: 'SAMPLE: a loan to Samplia'\n"},
		{"draft", "kind: assessment\nauthor: xsb\ntitle: 'SAMPLE: Draft review'\ntype: peer-review\nparticipant: xsa\nmandate: <mandate>\nstage: draft\nfindings: [{objective: 6, rating: limited, text: 'SAMPLE: Fees are asked.'}]\n"},
		{"correction", "kind: comment\nauthor: xsa\nabout: <draft>\ntype: correction\ntext: 'SAMPLE: In one province only.'\n"},
		{"final", "kind: assessment\nauthor: xsb\ntitle: 'SAMPLE: Peer review'\ntype: peer-review\nparticipant: xsa\nmandate: <mandate>\nstage: final\nfindings: [{objective: 6, rating: limited, text: 'SAMPLE: Fees are asked in one province.'}]\nsupersedes: <draft>\n"},
		{"reply", "kind: response\nauthor: xsa\nabout: <final>\nposition: noted\ntext: 'SAMPLE: Noted.'\n"},
		{"seal", "kind: seal\nauthor: sample-coalition\ntitle: 'SAMPLE: Sealed review'\ncommits: " + digest + "\nparticipant: xsa\n" + round + "reveal: <reveal>\n"},
		{"self", "kind: assessment\nauthor: xsa\ntitle: 'SAMPLE: How Samplia sees it'\ntype: self\n" + round + "findings: [{objective: 6, rating: substantial, text: 'SAMPLE: Mostly done.'}]\nconsultation: [{capacity: civil-society, participant: sample-coalition, state: consulted, how: 'SAMPLE: a hearing', changed: 'SAMPLE: a figure'}, {capacity: migrants, who: 'SAMPLE workers', state: invited}]\n"},
		{"dissent", "kind: comment\nauthor: sample-coalition\nabout: <self>\ntype: dissent\ntext: 'SAMPLE: We see it otherwise.'\n"},
		{"proposal", "kind: proposal\nauthor: sample-coalition\ntitle: 'SAMPLE: No fees'\ntype: norm\nobjectives: [6]\n" + round + "text: 'SAMPLE: No worker pays.'\n"},
		{"remark", "kind: comment\nauthor: xsb\nabout: <proposal>\ntype: endorsement\ntext: 'SAMPLE: Yes.'\n"},
		{"indicators", "kind: decision\nauthor: sample-body\ntitle: 'SAMPLE: What is measured'\ntype: indicator-set\n" + round + "text: 'SAMPLE: We measure this.'\nadopts: [<proposal>]\nindicators: [{id: sample-fees, title: 'SAMPLE: Fees paid', unit: percent, objective: 6}]\n"},
		{"progress", "kind: progress-report\nauthor: sample-body\ntitle: 'SAMPLE: Progress everywhere'\nscope: global\n" + round + "findings: [{objective: 6, rating: limited, text: 'SAMPLE: Slow.'}, {objective: 6, rating: limited, text: 'SAMPLE: Slow here too.', participant: xsa}]\ndecision: <indicators>\nvalues: [{indicator: sample-fees, value: '12.5', on: 2026-01-01, participant: xsa}]\n"},
		{"adopted", "kind: stocktake\nauthor: sample-body\ntitle: 'SAMPLE: Stocktake of the round'\nscope: round:sample-2\nmanifest: " + digest + "\nsnapshot: " + strings.Repeat("a5", 32) + "\ncutoff: 2026-01-01T00:00:00Z\nrules: 1\n"},
		{"outcome", "kind: decision\nauthor: sample-body\ntitle: 'SAMPLE: Outcome'\ntype: outcome\n" + round + "text: 'SAMPLE: So we decide.'\nadopts: [<adopted>]\n"},
		{"translation", "kind: translation\nlanguage: fr\nauthor: sample-body\nabout: <final>\ntitle: 'SAMPLE: Examen par les pairs'\ntexts: [{field: /findings/0/text, text: 'SAMPLE: Des frais sont demandés dans une province.'}]\n"},
		{"follow-up", "kind: follow-up\nauthor: xsa\nabout: <sample/recommendation-fees>\nstatus: implemented\ntext: 'SAMPLE: Done.'\n"},
		{"seen", "kind: follow-up\nauthor: xsc\nabout: <sample/recommendation-fees>\nstatus: in-progress\ntext: 'SAMPLE: Not yet everywhere.'\n"},
	}
}

func (w *world) fileReviews() error {
	for _, named := range reviewDrafts() {
		name, draft := named[0], strings.ReplaceAll(named[1], "<reveal>", w.reveal)
		for id := range w.ids {
			draft = strings.ReplaceAll(draft, "<"+id+">", string(w.ids[id]))
		}
		_, author, _ := strings.Cut(draft, "author: ")
		author, _, _ = strings.Cut(author, "\n")
		if !strings.Contains(draft, "language: ") {
			draft += "language: en\n"
		}
		if !strings.Contains(draft, "\ntitle: ") {
			draft += "title: 'SAMPLE: " + name + "'\n"
		}
		e, err := w.sign([]byte(draft+"sample: true\n"), review.ParticipantID(author), review.ParticipantID(author))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		filed, err := w.client.File(context.Background(), e)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		w.ids[name] = filed.ID
	}
	return nil
}

// TestReviewsOfEveryKindHaveAPage holds in every language, with the kind's name
// and every text of the document.
func TestReviewsOfEveryKindHaveAPage(t *testing.T) {
	w := open(t)
	var kinds []review.Kind
	for _, named := range reviewDrafts() {
		d, err := w.client.Document(t.Context(), w.ids[named[0]])
		require.NoError(t, err)
		kinds = append(kinds, d.Kind)
		for _, l := range lang.All() {
			page := text(w.get(t, "/"+l.Tag+"/documents/"+string(d.ID)))
			assert.Contains(t, page, l.Text("kind."+string(d.Kind)), "%s: %s", l.Tag, named[0])
			for _, said := range strings.Split(named[1], "'") {
				if strings.HasPrefix(said, "SAMPLE") {
					assert.Contains(t, page, said, "%s: %s", l.Tag, named[0])
				}
			}
		}
	}
	for _, k := range []review.Kind{review.KindMandate, review.KindSeal, review.KindProgress, review.KindFollowUp, review.KindProposal, review.KindDecision, review.KindStocktake, review.KindTranslation} {
		assert.True(t, slices.Contains(kinds, k), "no document of kind %s", k)
	}
}

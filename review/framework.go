package review

import (
	"slices"
	"strconv"
)

// Framework is what a pioneer group agrees on and others may accede to. Its
// subject is the charter.
type Framework struct {
	Common
	Objectives    []int        `json:"objectives"`
	Themes        []string     `json:"themes,omitempty"`
	Corridor      *Corridor    `json:"corridor,omitempty"`
	Text          string       `json:"text"`
	Acceding      string       `json:"acceding"` // what somebody takes on who accedes
	ContributesTo []DocumentID `json:"contributesTo,omitempty"`
	Pioneers      []Party      `json:"pioneers,omitempty"` // named until each accedes
}

func (p *Framework) objectives() []int         { return p.Objectives }
func (p *Framework) themes() []string          { return p.Themes }
func (p *Framework) corridor() *Corridor       { return p.Corridor }
func (p *Framework) contributes() []DocumentID { return p.ContributesTo }
func (p *Framework) citations() []citation     { return contributions(p) }

func (p *Framework) check(r *Refusal) {
	checkCorridor(r, p.Corridor, p.Sample)
	checkContributions(r, p)
	checkParties(r, "/pioneers", p.Author, p.Pioneers)
}

func (p *Framework) relate(_ *Chain, _, _ *Document, find finder) Refusal {
	return circles(p, find)
}

// checkParties holds those who are named beside a document's author against
// each other.
func checkParties(r *Refusal, list string, author ParticipantID, parties []Party) {
	checkDistinct(r, list, "/name", collect(parties, func(p Party) string { return p.Name }))
	for i, party := range parties {
		at := list + "/" + strconv.Itoa(i)
		checkLetters(r, at+"/name", party.Name)
		switch {
		case party.Participant == "":
		case party.Participant == author:
			r.add(at+"/participant", "names-the-author")
		case slices.ContainsFunc(parties[:i], func(q Party) bool { return q.Participant == party.Participant }):
			r.add(at+"/participant", "repeated", "value", quote(string(party.Participant)))
		}
	}
}

package ceremony

import (
	"stocktake/review"
	"stocktake/review/compact"
)

// Convening is what the convener of a federation decides.
type Convening struct {
	Title     string
	Suffix    string // of every log's origin, as in gcm.example
	Licence   string // of the data, as CC-BY-4.0; empty: not stated
	Witnesses []review.ParticipantID
	Threshold int // accessions that put the charter in force; 0: more than two thirds
	Rounds    []review.Round
	Guardians map[review.ParticipantID]*review.Guardians // of whom
	Sample    bool
	Answerers
}

// Convene puts participants' cards together as a genesis charter, ready to be
// looked over, signed by the convener and acceded to by the others.
func Convene(cards []Card, o Convening) (*review.Charter, error) {
	c := &review.Charter{
		Common: review.Common{Title: o.Title, Sample: o.Sample},
		Number: 1, Suffix: o.Suffix, Licence: o.Licence, Compact: compact.Digest(), Rules: review.RuleVersion,
		Threshold: o.Threshold, Rounds: o.Rounds,
		Participants: []review.Participant{}, Witnesses: []review.Witness{},
	}
	if c.Rounds == nil {
		c.Rounds = []review.Round{}
	}
	if c.Threshold == 0 {
		c.Threshold = 2*len(cards)/3 + 1
	}
	witness := map[review.ParticipantID]string{}
	for _, card := range cards {
		c.Participants = append(c.Participants, card.Participant)
		witness[card.Participant.ID] = card.Witness
	}
	if err := setGuardians(c, o.Guardians); err != nil {
		return nil, err
	}
	if err := o.Answerers.apply(c, ""); err != nil {
		return nil, err
	}
	for _, id := range o.Witnesses {
		key, ok := witness[id]
		switch {
		case !ok:
			return nil, refuse("cannot.witness-card", "who", id)
		case key == "":
			return nil, refuse("cannot.witness-key", "who", id)
		}
		c.Witnesses = append(c.Witnesses, review.Witness{Participant: id, Key: key})
	}
	return c, nil
}

// setGuardians replaces the guardians of some participants; none ends them.
func setGuardians(c *review.Charter, of map[review.ParticipantID]*review.Guardians) error {
	for id, guardians := range of {
		p := openParticipant(c, id)
		if p == nil {
			return refuse("cannot.guardians", "who", id)
		}
		p.Guardians = guardians
	}
	return nil
}

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
		c.Threshold = mostOf(len(cards))
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

// Found is a first charter that amendments of an empty one make, in their order:
// each adds what it adds, from the beginning. It may lack something still.
func Found(all ...Amendment) (*review.Charter, error) {
	c, err := Convene(nil, Convening{})
	if err != nil {
		return nil, err
	}
	c.Threshold = 0
	for _, a := range all {
		if err := a.apply(c, ""); err != nil {
			return nil, err
		}
	}
	if c.Threshold == 0 {
		c.Threshold = mostOf(len(c.Participants))
	}
	return c, nil
}

// mostOf is the least number that is more than two thirds.
func mostOf(n int) int { return 2*n/3 + 1 }

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

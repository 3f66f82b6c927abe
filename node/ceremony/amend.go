package ceremony

import (
	"slices"
	"time"

	"stocktake/review"
)

// What an amendment says of days, unless somebody says otherwise.
const (
	NoticeDays     = 14 // that the members have to agree
	SuspensionDays = 30 // that a suspension lasts, the most that the rules allow
)

// Amendment is what the successor of a charter changes.
type Amendment struct {
	Title     string // "" keeps it
	Suffix    string // of a first charter, as Licence is
	Licence   string
	Decision  review.DocumentID // that it carries out
	Threshold int               // 0 keeps it
	Add       []Card
	Close     []review.ParticipantID
	Witness   []Card // become witnesses at Turn
	NoWitness []review.ParticipantID
	Rounds    []review.Round
	Guardians map[review.ParticipantID]*review.Guardians // of whom; nil ends them
	Succeeds  map[review.ParticipantID][]review.ParticipantID
	Suspend   []review.ParticipantID // from Now on
	Term      time.Duration          // of a suspension
	Reason    string                 // of a suspension
	Turn      time.Time              // when witnesses change and participants end
	Now       time.Time
	Answerers
}

// Amend is the successor of the charter in force, ready to be looked over and
// signed: what each amendment does, in their order. It states what is new or
// changes, and leaves the charter that it follows alone.
func Amend(charter *review.Charter, id review.DocumentID, all ...Amendment) (*review.Charter, error) {
	next := *charter
	next.Common = review.Common{Federation: charter.Federation, Title: charter.Title, Sample: charter.Sample}
	if charter.Number == 1 {
		next.Federation = id
	}
	next.Number, next.Previous, next.Decision = charter.Number+1, id, ""
	next.Participants, next.Witnesses = slices.Clone(charter.Participants), slices.Clone(charter.Witnesses)
	next.Rounds, next.Suspensions = slices.Clone(charter.Rounds), slices.Clone(charter.Suspensions)
	next.Accreditors, next.Quotas = slices.Clone(charter.Accreditors), slices.Clone(charter.Quotas)
	for _, a := range all {
		if err := a.apply(&next, a.Turn.UTC().Truncate(time.Second).Format(time.RFC3339)); err != nil {
			return nil, err
		}
	}
	return next.Since(charter), nil
}

// Propose is the successor that some amendments make of the charter in force, if
// it may follow it, whoever accedes to it.
func Propose(chain *review.Chain, all ...Amendment) (*review.Charter, error) {
	charter, id := chain.InForce()
	next, err := Amend(charter, id, all...)
	if err != nil {
		return nil, err
	}
	if err := chain.Follows(next); err != nil {
		return nil, err
	}
	return next, accreditedKeys(chain, next)
}

// apply changes a charter that nobody else has. What it adds begins at turn, and
// what it closes ends then; a first charter has everything from the beginning.
func (a Amendment) apply(next *review.Charter, turn string) error {
	if a.Decision != "" {
		if next.Decision != "" && next.Decision != a.Decision {
			return refuse("cannot.decision", "decision", next.Decision)
		}
		next.Decision = a.Decision
	}
	next.Rounds = append(next.Rounds, a.Rounds...)
	if a.Title != "" {
		next.Title = a.Title
	}
	if a.Suffix != "" {
		next.Suffix, next.Licence = a.Suffix, a.Licence
	}
	if a.Threshold != 0 {
		next.Threshold = a.Threshold
	}
	for _, card := range a.Add {
		if slices.ContainsFunc(next.Participants, func(p review.Participant) bool { return p.ID == card.Participant.ID }) {
			return refuse("cannot.admit", "who", card.Participant.ID)
		}
		next.Participants = append(next.Participants, card.Participant)
	}
	if err := setGuardians(next, a.Guardians); err != nil {
		return err
	}
	for id, earlier := range a.Succeeds {
		p := openParticipant(next, id)
		if p == nil {
			return refuse("cannot.succeed", "who", id)
		}
		p.Succeeds = append(slices.Clone(p.Succeeds), earlier...)
	}
	for _, id := range a.Close {
		p := openParticipant(next, id)
		if p == nil {
			return refuse("cannot.end", "who", id).lists("who does")
		}
		p.Until = turn
		if w := openWitness(next, id); w != nil {
			w.Until = turn
		}
	}
	for _, id := range a.NoWitness {
		w := openWitness(next, id)
		if w == nil {
			return refuse("cannot.unwitness", "who", id).lists("the witnesses")
		}
		w.Until = turn
	}
	if err := a.Answerers.apply(next, turn); err != nil {
		return err
	}
	for _, card := range a.Witness {
		id := card.Participant.ID
		switch {
		case openParticipant(next, id) == nil:
			return refuse("cannot.witness", "who", id)
		case card.Witness == "":
			return refuse("cannot.witness-key", "who", id)
		}
		if w := openWitness(next, id); w != nil { // another key takes its place
			if w.Key == card.Witness {
				return refuse("cannot.witness-already", "who", id)
			}
			w.Until = turn
		}
		next.Witnesses = append(next.Witnesses, review.Witness{Participant: id, Key: card.Witness, From: turn})
	}
	for _, id := range a.Suspend {
		if openParticipant(next, id) == nil {
			return refuse("cannot.suspend", "who", id).lists("who does")
		}
		from := a.Now.UTC().Truncate(time.Second)
		next.Suspensions = append(next.Suspensions, review.Suspension{Participant: id, Reason: a.Reason,
			From: from.Format(time.RFC3339), Until: from.Add(a.Term).Format(time.RFC3339)})
	}
	return nil
}

func openParticipant(c *review.Charter, id review.ParticipantID) *review.Participant {
	i := slices.IndexFunc(c.Participants, func(p review.Participant) bool { return p.ID == id && p.Until == "" })
	if i < 0 {
		return nil
	}
	return &c.Participants[i]
}

func openWitness(c *review.Charter, id review.ParticipantID) *review.Witness {
	i := slices.IndexFunc(c.Witnesses, func(w review.Witness) bool { return w.Participant == id && w.Until == "" })
	if i < 0 {
		return nil
	}
	return &c.Witnesses[i]
}

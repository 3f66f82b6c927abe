package review

// Expenditure is money that its author spent or received. Its subject is the
// charter. Of a flow from one participant to another each files its own side.
type Expenditure struct {
	Common
	Direction       string        `json:"direction"`      // domestic, external
	Side            string        `json:"side,omitempty"` // of an external flow the author's: giver, receiver
	Counterpart     ParticipantID `json:"counterpart,omitempty"`
	CounterpartName string        `json:"counterpartName,omitempty"` // where it is outside this federation
	Amount          string        `json:"amount"`                    // decimal
	Currency        string        `json:"currency"`                  // ISO 4217
	Period          Period        `json:"period"`
	Objectives      []int         `json:"objectives"`
	Country         string        `json:"country"`   // of use
	Recipient       string        `json:"recipient"` // government, local-authority, international-organisation, non-government-organisation, diaspora-group, private
	Advocacy        bool          `json:"advocacy,omitempty"`
	Earmarking      string        `json:"earmarking,omitempty"` // earmarked, softly-earmarked, unearmarked
	Share           string        `json:"share,omitempty"`      // of Envelope: per cent, or difficult-to-isolate
	Envelope        string        `json:"envelope,omitempty"`
	Pledge          DocumentID    `json:"pledge,omitempty"`
	Reference       string        `json:"reference,omitempty"` // by which both sides know the flow
	Matches         DocumentID    `json:"matches,omitempty"`   // the other side's expenditure
}

// What an expenditure's direction and side may be.
const (
	directionDomestic = "domestic"
	sideGiver         = "giver"
	sideReceiver      = "receiver"
)

func (p *Expenditure) objectives() []int { return p.Objectives }

func (p *Expenditure) typeWord() string {
	if p.Side != "" {
		return p.Side
	}
	return p.Direction
}

func (p *Expenditure) citations() []citation {
	return []citation{{"/pledge", p.Pledge, []Kind{KindPledge}}, {"/matches", p.Matches, []Kind{KindExpenditure}}}
}

func (p *Expenditure) check(r *Refusal) {
	checkAmount(r, "/amount", p.Amount)
	checkEnvelope(r, "", p.Share, p.Envelope)
	checkPlace(r, "/country", p.Country, p.Sample)
	checkNotBefore(r, "/period/until", p.Period.Until, "from", p.Period.From)
	checkPast(r, "/period/from", p.Period.From, p.day())
	if p.Direction == directionDomestic {
		for _, f := range []struct{ name, value string }{
			{"side", p.Side}, {"counterpart", string(p.Counterpart)}, {"counterpartName", p.CounterpartName}, {"matches", string(p.Matches)},
		} {
			if f.value != "" {
				r.add("/"+f.name, "domestic-alone")
			}
		}
		return
	}
	if p.Side == "" {
		r.add("/side", "side-missing")
	}
	switch {
	case p.Counterpart == "" && p.CounterpartName == "":
		r.add("/counterpart", "counterpart-missing")
	case p.Counterpart != "" && p.Counterpart == p.Author:
		r.add("/counterpart", "counterpart-is-author")
	case p.Counterpart == "" && p.Matches != "":
		r.add("/matches", "match-of-an-outsider")
	}
}

// relate holds a flow against the other side's word, as far as that is there.
func (p *Expenditure) relate(c *Chain, _, _ *Document, find finder) Refusal {
	if _, ok := c.participants[p.Counterpart]; p.Counterpart != "" && !ok {
		return Refusal{*refuse("/counterpart", "unknown-participant", "participant", string(p.Counterpart))}
	}
	if pledge, ok := predicateIn[*Pledge](find, p.Pledge); ok && !pledgeOf(pledge, p.Author) && (p.Counterpart == "" || !pledgeOf(pledge, p.Counterpart)) {
		return Refusal{*refuse("/pledge", "pledge-of-neither", "pledgor", string(pledge.Author))}
	}
	other, ok := predicateIn[*Expenditure](find, p.Matches)
	switch {
	case !ok:
		return nil
	case other.Author == p.Author:
		return Refusal{*refuse("/matches", "matches-own")}
	case other.Author != p.Counterpart || other.Counterpart != p.Author:
		return Refusal{*refuse("/matches", "match-of-others", "author", string(other.Author))}
	case other.Side == p.Side:
		return Refusal{*refuse("/side", "same-side", "author", string(other.Author), "side", other.Side)}
	}
	return nil
}

// pledgeOf is whether a pledge is a participant's, as author or as party.
func pledgeOf(p *Pledge, id ParticipantID) bool { return p.Author == id || namesParty(p, id) }

// predicateIn is the predicate of a document that find knows, if it is of that type.
func predicateIn[P any](find finder, id DocumentID) (p P, ok bool) {
	d, found := find(id)
	if !found {
		return p, false
	}
	p, ok = d.Predicate.(P)
	return p, ok
}

// giver and receiver are the two sides; "" for one outside this federation.
func (p *Expenditure) giver() ParticipantID {
	if p.Side == sideReceiver {
		return p.Counterpart
	}
	return p.Author
}

func (p *Expenditure) receiver() ParticipantID {
	if p.Side == sideReceiver {
		return p.Author
	}
	return p.Counterpart
}

// toNonGovernment is whether money goes to somebody who is no authority.
func toNonGovernment(recipient string) bool {
	switch recipient {
	case "non-government-organisation", "diaspora-group", "private":
		return true
	}
	return false
}

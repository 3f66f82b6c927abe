package review

import (
	"slices"
	"strconv"
)

// Agreement is an entry in the register of agreements on readmission and
// mobility. Its subject is the charter. Each party confirms it by an accession
// of role agreement, or files an entry of its own that matches it.
type Agreement struct {
	Common
	Type       string     `json:"type"` // readmission, return, mobility, labour-migration, visa, social-security, other
	Parties    []Party    `json:"parties"`
	Signed     string     `json:"signed"`            // a date, or not-stated
	InForce    string     `json:"inForce,omitempty"` // since: a date, or not-stated; absent: not in force
	Ended      string     `json:"ended,omitempty"`
	Objectives []int      `json:"objectives,omitempty"`
	Text       string     `json:"text"` // public, not-public: it exists, its text is not public
	Where      string     `json:"where,omitempty"`
	Matches    DocumentID `json:"matches,omitempty"` // another party's entry of the same agreement
}

// textPublic: anybody can read the agreement.
const textPublic = "public"

func (p *Agreement) typeWord() string  { return p.Type }
func (p *Agreement) objectives() []int { return p.Objectives }

func (p *Agreement) citations() []citation {
	return []citation{{"/matches", p.Matches, []Kind{KindAgreement}}}
}

func (p *Agreement) check(r *Refusal) {
	if len(p.Parties) < 2 {
		r.add("/parties", "one-party")
	}
	checkDistinct(r, "/parties", "/name", collect(p.Parties, func(q Party) string { return q.Name }))
	for i, q := range p.Parties {
		if q.Participant != "" && slices.ContainsFunc(p.Parties[:i], func(o Party) bool { return o.Participant == q.Participant }) {
			r.add(partyPointer(i), "repeated", "value", quote(string(q.Participant)))
		}
	}
	checkPast(r, "/signed", p.Signed, p.day())
	checkNotBefore(r, "/inForce", p.InForce, "signed", ifStated(p.Signed))
	checkNotBefore(r, "/ended", p.Ended, "signed", ifStated(p.Signed))
	checkNotBefore(r, "/ended", p.Ended, "in force", ifStated(p.InForce))
	switch {
	case p.Text == textPublic && p.Where == "":
		r.add("/where", "where-to-read")
	case p.Text != textPublic && p.Where != "":
		r.add("/where", "where-unwanted")
	}
}

func ifStated(date string) string {
	if date == NotStated {
		return ""
	}
	return date
}

func partyPointer(i int) string { return "/parties/" + strconv.Itoa(i) + "/participant" }

func (p *Agreement) relate(c *Chain, _, _ *Document, find finder) Refusal {
	for i, q := range p.Parties {
		if _, ok := c.participants[q.Participant]; q.Participant != "" && !ok {
			return Refusal{*refuse(partyPointer(i), "unknown-participant", "participant", string(q.Participant))}
		}
	}
	other, ok := predicateIn[*Agreement](find, p.Matches)
	switch {
	case !ok:
		return nil
	case other.Author == p.Author:
		return Refusal{*refuse("/matches", "matches-own-entry")}
	case !p.names(p.Author):
		return Refusal{*refuse("/matches", "version-of-no-party", "author", string(p.Author))}
	case !other.names(p.Author):
		return Refusal{*refuse("/matches", "another-agreement", "author", string(p.Author))}
	}
	return nil
}

func (p *Agreement) names(id ParticipantID) bool {
	return slices.ContainsFunc(p.Parties, func(q Party) bool { return q.Participant == id })
}

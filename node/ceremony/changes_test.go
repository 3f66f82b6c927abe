package ceremony

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"stocktake/node/web/lang"
	"stocktake/review"
)

// Every change that a charter can make has its line, and nothing else has one.
func TestEveryChangeOfACharterHasItsLine(t *testing.T) {
	key := strings.Repeat("A", 106) + "abcdefghijklmnop=="
	base := func() *review.Charter {
		return &review.Charter{
			Common: review.Common{Title: "One"}, Number: 1, Suffix: "a.example", Threshold: 2,
			Participants: []review.Participant{{
				ID: "xsa", Kind: "state", Name: "Samplia", Keys: []review.Key{{Key: key, Role: "author"}},
				Logs: []review.Log{{Epoch: 1, Addresses: []string{"/dns4/a"}}},
			}},
			Witnesses: []review.Witness{{Participant: "xsa", Key: "a"}},
		}
	}
	said := func(a, b *review.Charter) (lines []string) {
		for _, s := range Changes(a, b) {
			lines = append(lines, lang.Default().Text(s.Key, s.Arguments...))
		}
		return lines
	}
	assert.Empty(t, said(base(), base()))
	for want, change := range map[string]func(c *review.Charter){
		"This is charter 2; it follows charter 1":                       func(c *review.Charter) { c.Number = 2 },
		"The federation is called Two instead of One":                   func(c *review.Charter) { c.Title = "Two" },
		"Approvals that a later charter needs at least: 3 instead of 2": func(c *review.Charter) { c.Threshold = 3 },
		"The digest of the compact is x instead of ":                    func(c *review.Charter) { c.Compact = "x" },
		"It carries out the decision abc":                               func(c *review.Charter) { c.Decision = "abc" },
		"The version of the rules is 1 instead of 0":                    func(c *review.Charter) { c.Rules = 1 },
		"The names of logs end in b instead of a.example":               func(c *review.Charter) { c.Suffix = "b" },
		"N (ngo) is admitted (Civil society), from 2027": func(c *review.Charter) {
			c.Participants = append(c.Participants, review.Participant{ID: "ngo", Kind: "civil-society", Name: "N", From: "2027"})
		},
		"xsa is left out, which no charter may do": func(c *review.Charter) { c.Participants = nil },
		"xsa is called S instead of Samplia":       func(c *review.Charter) { c.Participants[0].Name = "S" },
		"Samplia (xsa) takes part, until 2027":     func(c *review.Charter) { c.Participants[0].Until = "2027" },
		"Samplia (xsa) has the key abcdefghijklmnop... (signs documents), until 2027": func(c *review.Charter) {
			c.Participants[0].Keys = []review.Key{{Key: key, Role: "author", Until: "2027"}}
		},
		"Samplia (xsa) keeps its log of epoch 2, from 2027": func(c *review.Charter) {
			c.Participants[0].Logs = append(slices.Clone(c.Participants[0].Logs), review.Log{Epoch: 2, From: "2027"})
		},
		"Samplia (xsa) keeps its log of epoch 1, until 2027": func(c *review.Charter) { c.Participants[0].Logs[0].Until = "2027" },
		"Samplia (xsa) is reached at /dns4/b":                func(c *review.Charter) { c.Participants[0].Logs[0].Addresses = []string{"/dns4/b"} },
		"Samplia (xsa) is a witness, until 2027":             func(c *review.Charter) { c.Witnesses[0].Until = "2027" },
		"xsb is a witness, from 2027": func(c *review.Charter) {
			c.Witnesses = append(c.Witnesses, review.Witness{Participant: "xsb", From: "2027"})
		},
		"Review round r, R, opens on o, and reports are due by d": func(c *review.Charter) {
			c.Rounds = []review.Round{{ID: "r", Title: "R", Opens: "o", Due: "d"}}
		},
		"Samplia (xsa) is suspended from f until u: why": func(c *review.Charter) {
			c.Suspensions = []review.Suspension{{Participant: "xsa", From: "f", Until: "u", Reason: "why"}}
		},
		"Samplia (xsa) is academic X instead of state, which no charter may change": func(c *review.Charter) {
			c.Participants[0].Kind, c.Participants[0].Country = "academic", "X"
		},
		"Review round r, R, opens on 1 January 2028, and reports are due by 30 June 2028; type: annual; region: Economic Community of West African States; sealed reviews are revealed on 1 July 2028; on Border systems, 5. Enhance availability and flexibility of pathways for regular migration; convened by Samplia (xsa)": func(c *review.Charter) {
			c.Rounds = []review.Round{{ID: "r", Title: "R", Opens: "2028-01-01", Due: "2028-06-30", Reveal: "2028-07-01", Type: "annual", Scope: "region:ECOWAS", Convener: "xsa", Themes: []string{"orderly/border-systems"}, Objectives: []int{5}}}
		},
		"Samplia (xsa) may answer for 2 authors at once (Academic; global)": func(c *review.Charter) {
			c.Accreditors = []review.Accreditor{{Participant: "xsa", Scope: "global", Cap: 2, Kinds: []string{"academic"}}}
		},
		"Every log may hold 5 records, from 1 January 2028": func(c *review.Charter) {
			c.Quotas = []review.Quota{{Entries: 5, From: "2028-01-01T00:00:00Z"}}
		},
		"The keys of Samplia (xsa) may be recovered by 1 of xsb, with 14 days to contest it": func(c *review.Charter) {
			c.Participants[0].Guardians = &review.Guardians{Participants: []review.ParticipantID{"xsb"}, Threshold: 1}
		},
	} {
		b := base()
		change(b)
		assert.Equal(t, []string{want}, said(base(), b))
	}
}

package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

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
	assert.Empty(t, changes(base(), base()))
	for want, change := range map[string]func(c *review.Charter){
		"number: 2, was 1":         func(c *review.Charter) { c.Number = 2 },
		"title: Two, was One":      func(c *review.Charter) { c.Title = "Two" },
		"threshold: 3, was 2":      func(c *review.Charter) { c.Threshold = 3 },
		"compact: x, was ":         func(c *review.Charter) { c.Compact = "x" },
		"rules: 1, was 0":          func(c *review.Charter) { c.Rules = 1 },
		"suffix: b, was a.example": func(c *review.Charter) { c.Suffix = "b" },
		"new: ngo, N (civil-society), takes part from 2027": func(c *review.Charter) {
			c.Participants = append(c.Participants, review.Participant{ID: "ngo", Kind: "civil-society", Name: "N", From: "2027"})
		},
		"dropped: xsa, which no successor may do": func(c *review.Charter) { c.Participants = nil },
		"xsa: called S, was Samplia":              func(c *review.Charter) { c.Participants[0].Name = "S" },
		"xsa: takes part until 2027":              func(c *review.Charter) { c.Participants[0].Until = "2027" },
		"xsa: author key abcdefghijklmnop... until 2027": func(c *review.Charter) {
			c.Participants[0].Keys = []review.Key{{Key: key, Role: "author", Until: "2027"}}
		},
		"xsa: log of epoch 2 from 2027": func(c *review.Charter) {
			c.Participants[0].Logs = append(slices.Clone(c.Participants[0].Logs), review.Log{Epoch: 2, From: "2027"})
		},
		"xsa: log of epoch 1 until 2027": func(c *review.Charter) { c.Participants[0].Logs[0].Until = "2027" },
		"xsa: reached at /dns4/b":        func(c *review.Charter) { c.Participants[0].Logs[0].Addresses = []string{"/dns4/b"} },
		"xsa: witness until 2027":        func(c *review.Charter) { c.Witnesses[0].Until = "2027" },
		"xsb: witness from 2027": func(c *review.Charter) {
			c.Witnesses = append(c.Witnesses, review.Witness{Participant: "xsb", From: "2027"})
		},
		"round r: R, opens o, reports due d": func(c *review.Charter) {
			c.Rounds = []review.Round{{ID: "r", Title: "R", Opens: "o", Due: "d"}}
		},
		"xsa: suspended from f until u: why": func(c *review.Charter) {
			c.Suspensions = []review.Suspension{{Participant: "xsa", From: "f", Until: "u", Reason: "why"}}
		},
		"xsa: academic X, was state , which no successor may change": func(c *review.Charter) {
			c.Participants[0].Kind, c.Participants[0].Country = "academic", "X"
		},
	} {
		b := base()
		change(b)
		assert.Equal(t, []string{want}, changes(base(), b))
	}
}

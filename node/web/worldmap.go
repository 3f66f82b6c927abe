package web

import (
	"cmp"
	_ "embed"
	"slices"
	"strings"
	"sync"

	"stocktake/review"
)

//go:embed data/tiles.txt
var tileText string

// place is a State's square on the map: own layout, with the same square for
// each.
type place struct {
	code        string // ISO 3166-1 alpha-3
	row, column int    // from 1
}

// places are the squares of all States, row by row.
var places = sync.OnceValue(func() (all []place) {
	row := 0
	for line := range strings.Lines(tileText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		row++
		for column, code := range strings.Fields(line) {
			if code != "." {
				all = append(all, place{code, row, column + 1})
			}
		}
	}
	return all
})

// worldMap is a round at a glance: where every State stands in it.
type worldMap struct {
	dueRound
	Others   []choice // other rounds, and this one
	Tiles    []tile
	Invented []tile // invented States, which lie nowhere
	Legend   []legendLine
	Outside  []string // names of the States outside of this federation
}

// tile is a State's square: its state in words, and by a sign and a pattern as
// well as by colour.
type tile struct {
	Code, Name  string
	Row, Column int
	Href        string // "" outside of the federation
	State       standing
	Sign        string // the class of its pattern
}

// legendLine is one state of the round, and how many squares have it.
type legendLine struct {
	State standing
	Sign  string
	N     int
}

const outsideFederation = "outside this federation"

// worldMap is the map of a round of the global stocktake; nil if the charter
// has no round.
func (t tabler) worldMap(a *assembled, round string) *worldMap {
	rounds := t.due(a)
	if len(rounds) == 0 {
		return nil
	}
	at := len(rounds) - 1
	for i, r := range rounds {
		if r.ID == round {
			at = i
		}
	}
	m := &worldMap{dueRound: rounds[at]}
	for i, r := range rounds {
		m.Others = append(m.Others, choice{r.ID, r.Title, i == at})
	}
	states := map[review.ParticipantID]string{}
	for _, row := range a.Due {
		if row.Round == m.ID {
			states[row.Participant] = row.State
		}
	}
	byCountry := map[string]review.Participant{}
	for _, p := range t.charter.Participants {
		switch {
		case p.Kind != "state":
		case p.Sample:
			m.Invented = append(m.Invented, t.tile(p, states))
		default:
			byCountry[p.Country] = p
		}
	}
	for _, where := range places() {
		square := tile{Name: t.countryName(where.code), State: t.state(outsideFederation), Sign: slug(outsideFederation)}
		if p, ok := byCountry[where.code]; ok {
			square = t.tile(p, states)
		} else {
			m.Outside = append(m.Outside, square.Name)
		}
		square.Code, square.Row, square.Column = where.code, where.row, where.column
		m.Tiles = append(m.Tiles, square)
	}
	slices.Sort(m.Outside)
	m.Legend = legend(append(slices.Clone(m.Tiles), m.Invented...))
	return m
}

// tile is the square of a State that takes part. One to whom a round is not put
// is not in it.
func (t tabler) tile(p review.Participant, states map[review.ParticipantID]string) tile {
	state := cmp.Or(states[p.ID], "not in this round")
	return tile{Code: p.Country, Name: t.name(p.ID), Href: "/participants/" + string(p.ID), State: t.state(state), Sign: slug(state)}
}

// legend are the states that squares have, from what was filed to who is not
// concerned.
func legend(tiles []tile) []legendLine {
	var lines []legendLine
	for _, square := range tiles {
		i := slices.IndexFunc(lines, func(l legendLine) bool { return l.Sign == square.Sign })
		if i < 0 {
			i, lines = len(lines), append(lines, legendLine{State: square.State, Sign: square.Sign})
		}
		lines[i].N++
	}
	rank := func(l legendLine) int {
		if l.State.Code == outsideFederation {
			return len(dueStates)
		}
		return dueRank(l.State.Code)
	}
	slices.SortStableFunc(lines, func(a, b legendLine) int { return rank(a) - rank(b) })
	return lines
}

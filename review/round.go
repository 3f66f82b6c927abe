package review

import (
	"reflect"
	"slices"
	"strings"
)

// Round is one review round.
type Round struct {
	ID         string        `json:"id"`
	Title      string        `json:"title"`
	Type       string        `json:"type,omitempty"`       // annual, biennial, regional, global, thematic
	Scope      string        `json:"scope"`                // global, or region:<code>
	Convener   ParticipantID `json:"convener,omitempty"`   // absent: whoever convenes the region
	Opens      string        `json:"opens"`                // date
	Due        string        `json:"due"`                  // date: reports filed on it are in time
	Reveal     string        `json:"reveal,omitempty"`     // date from which sealed reviews are revealed
	Themes     []string      `json:"themes,omitempty"`     // of a thematic round
	Objectives []int         `json:"objectives,omitempty"` // of a thematic round
	Sample     bool          `json:"sample,omitempty"`     // invented, for a demonstration: put to invented participants only
}

// The types of round that rules tell apart.
const (
	roundRegional = "regional"
	roundGlobal   = "global"
	roundThematic = "thematic"
)

func (d Round) same(other Round) bool { return reflect.DeepEqual(d, other) }

// region is the region that a round is held in; ok is false of a global one.
func (d Round) region() (code string, ok bool) { return regionOf(d.Scope) }

// regionOf is the region of a scope that is global or region:<code>.
func regionOf(scope string) (code string, ok bool) {
	if code, ok = strings.CutPrefix(scope, "region:"); !ok {
		return "", false
	}
	return code, true
}

func (d Round) check(r *Refusal, pointer string) {
	checkNotBefore(r, pointer+"/due", d.Due, "opens", d.Opens)
	checkNotBefore(r, pointer+"/reveal", d.Reveal, "due", d.Due)
	_, regional := d.region()
	if d.Type == roundRegional && !regional || d.Type == roundGlobal && regional {
		r.add(pointer+"/scope", "round-type-and-scope", "type", d.Type)
	}
	if d.Type == roundThematic {
		if len(d.Themes)+len(d.Objectives) == 0 {
			r.add(pointer+"/themes", "theme-missing")
		}
		return
	}
	if len(d.Themes) > 0 {
		r.add(pointer+"/themes", "theme-unwanted")
	}
	if len(d.Objectives) > 0 {
		r.add(pointer+"/objectives", "theme-unwanted")
	}
}

// convenes is whether a participant convenes a round: as the charter says, else
// as the body of its region.
func (c *Chain) convenes(id ParticipantID, d Round) bool {
	if d.Convener != "" {
		return d.Convener == id
	}
	region, regional := d.region()
	return regional && c.participants[id].Region == region
}

// convenesAny is whether a participant convenes a region or a round at all.
func (c *Chain) convenesAny(id ParticipantID) bool {
	if c.participants[id].Region != "" {
		return true
	}
	for _, d := range c.rounds {
		if c.convenes(id, d) {
			return true
		}
	}
	return false
}

// convenerFaults is why a participant may not speak for a round, or where none
// is named for the follow-up body at all.
func (c *Chain) convenerFaults(id ParticipantID, round string) Refusal {
	d, ok := c.rounds[round]
	switch {
	case round != "" && !ok:
		return Refusal{c.unknownRound(round)}
	case round != "" && !c.convenes(id, d):
		return Refusal{*refuse("/round", "not-the-convener", "author", string(id), "round", round)}
	case !c.convenesAny(id):
		return Refusal{*refuse("/author", "convenes-nothing", "author", string(id))}
	}
	return nil
}

// outsideTheme is the first objective that is not one of a thematic round's; 0
// if there is none.
func (d Round) outsideTheme(objectives []int) int {
	for _, n := range objectives {
		if len(d.Objectives) > 0 && !slices.Contains(d.Objectives, n) {
			return n
		}
	}
	return 0
}

// RoundRow is a review round, with who signed in.
type RoundRow struct {
	Row
	Title      string          `json:"title"`
	Type       string          `json:"type,omitempty"`
	Scope      string          `json:"scope"`
	Conveners  []ParticipantID `json:"conveners,omitempty"`
	Opens      string          `json:"opens"`
	Due        string          `json:"due"`
	Reveal     string          `json:"reveal,omitempty"`
	Themes     []string        `json:"themes,omitempty"`
	Objectives []int           `json:"objectives,omitempty"`
	State      string          `json:"state"`
	SignedIn   []ParticipantID `json:"signedIn,omitempty"`
}

// Where a round stands on the day of the cut-off.
const (
	roundAhead   = "not open yet"
	roundRunning = "running"
	roundPast    = "due date passed"
)

var roundsGroup = group{
	name:    groupRounds,
	figures: []string{"rounds", roundAhead, roundRunning, roundPast},
	fixed: func(v *view) []string {
		return collect(v.charter.Rounds, func(d Round) string { return d.ID })
	},
	touched: func(_ *view, e *entry) []string {
		if p, ok := predicateOf[*Accession](e); ok && p.Role == accessionRound {
			return []string{p.Round}
		}
		return nil
	},
	fill: fillRounds,
	rows: func(c *Contents) any { return &c.Rounds },
	section: func(c *Contents) *Section {
		s := c.newSection(groupRounds, "Review rounds", "round", "title", "type", "scope", "convened by", "opens", "due", "sealed reviews revealed", "state", "signed in")
		for _, r := range c.Rounds {
			s.add(r.Sample, r.Key, r.Title, r.Type, r.Scope, joinIDs(r.Conveners), r.Opens, r.Due, r.Reveal, r.State, joinIDs(r.SignedIn))
		}
		return s
	},
}

func joinIDs(ids []ParticipantID) string {
	return strings.Join(collect(ids, func(p ParticipantID) string { return string(p) }), ", ")
}

func fillRounds(v *view, unit string, t *table) {
	i := slices.IndexFunc(v.charter.Rounds, func(d Round) bool { return d.ID == unit })
	if i < 0 || !v.ofRound(unit) {
		return
	}
	d := v.charter.Rounds[i]
	region, regional := d.region()
	if len(d.Objectives) > 0 && !v.touches(d.Objectives) ||
		v.region != "" && regional && region != v.region {
		return
	}
	row := &RoundRow{
		Row:   Row{Key: d.ID, In: []string{"rounds", roundRunning}, Sample: d.Sample, Cites: []DocumentID{v.inForce}},
		Title: d.Title, Type: d.Type, Scope: d.Scope, Opens: d.Opens, Due: d.Due, Reveal: d.Reveal, Themes: d.Themes, Objectives: d.Objectives, State: roundRunning,
	}
	switch {
	case v.day < d.Opens:
		row.State = roundAhead
	case v.day > d.Due:
		row.State = roundPast
	}
	row.In[1] = row.State
	for _, p := range v.charter.Participants {
		if v.chain.convenes(p.ID, d) {
			row.Conveners = append(row.Conveners, p.ID)
		}
		if !v.covers(p.ID) {
			continue
		}
		if said := decisive(v.under(onRound(d.ID, p.ID)), d.Due); said != nil && said.doc.Predicate.(*Accession).Decision != decisionDeclined {
			row.SignedIn = append(row.SignedIn, p.ID)
			row.Cites = append(row.Cites, said.id)
		}
	}
	t.add(row)
}

package review

import (
	"slices"
	"strconv"
	"strings"

	"stocktake/review/compact"
)

// Where a participant stands. Nothing here accuses those who promised nothing.
const (
	stateAcceded    = "acceded"
	stateListed     = "listed, not acceded"
	stateAccredited = "accredited"
	stateSuspended  = "suspended" // for a time, at the cut-off
	stateEnded      = "ended"
	stateNotYet     = "not yet"
	stateOutside    = "outside this federation"
)

// The chambers of participants.
const (
	chamberStates  = "States"
	chamberBodies  = "regional bodies and UN entities"
	chamberSociety = "civil society and others"
)

// ParticipationRow is a participant, or a member of the scope's region that is
// outside this federation (then with its country only).
type ParticipationRow struct {
	Row
	ID       ParticipantID `json:"id,omitempty"`
	Name     string        `json:"name"`
	Kind     string        `json:"kind,omitempty"`
	Chamber  string        `json:"chamber,omitempty"`
	Country  string        `json:"country,omitempty"`
	Convenes string        `json:"convenes,omitempty"` // region
	Regions  []string      `json:"regions,omitempty"`  // of its country, on the day of the cut-off
	State    string        `json:"state"`
}

var participationGroup = group{
	name: groupParticipation,
	figures: []string{"participants", stateAcceded, stateListed, stateAccredited, stateSuspended, stateEnded, stateNotYet,
		chamberStates, chamberBodies, chamberSociety, "in several regions", stateOutside},
	fixed: func(v *view) (units []string) {
		for _, p := range v.charter.Participants {
			units = append(units, string(p.ID))
		}
		for _, a := range v.accredited {
			units = append(units, string(a.ID))
		}
		return append(units, outside)
	},
	touched: func(v *view, e *entry) []string {
		switch e.kind() {
		case KindAccession:
			return []string{string(e.doc.Author)}
		case KindAccreditation:
			return []string{string(e.doc.Predicate.(*Accreditation).Participant)}
		}
		return nil
	},
	fill: func(v *view, unit string, t *table) {
		if unit == outside {
			fillOutside(v, t)
			return
		}
		fillParticipant(v, ParticipantID(unit), t)
		fillAccredited(v, ParticipantID(unit), t)
	},
	rows: func(c *Contents) any { return &c.Participation },
	section: func(c *Contents) *Section {
		s := c.newSection(groupParticipation, "Who takes part", "participant", "name", "kind", "state", "regions")
		for _, r := range c.Participation {
			id := string(r.ID)
			if id == "" {
				id = r.Country
			}
			s.add(r.Sample, id, r.Name, r.Kind, r.State+by("", r.AccreditedBy), strings.Join(r.Regions, ", "))
		}
		return s
	},
}

// outside is the unit of the region's members that are outside this federation.
const outside = "outside/"

func fillParticipant(v *view, id ParticipantID, t *table) {
	i := slices.IndexFunc(v.charter.Participants, func(p Participant) bool { return p.ID == id })
	if i < 0 || !v.covers(id) {
		return
	}
	p := v.charter.Participants[i]
	row := &ParticipationRow{
		Row: Row{Key: string(p.ID), Sample: p.Sample, Cites: []DocumentID{v.inForce}},
		ID:  p.ID, Name: p.Name, Kind: p.Kind, Chamber: chamber(p.Kind), Country: p.Country, Convenes: p.Region, State: v.state(p),
		Regions: v.regions[p.ID],
	}
	if accessions := v.under(asMember(p.ID)); len(accessions) > 0 {
		row.Cites = []DocumentID{accessions[0].id}
	}
	row.In = []string{row.State}
	if row.State != stateEnded && row.State != stateNotYet {
		row.In = append(row.In, "participants", row.Chamber)
		if p.Kind == kindState && len(row.Regions) > 1 {
			row.In = append(row.In, "in several regions")
		}
	}
	t.add(row)
}

func fillAccredited(v *view, id ParticipantID, t *table) {
	a, ok := v.accreditedAuthor(id)
	if !ok || !v.covers(id) {
		return
	}
	row := &ParticipationRow{
		Row: Row{Key: string(a.ID), In: []string{a.State}, Sample: a.Sample},
		ID:  a.ID, Name: a.Name, Kind: a.Type, Country: a.Country, Regions: v.regions[a.ID], State: a.State,
	}
	for _, by := range a.By {
		row.Cites = append(row.Cites, by.Accreditations[0])
		if by.State == stateInForce {
			row.AccreditedBy = append(row.AccreditedBy, by.Accreditor)
			row.In = append(row.In, "accredited by "+string(by.Accreditor))
		}
	}
	t.add(row)
}

// accreditedAuthor is one of the view's.
func (v *view) accreditedAuthor(id ParticipantID) (a Accredited, ok bool) {
	i, ok := slices.BinarySearchFunc(v.accredited, id, func(a Accredited, id ParticipantID) int { return strings.Compare(string(a.ID), string(id)) })
	if !ok {
		return a, false
	}
	return v.accredited[i], true
}

func fillOutside(v *view, t *table) {
	if v.region == "" {
		return
	}
	represented := map[string]bool{}
	for _, p := range v.charter.Participants {
		if p.Kind == kindState && p.Country != "" {
			represented[p.Country] = true
		}
	}
	region, _ := compact.Region(v.region)
	for _, m := range region.Members {
		if !m.On(v.day) || represented[m.ISO3] {
			continue
		}
		country, _ := compact.Country(m.ISO3)
		t.add(&ParticipationRow{
			Row:  Row{Key: outside + m.ISO3, In: []string{stateOutside}, Cites: []DocumentID{v.inForce}},
			Name: country.Name, Country: m.ISO3, State: stateOutside,
		})
	}
}

func chamber(kind string) string {
	switch kind {
	case kindState:
		return chamberStates
	case kindRegionalBody, kindUNEntity:
		return chamberBodies
	}
	return chamberSociety
}

func (v *view) state(p Participant) string {
	s := v.chain.spans[p.ID]
	switch {
	case !s.until.IsZero() && !v.cutoff.Before(s.until):
		return stateEnded
	case v.cutoff.Before(s.from):
		return stateNotYet
	case v.suspended(p.ID):
		return stateSuspended
	case len(v.under(asMember(p.ID))) > 0:
		return stateAcceded
	}
	return stateListed
}

// suspended is whether a participant is suspended at the cut-off.
func (v *view) suspended(id ParticipantID) bool {
	_, ok := v.chain.Suspended(id, v.cutoff)
	return ok
}

// RegionRow is a region with what it has in this federation. Countries are
// counted in every region of theirs.
type RegionRow struct {
	Row
	Code          string `json:"code"`
	Name          string `json:"name"`
	Verified      bool   `json:"verified"` // the list of members was checked against a public source
	Members       int    `json:"members"`  // on the day of the cut-off
	Participating int    `json:"participating"`
	Outside       int    `json:"outside"`
	AlsoElsewhere int    `json:"alsoElsewhere"` // participating States that sit in another region too
}

var regionsGroup = group{
	name:    groupRegions,
	figures: []string{"regions", "unverified"},
	fixed:   whole,
	fill:    fillRegions,
	rows:    func(c *Contents) any { return &c.Regions },
	section: func(c *Contents) *Section {
		s := c.newSection(groupRegions, "Regions", "region", "name", "members", "participating", "outside this federation", "also in another region", "list")
		for _, r := range c.Regions {
			list := "verified"
			if !r.Verified {
				list = "unverified"
			}
			s.add(r.Sample, r.Code, r.Name, strconv.Itoa(r.Members), strconv.Itoa(r.Participating), strconv.Itoa(r.Outside), strconv.Itoa(r.AlsoElsewhere), list)
		}
		return s
	},
}

func fillRegions(v *view, _ string, t *table) {
	states := map[string]bool{}
	convened := map[string]bool{}
	for _, p := range v.charter.Participants {
		if s := v.state(p); p.Sample || s == stateEnded || s == stateNotYet {
			continue
		}
		convened[p.Region] = true
		if p.Kind == kindState {
			states[p.Country] = true
		}
	}
	for _, region := range compact.Regions() {
		row := &RegionRow{
			Row:  Row{Key: region.Code, In: []string{"regions"}, Cites: []DocumentID{v.inForce}},
			Code: region.Code, Name: region.Name, Verified: region.Verified,
		}
		at := map[string]bool{}
		for _, m := range region.Members {
			if m.On(v.day) {
				at[m.ISO3] = true
			}
		}
		for country := range at {
			row.Members++
			if !states[country] {
				row.Outside++
				continue
			}
			row.Participating++
			if len(compact.RegionsOf(country, v.day)) > 1 {
				row.AlsoElsewhere++
			}
		}
		switch {
		case v.region != "" && v.region != region.Code:
			continue
		case v.joins() && !at[v.corridor[0]] && !at[v.corridor[1]]:
			continue
		case v.one != "" && !slices.Contains(v.regions[v.one], region.Code) && v.chain.participants[v.one].Region != region.Code:
			continue
		case v.region == "" && row.Participating == 0 && !convened[region.Code]:
			continue
		}
		if !region.Verified {
			row.In = append(row.In, "unverified")
		}
		t.add(row)
	}
}

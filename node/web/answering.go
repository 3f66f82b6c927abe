package web

import "stocktake/review"

// answeringLine is an accreditor that answers or answered for an author whom
// the charter does not list.
type answeringLine struct {
	review.Answering
	Accreditor ref
	State      standing
	Cites      []ref // its accreditations
	Disputes   []ref // who challenges it, with the comment
}

// answering are all who answer or answered for an author; nil for a
// participant of the charter.
func (v *view) answering(a *review.Accredited) []answeringLine {
	if a == nil {
		return nil
	}
	var lines []answeringLine
	for _, by := range a.By {
		line := answeringLine{Answering: by, Accreditor: v.who(by.Accreditor), State: v.state(by.State)}
		for _, id := range by.Accreditations {
			line.Cites = append(line.Cites, ref{Text: short(string(id)), Href: "/documents/" + string(id)})
		}
		for _, id := range by.Challenges {
			line.Disputes = append(line.Disputes, ref{Text: short(string(id)), Href: "/documents/" + string(id)})
		}
		lines = append(lines, line)
	}
	return lines
}

// accredited is an author as the status lists it; nil for anybody else.
func (v *view) accredited(id review.ParticipantID) *review.Accredited {
	for i, a := range v.status.Accredited {
		if a.ID == id {
			return &v.status.Accredited[i]
		}
	}
	return nil
}

// listAccredited adds the authors whom the charter does not list to its
// participants.
func (v *view) listAccredited() {
	for _, a := range v.status.Accredited {
		p := review.Participant{ID: a.ID, Kind: a.Type, Name: a.Name, Country: a.Country, Sample: a.Sample}
		if a.Vouched {
			p.Name = v.say("participant.not-named", "name", a.Name)
		}
		v.members[a.ID] = p
	}
}

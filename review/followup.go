package review

// FollowUp is what became of a recommendation. Its subject is the
// recommendation, or the response to it.
type FollowUp struct {
	Common
	Status   string `json:"status"` // not-started, in-progress, implemented, no-longer-applies
	Text     string `json:"text"`
	Intended string `json:"intended,omitempty"` // a date, or not-stated
}

const (
	followImplemented = "implemented"
	followDropped     = "no-longer-applies"
)

func (p *FollowUp) typeWord() string { return p.Status }

func (p *FollowUp) check(r *Refusal) {
	if p.Intended != "" && (p.Status == followImplemented || p.Status == followDropped) {
		r.add("/intended", "nothing-intended", "status", p.Status)
		return
	}
	checkNotBefore(r, "/intended", p.Intended, "created", p.day())
}

// relate lets the one who was given a recommendation follow it up, and the one
// who gave it.
func (p *FollowUp) relate(c *Chain, _, about *Document, find finder) Refusal {
	given := about
	if about.Kind == KindResponse {
		given, _ = find(about.About())
	}
	if given == nil {
		return Refusal{*refuse("/about", "no-recommendation", "value", kindName(about))}
	}
	comment, ok := given.Predicate.(*Comment)
	switch {
	case !ok || comment.Type != commentRecommendation:
		return Refusal{*refuse("/about", "no-recommendation", "value", kindName(given))}
	case p.Author != comment.Author && !c.addressed(p.Author, given, find):
		return Refusal{*refuse("/author", "not-concerned", "author", string(p.Author))}
	}
	return nil
}

// followUps are the last words of the addressee and of the recommender on a
// recommendation that stands, of those that count; nil where there is none.
func (v *view) followUps(recommendation *entry, to ParticipantID) (own, other *entry) {
	var all []*entry
	for _, e := range v.about[recommendation.id] {
		switch {
		case e.doc.Kind == KindFollowUp && e.counts():
			all = append(all, e)
		case e.doc.Kind == KindResponse:
			for _, x := range v.about[e.id] {
				if x.doc.Kind == KindFollowUp && x.counts() {
					all = append(all, x)
				}
			}
		}
	}
	for _, e := range sorted(all) {
		switch e.doc.Author {
		case to:
			own = e
		case recommendation.doc.Author:
			other = e
		}
	}
	return own, other
}

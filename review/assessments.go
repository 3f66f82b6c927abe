package review

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// What an assessment is called. Several stand side by side; their ratings are
// compared and never averaged.
const (
	labelSelf     = "self-assessment"
	labelRegional = "regional assessment"
	labelPeer     = "peer review"
	labelExpert   = "expert review"
	labelJoint    = "joint assessment"
	labelShadow   = "alternative (shadow) report"
	labelProgress = "progress report"
)

var assessmentLabels = map[string]string{
	assessmentSelf: labelSelf, assessmentRegional: labelRegional, assessmentShadow: labelShadow,
	assessmentPeer: labelPeer, assessmentExpert: labelExpert, assessmentJoint: labelJoint,
}

// labelDraft is a review's draft, which is shown apart.
const labelDraft = "drafts for correction"

// AssessmentRow is an assessment that stands.
type AssessmentRow struct {
	Row
	ID      DocumentID    `json:"id"`
	Author  ParticipantID `json:"author"`
	Label   string        `json:"label"`
	Title   string        `json:"title"`
	About   ParticipantID `json:"about,omitempty"`  // the assessed
	Region  string        `json:"region,omitempty"` // or a region as a whole
	Pledge  DocumentID    `json:"pledge,omitempty"` // the pledge assessed; empty for all of its doing
	Round   string        `json:"round,omitempty"`
	Filed   string        `json:"filed"`
	Replies int           `json:"replies"` // of the assessed

	Mandate    DocumentID `json:"mandate,omitempty"`
	Stage      string     `json:"stage,omitempty"`      // of a review with a mandate: draft, final
	Seal       DocumentID `json:"seal,omitempty"`       // with which its author committed to it
	FixedSince string     `json:"fixedSince,omitempty"` // when that was filed
}

// assessed is an assessment with whom and what it judges.
type assessed struct {
	*entry
	*Assessment
	whom   ParticipantID
	pledge *entry // its first version; nil for all of the participant's doing
}

// assessed is what an assessment judges, whether it stands or not.
func (r *Reading) assessed(e *entry) assessed {
	p := e.doc.Predicate.(*Assessment)
	about, _ := r.chain.first(r.known(e.doc))(e.doc.About())
	a := assessed{entry: e, Assessment: p, whom: assessedBy(p, about)}
	if about.Kind == KindPledge {
		a.pledge = first(r.docs[about.ID])
	}
	return a
}

// assessment is the one of a unit, if it stands and the scope has what it judges.
func (v *view) assessment(unit string) (a assessed, ok bool) {
	e := v.unitEntry(unit)
	if _, ok := predicateOf[*Assessment](e); !ok || !e.counts() {
		return a, false
	}
	a = v.assessed(e)
	return a, v.ofRound(v.roundOf(e)) && v.touches(a.objectives()) && v.coversJudged(judgement{whom: a.whom, region: a.Region, author: a.Author})
}

// ofAssessment are the units of the assessments whose rows rest on a document:
// itself, what it responds to, those of a pledge or with a mandate, what it
// seals.
func ofAssessment(v *view, e *entry) (units []string) {
	switch e.kind() {
	case KindPledge:
		return v.aboutVersions(e, KindAssessment)
	case KindAccession: // to a mandate
		for _, x := range v.under(citedIn(e.doc.About())) {
			units = append(units, itself[*Assessment](v, x)...)
		}
		return units
	case KindSeal:
		e = v.docs[e.doc.Predicate.(*Seal).Commits]
	case KindResponse:
		e = v.docs[e.doc.About()]
	}
	return itself[*Assessment](v, e)
}

// pledgeID is the version that stands of the pledge assessed, else the first.
func (a assessed) pledgeID() DocumentID {
	switch {
	case a.pledge == nil:
		return ""
	case standing(a.pledge) != nil:
		return standing(a.pledge).id
	}
	return a.pledge.id
}

var assessmentsGroup = group{
	name:    groupAssessments,
	figures: []string{"assessments", labelSelf, labelRegional, labelPeer, labelExpert, labelJoint, labelShadow, labelDraft},
	touched: ofAssessment,
	fill:    fillAssessments,
	rows:    func(c *Contents) any { return &c.Assessments },
	section: func(c *Contents) *Section {
		s := c.newSection(groupAssessments, "Assessments", "assessment", "kind", "by", "about", "pledge", "title", "stage", "fixed since", "replies")
		for _, r := range c.Assessments {
			s.add(r.Sample, string(r.ID), r.Label, by(string(r.Author), r.AccreditedBy), whom(r.About, r.Region), string(r.Pledge), r.Title, r.Stage, r.FixedSince, strconv.Itoa(r.Replies))
		}
		return s
	},
}

func fillAssessments(v *view, unit string, t *table) {
	a, ok := v.assessment(unit)
	if !ok {
		return
	}
	row := &AssessmentRow{
		Row: Row{Key: string(a.id), AccreditedBy: v.accreditors(a.entry), In: []string{"assessments", assessmentLabels[a.Type]}, Sample: a.sample, Cites: []DocumentID{a.id}},
		ID:  a.id, Author: a.Author, Label: assessmentLabels[a.Type], Title: a.Title, About: a.whom, Region: a.Region,
		Pledge: a.pledgeID(), Round: v.roundOf(a.entry), Filed: instant(a.filed), Mandate: a.Mandate, Stage: a.Stage,
	}
	if a.Stage == stageDraft {
		row.In = []string{labelDraft}
	}
	if a.Mandate != "" {
		row.Cites = append(row.Cites, a.Mandate)
	}
	if seal := v.fixedSince(a.entry); seal != nil {
		row.Seal, row.FixedSince = seal.id, instant(seal.filed)
		row.Cites = append(row.Cites, seal.id)
	}
	for _, e := range v.about[a.id] {
		if e.doc.Kind == KindResponse && e.counts() {
			row.Replies++
		}
	}
	t.add(row)
}

// FindingRow is an assessment's rating of one objective.
type FindingRow struct {
	Row
	About      ParticipantID `json:"about,omitempty"`
	Region     string        `json:"region,omitempty"`
	Pledge     DocumentID    `json:"pledge,omitempty"`
	Objective  int           `json:"objective"`
	Rating     string        `json:"rating"`
	Label      string        `json:"label"`
	Author     ParticipantID `json:"author"`
	Assessment DocumentID    `json:"assessment"`
	Filed      string        `json:"filed"`
}

var findingsGroup = group{
	name:    groupFindings,
	figures: []string{"findings"},
	touched: ofJudgement,
	fill:    fillFindings,
	rows:    func(c *Contents) any { return &c.Findings },
	section: func(c *Contents) *Section {
		s := c.newSection(groupFindings, "Findings side by side", "about", "objective", "pledge", "rating", "kind", "by", "assessment")
		for _, r := range c.Findings {
			s.add(r.Sample, whom(r.About, r.Region), strconv.Itoa(r.Objective), string(r.Pledge), r.Rating, r.Label, by(string(r.Author), r.AccreditedBy), string(r.Assessment))
		}
		return s
	},
}

func fillFindings(v *view, unit string, t *table) {
	for _, j := range v.judgementsOf(v.unitEntry(unit)) {
		t.add(&FindingRow{
			Row:   Row{Key: j.findingKey() + "/" + string(j.id), AccreditedBy: v.accreditors(j.entry), In: []string{"findings", "rating: " + j.Rating}, Sample: j.sample, Cites: []DocumentID{j.id}},
			About: j.whom, Region: j.region, Pledge: j.pledgeID(), Objective: j.Objective, Rating: j.Rating,
			Label: j.label, Author: j.author, Assessment: j.id, Filed: instant(j.filed),
		})
	}
}

// AgreementRow says whether those who judged the same thing rate it alike. It
// cites the first assessment with each rating.
type AgreementRow struct {
	Row
	About     ParticipantID  `json:"about,omitempty"`
	Region    string         `json:"region,omitempty"`
	Pledge    DocumentID     `json:"pledge,omitempty"`
	Objective int            `json:"objective"`
	Ratings   map[string]int `json:"ratings"` // how many rate it so
	Labels    []string       `json:"labels"`  // which kinds of document rate it, sorted
	Differ    bool           `json:"differ"`
}

var agreementGroup = group{
	name:    groupAgreement,
	figures: []string{"assessed once", "ratings agree", "ratings differ"},
	touched: func(v *view, e *entry) (units []string) {
		for _, id := range ofJudgement(v, e) {
			if e := v.unitEntry(id); e.code == "" {
				for _, j := range v.judgements(e) {
					units = append(units, j.likeUnit())
				}
			}
		}
		return units
	},
	fill: fillAgreement,
	rows: func(c *Contents) any { return &c.Agreement },
	section: func(c *Contents) *Section {
		s := c.newSection(groupAgreement, "Where ratings differ (they are never averaged)", "about", "objective", "pledge", "ratings", "in")
		for _, r := range c.Agreement {
			if !r.Differ {
				continue
			}
			var ratings []string
			for _, rating := range slices.Sorted(maps.Keys(r.Ratings)) {
				ratings = append(ratings, fmt.Sprintf("%s: %d", rating, r.Ratings[rating]))
			}
			s.add(r.Sample, whom(r.About, r.Region), strconv.Itoa(r.Objective), string(r.Pledge), strings.Join(ratings, ", "), strings.Join(r.Labels, ", "))
		}
		return s
	},
}

// fillAgreement compares all that judge the same.
func fillAgreement(v *view, unit string, t *table) {
	rows := map[string]*AgreementRow{}
	like := v.under(judging(unit))
	if pledge := v.docs[DocumentID(unit)]; pledge != nil { // of the scope or not: where none stands, each version has its own tags
		for _, version := range versions(pledge) {
			like = append(like, v.about[version.id]...)
		}
		sorted(like)
	}
	for _, e := range like {
		for _, j := range v.judgementsOf(e) {
			if j.likeUnit() != unit {
				continue
			}
			key := j.findingKey()
			row := rows[key]
			if row == nil {
				row = &AgreementRow{
					Row: Row{Key: key, Sample: j.sample}, About: j.whom, Pledge: j.pledgeID(), Objective: j.Objective, Ratings: map[string]int{},
				}
				if j.whom == "" {
					row.Region = j.region
				}
				rows[key] = row
			}
			if row.Ratings[j.Rating]++; row.Ratings[j.Rating] == 1 {
				row.Cites = append(row.Cites, j.id)
			}
			if !slices.Contains(row.Labels, j.label) {
				row.Labels = append(row.Labels, j.label)
			}
		}
	}
	for _, row := range rows {
		row.Differ = len(row.Ratings) > 1
		slices.Sort(row.Labels)
		n := 0
		for _, count := range row.Ratings {
			n += count
		}
		switch {
		case row.Differ:
			row.In = []string{"ratings differ"}
		case n > 1:
			row.In = []string{"ratings agree"}
		default:
			row.In = []string{"assessed once"}
		}
		t.add(row)
	}
}

// ReplyRow is the assessed's answer to an assessment: the right of reply.
type ReplyRow struct {
	Row
	ID         DocumentID    `json:"id"`
	Author     ParticipantID `json:"author"`
	Assessment DocumentID    `json:"assessment"`
	Position   string        `json:"position"`
	Filed      string        `json:"filed"`
}

var repliesGroup = group{
	name:    groupReplies,
	figures: []string{"replies"},
	touched: func(v *view, e *entry) []string {
		if e.kind() == KindResponse {
			e = v.docs[e.doc.About()]
		}
		return ofJudgement(v, e)
	},
	fill: fillReplies,
	rows: func(c *Contents) any { return &c.Replies },
	section: func(c *Contents) *Section {
		s := c.newSection(groupReplies, "Replies of the assessed", "reply", "by", "assessment", "position", "filed")
		for _, r := range c.Replies {
			s.add(r.Sample, string(r.ID), string(r.Author), string(r.Assessment), r.Position, r.Filed)
		}
		return s
	},
}

func fillReplies(v *view, unit string, t *table) {
	judged := v.unitEntry(unit)
	if _, ok := v.assessment(unit); !ok {
		if _, _, ok = v.progress(unit); !ok {
			return
		}
	}
	for _, e := range v.about[judged.id] {
		p, ok := e.doc.Predicate.(*Response)
		if !ok || !e.counts() {
			continue
		}
		t.add(&ReplyRow{
			Row: Row{Key: string(e.id), In: []string{"replies", "position: " + p.Position}, Sample: e.sample, Cites: []DocumentID{e.id, judged.id}},
			ID:  e.id, Author: p.Author, Assessment: judged.id, Position: p.Position, Filed: instant(e.filed),
		})
	}
}

package review

import (
	"fmt"
	"maps"
	"slices"
)

// What an assessment is called. Several stand side by side; their ratings are
// compared and never averaged.
const (
	labelSelf     = "self-assessment"
	labelRegional = "regional assessment"
	labelShadow   = "alternative (shadow) report"
)

var assessmentLabels = map[string]string{assessmentSelf: labelSelf, assessmentRegional: labelRegional, assessmentShadow: labelShadow}

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
}

// assessed is an assessment with whom and what it judges.
type assessed struct {
	*entry
	*Assessment
	whom   ParticipantID
	pledge *entry // its first version; nil for all of the participant's doing
}

// assessments are those that stand and judge somebody in the scope.
func (v *view) assessments() []assessed {
	var all []assessed
	for _, e := range v.sortedDocs {
		p, ok := e.doc.Predicate.(*Assessment)
		if !ok || !e.counts() {
			continue
		}
		about, _ := v.chain.first(v.known(e.doc))(e.doc.About())
		a := assessed{entry: e, Assessment: p, whom: assessedBy(p, about)}
		if about.Kind == KindPledge {
			a.pledge = first(v.docs[about.ID])
		}
		if a.whom != "" && v.covers(a.whom) || a.whom == "" && (v.one == "" || v.one == p.Author) && (v.region == "" || v.region == p.Region) {
			all = append(all, a)
		}
	}
	return all
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

func fillAssessments(v *view, t *table) {
	for _, a := range v.assessments() {
		if !slices.ContainsFunc(a.Findings, func(f Finding) bool { return v.touches([]int{f.Objective}) }) {
			continue
		}
		row := &AssessmentRow{
			Row: Row{Key: string(a.id), AccreditedBy: v.accreditors(a.entry), In: []string{"assessments", assessmentLabels[a.Type]}, Sample: a.sample, Cites: []DocumentID{a.id}},
			ID:  a.id, Author: a.Author, Label: assessmentLabels[a.Type], Title: a.Title, About: a.whom, Region: a.Region,
			Pledge: a.pledgeID(), Round: a.Round, Filed: instant(a.filed),
		}
		for _, e := range v.about[a.id] {
			if e.doc.Kind == KindResponse && e.counts() {
				row.Replies++
			}
		}
		t.add(row)
	}
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

// findings calls f for every finding of the scope with the key of what it
// judges: one participant or region, one pledge or all of its doing, one
// objective; samples apart.
func (v *view) findings(f func(key string, a assessed, finding Finding)) {
	for _, a := range v.assessments() {
		whom, pledge, sample := string(a.whom), DocumentID(""), ""
		if whom == "" {
			whom = "region:" + a.Region
		}
		if a.pledge != nil {
			pledge = a.pledge.id
		}
		if a.sample {
			sample = "/sample"
		}
		for _, finding := range a.Findings {
			if v.touches([]int{finding.Objective}) {
				f(fmt.Sprintf("%s/%02d/%s%s", whom, finding.Objective, pledge, sample), a, finding)
			}
		}
	}
}

func fillFindings(v *view, t *table) {
	v.findings(func(key string, a assessed, finding Finding) {
		t.add(&FindingRow{
			Row:   Row{Key: key + "/" + string(a.id), AccreditedBy: v.accreditors(a.entry), In: []string{"findings", "rating: " + finding.Rating}, Sample: a.sample, Cites: []DocumentID{a.id}},
			About: a.whom, Region: a.Region, Pledge: a.pledgeID(), Objective: finding.Objective, Rating: finding.Rating,
			Label: assessmentLabels[a.Type], Author: a.Author, Assessment: a.id, Filed: instant(a.filed),
		})
	})
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
	Differ    bool           `json:"differ"`
}

func fillAgreement(v *view, t *table) {
	rows := map[string]*AgreementRow{}
	v.findings(func(key string, a assessed, finding Finding) { // by filing
		row := rows[key]
		if row == nil {
			row = &AgreementRow{
				Row: Row{Key: key, Sample: a.sample}, About: a.whom, Pledge: a.pledgeID(), Objective: finding.Objective, Ratings: map[string]int{},
			}
			if a.whom == "" {
				row.Region = a.Region
			}
			rows[key] = row
		}
		if row.Ratings[finding.Rating]++; row.Ratings[finding.Rating] == 1 {
			row.Cites = append(row.Cites, a.id)
		}
	})
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		row := rows[key]
		row.Differ = len(row.Ratings) > 1
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

func fillReplies(v *view, t *table) {
	for _, a := range v.assessments() {
		for _, e := range v.about[a.id] {
			p, ok := e.doc.Predicate.(*Response)
			if !ok || !e.counts() {
				continue
			}
			t.add(&ReplyRow{
				Row: Row{Key: string(e.id), In: []string{"replies", "position: " + p.Position}, Sample: e.sample, Cites: []DocumentID{e.id, a.id}},
				ID:  e.id, Author: p.Author, Assessment: a.id, Position: p.Position, Filed: instant(e.filed),
			})
		}
	}
}

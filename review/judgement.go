package review

import "fmt"

// judgement is one rating of one objective, by an assessment or by a progress
// report. Judgements of the same are set side by side, never averaged.
type judgement struct {
	*entry
	Finding
	label  string
	author ParticipantID
	whom   ParticipantID // "" for a region as a whole, or for everybody
	region string        // "" for everybody
	pledge *entry        // its first version; nil for all of the participant's doing
}

// judgements are what a document that holds judges, finding by finding; none of
// a draft, which is for the reviewed to correct.
func (r *Reading) judgements(e *entry) (all []judgement) {
	switch p := e.doc.Predicate.(type) {
	case *Assessment:
		if p.Stage == stageDraft {
			return nil
		}
		a := r.assessed(e)
		for _, f := range p.Findings {
			all = append(all, judgement{entry: e, Finding: f, label: assessmentLabels[p.Type], author: p.Author, whom: a.whom, region: p.Region, pledge: a.pledge})
		}
	case *ProgressReport:
		region, _ := p.region()
		for _, f := range p.Findings {
			all = append(all, judgement{entry: e, Finding: Finding{f.Objective, f.Rating, f.Text}, label: labelProgress, author: p.Author, whom: f.Participant, region: region})
		}
	}
	return all
}

// judged names whom a judgement is about: a participant, a region or everybody.
func (j judgement) judged() string {
	switch {
	case j.whom != "":
		return string(j.whom)
	case j.region != "":
		return "region:" + j.region
	}
	return "global"
}

// likeUnit is what is judged that others judge too: one pledge in all its
// versions, else all of the doing of somebody.
func (j judgement) likeUnit() string {
	if j.pledge != nil {
		return string(j.pledge.id)
	}
	return j.judged()
}

// findingKey is what is judged: one participant, region or everybody, one
// objective, one pledge or all of its doing; samples apart.
func (j judgement) findingKey() string {
	pledge, sample := DocumentID(""), ""
	if j.pledge != nil {
		pledge = j.pledge.id
	}
	if j.sample {
		sample = "/sample"
	}
	return fmt.Sprintf("%s/%02d/%s%s", j.judged(), j.Objective, pledge, sample)
}

// pledgeID is the version that stands of the pledge judged, else the first.
func (j judgement) pledgeID() DocumentID { return assessed{pledge: j.pledge}.pledgeID() }

// judgementsOf are those of a document that counts, within the scope.
func (v *view) judgementsOf(e *entry) (all []judgement) {
	if e == nil || e.doc == nil || !e.counts() || !v.speaks(e) || !v.ofRound(v.roundOf(e)) {
		return nil
	}
	for _, j := range v.judgements(e) {
		if v.touches([]int{j.Objective}) && v.coversJudged(j) {
			all = append(all, j)
		}
	}
	return all
}

func (v *view) coversJudged(j judgement) bool {
	if j.whom != "" {
		return v.hears(j.whom)
	}
	return (v.one == "" || v.one == j.author) && (v.region == "" || v.region == j.region)
}

// ofJudgement are the units of the assessments and progress reports whose rows
// rest on a document: itself, what it responds to, those of a pledge or with a
// mandate, what it seals.
func ofJudgement(v *view, e *entry) []string {
	return append(ofAssessment(v, e), itself[*ProgressReport](v, e)...)
}

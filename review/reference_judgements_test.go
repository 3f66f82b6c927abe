package review

import (
	"fmt"
	"slices"
	"strings"
)

// The naive rows of assessments and what is said in answer, and of comments.

type naiveJudgement struct {
	doc       *Document
	whom      ParticipantID
	region    string
	pledge    *Document // its first version
	objective int
	rating    string
	label     string
}

var naiveLabels = map[string]string{"self": "self-assessment", "regional": "regional assessment", "peer-review": "peer review", "expert-review": "expert review",
	"joint-assessment": "joint assessment", "shadow": "alternative (shadow) report"}

// assessed is whom an assessment is about, and the first version of the pledge
// that it judges.
func (n *naive) assessed(d *Document) (whom ParticipantID, pledge *Document) {
	p, about := d.Predicate.(*Assessment), n.subject(d)
	switch {
	case about.Kind == KindPledge:
		whom, pledge = about.Author, n.original(about)
	case p.Type == "self":
		whom = p.Author
	}
	if p.About != "" {
		whom = p.About
	}
	return whom, pledge
}

// judgements are all ratings that count.
func (n *naive) judgements() (all []naiveJudgement) {
	for _, d := range n.counting(KindAssessment, KindProgress) {
		switch p := d.Predicate.(type) {
		case *Assessment:
			j := naiveJudgement{doc: d, region: p.Region, label: naiveLabels[p.Type]}
			j.whom, j.pledge = n.assessed(d)
			for _, f := range p.Findings {
				if j.objective, j.rating = f.Objective, f.Rating; p.Stage != "draft" {
					all = append(all, j)
				}
			}
		case *ProgressReport:
			region, _ := strings.CutPrefix(p.Scope, "region:")
			if p.Scope == "global" {
				region = ""
			}
			for _, f := range p.Findings {
				all = append(all, naiveJudgement{doc: d, whom: f.Participant, region: region, objective: f.Objective, rating: f.Rating, label: "progress report"})
			}
		}
	}
	return all
}

// roundOf is the round that a judgement is made in: its mandate's, if it names
// none.
func (n *naive) roundOf(d *Document) string {
	switch p := d.Predicate.(type) {
	case *ProgressReport:
		return p.Round
	case *Assessment:
		if p.Round == "" && p.Mandate != "" {
			if m, _ := n.doc(p.Mandate); m != nil && m.Kind == KindMandate {
				return m.Predicate.(*Mandate).Round
			}
		}
		return p.Round
	}
	return ""
}

// judged is whether the scope has what an author judges: somebody, or a region
// or everybody as a whole.
func (n *naive) judged(s naiveScope, whom ParticipantID, region string, author ParticipantID) bool {
	if whom != "" {
		return n.hears(s, whom)
	}
	return (s.region == "" || s.region == region) && (s.one == "" || s.one == author)
}

// pledgeID is the version that stands of the pledge judged, else the first.
func (n *naive) pledgeID(pledge *Document) DocumentID {
	if pledge == nil {
		return ""
	}
	if d := n.standing(pledge); d != nil {
		return d.ID
	}
	return pledge.ID
}

// assessing is whether the scope has an assessment or a progress report.
func (n *naive) assessing(s naiveScope, d *Document) bool {
	if !s.ofRound(n.roundOf(d)) || !n.speaks(s, d) || !s.touches(objectivesIn(d)) {
		return false
	}
	p, ok := d.Predicate.(*Assessment)
	if ok {
		whom, _ := n.assessed(d)
		return n.judged(s, whom, p.Region, p.Author)
	}
	q := d.Predicate.(*ProgressReport)
	about := slices.ContainsFunc(q.Findings, func(f ProgressFinding) bool { return f.Participant == s.one })
	return (s.region == "" || q.Scope == "region:"+s.region) && (s.one == "" || q.Author == s.one || about)
}

func (n *naive) assessmentRows(s naiveScope, rows naiveRows) {
	for _, d := range n.counting(KindAssessment, KindProgress) {
		if !n.assessing(s, d) {
			continue
		}
		replies := 0
		for _, r := range n.counting(KindResponse) {
			if r.About() != d.ID {
				continue
			}
			replies++
			position := r.Predicate.(*Response).Position
			rows.add("replies", &ReplyRow{Row: n.row(r, string(r.ID), []string{"replies", "position: " + position}, r.ID, d.ID), ID: r.ID, Author: r.Author, Assessment: d.ID,
				Position: position, Filed: n.when(r)})
		}
		p, ok := d.Predicate.(*Assessment)
		if !ok {
			continue
		}
		whom, pledge := n.assessed(d)
		label := naiveLabels[p.Type]
		row := &AssessmentRow{Row: n.row(d, string(d.ID), []string{"assessments", label}, d.ID), ID: d.ID, Author: p.Author, Label: label, Title: p.Title, About: whom, Region: p.Region,
			Pledge: n.pledgeID(pledge), Round: n.roundOf(d), Filed: n.when(d), Replies: replies, Mandate: p.Mandate, Stage: p.Stage}
		if row.AccreditedBy = n.through(d); p.Stage == "draft" {
			row.In = []string{"drafts for correction"}
		}
		if p.Mandate != "" {
			row.Cites = append(row.Cites, p.Mandate)
		}
		if row.Seal = n.sealOf(d.ID); row.Seal != "" {
			row.FixedSince, row.Cites = n.when(n.get(row.Seal)), append(row.Cites, row.Seal)
		}
		rows.add("assessments", row)
	}
}

// sealOf is the first seal with which an author committed to a review.
func (n *naive) sealOf(id DocumentID) DocumentID {
	d := n.get(id)
	at, _ := n.filed(id)
	for _, s := range n.counting(KindSeal) {
		if sealed, _ := n.filed(s.ID); s.Predicate.(*Seal).Commits == id && s.Author == d.Author && !sealed.After(at) {
			return s.ID
		}
	}
	return ""
}

// findingRows are what was rated, and where ratings of the same differ.
func (n *naive) findingRows(s naiveScope, rows naiveRows) {
	same := map[string][]naiveJudgement{}
	for _, j := range n.judgements() {
		if !s.ofRound(n.roundOf(j.doc)) || !n.speaks(s, j.doc) || !s.touches([]int{j.objective}) || !n.judged(s, j.whom, j.region, j.doc.Author) {
			continue
		}
		key := "global"
		if j.whom != "" {
			key = string(j.whom)
		} else if j.region != "" {
			key = "region:" + j.region
		}
		key = fmt.Sprintf("%s/%02d/", key, j.objective)
		if j.pledge != nil {
			key += string(j.pledge.ID)
		}
		if n.sample(j.doc.ID) {
			key += "/sample"
		}
		same[key] = append(same[key], j)
		row := &FindingRow{Row: n.row(j.doc, key+"/"+string(j.doc.ID), []string{"findings", "rating: " + j.rating}, j.doc.ID), About: j.whom, Region: j.region, Pledge: n.pledgeID(j.pledge),
			Objective: j.objective, Rating: j.rating, Label: j.label, Author: j.doc.Author, Assessment: j.doc.ID, Filed: n.when(j.doc)}
		row.AccreditedBy = n.through(j.doc)
		rows.add("findings", row)
	}
	for key, all := range same {
		j := all[0]
		row := &AgreementRow{Row: n.row(j.doc, key, []string{"assessed once"}), About: j.whom, Pledge: n.pledgeID(j.pledge), Objective: j.objective, Ratings: map[string]int{}}
		if j.whom == "" {
			row.Region = j.region
		}
		for _, k := range all { // by filing
			if row.Ratings[k.rating] == 0 {
				row.Cites = append(row.Cites, k.doc.ID)
			}
			row.Ratings[k.rating]++
			if !slices.Contains(row.Labels, k.label) {
				row.Labels = append(row.Labels, k.label)
			}
			if row.Differ = row.Differ || k.rating != j.rating; row.Differ {
				row.In = []string{"ratings differ"}
			} else if len(all) > 1 {
				row.In = []string{"ratings agree"}
			}
		}
		slices.Sort(row.Labels)
		rows.add("agreement", row)
	}
}

func (n *naive) commentRows(s naiveScope, rows naiveRows) {
	for _, d := range n.counting(KindComment) {
		p, about := d.Predicate.(*Comment), n.subject(d)
		to, objectives := p.To, p.Objectives
		if to == "" {
			to = about.Author
		}
		if pledge, ok := about.Predicate.(*Pledge); ok && len(objectives) == 0 {
			objectives = pledge.Objectives
		}
		if !n.speaks(s, d) || !s.touches(objectives) || !n.hears(s, to) && !n.covers(s, p.Author) {
			continue
		}
		row := &CommentRow{Row: n.row(d, string(d.ID), nil, d.ID), ID: d.ID, Type: p.Type, Author: p.Author, To: to, About: about.ID, AboutKind: about.Kind, Objectives: p.Objectives,
			Stands: !slices.Contains(n.docs, about.ID) || n.label(about.ID) == "", Filed: n.when(d)}
		row.AccreditedBy = n.through(d)
		if p.Type == "question" || p.Type == "recommendation" {
			row.State = "open"
		}
		for _, r := range n.counting(KindResponse) {
			if q := r.Predicate.(*Response); r.About() == d.ID && r.Author == to && row.State != "" {
				row.State, row.Response, row.Intended = q.Position, r.ID, q.Intended
			}
		}
		group, names := "comments", []string{"comments", "type: " + p.Type}
		switch p.Type {
		case "question":
			names = append(names, "questions "+row.State)
		case "recommendation":
			n.followThrough(d, row)
			group, names = "recommendations", []string{"recommendations", row.State, "no follow-up yet"}
			if row.Progress != "" {
				names[2] = "follow-up: " + row.Progress
			}
			if row.Progress != "" && row.Seen != "" && row.Progress != row.Seen {
				names = append(names, "follow-up seen differently")
			}
		}
		for _, id := range []DocumentID{row.Response, row.FollowUp, row.SeenIn} {
			if id != "" {
				row.Cites = append(row.Cites, id)
			}
		}
		if row.In = names; !n.hears(s, to) {
			row.In = []string{"given to others"}
		}
		rows.add(group, row)
	}
}

// followThrough finds a recommendation's last follow-up by its addressee, and by
// whoever gave it.
func (n *naive) followThrough(d *Document, row *CommentRow) {
	for _, f := range n.counting(KindFollowUp) {
		about := f.About()
		if response := n.get(about); response != nil && response.Kind == KindResponse {
			about = response.About()
		}
		status := f.Predicate.(*FollowUp).Status
		switch {
		case about != d.ID:
		case f.Author == row.To:
			row.Progress, row.FollowUp = status, f.ID
		case f.Author == d.Author:
			row.Seen, row.SeenIn = status, f.ID
		}
	}
}

// coverageRows are which reviews were received and given in a round.
func (n *naive) coverageRows(s naiveScope, rows naiveRows) {
	charter, _ := n.chain.InForce()
	for _, d := range charter.Rounds {
		for id, p := range n.chain.participants {
			for _, sample := range []bool{false, true} {
				invented := p.Sample || d.Sample
				if !s.ofRound(d.ID) || !n.covers(s, id) || invented && !sample {
					continue
				}
				row := &CoverageRow{Row: Row{Key: d.ID + "/" + string(id), Sample: sample}, Round: d.ID, Participant: id, Received: map[string]int{}, Gave: map[string]int{}}
				if sample && !invented {
					row.Key += "/sample"
				}
				if a := n.decides(d, id); a != nil && a.Predicate.(*Accession).Decision != "declined" && (invented || n.sample(a.ID) == sample) {
					row.SignedIn, row.Cites = true, append(row.Cites, a.ID)
				}
				received, gave := map[DocumentID]bool{}, map[DocumentID]bool{}
				others := false
				for _, j := range n.judgements() {
					if n.roundOf(j.doc) != d.ID || !s.touches([]int{j.objective}) || !n.speaks(s, j.doc) || !invented && n.sample(j.doc.ID) != sample {
						continue
					}
					if j.whom == id && !received[j.doc.ID] {
						received[j.doc.ID] = true
						row.Received[j.label]++
						others = others || j.label != "self-assessment"
						row.Cites = append(row.Cites, j.doc.ID)
					}
					if j.doc.Author == id && j.label != "self-assessment" && !gave[j.doc.ID] {
						gave[j.doc.ID] = true
						row.Gave[j.label]++
						row.Cites = append(row.Cites, j.doc.ID)
					}
				}
				for label := range row.Gave {
					row.In = append(row.In, "gave: "+label)
				}
				for label := range row.Received {
					row.In = append(row.In, "received: "+label)
				}
				switch {
				case others:
					row.In = append(row.In, "reviewed by others")
				case len(received) > 0:
					row.In = append(row.In, "reviewed themselves only")
				case row.SignedIn && !s.tagged():
					row.In = append(row.In, "no review received")
				}
				if len(row.In) > 0 {
					rows.add("coverage", row)
				}
			}
		}
	}
}

package synthetic

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"stocktake/review"
)

// said is a document that later ones may be about.
type said struct {
	id     review.DocumentID
	kind   review.Kind
	author int
	to     int // whose answer it asks for
	pledge *review.Pledge
	named  []int // parties of a pledge
}

// recent are the last documents of a kind: what members speak about.
type recent map[review.Kind][]said

const remembered = 400

func (r *recent) remember(s said) {
	if *r == nil {
		*r = recent{}
	}
	list := append((*r)[s.kind], s)
	(*r)[s.kind] = list[max(0, len(list)-remembered):]
}

// any is one of the last documents of some kinds.
func (w *writer) any(kinds ...review.Kind) (s said, ok bool) {
	list := w.recent[kinds[w.rng.IntN(len(kinds))]]
	if len(list) == 0 {
		return s, false
	}
	return list[w.rng.IntN(len(list))], true
}

// document files one: a fifth are pledges, the rest is about them.
func (w *writer) document(log int) {
	if w.stopped {
		return
	}
	pledge, ok := w.any(review.KindPledge)
	n := w.rng.IntN(100)
	switch {
	case n < 20 || !ok:
		w.pledge(log)
	case n < 26:
		w.accede(log, pledge)
	case n < 50:
		w.report(log, pledge)
	case n < 62:
		w.assess(log, pledge)
	case n < 85:
		w.comment(log)
	case n < 97:
		w.respond(log)
	default:
		w.withdraw(log)
	}
}

func (w *writer) pledge(log int) {
	author := w.rng.IntN(w.States)
	p := &review.Pledge{Common: w.common(author, fmt.Sprint("pledge ", w.salts)), Form: "individual", Objectives: []int{1 + w.rng.IntN(23)},
		Nature: []string{pick(w.rng, "financial", "policy", "action")}, Due: pick(w.rng, w.inDays(200), w.inDays(900), review.NotStated)}
	p.Summary = w.text(300)
	var named []int
	if w.rng.IntN(4) == 0 {
		p.Form = "joint"
		for _, i := range w.rng.Perm(w.States)[:2] {
			if i != author {
				named = append(named, i)
				p.Parties = append(p.Parties, review.Party{Participant: w.Members[i].ID, Name: "SAMPLE " + string(w.Members[i].ID)})
			}
		}
	}
	if w.rng.IntN(5) < 2 {
		p.Resources = []review.Resource{{Amount: pick(w.rng, "250000", "1000000", "75000.50", "12.125", review.NotStated), Currency: pick(w.rng, "EUR", "USD", "KES"), Purpose: "SAMPLE offices"}}
	}
	if w.rng.IntN(2) == 0 {
		p.Targets = []review.Target{{ID: "t1", Indicator: "SAMPLE offices open", Baseline: "0", Value: fmt.Sprint(10 + w.rng.IntN(90)), Unit: "offices", Due: w.inDays(200)}}
	}
	switch old, ok := w.any(review.KindPledge); {
	case ok && w.rng.IntN(7) == 0: // revised
		author, named = old.author, old.named
		revised := *old.pledge
		revised.Common, revised.Due, revised.Targets = w.common(author, fmt.Sprint("pledge ", w.salts, ", revised")), p.Due, p.Targets
		revised.Supersedes = old.id
		p = &revised
	case ok && len(old.named) > 0 && w.rng.IntN(3) == 0: // counted twice: a party pledges as its own what is pledged together
		author, named = old.named[0], nil
		p.Common, p.Form, p.Parties, p.Resources = w.common(author, fmt.Sprint("pledge ", w.salts, ", its own part")), "individual", nil, old.pledge.Resources
	}
	w.remember(said{w.say(log, author, review.KindPledge, "charter", w.Genesis.ID, p), review.KindPledge, author, author, p, named})
}

// accede is a party's word; some decline.
func (w *writer) accede(log int, pledge said) {
	if len(pledge.named) == 0 {
		w.comment(log)
		return
	}
	author := pledge.named[w.rng.IntN(len(pledge.named))]
	w.say(log, author, review.KindAccession, "pledge", pledge.id, &review.Accession{Common: w.common(author, "accession"), Role: "party", Decision: pick(w.rng, "", "", "", "declined")})
}

// report is the pledgor's, or a party's with other values.
func (w *writer) report(log int, pledge said) {
	author := pledge.author
	if len(pledge.named) > 0 && w.rng.IntN(4) == 0 {
		author = pledge.named[0]
	}
	r := &review.Report{Common: w.common(author, "report"), Status: pick(w.rng, "planning", "in-progress", "in-progress", "fulfilled", "discontinued"),
		Round: pick(w.rng, append([]string{""}, w.rounds()...)...), Obstacles: w.text(200)}
	if w.rng.IntN(8) == 0 {
		r.Flexibility = "SAMPLE: the office is small."
	}
	if len(pledge.pledge.Targets) > 0 {
		r.Values = []review.Value{{Target: "t1", Value: fmt.Sprint(w.rng.IntN(100)), On: w.now.Format("2006-01-02")}}
	}
	w.remember(said{w.say(log, author, review.KindReport, "pledge", pledge.id, r), review.KindReport, author, author, nil, nil})
}

// rounds are those that are open, and the one before: for it a report is late.
func (w *writer) rounds() (ids []string) {
	for _, r := range w.Rounds {
		if today := w.now.Format("2006-01-02"); r.Opens <= today {
			ids = append(ids, r.ID)
		}
	}
	return ids[max(0, len(ids)-2):]
}

// assess is a State's own view of its pledge, or observers', which differ.
func (w *writer) assess(log int, pledge said) {
	author, kind := pledge.author, "self"
	if w.Observers > 0 && w.rng.IntN(2) == 0 {
		author, kind = w.States+w.rng.IntN(w.Observers), "shadow"
	}
	a := &review.Assessment{Common: w.common(author, kind+" assessment"), Type: kind}
	if kind == "self" {
		a.Round = pick(w.rng, append([]string{""}, w.rounds()...)...)
	}
	for _, n := range pledge.pledge.Objectives {
		a.Findings = append(a.Findings, review.Finding{Objective: n, Rating: pick(w.rng, "no-evidence", "not-started", "limited", "substantial", "complete"), Text: "SAMPLE: " + w.text(150)})
	}
	w.remember(said{w.say(log, author, review.KindAssessment, "pledge", pledge.id, a), review.KindAssessment, author, pledge.author, nil, nil})
}

func (w *writer) comment(log int) {
	about, ok := w.any(review.KindPledge, review.KindPledge, review.KindReport, review.KindAssessment)
	author := w.rng.IntN(len(w.Members))
	if !ok || author == about.author {
		w.pledge(log)
		return
	}
	k := &review.Comment{Common: w.common(author, "comment"), Type: pick(w.rng, "question", "recommendation", "recommendation", "challenge", "good-practice"), Text: "SAMPLE: " + w.text(300)}
	if w.rng.IntN(3) == 0 {
		k.Objectives = []int{1 + w.rng.IntN(23)}
	}
	w.remember(said{w.say(log, author, review.KindComment, string(about.kind), about.id, k), review.KindComment, author, about.author, nil, nil})
}

func (w *writer) respond(log int) {
	about, ok := w.any(review.KindComment, review.KindComment, review.KindAssessment)
	if !ok {
		w.pledge(log)
		return
	}
	w.say(log, about.to, review.KindResponse, string(about.kind), about.id, &review.Response{Common: w.common(about.to, "response"),
		Position: pick(w.rng, "supported", "noted", "declined", "answered"), Text: "SAMPLE: " + w.text(150), Intended: pick(w.rng, "", w.inDays(90), review.NotStated)})
}

func (w *writer) withdraw(log int) {
	old, _ := w.any(review.KindPledge, review.KindReport, review.KindComment)
	if old.id == "" {
		w.pledge(log)
		return
	}
	w.say(log, old.author, review.KindWithdrawal, string(old.kind), old.id, &review.Withdrawal{Common: w.common(old.author, "withdrawal"), Reason: "SAMPLE: filed in error"})
}

// inDays is a date so many days ahead.
func (w *writer) inDays(n int) string { return w.now.AddDate(0, 0, n).Format("2006-01-02") }

func pick(rng *rand.Rand, list ...string) string { return list[rng.IntN(len(list))] }

// text is of real words in no order, so that it compresses like text.
func (w *writer) text(size int) string {
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(words[w.rng.IntN(len(words))])
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String()[:size])
}

var words = strings.Fields(`the and of to in for migration migrants workers rights recruitment regular pathways data
	national local government ministry agency report progress measure strengthen support provide access services health
	education children women protection trafficking smuggling borders return reintegration remittances diaspora skills
	recognition qualifications cooperation bilateral regional agreement training officials consular assistance identity
	documents birth registration climate drivers employment decent work fair costs reduce monitor evaluate publish annual
	statistics survey census capacity institutions coordination partnership civil society employers unions cities programme
	pilot district community information campaign hotline shelter legal aid detention alternatives visas family reunification`)

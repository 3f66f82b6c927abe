package review

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// reviewCorpus files about n documents of the review side at random, in logs
// without quotas, around one mandate that most accept.
func reviewCorpus(t testing.TB, rng *rand.Rand, n int) *testFederation {
	f := newReviewingWith(t, 4)
	c := &chaos{testFederation: f, rng: rng, settled: true, ids: map[Kind][]DocumentID{KindCharter: {f.genesis.ID}}}
	c.file(c.mandateOf("un-eca", "gmb", "africa-1", "ngo", "prt"), f.genesis.ID)
	mandate := c.ids[KindMandate][0]
	for _, a := range []*Accession{c.joins("gmb", "reviewed"), c.joins("ngo", "team"), c.joins("prt", "team")} {
		if rng.IntN(5) > 0 {
			c.file(a, mandate)
		}
	}
	if rng.IntN(2) == 0 {
		c.file(c.review("ngo", "gmb", mandate, "draft", "limited"), f.genesis.ID)
		c.file(&Comment{Common: c.common("gmb"), Type: "correction", Text: "Not so."}, c.ids[KindAssessment][0])
	}
	c.settle(minute(1))
	for range n {
		c.clock += rng.IntN(24 * 60)
		author := pick(rng, testParticipants()).ID
		switch rng.IntN(8) {
		case 0:
			c.step()
		case 1:
			about := c.any(KindAssessment, KindAssessment, KindProgress, KindComment)
			if d, ok := c.Document(about); ok {
				if a, ok := d.Predicate.(*Assessment); ok {
					author = a.About
				} else if d.Kind == KindComment {
					author = c.authorOf(d.About())
				} else {
					author = "gmb"
				}
			}
			c.file(&Response{Common: c.common(author), Position: pick(rng, []string{"supported", "noted"}), Text: "Text."}, about)
		case 2:
			c.file(&Comment{Common: c.common(author), Type: "recommendation", Text: "Do."}, c.any(KindPledge, KindAssessment))
		default:
			c.reviewStep(author)
		}
		if rng.IntN(4) == 0 {
			c.witness()
		}
	}
	c.settle(minute(c.clock + 1))
	return f
}

// reviewStep files one document of the review side at random. It keeps to few
// mandates, participants and objectives, so that documents meet.
func (c *chaos) reviewStep(author ParticipantID) {
	rng, genesis := c.rng, c.genesis.ID
	round := pick(rng, []string{"", "africa-1", "theme-1"})
	rating := pick(rng, []string{"limited", "substantial", "complete"})
	objective := 4 + rng.IntN(2)
	about := genesis
	var predicate any
	switch rng.IntN(20) {
	case 0:
		if len(c.ids[KindMandate]) > 2 {
			if len(c.ids[KindProposal]) < 3 {
				c.file(&PolicyProposal{Common: c.titled("ngo", "A norm"), Type: "norm", Objectives: []int{objective}, Text: "So."}, genesis)
			} else {
				c.file(&Comment{Common: c.common(author), Type: "question", Text: "Why?"}, c.any(KindProposal))
			}
			return
		}
		m := c.mandateOf(pick(rng, []ParticipantID{"gmb", "mar", "un-eca"}), pick(rng, []ParticipantID{"gmb", "mar", "deu"}), "africa-1", "ngo", "prt")
		m.Objectives = []int{4, 5}
		switch rng.IntN(3) {
		case 0:
			m.Author, m.About, m.Round, m.Team = "deu", "deu", "", []ParticipantID{"ngo", "gmb-academic"}
		case 1:
			m.Round = ""
		}
		predicate = m
	case 1, 2, 3:
		about = c.any(KindMandate)
		a := c.joins(pick(rng, []ParticipantID{"ngo", "prt"}), "team")
		if m := c.mandate(about); m != nil && rng.IntN(3) == 0 {
			a = c.joins(m.About, "reviewed")
		}
		if rng.IntN(6) == 0 {
			a.Decision = "declined"
		}
		predicate = a
	case 4, 5, 6:
		id := c.any(KindMandate)
		whom := pick(rng, []ParticipantID{"gmb", "mar"})
		if m := c.mandate(id); m != nil {
			whom = m.About
		}
		a := c.review(pick(rng, []ParticipantID{"ngo", "prt"}), whom, id, pick(rng, []string{"draft", "draft", "final"}), rating)
		a.Findings[0].Objective = objective
		if old := c.any(KindAssessment); rng.IntN(3) == 0 {
			a.Supersedes = old
			if d, ok := c.Document(old); ok {
				a.Author = d.Author
			}
		}
		predicate = a
	case 7:
		a := c.selfAssessment(pick(rng, []ParticipantID{"gmb", "mar", "xsa"}), rating, Consultation{Capacity: "civil-society", State: "consulted", How: "A hearing.", Changed: "Much."},
			Consultation{Capacity: "ministries", State: "invited", Participant: "prt"})
		a.Round = round
		predicate = a
	case 8, 14:
		about = c.any(KindAssessment, KindAssessment, KindAccreditation)
		kind := pick(rng, []string{"concurrence", "dissent", "correction", "opposition"})
		switch {
		case len(c.drafts) > 0 && rng.IntN(3) == 0:
			about = pick(rng, c.drafts)
		case len(c.selfs) > 0 && rng.IntN(2) == 0:
			about, kind, author = pick(rng, c.selfs), pick(rng, []string{"concurrence", "dissent"}), pick(rng, []ParticipantID{"ngo", "prt", "deu"})
		}
		k := &Comment{Common: c.common(author), Type: kind, Text: "Text."}
		if d, ok := c.Document(about); ok && rng.IntN(2) == 0 {
			if a, ok := d.Predicate.(*Assessment); ok && a.Stage == "draft" {
				k.Type, k.Author = "correction", a.About
			}
		}
		predicate = k
	case 9:
		c.sealStep(rating)
		return
	case 10:
		p := c.progressOf(pick(rng, []ParticipantID{"un-eca", "un-eca", "deu"}), pick(rng, []string{"global", "region:UN-ECA"}), rating)
		p.Round, p.Findings[0].Objective = round, objective
		if rng.IntN(2) == 0 {
			p.Findings[0].Participant = pick(rng, []ParticipantID{"gmb", "mar"})
		}
		if rng.IntN(2) == 0 {
			withValue(c.any(KindDecision, KindDecision, KindPledge), pick(rng, []string{"sample-a", "sample-b"}))(p)
		}
		predicate = p
	case 11, 16, 17:
		d := &Decision{Common: c.titled(pick(rng, []ParticipantID{"un-eca", "un-eca", "prt", "deu"}), "A decision"), Type: "outcome", Text: "So.", Round: round}
		if rng.IntN(2) == 0 {
			d.Type, d.Indicators = "indicator-set", []Indicator{{ID: "sample-a", Title: "SAMPLE", Unit: "people"}}
		}
		if id := c.any(KindProposal, KindProposal, KindStocktake, KindPledge); rng.IntN(3) > 0 {
			d.Adopts = []DocumentID{id}
		}
		if rng.IntN(4) == 0 {
			d.Supersedes = c.any(KindDecision)
		}
		predicate = d
	case 12:
		switch rng.IntN(4) {
		case 0:
			predicate = &PolicyProposal{Common: c.titled(author, "A norm"), Type: "norm", Objectives: []int{objective}, Round: round, Text: "So."}
		case 1, 2:
			predicate = &Adoption{Common: c.titled(pick(rng, []ParticipantID{"un-eca", "prt"}), "A stocktake"), Scope: pick(rng, []Scope{"region:UN-ECA", "round:theme-1", "global"}),
				Manifest: string(genesis), Snapshot: fmt.Sprintf("%064x", rng.IntN(9)), Cutoff: "2025-12-31T00:00:00Z", Rules: 1}
		default:
			about = c.any(KindProposal)
			predicate = &Comment{Common: c.common(author), Type: "question", Text: "Why?"}
		}
	case 13, 15, 18, 19:
		switch rng.IntN(3) {
		case 0:
			about = c.any(KindPledge, KindPledge, KindAssessment, KindDecision, KindTranslation)
			predicate = &Translation{Common: inFrench(c.titled(c.authorOf(about), "Un titre")), Authentic: rng.IntN(3) == 0, Reviewed: rng.IntN(3) == 0}
		default:
			about = c.any(KindComment, KindComment, KindResponse)
			f := &FollowUp{Common: c.common(author), Status: pick(rng, []string{"not-started", "in-progress", "implemented"}), Text: "Text."}
			if d, ok := c.Document(about); ok {
				f.Author = pick(rng, []ParticipantID{d.Author, c.authorOf(d.About())})
			}
			predicate = f
		}
	}
	c.file(predicate, about)
}

func (c *chaos) mandate(id DocumentID) *Mandate {
	d, ok := c.Document(id)
	if !ok {
		return nil
	}
	m, _ := d.Predicate.(*Mandate)
	return m
}

// sealStep seals a review, or reveals one, or files one without a seal that was
// sealed by another.
func (c *chaos) sealStep(rating string) {
	if len(c.sealed) > 0 && c.rng.IntN(2) == 0 {
		c.filePayload(pick(c.rng, c.sealed))
		return
	}
	author := pick(c.rng, []ParticipantID{"ngo", "gmb-academic"})
	a := &Assessment{Common: c.titled(author, "A review"), Type: "shadow", About: pick(c.rng, []ParticipantID{"gmb", "deu"}), Round: "theme-1", Findings: finding(4, rating)}
	payload := c.compose(a, c.genesis.ID)
	c.sealed = append(c.sealed, payload)
	d := c.parse(payload)
	s := &Seal{Common: c.titled(author, "A seal"), Commits: d.ID, About: a.About, Round: "theme-1", Reveal: "2026-01-20"}
	if c.rng.IntN(8) == 0 {
		s.Author = "prt" // it cannot have signed that
	}
	if c.rng.IntN(8) == 0 {
		c.filePayload(payload) // before it is sealed
		c.clock += int(time.Hour / time.Minute)
	}
	c.file(s, c.genesis.ID)
}

package review

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// randomCorpus files about n documents at random: most of them sound, some
// forged, dangling, repeated in several logs, withdrawn, replaced or erased;
// and receipts by some of the witnesses, with clocks that differ.
func randomCorpus(t testing.TB, rng *rand.Rand, n int) *testFederation {
	f := newFederationWith(t, []int{1, 4, 7}[rng.IntN(3)], func(c *Charter) {
		c.Quotas = []Quota{{Entries: 16, Participant: "deu"}, {Entries: 25}}
		addAccreditors(c)
		addReviewRounds(c)
	})
	return chaosIn(f, rng, n, 2*24*60, false) // over about n days
}

// chaosIn files about n documents, up to so many minutes apart; nothing about who
// may speak, if that is settled.
func chaosIn(f *testFederation, rng *rand.Rand, n, minutes int, settled bool) *testFederation {
	c := &chaos{testFederation: f, rng: rng, settled: settled, ids: map[Kind][]DocumentID{KindCharter: {f.genesis.ID}}}
	for range n {
		c.clock += rng.IntN(minutes)
		c.step()
		if rng.IntN(4) == 0 {
			c.witness()
		}
	}
	for range 4 {
		c.witness()
	}
	return f
}

type chaos struct {
	*testFederation
	rng   *rand.Rand
	clock int // minutes

	settled bool                // who may speak
	dress   func(predicate any) // what is changed of each document before it is filed; nil: nothing
	ids     map[Kind][]DocumentID

	sealed [][]byte     // reviews that a seal commits to, not filed yet
	drafts []DocumentID // of reviews
	selfs  []DocumentID // self-assessments that list who was consulted
}

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

// witness files a receipt for a prefix of some log into some log.
func (c *chaos) witness() {
	p := pick(c.rng, nodes)
	carrier := p
	if c.rng.IntN(4) == 0 {
		carrier = pick(c.rng, nodes)
	}
	size := len(c.logs[c.origin(p)].records)
	if c.rng.IntN(3) == 0 {
		size = 1 + c.rng.IntN(size)
	}
	var words []sightingOf
	for _, w := range c.witnesses {
		if c.rng.IntN(6) > 0 {
			words = append(words, sightingOf{w, minute(c.clock + c.rng.IntN(10) - 5)})
		}
	}
	if len(words) == 0 {
		return
	}
	note := c.note(p, size, words)
	if c.rng.IntN(12) == 0 { // the log's key and all witnesses, against the log
		forged := c.forged(p)
		forged.Size = uint64(size)
		note = cosigned(c.testFederation, forged, c.logs[c.origin(p)].signer, words)
	}
	c.say(carrier, &Receipt{Common: c.common(carrier), Checkpoint: string(note)}, c.genesis.ID)
}

// any is the ID of a document of one of the kinds, or of nothing.
func (c *chaos) any(kinds ...Kind) DocumentID {
	var ids []DocumentID
	for _, k := range kinds {
		ids = append(ids, c.ids[k]...)
	}
	if len(ids) == 0 || c.rng.IntN(25) == 0 {
		return DocumentID(fmt.Sprintf("%064x", c.rng.IntN(1000)))
	}
	return pick(c.rng, ids)
}

func (c *chaos) authorOf(id DocumentID) ParticipantID {
	if d, ok := c.Document(id); ok && c.rng.IntN(12) > 0 {
		return d.Author
	}
	return pick(c.rng, testParticipants()).ID
}

// authorAt is one of some authors whom the charter does not list.
func authorAt(i int) ParticipantID { return ParticipantID(fmt.Sprint("a.author-", i)) }

func (c *chaos) step() {
	rng := c.rng
	author := pick(rng, testParticipants()).ID
	if rng.IntN(5) == 0 {
		author = authorAt(rng.IntN(4))
	}
	objectives := []int{1 + rng.IntN(4)}
	round := pick(rng, []string{"", "round-1", "africa-1"})
	rating := pick(rng, []string{"limited", "substantial", "complete"})
	var predicate any
	about := c.genesis.ID
	if len(c.charter.Rounds) > 2 && rng.IntN(3) == 0 { // with what reviews are made in
		c.reviewStep(author)
		return
	}
	kind := rng.IntN(22)
	if c.settled && kind >= 12 && kind <= 14 { // nothing about who may speak
		kind -= 12
	}
	switch kind {
	case 15, 16, 17, 18, 19:
		predicate, about = c.pledgeStep(author)
	case 20, 21:
		predicate, about = c.moneyStep()
	case 0, 1, 2:
		p := c.pledge(author, fmt.Sprintf("Pledge %d", c.serial))
		p.Objectives = objectives
		p.Due = pick(rng, []string{NotStated, "2026-01-10", "2027-01-01"})
		if old := c.any(KindPledge); rng.IntN(3) == 0 {
			p.Supersedes, p.Author = old, c.authorOf(old)
		}
		if rng.IntN(2) == 0 {
			p.Form = "joint"
			for _, i := range rng.Perm(10)[:2] {
				if q := testParticipants()[i]; q.ID != p.Author {
					p.Parties = append(p.Parties, Party{Participant: q.ID, Name: q.Name})
				}
			}
		}
		if rng.IntN(2) == 0 {
			p.Resources = []Resource{{Amount: pick(rng, []string{"10", "0.05", "1250000.5", NotStated}), Currency: pick(rng, []string{"EUR", "USD", NotStated})}}
		}
		if rng.IntN(2) == 0 {
			p.Targets = []Target{{ID: "t1", Indicator: "Some", Value: "10", Unit: "people", Due: NotStated}}
		}
		predicate = p
	case 3, 4:
		about = c.any(KindPledge)
		r := &Report{Common: c.titled(c.authorOf(about), "A report"), Status: pick(rng, []string{"planning", "in-progress", "fulfilled"}), Round: round}
		if rng.IntN(4) == 0 {
			r.Flexibility = "We are few."
		}
		if d, ok := c.Document(about); ok && len(d.Predicate.(*Pledge).Targets) > 0 {
			r.Values = []Value{{Target: "t1", Value: fmt.Sprint(rng.IntN(20)), On: fmt.Sprintf("2026-01-%02d", 1+rng.IntN(4))}}
		}
		if rng.IntN(4) == 0 {
			r.Supersedes = c.any(KindReport)
		}
		predicate = r
	case 5, 6:
		about = c.any(KindPledge, KindCharter)
		a := &Assessment{Common: c.titled(author, "An assessment"), Type: pick(rng, []string{"self", "shadow", "regional"}), Round: round, Findings: finding(objectives[0], rating)}
		if rng.IntN(2) == 0 {
			a.Author = pick(rng, []ParticipantID{"ngo", "un-eca"})
			a.Type = map[ParticipantID]string{"ngo": "shadow", "un-eca": "regional"}[a.Author]
		}
		if about == c.genesis.ID && a.Type != "self" {
			a.About = pick(rng, testParticipants()).ID
		}
		predicate = a
	case 7, 8:
		about = c.any(KindPledge, KindReport, KindComment, KindAssessment)
		k := &Comment{Common: c.common(author), Type: pick(rng, []string{"question", "recommendation", "recommendation", "challenge", "good-practice"}), Text: "Text."}
		if rng.IntN(2) == 0 {
			k.Objectives = objectives
		}
		if rng.IntN(3) == 0 {
			k.To = c.authorOf(about)
		}
		predicate = k
	case 9:
		about = c.any(KindComment, KindComment, KindAssessment)
		to := pick(rng, testParticipants()).ID
		if d, ok := c.Document(about); ok {
			to = c.authorOf(d.About())
		}
		predicate = &Response{Common: c.common(to), Position: pick(rng, []string{"supported", "noted", "declined", "answered"}), Text: "Text."}
	case 10:
		a := &Accession{Common: c.common(author), Role: "round", Round: pick(rng, []string{"round-1", "africa-1"}), Decision: pick(rng, []string{"", "", "declined"})}
		if about = c.any(KindPledge); rng.IntN(2) == 0 {
			a.Role, a.Round = "party", ""
			if d, ok := c.Document(about); ok && len(d.Predicate.(*Pledge).Parties) > 0 {
				a.Author = pick(rng, d.Predicate.(*Pledge).Parties).Participant
			}
		} else {
			about = c.genesis.ID
		}
		predicate = a
	case 11:
		about = c.any(KindPledge, KindReport, KindComment, KindAssessment, KindResponse, KindAccession, KindAccreditation)
		predicate = &Withdrawal{Common: c.common(c.authorOf(about)), Reason: "no longer"}
	case 12, 13:
		i := rng.IntN(4)
		a := c.accredits(pick(rng, []ParticipantID{"ngo", "ngo", "un-eca", "gmb-academic", "deu"}), authorAt(i), pick(rng, []string{"", "", "Rural Voices"}), string(authorAt(i))+" author")
		if rng.IntN(8) == 0 {
			a.Key = keyNamed(string(authorAt(rng.IntN(4))) + " author")
		}
		if rng.IntN(3) == 0 {
			a.Until = minute(c.clock + rng.IntN(10*24*60)).Format(time.RFC3339)
		}
		a.Country = pick(rng, []string{"GMB", "DEU", ""})
		predicate = a
	case 14:
		if about = c.any(KindAccreditation); rng.IntN(2) == 0 {
			predicate = &Comment{Common: c.common(author), Type: "challenge", Text: "Who is this?"}
		} else {
			predicate = &Withdrawal{Common: c.common(c.authorOf(about)), Reason: "no longer"}
		}
	}
	c.file(predicate, about)
}

// file puts a document into logs, now and then signed by somebody else, into
// several, or erased.
func (c *chaos) file(predicate any, about DocumentID) {
	rng := c.rng
	if c.dress != nil {
		c.dress(predicate)
	}
	if common := predicate.(interface{ common() *Common }).common(); common.Author == "xsa" && rng.IntN(2) == 0 {
		common.Title, common.Sample = "SAMPLE: "+common.Title, true
	}
	if w, ok := predicate.(*Withdrawal); ok && c.serial%3 > 0 {
		if d, ok := c.Document(about); ok && len(d.Attachments()) > 0 {
			w.Erase, w.Attachments = false, []string{DetailFile("contact")}
		}
	}
	payload := c.compose(predicate, about)
	if c.serial%2 == 0 {
		payload = withContact(payload)
	}
	c.filePayload(payload)
}

// withContact has a document name a detail.
func withContact(payload []byte) []byte {
	d, err := Parse(payload)
	if err != nil {
		return payload
	}
	return Compose(d.Kind, append(d.Subjects, AttachmentSubject(DetailFile("contact"), d.ID)), d.Predicate)
}

func (c *chaos) filePayload(payload []byte) {
	rng := c.rng
	d, err := Parse(payload)
	if err != nil {
		c.append(pick(rng, nodes), payload, "prt author") // replication takes it
		return
	}
	key := string(d.Author) + " author"
	if rng.IntN(20) == 0 {
		key = pick(rng, []string{"a stranger", "ngo author", string(d.Author) + " clerk"})
	}
	for range 1 + max(0, rng.IntN(5)-3) { // sometimes in two logs
		c.append(pick(rng, nodes), payload, key)
	}
	if rng.IntN(10) == 0 {
		c.append(pick(rng, nodes), payload, "ngo author")
	}
	c.ids[d.Kind] = append(c.ids[d.Kind], d.ID)
	if a, ok := d.Predicate.(*Assessment); ok && a.Stage == stageDraft {
		c.drafts = append(c.drafts, d.ID)
	} else if ok && len(a.Consultation) > 0 {
		c.selfs = append(c.selfs, d.ID)
	}
	if rng.IntN(40) == 0 {
		c.erase(d.ID)
	}
}

// Wherever its records lie and in whatever order they come, a snapshot has one
// stocktake.
func TestAnyOrderOfRecordsMakesTheSameStocktake(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	orders := 0
	for range 5 {
		f := randomCorpus(t, rng, 60)
		s, all := f.snapshot(), f.list()
		for _, scope := range []Scope{ScopeGlobal, "region:UN-ECA"} {
			want := f.assemble(scope)
			for range 25 {
				shuffled := slices.Clone(all)
				rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
				got, err := Assemble(s, f.genesis, each(shuffled), Options{Scope: scope})
				if err != nil {
					t.Fatal(err)
				}
				if got.Digest() != want.Digest() {
					t.Fatalf("%s and %s", got.Digest(), want.Digest())
				}
				orders++
			}
		}
	}
	if orders < 200 {
		t.Fatalf("only %d orders", orders)
	}
}

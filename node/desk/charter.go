package desk

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"time"

	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/node/web/lang"
	"stocktake/review"
)

// The charter of the federation at the desk: the one in force, what is proposed
// to change in it, who approved. How a proposal begins is in propose.go, how one
// is brought in or approved in approve.go; from there both go a draft's way.

// charterBody is the page of the charter in force.
type charterBody struct {
	*review.Charter
	ID        review.DocumentID
	Members   []member
	Sentences []lang.Sentence // rounds, accreditors, quotas
	Witnesses int
	Quorum    int
	Amendment review.Tally // what carries one
	Emergency int          // voices that carry a suspension
	Proposals []*proposal
	MayBring  bool
}

// member is a participant of the charter.
type member struct {
	Name string
	ID   review.ParticipantID
	Kind string
	Does []lang.Sentence
}

// proposal is a charter that would follow the one in force.
type proposal struct {
	ID       review.DocumentID
	Number   int
	Author   string
	Title    string
	Changes  []lang.Sentence
	Wrong    []template.HTML // why it may not follow, however many approve
	Tally    review.Tally
	Approved []string
	Missing  []missing
	Before   string // by when enough have to have approved; "" for any time
	Own      bool   // our approval is among them
	Asked    bool   // we have a say and have not approved
	Draft    *Draft // our approval on its way
}

// missing are those of a chamber who have not approved.
type missing struct {
	review.ChamberTally
	Names []string
}

// proposals are those that the node holds, those that most approved first.
func (d *Desk) proposals(ctx context.Context, v web.Vocabulary, f *review.Founding) (all []*proposal, err error) {
	envelopes, err := ceremony.Proposed(ctx, d.o.Node, f)
	if err != nil || len(envelopes) == 0 {
		return nil, err
	}
	charter, _ := f.Chain.InForce()
	drafts, err := d.drafts.all()
	if err != nil {
		return nil, err
	}
	for _, p := range f.Proposals(envelopes...) {
		o := &proposal{ID: p.ID, Number: p.Charter.Number, Author: ceremony.Named(charter, p.Author)(v.Language), Title: p.Title, Tally: p.Tally, Changes: d.changesIn(ctx, charter, p.Charter), Before: onDay(p.Before)}
		for _, e := range p.Faults {
			o.Wrong = append(o.Wrong, reasonIn(v, e))
		}
		for _, m := range charter.Participants {
			is := func(c review.ChamberTally) bool { return slices.Contains(c.Missing, m.ID) }
			switch {
			case m.Until != "":
			case slices.ContainsFunc(p.Tally.Chambers, is):
				o.Asked = o.Asked || m.ID == d.o.Author && len(p.Faults) == 0
			default:
				o.Approved = append(o.Approved, v.Participant(m))
				o.Own = o.Own || m.ID == d.o.Author
			}
		}
		for _, c := range p.Tally.Chambers {
			m := missing{ChamberTally: c}
			for _, id := range c.Missing {
				of, _ := f.Chain.Participant(id)
				m.Names = append(m.Names, v.Participant(of))
			}
			o.Missing = append(o.Missing, m)
		}
		if i := slices.IndexFunc(drafts, func(d *Draft) bool {
			return d.Ceremony && d.Kind == review.KindAccession && d.About == p.ID && d.State != Filed
		}); i >= 0 {
			o.Draft = drafts[i]
		}
		all = append(all, o)
	}
	return all, nil
}

// onDay is a time as pages take it; "" for none.
func onDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// changesIn are what a successor changes, but for its number, which its page has
// in the heading. A decision that it carries out has its title.
func (d *Desk) changesIn(ctx context.Context, charter, next *review.Charter) []lang.Sentence {
	all := slices.DeleteFunc(ceremony.Changes(charter, next), func(s lang.Sentence) bool { return s.Key == "change.number" })
	for i, s := range all {
		if s.Key != "change.decision" {
			continue
		}
		if decision, err := d.o.Node.Document(ctx, next.Decision); err == nil && decision.Title != "" {
			all[i].Arguments = []any{"decision", decision.Title + " (" + short(next.Decision) + ")"}
		}
	}
	return all
}

// charterPage is the charter in force and what is proposed.
func (d *Desk) charterPage(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	f, err := d.o.Founding()
	if err != nil {
		return err
	}
	v, now := vocabulary(r), d.o.Now()
	charter, id := f.Chain.InForce()
	witnesses, _ := f.Chain.WitnessesAt(now)
	b := charterBody{Charter: charter, ID: id, Witnesses: len(witnesses), Quorum: review.Quorum(len(witnesses)), MayBring: s.is(Drafter)}
	b.Amendment = f.Chain.Tally(charter, func(review.ParticipantID) bool { return false })
	b.Emergency = b.Amendment.Open/2 + 1
	for _, p := range charter.Participants {
		b.Members = append(b.Members, member{v.Participant(p), p.ID, p.Kind, ceremony.Doing(f.Chain, charter, p, now)})
	}
	for _, round := range charter.Rounds {
		b.Sentences = append(b.Sentences, ceremony.Round(charter, round))
	}
	for _, e := range charter.Accreditors {
		b.Sentences = append(b.Sentences, ceremony.Accrediting(charter, e))
	}
	for _, q := range charter.Quotas {
		b.Sentences = append(b.Sentences, ceremony.Holding(charter, q))
	}
	if b.Proposals, err = d.proposals(ctx, v, f); err != nil {
		return err
	}
	d.show(w, r, s, "charter", v.Text("charter.title"), b)
	return nil
}

// proposalBody is the page of one charter: proposed, or followed since.
type proposalBody struct {
	*proposal
	InForce  bool // it came into force
	Drafter  bool
	Approval review.DocumentID // ours, once it is filed
}

var errNoCharter = cannot(http.StatusNotFound, "cannot.charter")

func (d *Desk) proposalPage(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	id, v := review.DocumentID(r.PathValue("id")), vocabulary(r)
	f, err := d.o.Founding()
	if err != nil {
		return err
	}
	b := proposalBody{Drafter: s.is(Drafter)}
	if b.proposal, b.InForce, err = d.proposal(ctx, v, f, id); err != nil {
		return err
	}
	if b.Approval, err = d.approval(ctx, id); err != nil {
		return err
	}
	d.show(w, r, s, "proposal", v.Text("ceremony.proposal", "number", b.Number), b)
	return nil
}

// proposal is a charter that the node holds; in force is whether it came into
// force, now or before a later one.
func (d *Desk) proposal(ctx context.Context, v web.Vocabulary, f *review.Founding, id review.DocumentID) (p *proposal, inForce bool, err error) {
	if doc, ok := f.Chain.Charter(id); ok {
		charter, ok := f.Chain.Whole(id)
		if !ok {
			return nil, false, errNoCharter
		}
		p := &proposal{ID: id, Number: charter.Number, Author: ceremony.Named(charter, doc.Author)(v.Language), Title: charter.Title}
		if before, ok := f.Chain.Whole(charter.Previous); ok {
			p.Changes = d.changesIn(ctx, before, charter)
		} else {
			p.Changes = whatItFounds(charter)
		}
		return p, true, nil
	}
	all, err := d.proposals(ctx, v, f)
	if err != nil {
		return nil, false, err
	}
	i := slices.IndexFunc(all, func(p *proposal) bool { return p.ID == id })
	if i < 0 {
		return nil, false, errNoCharter
	}
	return all[i], false, nil
}

// approval is our accession to a charter; "" if the node holds none.
func (d *Desk) approval(ctx context.Context, charter review.DocumentID) (review.DocumentID, error) {
	list, err := d.o.Node.Documents(ctx, web.Query{Kind: review.KindAccession, Author: d.o.Author, About: charter})
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0].ID, nil
}

// federationFile is the charter in force with its accessions, with which a new
// member joins.
func (d *Desk) federationFile(ctx context.Context, w http.ResponseWriter, _ *http.Request, _ *session) error {
	b, err := d.o.Node.Federation(ctx)
	if err != nil {
		return err
	}
	give(w, "federation.jsonl", b)
	return nil
}

// proposalFile is a charter with the accessions to it that are known here, an
// envelope a line: another member brings it in at its desk.
func (d *Desk) proposalFile(ctx context.Context, w http.ResponseWriter, r *http.Request, _ *session) error {
	id := review.DocumentID(r.PathValue("id"))
	list, err := d.o.Node.Documents(ctx, web.Query{Kind: review.KindAccession, About: id})
	if err != nil {
		return err
	}
	name := r.PathValue("which")
	switch name {
	case "approval": // ours alone
		list = slices.DeleteFunc(list, func(l web.Listed) bool { return l.Author != d.o.Author })
	case "charter":
		list = append([]web.Listed{{ID: id}}, list...)
	default:
		return cannot(http.StatusNotFound, "cannot.find")
	}
	var b []byte
	for _, l := range list {
		e, err := d.o.Node.Envelope(ctx, l.ID)
		if err != nil {
			return errNoCharter
		}
		b = append(append(b, e.Marshal()...), '\n')
	}
	if len(b) == 0 {
		return errNoCharter
	}
	give(w, name+"-"+short(id)+".jsonl", b)
	return nil
}

// give has the browser keep a file.
func give(w http.ResponseWriter, name string, b []byte) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(b)
}

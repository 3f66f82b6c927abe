package desk

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"

	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/node/web/lang"
	"stocktake/review"
)

// A proposal of ours is a draft whose steps are amendments, each from one form
// (change.go). Its fields are what the steps make of the charter in force.

// ceremonyBody is what the page of a draft of the charter's pages shows of it.
type ceremonyBody struct {
	Number   int
	Changes  []lang.Sentence
	Steps    [][]lang.Sentence // of a proposal: what each does
	MayWrite bool
	Stale    bool // another charter came into force since
	Tally    review.Tally
	Before   string // by when enough have to have approved
	About    review.DocumentID
	Approves bool // it is our approval of a charter, not a proposal of ours
	Founds   bool // it founds a federation
	Gone     bool // what it approves is proposed no more
}

func (d *Desk) ceremonyBody(ctx context.Context, v web.Vocabulary, draft *Draft, p *Person) *ceremonyBody {
	b := &ceremonyBody{About: draft.About, Approves: draft.Kind == review.KindAccession, MayWrite: draft.State != Filed && p.is(Drafter)}
	if b.Founds = d.o.Joining != nil; b.Founds && draft.Kind == review.KindCharter {
		b.founds(draft)
		return b
	}
	f, err := d.o.Founding()
	if err != nil {
		b.Gone = true
		return b
	}
	charter, id := f.Chain.InForce()
	if draft.Kind == review.KindAccession {
		of, inForce, err := d.proposal(ctx, v, f, draft.About)
		if err != nil {
			b.Gone = true
			return b
		}
		b.Number, b.Changes, b.Before, b.Tally, b.Gone = of.Number, of.Changes, of.Before, of.Tally, inForce && draft.State != Filed && d.o.Joining == nil
		return b
	}
	b.About = draft.Document
	if draft.State == Filed {
		if of, _, err := d.proposal(ctx, v, f, draft.Document); err == nil {
			b.Number, b.Changes, b.Before, b.Tally = of.Number, of.Changes, of.Before, of.Tally
		}
		return b
	}
	b.Stale = draft.About != id
	at := *charter
	for i := range draft.Steps {
		next, err := ceremony.Amend(charter, id, draft.Steps[:i+1]...)
		if err != nil {
			b.Steps = append(b.Steps, []lang.Sentence{{Key: "propose.no-step", Arguments: []any{"reason", because(err)}}})
			continue
		}
		whole := charter.Amended(next)
		b.Steps = append(b.Steps, d.changesIn(ctx, &at, whole))
		at, b.Number, b.Tally = *whole, next.Number, f.Chain.Tally(next, func(review.ParticipantID) bool { return false })
	}
	b.Changes, b.Before = d.changesIn(ctx, charter, &at), onDay(f.Chain.Before(&at))
	return b
}

// title is what its page is called.
func (b *ceremonyBody) title(v web.Vocabulary) string {
	switch {
	case b.Approves && b.Gone:
		return v.Text("ceremony.our-approval")
	case b.Approves:
		return v.Text("ceremony.our-approval-of", "number", b.Number)
	}
	if b.Founds {
		return v.Text("founding.our-charter")
	}
	return v.Text("ceremony.our-proposal")
}

// follows is why a drafted charter may not follow the one in force; nil of what
// is no charter, or a first one.
func (d *Desk) follows(draft *Draft) error {
	if draft.Kind != review.KindCharter || d.o.Joining != nil {
		return nil
	}
	f, err := d.o.Founding()
	if err != nil {
		return err
	}
	payload, err := d.payload(draft)
	if err != nil {
		return err
	}
	doc, err := review.Parse(payload)
	if err != nil {
		return err
	}
	next, ok := doc.Predicate.(*review.Charter)
	if !ok {
		return errNoCharter
	}
	return f.Chain.Follows(next)
}

// compose makes a proposal's fields of its steps.
func (d *Desk) compose(draft *Draft, steps []ceremony.Amendment) error {
	if len(steps) > maxSteps {
		return cannot(http.StatusConflict, "cannot.more-steps", "limit", maxSteps)
	}
	id, next, err := d.drafted(steps)
	var refusal review.Refusal
	switch {
	case errors.As(err, &refusal):
		return refusal
	case err != nil:
		return cannot(http.StatusUnprocessableEntity, "cannot.propose", "reason", because(err))
	}
	next.Language = "en"
	fields, err := fieldsFor(review.KindCharter, next)
	if err != nil {
		return err
	}
	for name, value := range fields { // a list that is not needed is left out
		if list, ok := value.([]any); ok && len(list) == 0 || value == nil || value == "" {
			delete(fields, name)
		}
	}
	draft.About, draft.Fields, draft.Steps = id, fields, steps
	return nil
}

// drafted is the charter that steps make, and which one it follows.
func (d *Desk) drafted(steps []ceremony.Amendment) (id review.DocumentID, next *review.Charter, err error) {
	if d.o.Joining != nil {
		next, err = ceremony.Found(steps...)
		return "", next, err
	}
	f, err := d.o.Founding()
	if err != nil {
		return "", nil, err
	}
	_, id = f.Chain.InForce()
	next, err = ceremony.Propose(f.Chain, steps...)
	return id, next, err
}

// proposeBody is the page with the form of one change, or with all of them to choose from.
type proposeBody struct {
	Groups [2][]changeItem // what is usual, and what is not
	Change string
	Draft  string // to which it is added
	Help   template.HTML
	Inputs []input
	Wrong  []template.HTML
}

type changeItem struct {
	Name        string
	Title, Help template.HTML
}

func (d *Desk) proposePage(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	if !s.is(Drafter) {
		return notFor(s.Person, Drafter)
	}
	q, v := r.URL.Query(), vocabulary(r)
	b := proposeBody{Change: q.Get("change"), Draft: q.Get("draft")}
	if b.Change == "" {
		for i, c := range d.changeNames() {
			g := min(i/usualChanges, 1)
			if d.o.Joining != nil {
				g = 0
			}
			b.Groups[g] = append(b.Groups[g], changeItem{c, v.HTML("propose." + c), v.HTML("propose." + c + "-help")})
		}
		d.show(w, r, s, "propose", v.Text("propose.title"), b)
		return nil
	}
	if !slices.Contains(d.changeNames(), b.Change) {
		return cannot(http.StatusNotFound, "cannot.find")
	}
	form, err := d.changeForm(ctx, r, b.Change)
	if err != nil {
		return err
	}
	b.Help, b.Inputs = v.HTML("propose."+b.Change+"-help"), form.inputs(b.Change)
	d.show(w, r, s, "propose", v.Text("propose."+b.Change), b)
	return nil
}

// propose adds a change to a proposal, or begins one with it. What is refused is
// shown with what was typed.
func (d *Desk) propose(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	if !s.is(Drafter) {
		return notFor(s.Person, Drafter)
	}
	change := r.PostFormValue("change")
	if !slices.Contains(d.changeNames(), change) {
		return cannot(http.StatusNotFound, "cannot.find")
	}
	form, err := d.changeForm(ctx, r, change)
	if err != nil {
		return err
	}
	v := form.Vocabulary
	draft, err := func() (*Draft, error) {
		step, err := form.amendment(change, d.o.Now())
		if err != nil {
			return nil, err
		}
		if id := r.PostFormValue("draft"); id != "" {
			return d.drafts.change(id, func(draft *Draft) error {
				return d.step(draft, s.Person, append(slices.Clone(draft.Steps), step))
			})
		}
		draft := &Draft{Kind: review.KindCharter, Ceremony: true}
		if err := d.compose(draft, []ceremony.Amendment{step}); err != nil {
			return nil, err
		}
		return d.drafts.begin(s.Person, draft)
	}()
	var refusal review.Refusal
	var said *pageError
	b := proposeBody{Change: change, Draft: r.PostFormValue("draft"), Help: v.HTML("propose." + change + "-help"), Inputs: form.inputs(change)}
	switch {
	case errors.As(err, &refusal):
		for _, e := range refusal {
			b.Wrong = append(b.Wrong, reasonIn(v, e))
		}
	case errors.As(err, &said):
		b.Wrong = []template.HTML{v.Say(said.said)}
	case err != nil:
		return err
	default:
		goTo(w, r, "/drafts/", draft.ID)
		return nil
	}
	d.render(w, r, http.StatusUnprocessableEntity, s, "propose", v.Text("propose."+change), b)
	return nil
}

// step writes a proposal's steps anew. What was cleared is not any more.
func (d *Desk) step(draft *Draft, p *Person, steps []ceremony.Amendment) error {
	switch {
	case !p.is(Drafter):
		return notFor(p, Drafter)
	case draft.State == Filed:
		return errFiled
	case !draft.Ceremony || draft.Kind != review.KindCharter:
		return errFixed
	}
	if err := d.compose(draft, steps); err != nil {
		return err
	}
	draft.State, draft.Cleared = Writing, ""
	draft.note(d.o.Now(), p.Name, didWrite, "")
	return nil
}

// changeSteps takes one change out of a proposal, or drafts it again as a
// successor of the charter that is in force now.
func (d *Desk) changeSteps(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	draft, err := d.drafts.change(r.PathValue("id"), func(draft *Draft) error {
		steps := slices.Clone(draft.Steps)
		if i, err := strconv.Atoi(r.PostFormValue("remove")); err == nil && i >= 0 && i < len(steps) {
			if len(steps) == 1 {
				return cannot(http.StatusConflict, "cannot.last-step")
			}
			steps = slices.Delete(steps, i, i+1)
		}
		return d.step(draft, s.Person, steps)
	})
	if err != nil {
		return err
	}
	goTo(w, r, "/drafts/", draft.ID)
	return nil
}

package desk

import (
	"context"
	"html/template"
	"net/http"
	"slices"

	"stocktake/node/web"
	"stocktake/review"
)

// task is something that the member may have to do.
type task struct {
	What   template.HTML
	Until  string // a day; "" if there is none
	Href   string
	Late   bool
	Sample bool
	See    bool // it is to be looked at, not to be written
}

// home is what there is to do.
func (d *Desk) home(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	all, err := d.drafts.all()
	if err != nil {
		return err
	}
	v := vocabulary(r)
	body := struct {
		Tasks   []task
		Problem template.HTML
		Drafts  []*Draft
	}{Drafts: slices.DeleteFunc(all, func(d *Draft) bool { return d.State == Filed })}
	if body.Tasks, err = d.tasks(ctx, v); err != nil {
		body.Problem = v.HTML("todo.problem", "reason", because(err))
	}
	approvals, err := d.approvals(ctx, v)
	if err != nil {
		body.Problem = v.HTML("todo.problem", "reason", because(err))
	}
	body.Tasks = append(approvals, body.Tasks...)
	d.show(w, r, s, "home", v.Text("todo.title"), body)
	return nil
}

// tasks are what is due from the member, and what waits for its answer, as its
// own stocktake says.
func (d *Desk) tasks(ctx context.Context, v web.Vocabulary) (tasks []task, err error) {
	s, err := d.o.Node.Assemble(ctx, web.AssembleRequest{Scope: review.Scope("participant:" + string(d.o.Author))})
	if err != nil {
		return nil, err
	}
	c := s.Contents()
	for _, row := range c.Due {
		if row.Participant == d.o.Author && (row.State == "not due" || row.State == "no report received") {
			tasks = append(tasks, task{What: v.HTML("todo.round", "round", row.Round, "state", v.Phrase(row.State), "reported", row.ReportedOn, "pledges", row.Pledges),
				Until: row.Due, Href: "/new?kind=report&round=" + row.Round, Late: row.State == "no report received", Sample: row.Sample})
		}
	}
	name := d.namesIn(v)
	for _, row := range slices.Concat(c.Recommendations, c.Comments) {
		if row.To == d.o.Author && row.State == "open" {
			tasks = append(tasks, task{What: v.HTML("todo.answer", "type", v.Phrase(row.Type), "author", name(row.Author)), Href: "/new?kind=response&about=" + string(row.ID), Sample: row.Sample})
		}
	}
	for _, row := range c.Assessments {
		if row.About == d.o.Author && row.Author != d.o.Author && row.Replies == 0 {
			tasks = append(tasks, task{What: v.HTML("todo.reply", "type", v.Phrase(row.Label), "author", name(row.Author), "title", row.Title), Href: "/new?kind=response&about=" + string(row.ID), Sample: row.Sample})
		}
	}
	return tasks, nil
}

// approvals are the proposed charters that wait for ours.
func (d *Desk) approvals(ctx context.Context, v web.Vocabulary) (tasks []task, err error) {
	f, err := d.o.Founding()
	if err != nil {
		return nil, err
	}
	all, err := d.proposals(ctx, v, f)
	for _, p := range all {
		if p.Asked && p.Draft == nil {
			tasks = append(tasks, task{What: v.HTML("ceremony.proposed-by", "number", p.Number, "author", p.Author), Href: "/charter/" + string(p.ID), See: true})
		}
	}
	return tasks, err
}

// namesIn names the participants of the charter in a language; of others there
// is their ID.
func (d *Desk) namesIn(v web.Vocabulary) func(review.ParticipantID) string {
	f, err := d.o.Founding()
	return func(id review.ParticipantID) string {
		if err == nil {
			if p, ok := f.Chain.Participant(id); ok {
				return v.Participant(p)
			}
		}
		return string(id)
	}
}

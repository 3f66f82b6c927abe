package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"stocktake/review"
)

// figureBody is a figure with the rows that make it, and what each rests on;
// without a name, all rows of a group.
type figureBody struct {
	Name        value
	Value       string
	Named       bool // it is one figure, and not the whole group
	Sample      bool
	Of          string
	Stocktake   string // its address
	Group       string // that of the whole group
	Data        string
	Table       sectionTable
	Page, Pages int // Pages 0: all on one
	Back, On    string
}

// figureQuery asks how a figure comes about.
type figureQuery struct {
	AssembleRequest
	Group, Name string
	Sample      bool
}

func readFigure(r *http.Request) (q figureQuery, err error) {
	if q.AssembleRequest, err = readAssembly(r); err != nil {
		return q, err
	}
	v := r.URL.Query()
	q.Group, q.Name = v.Get("group"), v.Get("name")
	if !slices.Contains(review.Groups(), q.Group) {
		return q, badRequest("a stocktake has no group %.40q; it has %s", q.Group, strings.Join(review.Groups(), ", "))
	}
	switch s := v.Get("sample"); s {
	case "", "false":
	case "true":
		q.Sample = true
	default:
		return q, badRequest("sample is true or false, not %.20q", s)
	}
	return q, nil
}

func (n *site) figurePage(ctx context.Context, v *view, r *http.Request) (string, any, error) {
	q, err := readFigure(r)
	if err != nil {
		return "", nil, err
	}
	at, err := readPage(r)
	if err != nil {
		return "", nil, err
	}
	a, err := n.assembled(ctx, v, q.Scope, q.Cutoff)
	if err != nil {
		return "", nil, err
	}
	body := &figureBody{
		Of: v.scopeName(q.Scope, v.name, v.round), Stocktake: stocktakeAddress(q.AssembleRequest), Named: q.Name != "", Sample: q.Sample, Page: at,
		Group: figureAddress(q.AssembleRequest, q.Group, "", false), Data: "/api/v1" + figureAddress(q.AssembleRequest, q.Group, q.Name, false),
	}
	figure := review.Figure{Group: q.Group, Name: q.Name, Sample: q.Sample}
	if body.Named {
		if figure, err = a.named(figure); err != nil {
			return "", nil, err
		}
		body.Name, body.Value = tabler{view: v}.figureName(q.Name), v.valueOf(figure)
	}
	t := tabler{v, q.AssembleRequest}
	rows, total, err := a.page(figure, at)
	if err != nil {
		return "", nil, err
	}
	body.Table = t.section(q.Group, rows)
	body.Table.Total = total
	if !body.Named {
		body.Name, body.Table.Figures = body.Table.Title, t.figureLines(a, q.Group)
	}
	for i, row := range rows {
		if adds := row.Sums[q.Name]; adds != "" {
			body.Table.Rows[i].Adds = v.Decimal(adds)
		}
	}
	if total > pageSize {
		body.Pages = (total + pageSize - 1) / pageSize
		here := figureAddress(q.AssembleRequest, q.Group, q.Name, q.Sample) + "&page="
		if at > 1 {
			body.Back = here + strconv.Itoa(at-1)
		}
		if at < body.Pages {
			body.On = here + strconv.Itoa(at+1)
		}
	}
	return v.say("figure.title", "figure", body.Name.Text, "scope", body.Of), body, nil
}

// named is a figure by its group, name and whether it is of samples. One that a
// stocktake has of real rows only is 0 of samples, and the other way.
func (a *assembled) named(f review.Figure) (review.Figure, error) {
	known := false
	for _, g := range a.FiguresOf(f.Group) {
		if g.Name == f.Name {
			if g.Sample == f.Sample {
				return g, nil
			}
			known = true
		}
	}
	if !known {
		return f, &AnswerError{http.StatusNotFound, codeNoPage, "this stocktake has no figure “" + f.Name + "” in " + f.Group}
	}
	return f, nil
}

// getFigure answers with the figure, its rows and their documents, for programs.
func (n *site) getFigure(w http.ResponseWriter, r *http.Request) error {
	q, err := readFigure(r)
	if err != nil {
		return err
	}
	s, err := n.Assemble(r.Context(), q.AssembleRequest)
	if err != nil {
		return err
	}
	explained, err := s.Explain(q.Group + "/" + q.Name)
	if err != nil {
		return &AnswerError{http.StatusNotFound, codeNoPage, err.Error()}
	}
	return writeJSON(w, http.StatusOK, figureJSON{s.Digest(), explained})
}

// figureJSON is how a figure comes about: of real rows, and apart of samples.
type figureJSON struct {
	Stocktake string               `json:"stocktake"` // digest
	Figures   []review.Explanation `json:"figures"`
}

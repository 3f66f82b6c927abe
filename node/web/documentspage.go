package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"stocktake/review"
)

// documentsBody lists documents, newest first.
type documentsBody struct {
	Kinds, Authors []choice
	About          review.DocumentID
	AboutTitle     string
	Anywhere       string // the same list about anything
	Rows           []listedRow
	Count          int
	Page, Pages    int // Pages 0: all on one
	Newer, Older   string
}

type choice struct {
	Code, Title string
	Here        bool
}

// listedRow is a document in a list, in words.
type listedRow struct {
	ID     review.DocumentID
	Title  string
	Kind   string
	Author ref
	Filed  string
	Sample bool
}

func (v *view) row(d Listed) listedRow {
	kind := v.kindName(d.Kind)
	if d.Type != "" {
		kind = capital(v.typeInWords(d.Kind, d.Type))
	}
	return listedRow{d.ID, v.titleOf(d), kind, v.who(d.Author), d.Filed, d.Sample}
}

// titleOf is a title, or what stands for it where there is none.
func (w words) titleOf(d Listed) string {
	if d.Title != "" {
		return d.Title
	}
	if d.NotDisplayed != "" {
		return w.say("document.hidden", "document", w.named(d.Kind, d.ID))
	}
	if d.Erased != "" {
		return w.say("document.erased-on", "day", w.InstantDay(d.Erased))
	}
	if d.Kind == "" { // its content is not here, or not understood
		return w.say("document.short", "id", short(d.ID))
	}
	return w.named(d.Kind, d.ID)
}

// named stands for a document without a title.
func (w words) named(k review.Kind, id review.DocumentID) string {
	return w.say("document.named", "kind", w.kindName(k), "id", short(id))
}

func (n *site) documentsPage(ctx context.Context, v *view, r *http.Request) (string, any, error) {
	q, err := readQuery(r)
	if err != nil {
		return "", nil, err
	}
	at, err := readPage(r)
	if err != nil {
		return "", nil, err
	}
	q.Newest, q.Skip = pageSize, (at-1)*pageSize
	list, err := n.Documents(ctx, q)
	if err != nil {
		return "", nil, err
	}
	total, err := n.Total(ctx, q)
	if err != nil {
		return "", nil, err
	}
	body := documentsBody{About: q.About, Page: at, Count: total}
	for _, k := range review.Kinds() {
		body.Kinds = append(body.Kinds, choice{string(k), v.kindName(k), k == q.Kind})
	}
	for _, p := range v.charter.Participants {
		body.Authors = append(body.Authors, choice{string(p.ID), v.name(p.ID), p.ID == q.Author})
	}
	slices.SortFunc(body.Authors, func(a, b choice) int { return strings.Compare(a.Title, b.Title) })
	if q.About != "" {
		body.AboutTitle = v.say("document.short", "id", short(q.About))
		d, err := n.Document(ctx, q.About)
		switch {
		case err == nil:
			body.AboutTitle = v.titleOf(d.Listed)
		case !errors.Is(err, ErrNotFound):
			return "", nil, err
		}
	}
	link := func(about review.DocumentID, page int) string {
		u := url.Values{}
		for name, value := range map[string]string{"kind": string(q.Kind), "author": string(q.Author), "about": string(about)} {
			if value != "" {
				u.Set(name, value)
			}
		}
		if page > 1 {
			u.Set("page", strconv.Itoa(page))
		}
		if len(u) == 0 {
			return "/documents"
		}
		return "/documents?" + u.Encode()
	}
	body.Anywhere = link("", 1)
	if total > pageSize {
		body.Pages = (total + pageSize - 1) / pageSize
		if at > 1 {
			body.Newer = link(q.About, at-1)
		}
		if at < body.Pages {
			body.Older = link(q.About, at+1)
		}
	}
	for _, d := range slices.Backward(list) {
		body.Rows = append(body.Rows, v.row(d))
	}
	title := v.say("documents.title")
	if q.Kind != "" {
		title = v.say("documents.of-kind", "kind", v.kindName(q.Kind))
	}
	return title, body, nil
}

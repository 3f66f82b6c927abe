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
	Count          string
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
	kind := kindName(d.Kind)
	if d.Type != "" {
		kind = capital(phrase(d.Type))
	}
	return listedRow{d.ID, titleOf(d), kind, v.who(d.Author), d.Filed, d.Sample}
}

// titleOf is a title, or what stands for it where there is none.
func titleOf(d Listed) string {
	if d.Title != "" {
		return d.Title
	}
	if d.NotDisplayed != "" {
		return kindName(d.Kind) + " " + short(d.ID) + ", not displayed here"
	}
	if d.Erased != "" {
		return "Erased: withdrawn by its author on " + instantDay(d.Erased)
	}
	return kindName(d.Kind) + " " + short(d.ID)
}

func (n *site) documentsPage(ctx context.Context, v *view, r *http.Request) (string, any, error) {
	q, err := readQuery(r)
	if err != nil {
		return "", nil, err
	}
	at := 1
	if s := r.URL.Query().Get("page"); s != "" {
		if at, err = strconv.Atoi(s); err != nil || at < 1 || at > 1_000_000 {
			return "", nil, badRequest("page is a number from 1, not %.20q", s)
		}
	}
	q.Receipts = q.Kind == review.KindReceipt || q.Kind == review.KindOpening
	list, err := n.Documents(ctx, q)
	if err != nil {
		return "", nil, err
	}
	slices.Reverse(list)
	body := documentsBody{About: q.About, Page: at, Count: counted(len(list), "document", "documents")}
	for _, k := range review.Kinds() {
		body.Kinds = append(body.Kinds, choice{string(k), kindName(k), k == q.Kind})
	}
	for _, p := range v.charter.Participants {
		body.Authors = append(body.Authors, choice{string(p.ID), p.Name, p.ID == q.Author})
	}
	slices.SortFunc(body.Authors, func(a, b choice) int { return strings.Compare(a.Title, b.Title) })
	if q.About != "" {
		body.AboutTitle = "document " + short(q.About)
		d, err := n.Document(ctx, q.About)
		switch {
		case err == nil:
			body.AboutTitle = titleOf(d.Listed)
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
	if len(list) > pageSize {
		body.Pages = (len(list) + pageSize - 1) / pageSize
		if at > 1 {
			body.Newer = link(q.About, at-1)
		}
		if at < body.Pages {
			body.Older = link(q.About, at+1)
		}
	}
	first := min((at-1)*pageSize, len(list))
	for _, d := range list[first:min(first+pageSize, len(list))] {
		body.Rows = append(body.Rows, v.row(d))
	}
	title := "Documents"
	if q.Kind != "" {
		title = kindName(q.Kind) + ": documents"
	}
	return title, body, nil
}

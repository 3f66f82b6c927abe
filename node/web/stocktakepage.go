package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"stocktake/review"
	"stocktake/review/compact"
)

// stocktakeBody is a stocktake for people: figures, and the rows that make
// them with links to the documents that they rest on.
type stocktakeBody struct {
	*assembled
	Of         string // what it is of
	Unverified bool   // the region's list of members was not checked
	Cutoff     string
	Asked      string // the cut-off that was asked for; "" for the latest
	Scopes     []scopeGroup
	Download   string
	NotesText  []string
	Glance     []glance
	tables
}

type scopeGroup struct {
	Title   string
	Choices []choice
}

// glance is one number at the top, with the part of the page that explains it.
type glance struct {
	N, Samples int
	What, Href string
}

func (n *site) stocktakePage(ctx context.Context, v *view, r *http.Request) (string, any, error) {
	q, err := readAssembly(r)
	if err != nil {
		return "", nil, err
	}
	a, err := n.assembled(ctx, v, q.Scope, q.Cutoff)
	if err != nil {
		return "", nil, err
	}
	titles, err := n.titles(ctx)
	if err != nil {
		return "", nil, err
	}
	body := stocktakeBody{
		assembled: a, Of: scopeName(q.Scope, v.name), Cutoff: a.Manifest.Cutoff, Asked: q.Cutoff, Scopes: v.scopes(q.Scope),
		Download: "/api/v1/stocktake?scope=" + string(q.Scope), tables: v.tables(a, titles),
	}
	if q.Cutoff != "" {
		body.Download += "&cutoff=" + q.Cutoff
	}
	if code, ok := strings.CutPrefix(string(q.Scope), "region:"); ok {
		region, _ := compact.Region(code)
		body.Of, body.Unverified = region.Name, !region.Verified
	}
	for _, key := range a.Notes {
		body.NotesText = append(body.NotesText, review.Notes[key])
	}
	body.Glance = a.glance()
	return "Stocktake: " + body.Of, body, nil
}

// glance are the figures that people ask for first. Samples are counted apart.
func (a *assembled) glance() []glance {
	var all []glance
	for _, g := range []struct{ group, name, one, many, href string }{
		{"participation", "participants", "participant", "participants", "#participation"},
		{"pledges", "pledges", "pledge", "pledges", "#pledges"},
		{"reports", "reports", "progress report", "progress reports", "#pledges"},
		{"assessments", "assessments", "assessment", "assessments", "#assessments"},
		{"recommendations", "open", "open recommendation", "open recommendations", "#recommendations"},
		{"due", "late", "late in a round", "late in a round", "#due"},
		{"due", "no report received", "no report received", "no report received", "#due"},
	} {
		f := glance{N: a.figure(g.group, g.name, false), Samples: a.figure(g.group, g.name, true), What: g.many, Href: g.href}
		if f.N == 1 {
			f.What = g.one
		}
		all = append(all, f)
	}
	return all
}

// titles are the documents that this node holds, by ID.
func (n *site) titles(ctx context.Context) (map[review.DocumentID]Listed, error) {
	list, err := n.Documents(ctx, Query{})
	if err != nil {
		return nil, err
	}
	titles := make(map[review.DocumentID]Listed, len(list))
	for _, d := range list {
		titles[d.ID] = d
	}
	return titles, nil
}

// scopes are the stocktakes to choose from.
func (v *view) scopes(now review.Scope) []scopeGroup {
	one := func(scope, title string) choice { return choice{scope, title, scope == string(now)} }
	groups := []scopeGroup{{Choices: []choice{one("global", "All participants")}}}
	commissions, bodies := scopeGroup{Title: "UN regional commissions"}, scopeGroup{Title: "Regional bodies"}
	for _, region := range compact.Regions() {
		c := one("region:"+region.Code, region.Name)
		if !region.Verified {
			c.Title += " (unverified)"
		}
		if slices.Contains(compact.UNCommissions(), region.Code) {
			commissions.Choices = append(commissions.Choices, c)
		} else {
			bodies.Choices = append(bodies.Choices, c)
		}
	}
	participants := scopeGroup{Title: "Participants"}
	for _, p := range v.charter.Participants {
		participants.Choices = append(participants.Choices, one("participant:"+string(p.ID), p.Name))
	}
	objectives := scopeGroup{Title: "Objectives of the compact"}
	for _, o := range compact.Objectives() {
		objectives.Choices = append(objectives.Choices, one("objective:"+itoa(o.N), objectiveName(o.N)))
	}
	for _, g := range []scopeGroup{commissions, bodies, participants} {
		slices.SortFunc(g.Choices, func(a, b choice) int { return strings.Compare(a.Title, b.Title) })
		groups = append(groups, g)
	}
	return append(groups, objectives)
}

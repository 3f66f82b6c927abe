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
	Changes    *comparison // nil: with none
	With       string
	Query      string // of the same stocktake, to take along
	tables
}

type scopeGroup struct {
	Title   string
	Choices []choice
}

// glance is one number at the top.
type glance struct {
	N, Samples              int
	What, Href, SamplesHref string
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
	body := stocktakeBody{
		assembled: a, Of: v.scopeName(q.Scope, v.name, v.round), Cutoff: a.Manifest.Cutoff, Asked: q.Cutoff, Scopes: v.scopes(q.Scope),
		Download: "/api/v1/stocktake?scope=" + string(q.Scope), Query: "?scope=" + string(q.Scope), tables: tabler{v, q}.tables(a),
	}
	if q.Cutoff != "" {
		body.Download += "&cutoff=" + q.Cutoff
		body.Query += "&cutoff=" + q.Cutoff
	}
	if code, ok := strings.CutPrefix(string(q.Scope), "region:"); ok {
		region, _ := compact.Region(code)
		body.Of, body.Unverified = v.regionTitle(code), !region.Verified
	}
	for _, key := range a.Notes {
		body.NotesText = append(body.NotesText, v.note(key))
	}
	body.Glance = v.glance(a, q)
	if body.With = r.URL.Query().Get("with"); body.With != "" {
		if err := checkCutoff("with", body.With); err != nil {
			return "", nil, err
		}
		earlier, err := n.assembled(ctx, v, q.Scope, body.With)
		if err != nil {
			return "", nil, err
		}
		body.Changes = tabler{v, q}.comparison(earlier, a, body.With)
	}
	return v.say("stocktake.title-of", "scope", body.Of), body, nil
}

// glance are the figures that people ask for first, each with the way to its
// rows. Samples are counted apart.
func (w words) glance(a *assembled, q AssembleRequest) []glance {
	var all []glance
	for _, g := range []struct{ group, name, message string }{
		{"participation", "participants", "glance.participants"},
		{"pledges", "pledges", "glance.pledges"},
		{"reports", "reports", "glance.reports"},
		{"assessments", "assessments", "glance.assessments"},
		{"recommendations", "open", "glance.open"},
		{"due", "late", "glance.late"},
		{"due", "no report received", "glance.not-received"},
	} {
		n, samples := a.figure(g.group, g.name, false), a.figure(g.group, g.name, true)
		all = append(all, glance{
			N: n, Samples: samples, What: w.say(g.message, "n", n),
			Href: figureAddress(q, g.group, g.name, false), SamplesHref: figureAddress(q, g.group, g.name, true),
		})
	}
	return all
}

// note is a note of a stocktake. English is review's.
func (w words) note(key string) string {
	if message := "note." + key; w.Tag != "en" && w.Has(message) {
		return w.say(message)
	}
	return review.Notes[key]
}

// scopes are the stocktakes to choose from.
func (v *view) scopes(now review.Scope) []scopeGroup {
	one := func(scope, title string) choice { return choice{scope, title, scope == string(now)} }
	groups := []scopeGroup{{Choices: []choice{one("global", v.say("scope.global"))}}}
	commissions, bodies := scopeGroup{Title: v.say("scope.commissions")}, scopeGroup{Title: v.say("group.regional-body")}
	for _, region := range compact.Regions() {
		c := one("region:"+region.Code, v.regionName(region.Code))
		if slices.Contains(compact.UNCommissions(), region.Code) {
			commissions.Choices = append(commissions.Choices, c)
		} else {
			bodies.Choices = append(bodies.Choices, c)
		}
	}
	participants := scopeGroup{Title: v.say("participants.title")}
	for _, p := range v.charter.Participants {
		participants.Choices = append(participants.Choices, one("participant:"+string(p.ID), v.name(p.ID)))
	}
	objectives := scopeGroup{Title: v.say("scope.objectives")}
	for _, o := range compact.Objectives() {
		objectives.Choices = append(objectives.Choices, one("objective:"+itoa(o.N), v.objectiveName(o.N)))
	}
	rounds := scopeGroup{Title: v.say("charter.rounds")}
	for _, d := range v.charter.Rounds {
		rounds.Choices = append(rounds.Choices, one("round:"+d.ID, d.Title))
	}
	themes := scopeGroup{Title: v.say("objectives.themes")}
	for _, t := range compact.Themes() {
		themes.Choices = append(themes.Choices, one("theme:"+t.Code, v.themeTitle(t).Text))
	}
	for _, g := range []scopeGroup{commissions, bodies, participants} {
		slices.SortFunc(g.Choices, func(a, b choice) int { return strings.Compare(a.Title, b.Title) })
		groups = append(groups, g)
	}
	if len(rounds.Choices) > 0 {
		groups = append(groups, rounds)
	}
	return append(groups, objectives, themes)
}

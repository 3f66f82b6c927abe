package web

import (
	"context"
	"net/http"
	"slices"

	"stocktake/review"
	"stocktake/signing"
)

// veil takes out of a stocktake, as pages read it, the words of what the node
// does not show, which each page then says in its own language. Figures stay,
// and the stocktake's file is everybody's.
func veil(a *review.Contents, rules []review.DisplayRule) {
	hidden := func(id review.DocumentID, author review.ParticipantID) bool {
		return slices.ContainsFunc(rules, func(r review.DisplayRule) bool { return r.Hides(id, author) })
	}
	for i := range a.Pledges {
		if p := &a.Pledges[i]; hidden(p.ID, p.Author) {
			p.Title = ""
		}
	}
	for i := range a.Targets {
		if t := &a.Targets[i]; hidden(t.Pledge, t.Author) {
			t.Indicator, t.Unit = "", ""
		}
	}
	for i := range a.Parties {
		if p := &a.Parties[i]; hidden(p.Pledge, p.Author) && p.Participant == "" {
			p.Name = ""
		}
	}
}

// policyBody is what the node carries and does not show.
type policyBody struct {
	Name   string
	Policy review.DocumentID // "" if it shows everything
	Rules  []policyRule
}

type policyRule struct {
	Document ref // by its kind; none of an author
	Author   ref
	Reason   string
}

func (*site) policyPage(_ context.Context, v *view, _ *http.Request) (string, any, error) {
	body := policyBody{Name: v.status.Name, Policy: v.status.Policy}
	for _, r := range v.status.Display {
		rule := policyRule{Reason: r.Reason}
		if _, err := signing.ParseDigest(r.What); err == nil {
			rule.Document = tabler{view: v}.plainly(review.DocumentID(r.What))
		} else {
			rule.Author = v.who(review.ParticipantID(r.What))
		}
		body.Rules = append(body.Rules, rule)
	}
	return v.say("policy.title"), body, nil
}

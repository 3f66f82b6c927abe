package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"stocktake/review"
	"stocktake/review/compact"
)

// objectivesBody lists the compact's objectives and themes with what was
// pledged for each.
type objectivesBody struct {
	CompactName string
	Objectives  []frameLine
	Themes      []frameLine
}

// frameLine is an objective or a theme with its stocktake, and of an objective
// how many pledges name it.
type frameLine struct {
	Title            value
	Href             string
	Pledges, Samples int
	At, SamplesAt    string
	Unverified       bool
}

func (n *site) objectivesPage(ctx context.Context, v *view, _ *http.Request) (string, any, error) {
	a, err := n.assembled(ctx, v, review.ScopeGlobal, "")
	if err != nil {
		return "", nil, err
	}
	body := &objectivesBody{CompactName: v.compactName()}
	for _, o := range compact.Objectives() {
		figure, all := fmt.Sprintf("objective %02d", o.N), AssembleRequest{Scope: review.ScopeGlobal}
		body.Objectives = append(body.Objectives, frameLine{
			Title: value{Form: "words", Text: v.objectiveName(o.N)}, Href: stocktakeAddress(AssembleRequest{Scope: review.Scope("objective:" + itoa(o.N))}),
			Pledges: a.figure("pledges", figure, false), Samples: a.figure("pledges", figure, true),
			At: figureAddress(all, "pledges", figure, false), SamplesAt: figureAddress(all, "pledges", figure, true),
		})
	}
	for _, theme := range compact.Themes() {
		body.Themes = append(body.Themes, frameLine{
			Title: v.themeTitle(theme), Href: stocktakeAddress(AssembleRequest{Scope: review.Scope("theme:" + theme.Code)}), Unverified: !theme.Verified,
		})
	}
	return v.say("objectives.title"), body, nil
}

// themeTitle is a theme's title.
func (w words) themeTitle(t compact.ThemeEntry) value {
	return w.orEnglish("theme."+strings.ReplaceAll(t.Code, "/", "."), t.Title)
}

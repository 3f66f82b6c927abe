package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"stocktake/review"
)

// irregularSections are the parts of the page, each with what it tells of.
var irregularSections = []struct {
	code  string
	kinds []string
}{
	{"logs", []string{review.IrregularForkedLog, review.IrregularEndedLog, review.IrregularClosedLog}},
	{"keys", []string{review.IrregularRevoked, review.IrregularClosedKey, review.IrregularRecovery}},
	{"witnesses", []string{review.IrregularTwoSeals, review.IrregularWitness, review.IrregularSeal}},
	{"participants", []string{review.IrregularSuspended, review.IrregularLeft}},
	{"charters", []string{review.IrregularRivals}},
	{"withdrawals", []string{irregularWithdrawn}},
	{"refusals", []string{review.IrregularRefused}},
	{"hidden", []string{irregularHidden}},
}

// irregularitiesBody is what went wrong in the record or was taken back.
type irregularitiesBody struct {
	Only        ref  // the participant whom all of it is about, if the reader asked for one
	Part        bool // one section only
	Sections    []irregularSection
	Page, Pages int // of one section; Pages 0: all on one
	Back, On    string
}

type irregularSection struct {
	Code, Title, Note string
	Total             int
	All               string // the address of all its rows, if not all are here
	Rows              []irregularRow
}

func (n *site) irregularitiesPage(ctx context.Context, v *view, r *http.Request) (string, any, error) {
	part, only := r.URL.Query().Get("part"), review.ParticipantID(r.URL.Query().Get("participant"))
	if part != "" && !slices.Contains(irregularParts(), part) {
		return "", nil, badRequest("there is no part %.40q; use one of %s", part, strings.Join(irregularParts(), ", "))
	}
	at, err := readPage(r)
	if err != nil {
		return "", nil, err
	}
	all, err := n.irregularities(ctx, v)
	if err != nil {
		return "", nil, err
	}
	body := &irregularitiesBody{Part: part != "", Page: at}
	if only != "" {
		if only, err = readParticipant("participant", string(only)); err != nil {
			return "", nil, err
		}
		body.Only, all = v.who(only), concerning(all, only)
	}
	a, err := n.assembled(ctx, v, review.ScopeGlobal, "")
	if err != nil {
		return "", nil, err
	}
	if slices.ContainsFunc(all, func(i review.Irregularity) bool { return slices.Contains(undoing, i.Kind) }) {
		if a, err = a.with("excluded"); err != nil {
			return "", nil, err
		}
	}
	t := tabler{v, AssembleRequest{Scope: review.ScopeGlobal}}
	for _, s := range irregularSections {
		rows := slices.DeleteFunc(slices.Clone(all), func(i review.Irregularity) bool { return !slices.Contains(s.kinds, i.Kind) })
		if len(rows) == 0 || part != "" && part != s.code {
			continue
		}
		section := irregularSection{Code: s.code, Title: v.say("irregular." + s.code), Note: v.say("irregular." + s.code + "-note"), Total: len(rows)}
		address := irregularAddress(s.code, only)
		if part == "" && len(rows) > rowsShown {
			rows, section.All = rows[:rowsShown], address
		}
		if len(rows) > pageSize {
			body.Pages = (len(rows) + pageSize - 1) / pageSize
			if at > 1 {
				body.Back = address + "&page=" + strconv.Itoa(at-1)
			}
			if at < body.Pages {
				body.On = address + "&page=" + strconv.Itoa(at+1)
			}
			first := min((at-1)*pageSize, len(rows))
			rows = rows[first:min(first+pageSize, len(rows))]
		}
		for _, i := range rows {
			section.Rows = append(section.Rows, t.irregular(i, a))
		}
		body.Sections = append(body.Sections, section)
	}
	return v.say("irregular.title"), body, nil
}

func irregularParts() (codes []string) {
	for _, s := range irregularSections {
		codes = append(codes, s.code)
	}
	return codes
}

// irregularAddress is that of the page, or of one part or participant of it.
func irregularAddress(part string, only review.ParticipantID) string {
	v := url.Values{}
	if part != "" {
		v.Set("part", part)
	}
	if only != "" {
		v.Set("participant", string(only))
	}
	if len(v) == 0 {
		return "/irregularities"
	}
	return "/irregularities?" + v.Encode()
}

// irregularLink leads there from other pages; N 0: there is nothing to say.
type irregularLink struct {
	N    int
	Href string
}

func linkIrregular(all []review.Irregularity, only review.ParticipantID) irregularLink {
	return irregularLink{len(all), irregularAddress("", only)}
}

package desk

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/review/compact"
)

// changeNames are what a proposal may change, those first that happen most often.
var changeNames = []string{"admit", "round", "end", "suspend", "decision", "witness", "unwitness", "guardians", "succeed", "name", "accreditor", "unaccreditor", "quota"}

// usualChanges are how many of them stand before the others.
const usualChanges = 4

// firstNames are what a first charter is put together of.
var firstNames = []string{"found", "admit", "round", "guardians", "accreditor", "quota"}

// changeNames are what may be proposed here.
func (d *Desk) changeNames() []string {
	if d.o.Joining != nil {
		return firstNames
	}
	return changeNames
}

// A changeForm is the form of one change, and reads what was typed in it.
type changeForm struct {
	web.Vocabulary
	charter   *review.Charter
	first     *ceremony.Card // ours, where it is a first charter
	decisions []option       // that an amendment can carry out
	r         *http.Request  // whose form, if it has one, is shown again
}

// changeForm is the form of a change of the charter in force, or of the first
// one that is being drafted.
func (d *Desk) changeForm(ctx context.Context, r *http.Request, change string) (f changeForm, err error) {
	f = changeForm{Vocabulary: vocabulary(r), r: r}
	if d.o.Joining != nil {
		f.charter, f.first, err = d.convening(r.FormValue("draft"))
		return f, err
	}
	found, err := d.o.Founding()
	if err != nil {
		return f, err
	}
	f.charter, _ = found.Chain.InForce()
	if change == "decision" {
		f.decisions, err = d.decisions(ctx, f.Vocabulary)
	}
	return f, err
}

// decisions are those that stand and that no charter carries out yet.
func (d *Desk) decisions(ctx context.Context, v web.Vocabulary) (all []option, err error) {
	s, err := d.o.Node.Assemble(ctx, web.AssembleRequest{Scope: review.ScopeGlobal})
	if err != nil {
		return nil, err
	}
	name := d.namesIn(v)
	for _, row := range s.Contents().Decisions {
		if len(row.Charters) == 0 {
			all = append(all, option{Value: string(row.ID), Text: v.Text("new.subject", "kind", v.Kind(review.KindDecision), "author", name(row.Author), "title", row.Title)})
		}
	}
	return all, nil
}

func (f changeForm) inputs(change string) []input {
	return slices.DeleteFunc(f.all(change), func(in input) bool { return f.first != nil && in.Name == "turn" })
}

func (f changeForm) all(change string) []input {
	switch change {
	case "found":
		return []input{f.input("name", "text", true), f.input("suffix", "text", true), f.input("licence", "text", false), f.input("threshold", "text", false), f.input("cosigns", "box", false)}
	case "admit":
		return []input{f.input("card", "file", true), f.input("witnesses", "box", false), f.input("turn", "date", false)}
	case "round":
		return []input{
			f.input("id", "text", true), f.input("title", "text", false), f.input("opens", "date", true), f.input("due", "date", true), f.input("reveal", "date", false),
			f.choice("type", false, f.phrases("annual", "biennial", "regional", "global", "thematic")), f.choice("region", false, f.regions()),
			f.choice("convener", false, f.participants()), f.boxes("objectives", f.objectives()), f.boxes("themes", f.themes()),
		}
	case "end":
		return []input{f.choice("who", true, f.participants()), f.input("turn", "date", false)}
	case "suspend":
		return []input{f.choice("who", true, f.participants()), f.input("days", "text", false), f.input("reason", "text", true)}
	case "decision":
		return []input{f.choice("decision", true, f.decisions)}
	case "witness":
		return []input{f.input("card", "file", true), f.input("turn", "date", false)}
	case "unwitness":
		return []input{f.choice("who", true, f.witnesses()), f.input("turn", "date", false)}
	case "guardians":
		return []input{f.choice("who", true, f.participants()), f.boxes("guardians", f.participants()), f.input("needed", "text", false), f.input("contest", "text", false)}
	case "succeed":
		return []input{f.choice("who", true, f.participants()), f.boxes("earlier", f.everybody())}
	case "name":
		return []input{f.input("name", "text", false), f.input("threshold", "text", false)}
	case "accreditor":
		return []input{f.choice("who", true, f.participants()), f.input("cap", "text", true), f.choice("region", false, f.regions()), f.boxes("kinds", f.phrases(review.AccreditedTypes()...))}
	case "unaccreditor":
		return []input{f.choice("who", true, f.accreditors()), f.input("turn", "date", false)}
	}
	return []input{f.choice("who", false, f.participants()), f.input("entries", "text", true), f.input("turn", "date", false)} // quota
}

// amendment is what was typed.
func (f changeForm) amendment(change string, now time.Time) (a ceremony.Amendment, err error) {
	who := []review.ParticipantID{review.ParticipantID(f.typed("who"))}
	a = ceremony.Amendment{Now: now}
	if f.first == nil {
		if a.Turn, err = f.turn(now); err != nil {
			return a, err
		}
	}
	if slices.ContainsFunc(f.inputs(change), func(in input) bool { return in.Name == "who" && in.Required }) && who[0] == "" {
		return a, f.missing("who")
	}
	switch change {
	case "found":
		return f.found(a)
	case "admit":
		card, err := f.card()
		if err != nil {
			return a, err
		}
		a.Add = []ceremony.Card{card}
		if f.typed("witnesses") != "" {
			a.Witness = a.Add
		}
	case "round":
		round, err := f.round()
		if err != nil {
			return a, err
		}
		a.Rounds = []review.Round{round}
	case "end":
		a.Close = who
	case "suspend":
		days, err := f.number("days", ceremony.SuspensionDays, ceremony.SuspensionDays)
		if err != nil {
			return a, err
		}
		if a.Reason = f.typed("reason"); a.Reason == "" {
			return a, f.missing("reason")
		}
		a.Suspend, a.Term = who, time.Duration(days)*24*time.Hour
	case "decision":
		id := f.typed("decision")
		if !slices.ContainsFunc(f.decisions, func(o option) bool { return o.Value == id }) {
			return a, f.missing("decision")
		}
		a.Decision = review.DocumentID(id)
	case "witness":
		card, err := f.card()
		if err != nil {
			return a, err
		}
		a.Witness = []ceremony.Card{card}
	case "unwitness":
		a.NoWitness = who
	case "guardians":
		g, err := f.guardians()
		if err != nil {
			return a, err
		}
		a.Guardians = map[review.ParticipantID]*review.Guardians{who[0]: g}
	case "succeed":
		earlier := f.ids("earlier")
		if len(earlier) == 0 {
			return a, f.missing("earlier")
		}
		a.Succeeds = map[review.ParticipantID][]review.ParticipantID{who[0]: earlier}
	case "name":
		a.Title = f.typed("name")
		if a.Threshold, err = f.number("threshold", 0, len(f.charter.Participants)); err != nil {
			return a, err
		}
		if a.Title == "" && a.Threshold == 0 {
			return a, f.missing("name")
		}
	case "accreditor":
		e := review.Accreditor{Participant: who[0], Scope: f.scope(), Kinds: f.r.PostForm["kinds"]}
		if len(e.Kinds) == 0 {
			e.Kinds = review.AccreditedTypes()
		}
		if e.Cap, err = f.number("cap", 0, maxTyped); err != nil {
			return a, err
		}
		if e.Cap == 0 {
			return a, f.missing("cap")
		}
		a.Accreditors = []review.Accreditor{e}
	case "unaccreditor":
		a.NoAccreditors = who
	default:
		q := review.Quota{Participant: who[0]}
		if q.Entries, err = f.number("entries", 0, maxTyped); err != nil {
			return a, err
		}
		if q.Entries == 0 {
			return a, f.missing("entries")
		}
		a.Quotas = []review.Quota{q}
	}
	return a, nil
}

func (f changeForm) card() (card ceremony.Card, err error) {
	b, name, err := uploaded(f.r, "card", ceremony.MaxCard)
	if err != nil {
		return card, err
	}
	if card, err = ceremony.ParseCard(b); err != nil {
		return card, cannot(http.StatusUnprocessableEntity, "cannot.card", "name", cutName(name), "reason", because(err))
	}
	return card, nil
}

func (f changeForm) round() (review.Round, error) {
	r := review.Round{
		ID: f.typed("id"), Title: f.typed("title"), Type: f.typed("type"), Scope: f.scope(), Convener: review.ParticipantID(f.typed("convener")),
		Opens: f.typed("opens"), Due: f.typed("due"), Reveal: f.typed("reveal"), Themes: f.r.PostForm["themes"], Sample: f.charter.Sample,
	}
	for _, name := range []string{"id", "opens", "due"} {
		if f.typed(name) == "" {
			return r, f.missing(name)
		}
	}
	if r.Title == "" {
		r.Title = "Round " + r.ID
	}
	for _, s := range f.r.PostForm["objectives"] {
		if n, err := strconv.Atoi(s); err == nil {
			r.Objectives = append(r.Objectives, n)
		}
	}
	return r, nil
}

// guardians are those that were chosen; nil ends them.
func (f changeForm) guardians() (*review.Guardians, error) {
	g := &review.Guardians{Participants: f.ids("guardians")}
	if len(g.Participants) == 0 {
		return nil, nil
	}
	days, err := f.number("contest", 0, 90)
	if err != nil {
		return nil, err
	}
	if days != 0 {
		g.Contest = fmt.Sprintf("P%dD", days)
	}
	g.Threshold, err = f.number("needed", len(g.Participants)/2+1, len(g.Participants))
	return g, err
}

func (f changeForm) scope() string {
	if region := f.typed("region"); region != "" {
		return "region:" + region
	}
	return "global"
}

// turn is when what changes begins and ends: the start of a day in UTC.
func (f changeForm) turn(now time.Time) (time.Time, error) {
	s := f.typed("turn")
	if s == "" {
		return now.UTC().Truncate(24*time.Hour).AddDate(0, 0, ceremony.NoticeDays+1), nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || !t.After(now) {
		return t, cannot(http.StatusUnprocessableEntity, "cannot.turn", "day", s)
	}
	return t, nil
}

func (f changeForm) number(name string, otherwise, limit int) (int, error) {
	s := f.typed(name)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > limit {
		return 0, cannot(http.StatusUnprocessableEntity, "cannot.number", "field", f.Text("changing."+name), "value", fmt.Sprintf("%.40s", s), "limit", limit)
	}
	return n, nil
}

func (f changeForm) missing(name string) error {
	return cannot(http.StatusUnprocessableEntity, "cannot.missing", "field", f.Text("changing."+name))
}

func (f changeForm) typed(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(f.r.PostFormValue(name), "\r\n", " "))
}

func (f changeForm) ids(name string) (all []review.ParticipantID) {
	for _, s := range f.r.PostForm[name] {
		all = append(all, review.ParticipantID(s))
	}
	return all
}

func (f changeForm) input(name, control string, required bool) input {
	in := input{Name: name, Title: f.Text("changing." + name), Help: f.HTML("changing." + name + "-help"), Control: control, Required: required}
	if control != "file" {
		in.Value = f.typed(name)
	}
	return in
}

func (f changeForm) choice(name string, required bool, options []option) input {
	in := f.input(name, "choice", required)
	for _, o := range options {
		o.Chosen = o.Value == in.Value
		in.Options = append(in.Options, o)
	}
	return in
}

func (f changeForm) boxes(name string, options []option) input {
	in := f.input(name, "boxes", true)
	for _, o := range options {
		o.Chosen = slices.Contains(f.r.PostForm[name], o.Value)
		in.Options = append(in.Options, o)
	}
	return in
}

func (f changeForm) named(which func(review.Participant) bool) (all []option) {
	for _, p := range f.charter.Participants {
		if which(p) {
			all = append(all, option{Value: string(p.ID), Text: ceremony.Named(f.charter, p.ID)(f.Language)})
		}
	}
	return all
}

func (f changeForm) everybody() []option {
	return f.named(func(review.Participant) bool { return true })
}

func (f changeForm) participants() []option {
	return f.named(func(p review.Participant) bool { return p.Until == "" })
}

func (f changeForm) witnesses() []option {
	return f.named(func(p review.Participant) bool {
		return slices.ContainsFunc(f.charter.Witnesses, func(w review.Witness) bool { return w.Participant == p.ID && w.Until == "" })
	})
}

func (f changeForm) accreditors() []option {
	return f.named(func(p review.Participant) bool {
		return slices.ContainsFunc(f.charter.Accreditors, func(e review.Accreditor) bool { return e.Participant == p.ID && e.Until == "" })
	})
}

func (f changeForm) phrases(codes ...string) (all []option) {
	for _, code := range codes {
		all = append(all, option{Value: code, Text: f.Phrase(code)})
	}
	return all
}

func (f changeForm) regions() (all []option) {
	for _, r := range compact.Regions() {
		all = append(all, option{Value: r.Code, Text: f.Region(r.Code)})
	}
	return all
}

func (f changeForm) themes() (all []option) {
	for _, t := range compact.Themes() {
		all = append(all, option{Value: t.Code, Text: f.Theme(t.Code)})
	}
	return all
}

func (f changeForm) objectives() (all []option) {
	for _, o := range compact.Objectives() {
		all = append(all, option{Value: strconv.Itoa(o.N), Text: f.Objective(o.N)})
	}
	return all
}

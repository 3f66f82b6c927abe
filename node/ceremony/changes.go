package ceremony

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"stocktake/node/web"
	"stocktake/node/web/lang"
	"stocktake/review"
)

// Changes are what charter b changes in a, a sentence each. Commands say them in
// English, the desk in the language of who reads.
func Changes(a, b *review.Charter) []lang.Sentence {
	c := changes{named: b}
	c.frame(a, b)
	for _, p := range b.Participants {
		i := slices.IndexFunc(a.Participants, func(q review.Participant) bool { return q.ID == p.ID })
		if i < 0 {
			c.newcomer(p)
			continue
		}
		c.participant(a.Participants[i], p)
	}
	for _, p := range a.Participants {
		if !slices.ContainsFunc(b.Participants, func(q review.Participant) bool { return q.ID == p.ID }) {
			c.say("change.dropped", "who", string(p.ID))
		}
	}
	for _, w := range b.Witnesses {
		if !slices.Contains(a.Witnesses, w) {
			c.turned(w.From, w.Until, "change.witness", "who", Named(b, w.Participant))
		}
	}
	for _, e := range b.Accreditors {
		if !slices.ContainsFunc(a.Accreditors, func(was review.Accreditor) bool { return reflect.DeepEqual(was, e) }) {
			c.all = append(c.all, Accrediting(b, e))
		}
	}
	for _, q := range b.Quotas {
		if !slices.Contains(a.Quotas, q) {
			c.all = append(c.all, Holding(b, q))
		}
	}
	for _, r := range b.Rounds {
		if !slices.ContainsFunc(a.Rounds, func(was review.Round) bool { return reflect.DeepEqual(was, r) }) {
			c.all = append(c.all, Round(b, r))
		}
	}
	for _, s := range b.Suspensions {
		if !slices.Contains(a.Suspensions, s) {
			c.say("change.suspended", "who", Named(b, s.Participant), "from", instant(s.From), "until", instant(s.Until), "reason", s.Reason)
		}
	}
	return c.all
}

type changes struct {
	named *review.Charter // in which participants have their names
	all   []lang.Sentence
}

func (c *changes) say(key string, arguments ...any) {
	c.all = append(c.all, lang.Sentence{Key: key, Arguments: arguments})
}

func (c *changes) turned(from, until, key string, arguments ...any) {
	c.all = append(c.all, within(from, until, lang.Sentence{Key: key, Arguments: arguments}))
}

// within is what holds from and until a time; either may be open.
func within(from, until string, s lang.Sentence) lang.Sentence {
	if from != "" {
		s = lang.Sentence{Key: "change.from", Arguments: []any{"change", s, "time", instant(from)}}
	}
	if until != "" {
		s = lang.Sentence{Key: "change.until", Arguments: []any{"change", s, "time", instant(until)}}
	}
	return s
}

// frame is what is not about anybody.
func (c *changes) frame(a, b *review.Charter) {
	for _, v := range []struct {
		key    string
		is, to any
	}{
		{"change.number", a.Number, b.Number}, {"change.title", a.Title, b.Title}, {"change.threshold", a.Threshold, b.Threshold}, {"change.licence", a.Licence, b.Licence},
		{"change.compact", a.Compact, b.Compact}, {"change.rules", a.Rules, b.Rules}, {"change.suffix", a.Suffix, b.Suffix},
	} {
		if v.is != v.to {
			c.say(v.key, "is", v.to, "was", v.is)
		}
	}
	if b.Decision != "" && b.Decision != a.Decision {
		c.say("change.decision", "decision", b.Decision)
	}
}

func (c *changes) newcomer(p review.Participant) {
	key := "change.new"
	if len(p.Logs) > 0 {
		key = "change.new-node"
	}
	c.turned(p.From, p.Until, key, "who", Named(c.named, p.ID), "kind", phrase(p.Kind))
	if len(p.Succeeds) > 0 {
		c.say("change.succeeds", "who", Named(c.named, p.ID), "earlier", NamedAll(c.named, p.Succeeds))
	}
	c.guardians(p)
}

func (c *changes) participant(was, is review.Participant) {
	who := Named(c.named, is.ID)
	if was.Name != is.Name {
		c.say("change.called", "who", string(is.ID), "is", is.Name, "was", was.Name)
	}
	if was.Kind != is.Kind || was.Country != is.Country || was.Region != is.Region {
		c.say("change.is", "who", who, "is", strings.TrimSpace(is.Kind+" "+is.Country+is.Region), "was", strings.TrimSpace(was.Kind+" "+was.Country+was.Region))
	}
	if was.From != is.From || was.Until != is.Until {
		c.turned(is.From, is.Until, "change.part", "who", who)
	}
	if !slices.Equal(was.Succeeds, is.Succeeds) {
		c.say("change.succeeds", "who", who, "earlier", NamedAll(c.named, is.Succeeds))
	}
	switch {
	case reflect.DeepEqual(was.Guardians, is.Guardians):
	case is.Guardians == nil:
		c.say("change.no-guardians", "who", who)
	default:
		c.guardians(is)
	}
	for _, k := range is.Keys {
		if !slices.Contains(was.Keys, k) {
			c.turned(k.From, k.Until, "change.key", "who", who, "key", fmt.Sprintf("%.16s...", k.Key[max(0, len(k.Key)-18):]), "role", keyRole(k.Role))
		}
	}
	for _, l := range is.Logs {
		i := slices.IndexFunc(was.Logs, func(m review.Log) bool { return m.Epoch == l.Epoch })
		switch {
		case i < 0 || was.Logs[i].Until != l.Until:
			c.turned(l.From, l.Until, "change.log", "who", who, "epoch", l.Epoch)
		case !slices.Equal(was.Logs[i].Addresses, l.Addresses):
			c.say("change.addresses", "who", who, "addresses", strings.Join(l.Addresses, ", "))
		}
	}
}

func (c *changes) guardians(p review.Participant) {
	if g := p.Guardians; g != nil {
		c.say("change.guardians", "who", Named(c.named, p.ID), "needed", g.Threshold, "guardians", NamedAll(c.named, g.Participants), "time", contestTime(g.Contest))
	}
}

// contestTime is an ISO 8601 length of time in words where it is of days.
func contestTime(s string) any {
	if s == "" {
		s = "P14D"
	}
	var days int
	if n, err := fmt.Sscanf(s, "P%dD", &days); err != nil || n != 1 || s != fmt.Sprintf("P%dD", days) {
		return s
	}
	return lang.Sentence{Key: "change.days", Arguments: []any{"n", days}}
}

// Accrediting is for whom an accreditor may answer.
func Accrediting(c *review.Charter, e review.Accreditor) lang.Sentence {
	return within(e.From, e.Until, lang.Sentence{Key: "change.accreditor", Arguments: []any{
		"who", Named(c, e.Participant), "n", e.Cap, "kinds", phrases(e.Kinds), "scope", scope(e.Scope)}})
}

// Holding is how much logs may hold.
func Holding(c *review.Charter, q review.Quota) lang.Sentence {
	s := lang.Sentence{Key: "change.quota-all", Arguments: []any{"n", q.Entries}}
	if q.Participant != "" {
		s = lang.Sentence{Key: "change.quota", Arguments: []any{"n", q.Entries, "who", Named(c, q.Participant)}}
	}
	return within(q.From, q.Until, s)
}

// Round is a review round with all that is set about it.
func Round(c *review.Charter, r review.Round) lang.Sentence {
	s := lang.Sentence{Key: "change.round", Arguments: []any{"round", r.ID, "title", r.Title, "opens", day(r.Opens), "due", day(r.Due)}}
	more := func(key string, value any) {
		s = lang.Sentence{Key: key, Arguments: []any{"change", s, "value", value}}
	}
	if r.Type != "" {
		more("change.round-type", phrase(r.Type))
	}
	if region, ok := strings.CutPrefix(r.Scope, "region:"); ok {
		more("change.round-region", lang.Value(func(l *lang.Language) string { return web.NewVocabulary(l).Region(region) }))
	}
	if r.Reveal != "" {
		more("change.round-reveal", day(r.Reveal))
	}
	if len(r.Themes)+len(r.Objectives) > 0 {
		more("change.round-about", about(r))
	}
	if r.Convener != "" {
		more("change.round-convener", Named(c, r.Convener))
	}
	return s
}

// Named is a participant's name with its ID.
func Named(c *review.Charter, id review.ParticipantID) lang.Value {
	return NamedAll(c, []review.ParticipantID{id})
}

// NamedAll are some participants' names with their IDs.
func NamedAll(c *review.Charter, ids []review.ParticipantID) lang.Value {
	return func(l *lang.Language) string {
		v, names := web.NewVocabulary(l), make([]string, len(ids))
		for i, id := range ids {
			names[i] = string(id)
			if at := slices.IndexFunc(c.Participants, func(p review.Participant) bool { return p.ID == id }); at >= 0 {
				names[i] = v.Participant(c.Participants[at]) + " (" + string(id) + ")"
			}
		}
		return strings.Join(names, l.Comma())
	}
}

func about(r review.Round) lang.Value {
	return func(l *lang.Language) string {
		v := web.NewVocabulary(l)
		var all []string
		for _, code := range r.Themes {
			all = append(all, v.Theme(code))
		}
		for _, n := range r.Objectives {
			all = append(all, v.Objective(n))
		}
		return strings.Join(all, l.Comma())
	}
}

func scope(s string) lang.Value {
	return func(l *lang.Language) string {
		if region, ok := strings.CutPrefix(s, "region:"); ok {
			return web.NewVocabulary(l).Region(region)
		}
		return web.NewVocabulary(l).Phrase(s)
	}
}

func phrase(code string) lang.Value { return phrases([]string{code}) }

func phrases(codes []string) lang.Value {
	return func(l *lang.Language) string {
		said := make([]string, len(codes))
		for i, code := range codes {
			said[i] = web.NewVocabulary(l).Phrase(code)
		}
		return strings.Join(said, l.Comma())
	}
}

func keyRole(role string) any {
	if key := "key." + role; lang.Default().Has(key) {
		return lang.Sentence{Key: key}
	}
	return role
}

func instant(s string) lang.Value {
	return func(l *lang.Language) string {
		if t, err := time.Parse(time.RFC3339, s); err == nil && t.UTC().Format(time.TimeOnly) == "00:00:00" {
			return l.InstantDay(s)
		}
		return l.Instant(s)
	}
}

func day(s string) lang.Value { return func(l *lang.Language) string { return l.Date(s) } }

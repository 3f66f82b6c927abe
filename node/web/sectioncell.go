package web

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"stocktake/node/web/lang"
	"stocktake/review"
	"stocktake/review/compact"
	"stocktake/signing"
)

// celler reads the cells of one row of a section, which are texts.
type celler struct {
	tabler
	hidden bool // the row rests on what this node does not show
}

// authorsColumns hold what authors wrote, which stands as it is: a pledge whose
// title is a participant's ID must not become that participant.
var authorsColumns = []string{
	"title", "name", "indicator", "unit", "purpose", "reason", "party", "milestone", "measure", "lead office", "cost", "what changed",
	"how", "who", "words", "source", "said by", "what", "conditions outstanding", "result", "acceding means", "target", "interests declared",
}

// scopeColumns may name everybody, by a word that stands for a level elsewhere.
var scopeColumns = []string{"scope", "of"}

// languageColumns hold tags of languages, which look like IDs of participants.
var languageColumns = []string{"original in", "translated to"}

// languageName is a language's own name, of one that pages speak, else its tag.
func languageName(tag string) value {
	if l, ok := lang.Find(tag); ok {
		return value{Text: l.Name, Language: tag}
	}
	return value{Form: "code", Text: tag}
}

// cell is what a cell says: a document, a participant, a day, a number, a code
// in words, several of them, or an author's own words.
func (c celler) cell(column, s string) value {
	switch {
	case slices.Contains(authorsColumns, column):
		return c.authors(s)
	case slices.Contains(scopeColumns, column) && s == string(review.ScopeGlobal):
		return value{Form: "link", Text: c.say("scope.global"), Href: "/stocktake"}
	case slices.Contains(languageColumns, column):
		return languageName(s)
	}
	if v, ok := c.known(s); ok {
		return v
	}
	if m := answered.FindStringSubmatch(s); m != nil {
		author, _ := c.series(m[1])
		by, ok := c.series(m[2])
		if ok {
			return value{Form: "series", Items: append([]value{author}, value{Form: "words", Text: c.say("rows.accredited-by")}, by)}
		}
	}
	if v, ok := c.series(s); ok {
		return v
	}
	return c.authors(s)
}

// answered is an author with who answered for it.
var answered = regexp.MustCompile(`^(\S*) \(accredited by (.*)\)$`)

func (c celler) authors(s string) value {
	switch {
	case s == "":
		return value{}
	case s == review.NotStated:
		return c.orOpen("text", s)
	case c.hidden:
		return value{Form: "open", Text: c.say("document.hidden-words")}
	}
	return value{Text: s}
}

// known is what a single text is, if that can be told.
func (c celler) known(s string) (value, bool) {
	if _, err := signing.ParseDigest(s); err == nil {
		return c.mention(review.DocumentID(s)), true
	}
	if who := review.ParticipantID(s); c.members[who].ID != "" {
		r := c.who(who)
		return value{Form: "link", Text: r.Text, Href: r.Href}, true
	}
	if _, ok := compact.Region(strings.TrimPrefix(s, "region:")); ok {
		return c.orOpen("region", strings.TrimPrefix(s, "region:")), true
	}
	if _, err := readScope(s); err == nil && strings.Contains(s, ":") {
		return value{Form: "link", Text: c.scopeName(review.Scope(s), c.name, c.round), Href: "/stocktake?scope=" + s}, true
	}
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return c.orOpen("date", s), true
	}
	if _, err := time.Parse(time.RFC3339, s); err == nil {
		return value{Form: "time", Text: c.InstantDay(s), Machine: s}, true
	}
	if decimalText.MatchString(s) {
		return c.orOpen("decimal", s), true
	}
	if title := c.round(s); title != s {
		return roundLink(s, title), true
	}
	if what, n, ok := cutLast(s, ": "); ok && decimalText.MatchString(n) { // how many of what
		if v := c.word(what); v.Language == "" {
			return value{Form: "words", Text: c.say("figure.of", "what", v.Text, "of", c.Decimal(n))}, true
		}
	}
	if kind, id, ok := strings.Cut(s, " "); ok && c.Has("kind."+kind) {
		if _, err := signing.ParseDigest(id); err == nil {
			return c.known(id)
		}
	}
	if v := c.word(s); v.Language == "" {
		return v, true
	}
	return value{}, s == ""
}

var decimalText = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// series is a text that is several things, each of which can be told.
func (c celler) series(s string) (value, bool) {
	var all value
	for part := range strings.SplitSeq(s, ", ") {
		v, ok := c.known(part)
		if !ok {
			return value{Text: s}, false
		}
		all.Items = append(all.Items, v)
	}
	if len(all.Items) == 1 {
		return all.Items[0], true
	}
	all.Form = "series"
	return all, true
}

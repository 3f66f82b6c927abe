package review

import "strconv"

// Translation is another document in another language: its title and summary
// are the translated ones, its language is the one translated to. Its subject
// is that document, which stays the text that counts.
type Translation struct {
	Common
	Texts     []TranslatedText `json:"texts,omitempty"`
	Authentic bool             `json:"authentic,omitempty"` // by the author of the document: both texts hold alike
	Reviewed  bool             `json:"reviewed,omitempty"`  // a speaker of the language read it
}

// TranslatedText is one text of the document.
type TranslatedText struct {
	Field string `json:"field"` // RFC 6901 pointer into its predicate
	Text  string `json:"text"`
}

func (p *Translation) check(r *Refusal) {
	if p.Title == "" && p.Summary == "" && len(p.Texts) == 0 {
		r.add("/texts", "nothing-translated")
	}
	checkDistinct(r, "/texts", "/field", collect(p.Texts, func(t TranslatedText) string { return t.Field }))
	for i, t := range p.Texts {
		if t.Field == "/title" || t.Field == "/summary" {
			r.add("/texts/"+strconv.Itoa(i)+"/field", "translated-above", "field", t.Field[1:])
		}
	}
}

func (p *Translation) relate(_ *Chain, _, about *Document, _ finder) Refusal {
	var r Refusal
	switch {
	case about.Kind == KindTranslation:
		return Refusal{*refuse("/about", "already-a-translation")}
	case about.Language == p.Language:
		return Refusal{*refuse("/language", "same-language", "language", p.Language)}
	case p.Authentic && about.Author != p.Author:
		r.add("/authentic", "not-the-original-author", "author", string(about.Author))
	}
	for _, name := range []string{"title", "summary"} {
		if own := map[string]string{"title": p.Title, "summary": p.Summary}[name]; own != "" && !hasText(about, "/"+name) {
			r.add("/"+name, "no-such-text", "field", name)
		}
	}
	for i, t := range p.Texts {
		if !hasText(about, t.Field) {
			r.add("/texts/"+strconv.Itoa(i)+"/field", "no-such-text", "field", quote(t.Field))
		}
	}
	return r
}

// hasText is whether a document has a text of its author's at a pointer: no
// code, name or date.
func hasText(d *Document, pointer string) bool {
	f := schemas()[d.Kind].fields.at(pointer)
	if f == nil || f.Type != "string" || f.Form != "" || len(f.Enum) > 0 {
		return false
	}
	value, _ := genericJSON(Canonical(d.Predicate))
	for _, name := range splitPointer(pointer) {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(v) || strconv.Itoa(i) != name {
				return false
			}
			value = v[i]
		default:
			return false
		}
	}
	_, ok := value.(string)
	return ok
}

// How a translation stands to its original.
const (
	translationCurrent   = "of the version that stands"
	translationStale     = "of an earlier version"
	translationWithdrawn = "of a withdrawn document"
)

// TranslationRow is a translation that stands.
type TranslationRow struct {
	Row
	ID        DocumentID    `json:"id"`
	Author    ParticipantID `json:"author"`
	About     DocumentID    `json:"about"`
	AboutKind Kind          `json:"aboutKind"`
	Original  string        `json:"original"` // language of the text that counts
	Language  string        `json:"language"`
	Authentic bool          `json:"authentic,omitempty"`
	Reviewed  bool          `json:"reviewed,omitempty"`
	State     string        `json:"state"`
	Texts     int           `json:"texts"`
	Filed     string        `json:"filed"`
}

var translationsGroup = group{
	name: groupTranslations,
	figures: []string{"translations", "by the author", "authentic", "not reviewed by a speaker",
		translationCurrent, translationStale, translationWithdrawn},
	touched: func(v *view, e *entry) (units []string) {
		for _, x := range v.about[e.id] {
			units = append(units, itself[*Translation](v, x)...)
		}
		return append(units, itself[*Translation](v, e)...)
	},
	fill: fillTranslations,
	rows: func(c *Contents) any { return &c.Translations },
	section: func(c *Contents) *Section {
		s := c.newSection(groupTranslations, "Translations (the original is the text that counts)", "translation", "by", "of", "original in", "translated to", "authentic", "reviewed by a speaker", "state")
		for _, r := range c.Translations {
			s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), string(r.AboutKind)+" "+string(r.About), r.Original, r.Language, yesNo(r.Authentic), yesNo(r.Reviewed), r.State)
		}
		return s
	},
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func fillTranslations(v *view, unit string, t *table) {
	e := v.unitEntry(unit)
	p, ok := predicateOf[*Translation](e)
	if !ok || !e.counts() {
		return
	}
	original, _ := v.chain.first(v.holds)(e.doc.About())
	if !v.covers(original.Author) && !v.covers(p.Author) || v.objective != 0 && !v.touches(objectivesOf(original)) {
		return
	}
	row := &TranslationRow{
		Row: Row{Key: string(e.id), AccreditedBy: v.accreditors(e), Sample: e.sample, Cites: []DocumentID{e.id, original.ID}},
		ID:  e.id, Author: p.Author, About: original.ID, AboutKind: original.Kind, Original: original.Language, Language: p.Language,
		Authentic: p.Authentic, Reviewed: p.Reviewed, State: translationCurrent, Texts: len(p.Texts), Filed: instant(e.filed),
	}
	if of := v.docs[original.ID]; of != nil {
		switch of.label().Reason {
		case ReasonWithdrawn:
			row.State = translationWithdrawn
		case ReasonSuperseded:
			row.State = translationStale
		}
	}
	row.In = []string{"translations", "language: " + p.Language, row.State}
	if p.Author == original.Author {
		row.In = append(row.In, "by the author")
	}
	if p.Authentic {
		row.In = append(row.In, "authentic")
	}
	if !p.Reviewed && !p.Authentic {
		row.In = append(row.In, "not reviewed by a speaker")
	}
	t.add(row)
}

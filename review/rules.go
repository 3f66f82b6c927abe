package review

import (
	"slices"
	"strconv"
	"strings"
)

// checkRules is what a predicate says against itself: see [checker].
func checkRules(p predicate) Refusal {
	var r Refusal
	c := p.common()
	if c.Sample && !strings.Contains(c.Title, sampleWord) {
		r.add("/title", "sample-title")
	}
	checkLetters(&r, "/title", c.Title)
	if p, ok := p.(checker); ok {
		p.check(&r)
	}
	return r
}

// day is the date on which the author says to have written this, "" in a
// draft that leaves it to the command.
func (c *Common) day() string { return c.Created[:min(len(c.Created), len("2006-01-02"))] }

// checkNotBefore compares two dates where both are stated.
func checkNotBefore(r *Refusal, pointer, date, earlierName, earlier string) {
	if date != "" && date != NotStated && earlier != "" && date < earlier {
		r.add(pointer, "too-early", "date", date, "earlier", earlierName, "limit", earlier)
	}
}

// checkDistinct says of every value after its first that it is repeated.
func checkDistinct(r *Refusal, list, name string, values []string) {
	for i, v := range values {
		if slices.Contains(values[:i], v) {
			r.add(list+"/"+strconv.Itoa(i)+name, "repeated", "value", quote(v))
		}
	}
}

func collect[T any](list []T, value func(T) string) []string {
	values := make([]string, len(list))
	for i, v := range list {
		values[i] = value(v)
	}
	return values
}

func (p *Opening) check(r *Refusal) {
	if p.LogKey == p.NodeKey {
		r.add("/nodeKey", "key-used-twice")
	}
	if p.Epoch == 1 {
		if p.Ends != "" {
			r.add("/ends", "first-epoch")
		}
		if p.Reason != "" {
			r.add("/reason", "first-epoch")
		}
		return
	}
	if p.Reason == "" {
		r.add("/reason", "later-epoch")
	}
	if p.Ends == "" {
		r.add("/ends", "later-epoch")
		return
	}
	epoch, author, genesis8, _, _ := p.Ends.Split()
	switch {
	case epoch >= p.Epoch:
		r.add("/ends", "not-an-earlier-epoch", "epoch", strconv.Itoa(p.Epoch))
	case p.Author != "" && author != p.Author:
		r.add("/ends", "not-the-authors-log", "author", string(p.Author))
	case p.Federation != "" && genesis8 != string(p.Federation[:8]):
		r.add("/ends", "other-federation", "federation", string(p.Federation[:8]))
	}
}

func (p *Accession) check(r *Refusal) {
	switch {
	case p.Role == "round" && p.Round == "":
		r.add("/round", "round-missing")
	case p.Role != "round" && p.Round != "":
		r.add("/round", "round-unwanted", "role", p.Role)
	}
	switch team := p.Role == accessionTeam; {
	case team && p.Interests == "" && p.Decision != decisionDeclined:
		r.add("/interests", "interests-missing")
	case !team && p.Interests != "":
		r.add("/interests", "interests-unwanted", "role", p.Role)
	}
}

func (p *Pledge) check(r *Refusal) {
	checkInvented(r, "/implementation", p.Implementation, p.Sample)
	checkCorridor(r, p.Corridor, p.Sample)
	// A pledge that was made public years ago may be filed today; its steps may
	// lie behind it in any case.
	made, what := p.day(), "created"
	switch {
	case p.Year == NotStated:
		made = ""
	case p.Year != "":
		if made != "" && p.Year > made[:4] {
			r.add("/year", "year-to-come", "limit", made[:4])
		}
		made, what = p.Year+"-01-01", "year"
	}
	checkNotBefore(r, "/due", p.Due, what, made)
	for i, t := range p.Targets {
		checkNotBefore(r, "/targets/"+strconv.Itoa(i)+"/due", t.Due, what, made)
	}
	for i, m := range p.Resources {
		at := "/resources/" + strconv.Itoa(i)
		if strings.HasPrefix(m.Amount, "-") {
			r.add(at+"/amount", "negative-amount")
		}
		checkEnvelope(r, at, m.Share, m.Envelope)
	}
	for list, capacities := range map[string][]Capacity{"/needs/": p.Needs, "/offers/": p.Offers} {
		for i, c := range capacities {
			at := list + strconv.Itoa(i)
			checkAmount(r, at+"/amount", c.Amount)
			checkPlace(r, at+"/country", c.Country, p.Sample)
		}
	}
	checkDistinct(r, "/targets", "/id", collect(p.Targets, func(t Target) string { return t.ID }))
	checkParties(r, "/parties", p.Author, p.Parties)
	p.checkTargets(r)
	p.checkLinks(r)
}

func (p *Report) check(r *Refusal) {
	if p.Period != nil {
		checkNotBefore(r, "/period/until", p.Period.Until, "from", p.Period.From)
	}
	checkValues(r, p.Values)
	checkDistinct(r, "/milestones", "/id", collect(p.Milestones, func(s Step) string { return s.ID }))
	for i, s := range p.Milestones {
		checkNotAfter(r, "/milestones/"+strconv.Itoa(i)+"/on", s.On, "created", p.day())
	}
}

func checkValues(r *Refusal, values []Value) {
	checkDistinct(r, "/values", "/on", collect(values, func(v Value) string { return v.Target + " on " + v.On }))
}

func (p *Assessment) check(r *Refusal) {
	if p.Type == "self" && p.Author != "" && p.About != "" && p.About != p.Author {
		r.add("/participant", "not-yourself", "author", string(p.Author))
	}
	checkDistinct(r, "/findings", "/objective", collect(p.Findings, func(f Finding) string { return strconv.Itoa(f.Objective) }))
	checkValues(r, p.Values)
	p.checkMandate(r)
	p.checkConsultation(r)
}

func (p *Withdrawal) check(r *Refusal) {
	if p.Erase && p.partial() {
		r.add("/erase", "erase-or-attachments")
	}
}

func (p *Response) check(r *Refusal) {
	checkNotBefore(r, "/intended", p.Intended, "created", p.day())
}

// checkSubjects holds what a statement is about against its kind. The names
// are the author's word; whether the documents exist and are what they are
// called is for filing and labels to say.
func checkSubjects(k Kind, subjects []Subject, predicate any) Refusal {
	var r Refusal
	for i, s := range subjects {
		pointer := "/subject/" + strconv.Itoa(i) + "/name"
		attachment := strings.HasPrefix(s.Name, attachmentPrefix)
		switch {
		case !isSubjectName(s.Name):
			r.add(pointer, "not-a-subject-name", "value", quote(s.Name))
		case attachment != (i > 0):
			r.add(pointer, "subject-order")
		case attachment && slices.ContainsFunc(subjects[:i], func(t Subject) bool { return t.Name == s.Name }):
			r.add(pointer, "repeated", "value", quote(s.Name))
		}
	}
	if len(r) > 0 {
		return r
	}
	about, allowed := subjects[0], schemas()[k].fields.About
	switch p := predicate.(type) {
	case *Charter:
		if p.Number == 1 {
			allowed = []string{"compact"}
			if about.Name == "compact" && string(about.Digest) != p.Compact {
				r.add("/compact", "not-the-subject")
			}
		} else if about.Digest != p.Previous {
			r.add("/previous", "not-the-subject")
		}
	case *Accession:
		allowed = []string{string(accededTo(p.Role))}
	case *KeyChange:
		allowed = []string{string(p.about())}
	case *Assessment:
		if about.Name == string(KindCharter) && p.Type != "self" && p.About == "" && p.Region == "" {
			r.add("/participant", "assessed-missing")
		}
	case *Withdrawal:
		switch stays := slices.Contains(lasting, Kind(about.Name)); {
		case stays && p.partial():
			r.add("/attachments", "attachments-stay", "kind", about.Name)
		case stays && p.Erase:
			r.add("/erase", "cannot-be-erased", "kind", about.Name)
		}
	}
	// Whoever writes about a document that may be of several kinds, offline and
	// with its ID only, calls it a document.
	if len(allowed) > 0 && !slices.Contains(allowed, about.Name) && (len(allowed) == 1 || about.Name != "document") {
		r.add("/subject/0/name", "wrong-subject", "kind", string(k), "allowed", strings.Join(allowed, " or "), "value", about.Name)
	}
	return r
}

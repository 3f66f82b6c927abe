package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"stocktake/node/web"
	"stocktake/review"
)

type frame struct {
	Title     string
	Languages []languageItem
	Who       *session
	Joining   bool   // the home has joined no federation yet
	Here      string // the page of the desk that it is, or that it belongs to
	Token     string
	Body      any
}

func (d *Desk) show(w http.ResponseWriter, r *http.Request, s *session, name, title string, body any) {
	d.render(w, r, http.StatusOK, s, name, title, body)
}

func (d *Desk) render(w http.ResponseWriter, r *http.Request, status int, s *session, name, title string, body any) {
	f := frame{Title: title, Languages: inEach(r), Who: s, Joining: d.o.Joining != nil, Body: body}
	f.Here, _, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if s != nil {
		f.Token = s.token
	}
	l := speaks(r)
	var b bytes.Buffer
	if err := pages()[l.Tag][name].ExecuteTemplate(&b, "frame", f); err != nil {
		d.o.Logger.Error("desk: page", "page", name, "err", err)
		http.Error(w, l.Text("cannot.show"), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", l.Tag)
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// kindsToWrite are those that people write; the rest the node or a command makes.
func kindsToWrite() []review.Kind {
	return slices.DeleteFunc(slices.Clone(review.Kinds()), func(k review.Kind) bool {
		switch k {
		case review.KindOpening, review.KindCharter, review.KindReceipt, review.KindRefusal, review.KindFork, review.KindKey:
			return true
		}
		return false
	})
}

// kindItem is a kind of document to choose.
type kindItem struct {
	review.Kind
	Help template.HTML
}

func (d *Desk) newPage(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	v, q := vocabulary(r), r.URL.Query()
	body := struct {
		Kinds    []kindItem
		Kind     review.Kind
		Round    string
		About    string
		Subjects []option
	}{Kind: review.Kind(q.Get("kind")), Round: q.Get("round"), About: q.Get("about")}
	title := v.Text("new.title")
	switch {
	case body.Kind == "":
		for _, k := range kindsToWrite() {
			body.Kinds = append(body.Kinds, kindItem{k, helpIn(v, review.Fields(k).Description)})
		}
	case !slices.Contains(kindsToWrite(), body.Kind):
		return cannot(http.StatusNotFound, "cannot.kind")
	default:
		title = v.Text("new.kind", "kind", v.Kind(body.Kind))
		if body.Round != "" {
			title = v.Text("new.kind-round", "kind", v.Kind(body.Kind), "round", body.Round)
		}
		list, err := d.o.Node.Documents(ctx, web.Query{})
		if err != nil {
			return err
		}
		f := review.Fields(body.Kind)
		name := d.namesIn(v)
		for _, l := range list {
			own := body.Kind != review.KindReport || l.Author == d.o.Author
			if own && (len(f.About) == 0 || slices.Contains(f.About, string(l.Kind))) && l.Kind != review.KindCharter {
				body.Subjects = append(body.Subjects, option{Value: string(l.ID), Chosen: string(l.ID) == body.About,
					Text: v.Text("new.subject", "kind", v.Kind(l.Kind), "author", name(l.Author), "title", l.Title)})
			}
		}
		slices.Reverse(body.Subjects)
	}
	d.show(w, r, s, "new", title, body)
	return nil
}

// create begins a draft: empty, or from what the member said last.
func (d *Desk) create(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	kind := review.Kind(r.PostFormValue("kind"))
	if !slices.Contains(kindsToWrite(), kind) {
		return cannot(http.StatusNotFound, "cannot.kind")
	}
	about := review.DocumentID(strings.TrimSpace(r.PostFormValue("about")))
	fields := map[string]any{"language": speaks(r).Tag}
	if r.PostFormValue("last") != "" {
		last, err := d.last(ctx, kind, about)
		if err != nil {
			return err
		}
		if last != nil {
			if fields, _, err = fieldsAgain(last); err != nil {
				return err
			}
			delete(fields, "supersedes")
		}
	}
	if _, ok := review.Fields(kind).Properties["round"]; ok && r.PostFormValue("round") != "" {
		fields["round"] = r.PostFormValue("round")
	}
	draft, err := d.drafts.begin(s.Person, &Draft{Kind: kind, About: about, Fields: fields})
	if err != nil {
		return err
	}
	goTo(w, r, "/drafts/", draft.ID)
	return nil
}

// last is the last document of a kind that the member filed, about the same if
// that is named; nil if there is none.
func (d *Desk) last(ctx context.Context, k review.Kind, about review.DocumentID) (*review.Document, error) {
	list, err := d.o.Node.Documents(ctx, web.Query{Kind: k, Author: d.o.Author, About: about})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	e, err := d.o.Node.Envelope(ctx, list[len(list)-1].ID)
	if err != nil {
		return nil, err
	}
	return review.Parse(e.Payload)
}

// fieldsAgain are a document's fields as a form has them, and what it is about.
func fieldsAgain(doc *review.Document) (map[string]any, review.DocumentID, error) {
	fields, err := fieldsFor(doc.Kind, doc.Predicate)
	return fields, doc.About(), err
}

// fieldsFor are the fields of what a document says, without those that the
// program fills in.
func fieldsFor(k review.Kind, predicate any) (map[string]any, error) {
	b, err := json.Marshal(predicate)
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return nil, err
	}
	for name, f := range review.Fields(k).Properties {
		if f.Filled {
			delete(fields, name)
		}
	}
	return fields, nil
}

type draftBody struct {
	*Draft
	Help     template.HTML
	Sections []section
	Wrong    []template.HTML // reasons without a field of their own
	Ready    bool            // nothing is wrong
	Editable bool
	Details  bool // it may have some
	Named    bool // it may be about something else than the charter
	MayClear bool
	MaySign  bool
	Content  string
	Shown    *web.Shown
	Charter  *ceremonyBody // of a ceremony
}

func (d *Desk) draftBody(ctx context.Context, v web.Vocabulary, draft *Draft, p *Person) *draftBody {
	f := review.Fields(draft.Kind)
	refusal := d.wrong(draft)
	b := &draftBody{
		Draft: draft, Help: helpIn(v, f.Description), Sections: form{v, refusal}.sections(draft), Ready: len(refusal) == 0, Content: draft.content(),
		Details:  review.HasDetails(draft.Kind),
		Editable: draft.State != Filed && p.is(Drafter) && !draft.Ceremony, MayClear: draft.State == Awaiting && p.is(Clearer) && !slices.Contains(draft.writers(), p.Name),
		MaySign: draft.maySign(p) == nil, Named: !slices.Equal(f.About, []string{string(review.KindCharter)}),
	}
	if b.Named = b.Named && !draft.Ceremony; draft.Ceremony {
		b.Charter = d.ceremonyBody(ctx, v, draft, p)
	}
	for _, e := range refusal {
		if draft.Ceremony && draft.State != Filed {
			b.Wrong = append(b.Wrong, reasonIn(v, e))
			continue
		}
		if e.Pointer == "" || e.Pointer == "/about" {
			e.Pointer = ""
			b.Wrong = append(b.Wrong, reasonIn(v, e))
		}
	}
	if draft.Document != "" {
		b.Shown, _ = d.o.Node.Document(ctx, draft.Document)
	}
	return b
}

// wrong is why a draft could not be signed as it is.
func (d *Desk) wrong(draft *Draft) (refusal review.Refusal) {
	_, err := d.payload(draft)
	if err == nil {
		err = d.follows(draft)
	}
	errors.As(err, &refusal)
	return refusal
}

func (d *Desk) draftPage(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	draft, err := d.drafts.get(r.PathValue("id"))
	if err != nil {
		return err
	}
	v := vocabulary(r)
	b, title := d.draftBody(ctx, v, draft, s.Person), v.Kind(draft.Kind)
	if b.Charter != nil {
		title = b.Charter.title(v)
	}
	d.show(w, r, s, "draft", title, b)
	return nil
}

// save keeps what is typed, finished or not; with a button that says so it also
// adds or removes an entry, or asks for clearance.
func (d *Desk) save(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	draft, err := d.drafts.change(r.PathValue("id"), func(draft *Draft) error {
		if !draft.Ceremony {
			fields := fieldsOf(draft.Kind, r.PostForm)
			addEntry(draft.Kind, fields, r.PostFormValue("add"), r.PostFormValue("remove"))
			if err := draft.write(s.Person, d.o.Now(), review.DocumentID(strings.TrimSpace(r.PostFormValue("about"))), fields); err != nil {
				return err
			}
		}
		if r.PostFormValue("submit") == "" {
			return nil
		}
		if refusal := d.wrong(draft); len(refusal) > 0 {
			return nil // the page shows what is wrong
		}
		return draft.submit(s.Person, d.o.Now())
	})
	if err != nil {
		return err
	}
	if r.Header.Get("X-Autosave") != "" {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	anchor := ""
	if at := strings.TrimPrefix(r.PostFormValue("add"), "/"); at != "" && review.Fields(draft.Kind).Properties[at] != nil {
		anchor = "#/" + at
	}
	goTo(w, r, "/drafts/", draft.ID, anchor)
	return nil
}

func (d *Desk) clear(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	draft, err := d.drafts.change(r.PathValue("id"), func(draft *Draft) error {
		note := strings.TrimSpace(r.PostFormValue("note"))
		if r.PostFormValue("back") != "" {
			return draft.sendBack(s.Person, d.o.Now(), note)
		}
		return draft.clear(s.Person, d.o.Now(), r.PostFormValue("content"), note)
	})
	if err != nil {
		return err
	}
	goTo(w, r, "/drafts/", draft.ID)
	return nil
}

// preview is the draft as a page to read or print, for clearance.
func (d *Desk) preview(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	draft, err := d.drafts.get(r.PathValue("id"))
	if err != nil {
		return err
	}
	v := vocabulary(r)
	d.show(w, r, s, "preview", v.Text("preview.title"), d.draftBody(ctx, v, draft, s.Person))
	return nil
}

// download is the draft as `stocktake sign` takes it, to be signed elsewhere.
func (d *Desk) download(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	draft, err := d.drafts.get(r.PathValue("id"))
	if err != nil {
		return err
	}
	fields := cloneFields(draft.Fields)
	fields["kind"] = string(draft.Kind)
	if draft.About != "" {
		fields["about"] = string(draft.About)
	}
	if draft.Kind == review.KindCharter && !d.isFirst(draft) { // without, it would be a first one
		f, err := d.o.Founding()
		if err != nil {
			return err
		}
		fields["federation"] = string(f.Genesis.ID)
	}
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Content-Disposition", `attachment; filename="`+string(draft.Kind)+"-"+short(draft.ID)+`.yaml"`)
	_, _ = w.Write(append(review.Canonical(fields), '\n')) // JSON is YAML
	return nil
}

// filedPage is what the member filed, from received to final.
func (d *Desk) filedPage(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	list, err := d.o.Node.Documents(ctx, web.Query{Author: d.o.Author})
	if err != nil {
		return err
	}
	slices.Reverse(list)
	d.show(w, r, s, "filed", speaks(r).Text("filed.title"), list[:min(len(list), filedShown)])
	return nil
}

// filedShown is how many documents the page shows: the rest is on the public pages.
const filedShown = 200

// nodePage is how the node is, for whoever looks after it.
func (d *Desk) nodePage(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	status, err := d.o.Node.Status(ctx)
	if err != nil {
		return err
	}
	lines, err := d.o.Checkup(ctx)
	if err != nil {
		return err
	}
	v := vocabulary(r)
	body := struct {
		*web.Status
		Lines []Line
		Name  func(review.ParticipantID) string
	}{status, lines, d.namesIn(v)}
	d.show(w, r, s, "node", v.Text("desk.node"), body)
	return nil
}

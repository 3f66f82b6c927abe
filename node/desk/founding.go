package desk

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/node/web/lang"
	"stocktake/review"
	"stocktake/signing"
)

// A home that has joined no federation yet has a desk too: for the one that is
// being founded. Its first charter is brought in, approved by four eyes as any
// other, and joined once enough have approved it. There is no node then: what is
// signed goes into one file, founding.jsonl, as `charter verify` makes it. How
// the convener drafts a first charter is in convene.go.

// Joining is what a home without a federation has.
type Joining struct {
	Card []byte // its card.json, for the convener
	// Join makes the home a member by a founding file; the password opens its keys.
	Join func(ctx context.Context, file string, password []byte) error
}

// collected are the charter and the accessions that were brought in or signed here.
type collected struct {
	web.Service // of which nothing else is asked
	file        string
	mu          sync.Mutex
}

// errNoFounding means that no first charter was brought in.
var errNoFounding = cannot(http.StatusNotFound, "cannot.founding-none")

func (c *collected) read() ([]byte, *review.Founding, error) {
	b, err := os.ReadFile(c.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, errNoFounding
	}
	if err != nil {
		return nil, nil, err
	}
	f, err := review.ReadFounding(b)
	return b, f, err
}

// add takes more lines, unless the whole would be no founding file any more.
func (c *collected) add(lines []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, _, err := c.read()
	if err != nil && !errors.Is(err, errNoFounding) {
		return err
	}
	if len(b)+len(lines) > maxCeremony {
		return cannot(http.StatusRequestEntityTooLarge, "cannot.file-size", "name", filepath.Base(c.file), "limit", maxCeremony)
	}
	f, err := review.ReadFounding(append(append(b, lines...), '\n'))
	if err != nil {
		return cannot(http.StatusUnprocessableEntity, "cannot.founding", "reason", because(err))
	}
	return replaceFile(c.file, f.Marshal())
}

// File keeps what was signed here.
func (c *collected) File(_ context.Context, e signing.Envelope) (*web.Filed, error) {
	return &web.Filed{ID: review.DocumentID(e.Digest().String())}, c.add(e.Marshal())
}

// Envelope is one of them.
func (c *collected) Envelope(_ context.Context, id review.DocumentID) (e signing.Envelope, err error) {
	_, f, err := c.read()
	if err != nil {
		return e, err
	}
	i := slices.IndexFunc(f.Documents, func(d review.SignedDocument) bool { return d.ID == id })
	if i < 0 {
		return e, web.ErrNotFound
	}
	return f.Documents[i].Envelope, nil
}

// Document knows of none more than what is in the file.
func (c *collected) Document(context.Context, review.DocumentID) (*web.Shown, error) {
	return nil, web.ErrNotFound
}

// joiningRoutes are all that the desk answers before the home joined.
func (d *Desk) joiningRoutes() map[string]answer {
	return map[string]answer{
		"GET /{$}":                   d.foundingPage,
		"POST /logout":               d.logout,
		"GET /card":                  d.cardFile,
		"GET /charter/propose":       d.proposePage,
		"POST /charter/propose":      d.propose,
		"POST /drafts/{id}/steps":    d.changeSteps,
		"POST /charter/bring":        d.bringFounding,
		"POST /founding/approve":     d.approveFounding,
		"GET /founding/{which}":      d.foundingFile,
		"POST /founding/join":        d.join,
		"GET /drafts/{id}":           d.draftPage,
		"POST /drafts/{id}":          d.save,
		"GET /drafts/{id}/preview":   d.preview,
		"GET /drafts/{id}/draft":     d.download,
		"POST /drafts/{id}/clear":    d.clear,
		"POST /drafts/{id}/sign":     d.sign,
		"POST /drafts/{id}/envelope": d.bringBack,
		"GET /":                      nothingHere,
	}
}

type foundingBody struct {
	Charter  *review.Charter // nil before one was brought in
	Author   string
	Changes  []lang.Sentence
	Acceded  int
	Founded  bool
	Approved []string
	Missing  []string
	Listed   bool // we are among its participants
	Own      bool
	Draft    *Draft
	MayBring bool
	MayJoin  bool
	Ours     []*Draft // first charters that are being drafted here
}

func (d *Desk) foundingPage(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	v, b := vocabulary(r), foundingBody{MayBring: s.is(Drafter)}
	drafts, err := d.drafts.all()
	if err != nil {
		return err
	}
	f, err := d.o.Founding()
	switch {
	case errors.Is(err, errNoFounding):
		b.Ours = slices.DeleteFunc(drafts, func(draft *Draft) bool { return !d.isFirst(draft) || draft.State == Filed })
	case err != nil:
		return err
	default:
		b.Charter, _ = f.Chain.InForce()
		b.Author, b.Founded = ceremony.Named(b.Charter, f.Genesis.Author)(v.Language), f.Chain.Founded()
		b.Changes, b.MayJoin = whatItFounds(b.Charter), b.Founded && s.is(Signer)
		acceded := accededTo(f)
		for _, p := range b.Charter.Participants {
			ours := p.ID == d.o.Author
			b.Listed = b.Listed || ours
			if slices.Contains(acceded, p.ID) {
				b.Acceded++
				b.Own = b.Own || ours
				b.Approved = append(b.Approved, v.Participant(p))
			} else {
				b.Missing = append(b.Missing, v.Participant(p))
			}
		}
		if i := slices.IndexFunc(drafts, func(draft *Draft) bool {
			return draft.Ceremony && draft.About == f.Genesis.ID && draft.State != Filed
		}); i >= 0 {
			b.Draft = drafts[i]
		}
	}
	d.show(w, r, s, "founding", v.Text("founding.title"), b)
	return nil
}

// whatItFounds is what a first charter says, but for what is not about anybody.
func whatItFounds(c *review.Charter) []lang.Sentence {
	base := *c
	base.Participants, base.Witnesses, base.Rounds, base.Accreditors, base.Quotas, base.Suspensions = nil, nil, nil, nil, nil, nil
	return ceremony.Changes(&base, c)
}

// accededTo are the participants that acceded to a first charter.
func accededTo(f *review.Founding) (all []review.ParticipantID) {
	for _, d := range f.Documents {
		if a, ok := d.Predicate.(*review.Accession); ok && a.Role == "member" && a.Decision != "declined" && d.About() == f.Genesis.ID {
			all = append(all, d.Author)
		}
	}
	return all
}

// bringFounding takes a first charter, and accessions to it.
func (d *Desk) bringFounding(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	if !s.is(Drafter) {
		return notFor(s.Person, Drafter)
	}
	b, _, err := uploaded(r, "file", maxCeremony)
	if err != nil {
		return err
	}
	if err := d.collected.add(b); err != nil {
		return err
	}
	goTo(w, r, "/")
	return nil
}

// approveFounding begins our accession to the first charter.
func (d *Desk) approveFounding(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	f, err := d.o.Founding()
	if err != nil {
		return err
	}
	charter, _ := f.Chain.InForce()
	if !slices.ContainsFunc(charter.Participants, func(p review.Participant) bool { return p.ID == d.o.Author }) || slices.Contains(accededTo(f), d.o.Author) {
		return cannot(http.StatusConflict, "cannot.approve-not-asked")
	}
	return d.beginApproval(w, r, s, f.Genesis)
}

// foundingFile is all that was collected, or our approval alone.
func (d *Desk) foundingFile(_ context.Context, w http.ResponseWriter, r *http.Request, _ *session) error {
	b, f, err := d.collected.read()
	if err != nil {
		return err
	}
	switch r.PathValue("which") {
	case "file":
		give(w, "federation.jsonl", b)
		return nil
	case "approval":
		for _, doc := range f.Documents {
			if doc.Kind == review.KindAccession && doc.Author == d.o.Author {
				give(w, "approval-"+short(f.Genesis.ID)+".jsonl", append(doc.Envelope.Marshal(), '\n'))
				return nil
			}
		}
	}
	return cannot(http.StatusNotFound, "cannot.find")
}

func (d *Desk) cardFile(_ context.Context, w http.ResponseWriter, _ *http.Request, _ *session) error {
	give(w, "card.json", d.o.Joining.Card)
	return nil
}

// join makes the home a member. The node starts after that.
func (d *Desk) join(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	if !s.is(Signer) {
		return notFor(s.Person, Signer)
	}
	if err := d.o.Joining.Join(ctx, d.collected.file, []byte(r.PostFormValue("password"))); err != nil {
		return cannot(http.StatusUnprocessableEntity, "cannot.join", "reason", because(err))
	}
	d.show(w, r, s, "joined", speaks(r).Text("founding.joined-title"), nil)
	return nil
}

package web

import (
	"context"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"

	"stocktake/node/web/lang"
	"stocktake/review"
)

// Feeds are Atom (RFC 4287): what was filed, newest first, of everybody or of
// one author. A document is in it once it is filed, and its filing time is when
// it was updated: both never change. Its ID in a feed is the same at every node.

// feedBase begins the IDs in feeds: names, which need not resolve.
const feedBase = review.Vocabulary + "feed/"

type feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  feedAuthor  `xml:"author"`
	Links   []feedLink  `xml:"link"`
	Entries []feedEntry `xml:"entry"`
}

type feedEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Updated    string         `xml:"updated"`
	Author     feedAuthor     `xml:"author"`
	Links      []feedLink     `xml:"link"`
	Categories []feedCategory `xml:"category"`
}

type feedAuthor struct {
	Name string `xml:"name"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type feedCategory struct {
	Term  string `xml:"term,attr"`
	Label string `xml:"label,attr"`
}

const mediaAtom = "application/atom+xml"

// routeFeeds adds /feed.atom and /participants/{id}/feed.atom.
func (n *site) routeFeeds(mux *http.ServeMux) {
	n.handle(mux, "GET /feed.atom", answerTimeout, func(w http.ResponseWriter, r *http.Request) error { return n.getFeed(w, r, "") })
	n.handle(mux, "GET /participants/{id}/feed.atom", answerTimeout, func(w http.ResponseWriter, r *http.Request) error {
		id, err := readParticipant("a participant's ID", r.PathValue("id"))
		if err != nil {
			return err
		}
		return n.getFeed(w, r, id)
	})
}

func (n *site) getFeed(w http.ResponseWriter, r *http.Request, author review.ParticipantID) error {
	b, err := n.basis(r.Context())
	if err != nil {
		return err
	}
	v, err := n.view(r.Context(), b, lang.Default()) // a feed has no language of its own
	if err != nil {
		return err
	}
	if _, ok := v.members[author]; author != "" && !ok {
		return &AnswerError{http.StatusNotFound, codeNoPage, "The charter lists no participant “" + string(author) + "”, and nobody has accredited such an author."}
	}
	f, err := n.feed(r.Context(), v, author, scheme(r)+"://"+r.Host)
	if err != nil {
		return err
	}
	text, err := xml.Marshal(f)
	if err != nil {
		return err
	}
	writeBytes(w, mediaAtom, append([]byte(xml.Header), text...))
	return nil
}

func (n *site) feed(ctx context.Context, v *view, author review.ParticipantID, base string) (*feed, error) {
	list, err := n.filedLast(ctx, author)
	if err != nil {
		return nil, err
	}
	path, page := "", "/documents"
	f := &feed{
		Lang: "en", ID: feedBase + string(v.status.Federation), Title: v.charter.Title,
		Updated: v.charter.Created, Author: feedAuthor{v.status.Name},
	}
	if author != "" {
		path, page = "/participants/"+string(author), "/participants/"+string(author)
		f.ID += "/" + string(author)
		f.Title += ": " + marked(v.name(author), v.members[author].Sample)
	}
	f.Links = []feedLink{{"self", mediaAtom, base + path + "/feed.atom"}, {"alternate", "text/html", base + page}}
	for _, d := range list {
		f.Updated = max(f.Updated, d.Filed)
		f.Entries = append(f.Entries, v.entry(d, base))
	}
	return f, nil
}

// filedLast are the documents of an author, or of everybody, that were filed last,
// the newest first. Pending ones are not among them.
func (n *site) filedLast(ctx context.Context, author review.ParticipantID) (last []Listed, err error) {
	for q := (Query{Author: author, Newest: feedSize}); len(last) < feedSize; q.Skip += feedSize {
		list, err := n.Documents(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, d := range slices.Backward(list) {
			if d.Filed != "" && len(last) < feedSize {
				last = append(last, d)
			}
		}
		if len(list) < feedSize {
			break
		}
	}
	return last, nil
}

func (v *view) entry(d Listed, base string) feedEntry {
	row := v.row(d)
	e := feedEntry{
		ID: review.Vocabulary + "document/" + string(d.ID), Title: marked(row.Title, row.Sample), Updated: d.Filed, Author: feedAuthor{row.Author.Text},
		Links:      []feedLink{{"alternate", "text/html", base + "/documents/" + string(d.ID)}},
		Categories: []feedCategory{{string(d.Kind), row.Kind}},
	}
	if row.Sample {
		e.Categories = append(e.Categories, feedCategory{"sample", "SAMPLE"})
	}
	return e
}

// marked says of what is invented that it is.
func marked(title string, sample bool) string {
	if sample && !strings.Contains(title, "SAMPLE") {
		return "SAMPLE: " + title
	}
	return title
}

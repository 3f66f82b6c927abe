package web

import "stocktake/review"

// threadItem is a document in a thread.
type threadItem struct {
	ID       review.DocumentID
	Title    string
	What     string // "Comment: recommendation"
	Author   ref
	Filed    string
	Standing standing
	Counts   bool
	Sample   bool
	Shadow   bool
	Replies  []*threadItem
	More     int // replies that are not listed
}

// typeInWords is the type of a document in a thread, where its kind has one.
func (w words) typeInWords(k review.Kind, code string) string {
	switch {
	case code == "":
		return ""
	case k == review.KindAccession:
		return w.say("accession." + code)
	case k == review.KindAssessment && code == "regional": // others are called as their type
		return w.phrase("regional assessment")
	}
	return w.phrase(code)
}

func isShadow(t *review.Thread) bool { return t.Kind == review.KindAssessment && t.Type == "shadow" }

func (v *view) thread(replies []*review.Thread) []*threadItem {
	var items []*threadItem
	for _, t := range replies {
		item := &threadItem{
			ID: t.ID, Title: t.Title, What: v.kindName(t.Kind), Author: v.who(t.Author),
			Filed: t.Label.Filed, Standing: v.inWords(t.Label), Counts: t.Label.Counts, Sample: t.Label.Sample,
			Shadow: isShadow(t), More: t.NotListed,
		}
		if item.Title == "" && t.Label.Reason == review.ReasonWithdrawn {
			item.Title = v.say("document.erased", "document", v.named(t.Kind, t.ID))
		}
		if item.Title == "" {
			item.Title = v.named(t.Kind, t.ID)
		}
		if which := v.typeInWords(t.Kind, t.Type); which != "" {
			if t.Kind == review.KindAssessment { // says itself what it is
				item.What = capital(which)
			} else {
				item.What += ": " + which
			}
		}
		item.Replies = v.thread(t.Replies)
		items = append(items, item)
	}
	return items
}

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
func typeInWords(k review.Kind, code string) string {
	switch {
	case code == "":
		return ""
	case k == review.KindAccession:
		return map[string]string{"member": "as a member", "round": "into a review round", "party": "as a party"}[code]
	}
	return phrase(code)
}

func isShadow(t *review.Thread) bool { return t.Kind == review.KindAssessment && t.Type == "shadow" }

func (v *view) thread(replies []*review.Thread) []*threadItem {
	var items []*threadItem
	for _, t := range replies {
		item := &threadItem{
			ID: t.ID, Title: t.Title, What: kindName(t.Kind), Author: v.who(t.Author),
			Filed: t.Label.Filed, Standing: inWords(t.Label), Counts: t.Label.Counts, Sample: t.Label.Sample,
			Shadow: isShadow(t), More: t.NotListed,
		}
		if item.Title == "" && t.Label.Reason == review.ReasonWithdrawn {
			item.Title = "Erased: " + item.What + " " + short(t.ID)
		}
		if item.Title == "" {
			item.Title = item.What + " " + short(t.ID)
		}
		if words := typeInWords(t.Kind, t.Type); words != "" {
			if t.Kind == review.KindAssessment { // says itself what it is
				item.What = capital(words)
			} else {
				item.What += ": " + words
			}
		}
		item.Replies = v.thread(t.Replies)
		items = append(items, item)
	}
	return items
}

package node

import (
	"fmt"
	"net/http"
	"slices"

	"stocktake/node/web"
	"stocktake/review"
)

// shownAlways are the kinds that everybody's figures rest on, and the word of
// what is not shown.
var shownAlways = []review.Kind{review.KindCharter, review.KindOpening, review.KindAccession, review.KindReceipt, review.KindWithdrawal,
	review.KindKey, review.KindFork, review.KindAccreditation, review.KindPolicy}

// veil takes out of what readers get what the participant's display policy (a
// document: review.Policy) names. The node carries, counts and hands on to
// other nodes what it does not show.
type veil []review.DisplayRule

func (n *Node) veil(reading held) veil { return n.told(reading).display }

// hides is why a document is not shown; "" if it is.
func (v veil) hides(id review.DocumentID, kind review.Kind, author review.ParticipantID) string {
	if slices.Contains(shownAlways, kind) {
		return ""
	}
	for _, r := range v {
		if r.Hides(id, author) {
			return r.Reason
		}
	}
	return ""
}

func (v veil) line(l web.Listed) web.Listed {
	if l.NotDisplayed = v.hides(l.ID, l.Kind, l.Author); l.NotDisplayed != "" {
		l.Title = ""
	}
	return l
}

func (v veil) thread(t *review.Thread) {
	if v.hides(t.ID, t.Kind, t.Author) != "" {
		t.Title = ""
	}
	for _, reply := range t.Replies {
		v.thread(reply)
	}
}

// elsewhere are the other participants that run a node, and so hold the same
// records.
func (n *Node) elsewhere(chain *review.Chain) []review.ParticipantID {
	var others []review.ParticipantID
	for _, l := range chain.Logs() {
		if l.Until == "" && l.Participant != n.config.Participant {
			others = append(others, l.Participant)
		}
	}
	slices.Sort(others)
	return slices.Compact(others)
}

// displayable is an error if this node does not hand a document to readers.
func (n *Node) displayable(reading held, id review.DocumentID) error {
	d, _ := reading.Document(id)
	l := listed(reading.Reading, id, d)
	if reason := n.veil(reading).hides(id, l.Kind, l.Author); reason != "" {
		return &web.AnswerError{
			Status: http.StatusUnavailableForLegalReasons, Code: "not-displayed",
			Message: fmt.Sprintf("document %s is not displayed here: %s; other participants' nodes hold it, see /documents/%s", id, reason, id),
		}
	}
	return nil
}

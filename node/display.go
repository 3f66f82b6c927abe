package node

import (
	"fmt"
	"net/http"
	"slices"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
)

// checkDisplay looks over the display policy of a config.yaml:
//
//	display:
//	  - document: 243002887d93338a9bb1e002567f492ed47c1e85c55f37bf03363f0a86530a2d
//	    reason: A court of this country ordered it (case 12/2026).
//	  - author: ngo
//	    reason: Its documents are shown at its own node.
//
// The node carries, counts and hands on to other nodes what it does not show.
func checkDisplay(rules []web.DisplayRule) error {
	if len(rules) > maxDisplayRules {
		return fmt.Errorf("display: %d rules, the limit is %d", len(rules), maxDisplayRules)
	}
	for i, r := range rules {
		_, err := signing.ParseDigest(string(r.Document))
		switch {
		case (r.Document == "") == (r.Author == ""):
			return fmt.Errorf("display: rule %d: name either a document or an author", i+1)
		case r.Document != "" && err != nil:
			return fmt.Errorf("display: rule %d: %.80q is not a document ID: 64 hexadecimal digits", i+1, string(r.Document))
		case r.Reason == "" || len(r.Reason) > maxDisplayReason:
			return fmt.Errorf("display: rule %d: give a reason of at most %d bytes; it is shown in place of the document", i+1, maxDisplayReason)
		}
	}
	return nil
}

// shownAlways are the kinds that everybody's figures rest on.
var shownAlways = []review.Kind{review.KindCharter, review.KindOpening, review.KindAccession, review.KindReceipt, review.KindWithdrawal}

// hidden is why this node does not show a document; "" if it does.
func (n *Node) hidden(l web.Listed) string {
	if slices.Contains(shownAlways, l.Kind) {
		return ""
	}
	for _, r := range n.config.Display {
		if r.Document == l.ID || r.Author != "" && r.Author == l.Author {
			return r.Reason
		}
	}
	return ""
}

// veil takes out of a list's line what is not shown here.
func (n *Node) veil(l web.Listed) web.Listed {
	if l.NotDisplayed = n.hidden(l); l.NotDisplayed != "" {
		l.Title = ""
	}
	return l
}

func (n *Node) veilThread(t *review.Thread) {
	if n.hidden(web.Listed{ID: t.ID, Kind: t.Kind, Author: t.Author}) != "" {
		t.Title = ""
	}
	for _, reply := range t.Replies {
		n.veilThread(reply)
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
func (n *Node) displayable(reading *review.Reading, id review.DocumentID) error {
	d, _ := reading.Document(id)
	if reason := n.hidden(listed(reading, id, d)); reason != "" {
		return &web.AnswerError{
			Status: http.StatusUnavailableForLegalReasons, Code: "not-displayed",
			Message: fmt.Sprintf("document %s is not displayed here: %s; other participants' nodes hold it, see /documents/%s", id, reason, id),
		}
	}
	return nil
}

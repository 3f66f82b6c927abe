// Package ceremony is what the members of a federation agree on before they sign
// it: who convenes it, what a successor of the charter changes, and what that
// change is in sentences. It signs and files nothing: the commands and the
// member's desk both do that with what this package makes.
//
// A participant's public part is its [Card]. [Convene] puts cards together as a
// first charter, [Found] does so step by step; [Amend] makes a successor of the
// charter in force; [Changes] says what one charter changes in another;
// [Accession] is a member's word for it, [Refusal] why one cannot be.
package ceremony

import (
	"slices"

	"stocktake/review"
)

// Accession is what a participant says to accede to a charter: as a member, or
// into one of its rounds.
func Accession(author review.ParticipantID, charter *review.Document, round string) *review.Accession {
	a := &review.Accession{
		Common: review.Common{Language: "en", Title: "Accession of " + string(author) + " to " + charter.Title},
		Role:   "member", Round: round,
	}
	if round != "" {
		a.Role = "round"
		a.Title += ", round " + round
	}
	c, _ := charter.Predicate.(*review.Charter)
	if charter.Sample || c != nil && slices.ContainsFunc(c.Participants, func(p review.Participant) bool { return p.ID == author && p.Sample }) {
		a.MarkSample()
	}
	return a
}

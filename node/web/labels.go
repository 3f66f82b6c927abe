package web

import "stocktake/review"

// standing is a document's label in plain words.
type standing struct {
	Tone   string            // good, warn, bad: of the sign beside the words
	Text   string            // a few words, for lists
	Why    string            // a sentence
	By     review.DocumentID // the version or withdrawal that stands against it
	Counts bool
}

// reasons are the words for why a document does not count.
var reasons = map[string]standing{
	review.ReasonPending:          {Tone: "warn", Text: "received, not yet filed", Why: "It is stored, and counts as soon as a quorum of witnesses has cosigned a checkpoint that covers it."},
	review.ReasonWithdrawn:        {Tone: "warn", Text: "withdrawn", Why: "Its author took it back. That it was filed, and when, stays."},
	review.ReasonSuperseded:       {Tone: "warn", Text: "replaced", Why: "Its author replaced it with a later version."},
	review.ReasonAbsent:           {Tone: "warn", Text: "content not held", Why: "The log proves that it was filed; its content is not here."},
	review.ReasonMalformed:        {Tone: "bad", Text: "does not keep the form", Why: "Its content breaks the rules of its kind."},
	review.ReasonNotUnderstood:    {Tone: "warn", Text: "not understood by this version", Why: "It is of a kind or version that this program does not know. It is kept and passed on all the same."},
	review.ReasonSignatureInvalid: {Tone: "bad", Text: "signature does not match", Why: "No record of it carries a signature that verifies."},
	review.ReasonKeyNotInForce:    {Tone: "bad", Text: "key not in force", Why: "When it was filed, the key was not, or no longer, its author’s."},
	review.ReasonAuthorNotInForce: {Tone: "bad", Text: "author not taking part", Why: "When it was filed, its author did not, or no longer, take part in the federation."},
	review.ReasonAfterCutoff:      {Tone: "warn", Text: "filed after the cut-off", Why: "It was filed after the stocktake’s cut-off."},
	review.ReasonNotFounded:       {Tone: "warn", Text: "federation not founded", Why: "Too few participants have acceded to the federation’s first charter."},
	review.ReasonDangling:         {Tone: "warn", Text: "about a document that is not here", Why: "No record here has the document that it is about."},
	review.ReasonSubjectAbsent:    {Tone: "warn", Text: "about a document whose content is not held", Why: "The content of the document that it is about is not here."},
	review.ReasonSubjectExcluded:  {Tone: "warn", Text: "about a document that does not count", Why: "The document that it is about does not hold itself."},
	review.ReasonNotAcceded:       {Tone: "warn", Text: "party has not acceded", Why: "It reports on a joint pledge, and its author has not acceded to that pledge."},
	review.ReasonNotAdopted:       {Tone: "warn", Text: "charter not in force", Why: "Too few participants have acceded to this charter."},
	review.ReasonVoidReceipt:      {Tone: "bad", Text: "receipt void", Why: "Its checkpoint is not the log’s, or no witness cosigned it."},
	review.ReasonDuplicate:        {Tone: "good", Text: "counts from another place", Why: "The same document was filed elsewhere earlier, and counts once."},
	"wrong-federation":            {Tone: "bad", Text: "of another federation", Why: "It names another federation."},
	"unknown-author":              {Tone: "bad", Text: "author unknown", Why: "The charter lists no such author."},
	"key-unknown":                 {Tone: "bad", Text: "key unknown", Why: "The charter lists no participant with the key that signed it."},
	"key-not-authors":             {Tone: "bad", Text: "signed with another’s key", Why: "The key that signed it belongs to another participant."},
	"key-role":                    {Tone: "bad", Text: "key has another role", Why: "The key that signed it may not sign documents of this kind."},
}

// inWords explains a label.
func inWords(l review.Label) standing {
	if l.Counts {
		return standing{Tone: "good", Text: "counts", Why: "It counts in stocktakes.", Counts: true}
	}
	s, ok := reasons[l.Reason]
	if !ok {
		s = standing{Tone: "bad", Text: "does not count", Why: "The rules on what may be said of what keep it from counting (" + phrase(l.Reason) + ")."}
	}
	s.By = l.By
	return s
}

// absences are the words for content that is not held.
var absences = map[string]string{
	"missing":  "Its content has not arrived yet. This node asks the others for it.",
	"sealed":   "It was committed now, to be revealed later. The log proves when.",
	"withheld": "This node does not hand its content out.",
	"erased":   "Its author withdrew it and its content was deleted. That it was filed, and when, stays.",
}

package web

import (
	"unicode"
	"unicode/utf8"

	"stocktake/review"
)

// standing is a document's label in plain words.
type standing struct {
	Tone   string            // good, warn, bad: of the sign beside the words
	Text   string            // a few words, for lists
	Why    string            // a sentence
	By     review.DocumentID // the version or withdrawal that stands against it
	ByWhat string            // what By is
	Counts bool
}

// reasons are the few words for why a document does not count; review has the
// sentences.
var reasons = map[string]standing{
	review.ReasonPending:          {Tone: "warn", Text: "received, not yet filed"},
	review.ReasonWithdrawn:        {Tone: "warn", Text: "withdrawn"},
	review.ReasonSuperseded:       {Tone: "warn", Text: "replaced"},
	review.ReasonAbsent:           {Tone: "warn", Text: "content not held"},
	review.ReasonMalformed:        {Tone: "bad", Text: "does not keep the form"},
	review.ReasonNotUnderstood:    {Tone: "warn", Text: "not understood by this version"},
	review.ReasonSignatureInvalid: {Tone: "bad", Text: "signature does not match"},
	review.ReasonKeyNotInForce:    {Tone: "bad", Text: "key not in force"},
	review.ReasonAuthorNotInForce: {Tone: "bad", Text: "author not taking part"},
	review.ReasonSuspended:        {Tone: "warn", Text: "author suspended"},
	review.ReasonAfterCutoff:      {Tone: "warn", Text: "filed after the cut-off"},
	review.ReasonNotFounded:       {Tone: "warn", Text: "federation not founded"},
	review.ReasonNotAcceded:       {Tone: "warn", Text: "party has not acceded"},
	review.ReasonNotAdopted:       {Tone: "warn", Text: "charter not in force"},
	review.ReasonVoidReceipt:      {Tone: "bad", Text: "receipt void"},
	review.ReasonVoidFork:         {Tone: "bad", Text: "proves nothing"},
	review.ReasonForked:           {Tone: "bad", Text: "in a log of two histories"},
	review.ReasonOverQuota:        {Tone: "bad", Text: "beyond its log’s quota"},
	review.ReasonDuplicate:        {Tone: "good", Text: "counts from another place"},
	review.ReasonSeconding:        {Tone: "warn", Text: "too few guardians yet"},
	review.ReasonUnderWay:         {Tone: "warn", Text: "may still be contested"},
	review.ReasonContested:        {Tone: "bad", Text: "contested"},
	"key-not-authors":             {Tone: "bad", Text: "signed with another’s key"},
}

// inWords explains a label.
func inWords(l review.Label) standing {
	if l.Counts {
		return standing{Tone: "good", Text: "counts", Counts: true}
	}
	s, ok := reasons[l.Reason]
	if !ok {
		s = standing{Tone: "bad", Text: "does not count"}
	}
	s.Why, s.By, s.ByWhat = sentence(review.FieldError{Code: l.Reason}.Message()), l.By, "the later version"
	switch l.Reason {
	case review.ReasonWithdrawn:
		s.ByWhat = "the withdrawal"
	case review.ReasonContested:
		s.ByWhat = "the contest"
	}
	return s
}

// sentence begins with a capital letter and ends with a full stop.
func sentence(s string) string { return capital(s) + "." }

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// absences are the words for content that is not held.
var absences = map[string]string{
	"missing":  "Its content has not arrived yet. This node asks the others for it.",
	"sealed":   "It was committed now, to be revealed later. The log proves when.",
	"withheld": "This node does not hand its content out.",
	"erased":   "Its author withdrew it and its content was deleted. That it was filed, and when, stays.",
}

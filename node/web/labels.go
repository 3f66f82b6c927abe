package web

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"stocktake/review"
)

// standing is a document's label in plain words, or a state of a stocktake.
type standing struct {
	Tone   string            // good, warn, bad: of the sign beside the words
	Code   string            // the state as a stocktake has it
	Text   string            // a few words, for lists
	Why    string            // a sentence
	By     review.DocumentID // the version or withdrawal that stands against it
	ByWhat string            // words that lead there
	Counts bool
}

// reasons are the signs beside why a document does not count; the few words are
// the message "label." and the reason, the sentence is "why." and the reason.
var reasons = map[string]string{
	review.ReasonPending: "warn", review.ReasonWithdrawn: "warn", review.ReasonSuperseded: "warn", review.ReasonAbsent: "warn",
	review.ReasonMalformed: "bad", review.ReasonNotUnderstood: "warn", review.ReasonSignatureInvalid: "bad",
	review.ReasonKeyNotInForce: "bad", review.ReasonAuthorNotInForce: "bad", review.ReasonSuspended: "warn",
	review.ReasonAfterCutoff: "warn", review.ReasonNotFounded: "warn", review.ReasonNotAcceded: "warn", review.ReasonNotAdopted: "warn",
	review.ReasonNotConsented: "warn", review.ReasonNotJoined: "warn",
	review.ReasonVoidReceipt: "bad", review.ReasonVoidFork: "bad", review.ReasonForked: "bad", review.ReasonOverQuota: "bad",
	review.ReasonDuplicate: "good", review.ReasonSeconding: "warn", review.ReasonUnderWay: "warn", review.ReasonContested: "bad",
	"key-not-authors": "bad",
}

// inWords explains a label.
func (w words) inWords(l review.Label) standing {
	if l.Counts {
		return standing{Tone: "good", Text: w.say("label.counts"), Counts: true}
	}
	s := standing{Tone: "bad", Text: w.say("label.does-not-count"), Why: w.why(l.Reason), By: l.By, ByWhat: w.say("label.see-version")}
	if tone, ok := reasons[l.Reason]; ok {
		s.Tone, s.Text = tone, w.say("label."+l.Reason)
	}
	switch l.Reason {
	case review.ReasonWithdrawn:
		s.ByWhat = w.say("label.see-withdrawal")
	case review.ReasonContested:
		s.ByWhat = w.say("label.see-contest")
	}
	return s
}

// why is the sentence for a reason. English is review's; in other languages a
// reason that is also one to refuse a document has the refusal's words. Of a
// reason that only a refusal explains, by values that a label does not have, it
// says the general one.
func (w words) why(reason string) string {
	english := review.FieldError{Code: reason}.Message()
	switch {
	case strings.Contains(english, "{"):
		return w.why(review.ReasonMalformed)
	case w.Tag == "en":
	case w.Has("why." + reason):
		return w.say("why." + reason)
	case w.Has("refusal." + reason):
		return capital(w.say("refusal."+reason)) + w.Stop()
	}
	return sentence(english)
}

// tones are the signs beside those words of a stocktake that need another than
// the plain one.
var tones = map[string]string{
	"filed": "good", "fulfilled": "good", "implemented": "good", "confirmed": "good", "acceded": "good", "accredited": "good", "in force": "good", "supported": "good", "answered": "good",
	"late": "warn", "flexibility used": "good", "in-progress": "warn", "confirmed an earlier version": "warn",
	"not reported reached, due passed": "warn", "reached after its due date": "warn", "behind the straight line": "warn", "reached": "good",
	"claimed, not confirmed": "warn", "withdrawn": "warn", "open": "warn", "discontinued": "bad",
}

// state is a state of a stocktake, in words.
func (w words) state(code string) standing {
	return standing{Tone: tones[code], Code: code, Text: w.phrase(code)}
}

// absence is the words for content that is not held; "" if it is here.
func (w words) absence(state string) string {
	if key := "absence." + state; w.Has(key) {
		return w.say(key)
	}
	return ""
}

// sentence begins with a capital letter and ends with a full stop.
func sentence(s string) string { return capital(s) + "." }

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

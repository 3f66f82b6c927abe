package ceremony

import (
	"time"

	"stocktake/node/web/lang"
	"stocktake/review"
)

// Doing is what a participant does in the federation.
func Doing(chain *review.Chain, charter *review.Charter, p review.Participant, now time.Time) (all []lang.Sentence) {
	say := func(key string, arguments ...any) { all = append(all, lang.Sentence{Key: key, Arguments: arguments}) }
	if len(p.Logs) > 0 {
		say("does.node")
	} else {
		say("does.carried")
	}
	for _, w := range charter.Witnesses {
		switch {
		case w.Participant != p.ID:
		case w.Until != "":
			say("does.witness-until", "time", instant(w.Until))
		case w.From != "":
			say("does.witness-from", "time", instant(w.From))
		default:
			say("does.witness")
		}
	}
	if len(p.Succeeds) > 0 {
		say("does.succeeds", "earlier", NamedAll(charter, p.Succeeds))
	}
	if p.Until != "" {
		say("does.until", "time", instant(p.Until))
	}
	if until, ok := chain.Suspended(p.ID, now); ok {
		say("does.suspended", "time", instant(until.Format(time.RFC3339)))
	}
	return all
}

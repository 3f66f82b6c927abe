package review

import "strings"

// Rules about money that several kinds have in common. What a pledge leaves
// open it says with not-stated; money that moved has an amount and a currency.

// notIsolated is the share of a budget line that nobody can tell.
const notIsolated = "difficult-to-isolate"

// unearmarked is money about which its recipient decides.
const unearmarked = "unearmarked"

// checkAmount: what was given, spent or asked for is more than nothing.
func checkAmount(r *Refusal, pointer, amount string) {
	switch {
	case strings.HasPrefix(amount, "-"):
		r.add(pointer, "negative-amount")
	case strings.Trim(amount, "0.") == "":
		r.add(pointer, "no-amount")
	}
}

// checkEnvelope: a share is a share of something, and the other way round.
func checkEnvelope(r *Refusal, pointer, share, envelope string) {
	switch {
	case share != "" && envelope == "":
		r.add(pointer+"/envelope", "envelope-missing")
	case share == "" && envelope != "":
		r.add(pointer+"/share", "share-missing")
	}
}

// checkPlace keeps invented countries to samples.
func checkPlace(r *Refusal, pointer, country string, sample bool) {
	if isInventedCountry(country) && !sample {
		r.add(pointer, "unknown-country", "value", quote(country))
	}
}

// checkPast: nobody tells on one day what happens on a later one.
func checkPast(r *Refusal, pointer, date, written string) {
	if written != "" && date != NotStated && date > written {
		r.add(pointer, "still-to-come", "date", date, "limit", written)
	}
}

// isShare: more than 0 and up to 100 per cent, or difficult-to-isolate.
func isShare(s string) bool {
	if s == notIsolated {
		return true
	}
	return isDecimal(s) && parseDecimal(s).sign() > 0 && parseDecimal(s).cmp(parseDecimal("100")) <= 0
}

// Condition is something to be met, with a short name by which other documents
// refer to it: a facility's criterion, an allocation's condition.
type Condition struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

func conditionIDs(list []Condition) []string {
	return collect(list, func(c Condition) string { return c.ID })
}

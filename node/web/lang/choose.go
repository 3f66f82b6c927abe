package lang

import (
	"strconv"
	"strings"
)

// Accepted is the language that an Accept-Language header (RFC 9110) asks for
// most, of equal ones the first; the default if it asks for none of ours.
//
//	fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5
func Accepted(header string) *Language {
	best, most := Default(), 0.0
	if len(header) > maxHeader {
		return best
	}
	for part := range strings.SplitSeq(header, ",") {
		tag, parameter, _ := strings.Cut(part, ";")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(parameter), "q="); ok {
			w, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
			if err != nil || w < 0 || w > 1 {
				continue
			}
			weight = w
		}
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		l, ok := Find(primary)
		if primary == "*" {
			l, ok = Default(), true
		}
		if ok && weight > most {
			best, most = l, weight
		}
	}
	return best
}

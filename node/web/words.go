package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"stocktake/review"
	"stocktake/review/compact"
)

// phrases are the words of a page for the codes of documents, where a code's
// own words, with spaces for hyphens, would not do.
var phrases = map[string]string{
	// kinds of document, in the singular
	"pledge": "Pledge", "report": "Progress report", "assessment": "Assessment", "comment": "Comment",
	"response": "Response", "accession": "Accession", "withdrawal": "Withdrawal", "refusal": "Refusal by a carrier", "charter": "Charter",
	"opening": "Opening of a log", "receipt": "Receipt", "fork": "Proof of two histories", "key": "Change of keys", "policy": "Display policy",
	// participants
	"state": "State", "regional-body": "Regional body", "un-entity": "UN entity", "civil-society": "Civil society",
	"local-authority": "Local authority", "human-rights-institution": "National human-rights institution",
	"expert-mission": "Expert mission", "academic": "Academic", "public-agency": "Public agency",
	"protected-author": "Protected author",
	// assessments: whose view it is always shows
	"self": "self-assessment", "regional": "regional assessment", "shadow": "alternative (shadow) report",
	// principles, as the compact writes them
	"people-centred": "people-centred", "gender-responsive": "gender-responsive", "child-sensitive": "child-sensitive",
	"whole-of-government": "whole-of-government", "whole-of-society": "whole-of-society",
}

// phrase is the words for a code.
func phrase(code string) string {
	if p, ok := phrases[code]; ok {
		return p
	}
	return strings.ReplaceAll(code, "-", " ")
}

// kindName is the words for a kind of document, also one of another version.
func kindName(k review.Kind) string {
	if k == "" {
		return "Document"
	}
	return phrase(string(k))
}

// date writes YYYY-MM-DD as people read it; what is none stays as it is.
func date(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return t.Format("2 January 2006")
}

// instant writes RFC 3339 as people read it; what is none stays as it is.
func instant(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return t.UTC().Format("2 January 2006, 15:04:05 UTC")
}

// instantDay is the day of an RFC 3339 time, as people read it.
func instantDay(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return t.UTC().Format("2 January 2006")
}

// decimal groups the digits of a decimal number before its point by threes,
// with narrow spaces that do not break, from five digits on.
func decimal(s string) string {
	sign, digits := "", s
	if strings.HasPrefix(s, "-") {
		sign, digits = "−", s[1:]
	}
	whole, fraction, point := strings.Cut(digits, ".")
	if strings.Trim(whole+fraction, "0123456789") != "" {
		return s
	}
	if len(whole) > 4 {
		var groups []string
		for len(whole) > 3 {
			groups = append([]string{whole[len(whole)-3:]}, groups...)
			whole = whole[:len(whole)-3]
		}
		whole = strings.Join(append([]string{whole}, groups...), "\u202f")
	}
	if point {
		return sign + whole + "." + fraction
	}
	return sign + whole
}

// short is the first digits of an ID or digest: enough to tell documents of
// one federation apart by eye, never to look one up.
func short[T ~string](s T) string { return string(s[:min(12, len(s))]) }

// objectiveName is an objective's number and title.
func objectiveName(n int) string {
	o, ok := compact.Objective(n)
	if !ok {
		return "Objective " + strconv.Itoa(n)
	}
	return strconv.Itoa(n) + ". " + o.Title
}

// regionName is a region's name, which says if nobody checked its list.
func regionName(code string) string {
	r, ok := compact.Region(code)
	if !ok {
		return code
	}
	if !r.Verified {
		return r.Name + " (list of members unverified)"
	}
	return r.Name
}

func countryName(iso3 string) string {
	if c, ok := compact.Country(iso3); ok {
		return c.Name
	}
	return iso3
}

// counted is a whole number and its noun: "1 pledge", "3 pledges".
func counted(n any, one, many string) string {
	if s := fmt.Sprint(n); s != "1" {
		return s + " " + many
	}
	return "1 " + one
}

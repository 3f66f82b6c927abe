package lang

import (
	"strconv"
	"strings"
	"time"
)

// Decimal groups the digits of a decimal number before its point by threes,
// from five digits on. What is no such number stays as it is. Digits are the
// same in every language, so that a figure can be compared with the document.
func (l *Language) Decimal(s string) string {
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
		whole = strings.Join(append([]string{whole}, groups...), l.group)
	}
	if point {
		return sign + whole + l.point + fraction
	}
	return sign + whole
}

// Number writes a whole number.
func (l *Language) Number(n int) string { return l.Decimal(strconv.Itoa(n)) }

// Date writes YYYY-MM-DD as people read it; what is none stays as it is.
func (l *Language) Date(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return l.date(t)
}

// Instant writes RFC 3339 as people read it; what is none stays as it is.
func (l *Language) Instant(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	t = t.UTC()
	return l.Text("date.instant", "day", l.date(t), "time", t.Format(time.TimeOnly))
}

// InstantDay is the day of an RFC 3339 time, as people read it.
func (l *Language) InstantDay(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return l.date(t.UTC())
}

func (l *Language) date(t time.Time) string {
	return strings.NewReplacer("{d}", strconv.Itoa(t.Day()), "{m}", l.months[t.Month()-1], "{y}", strconv.Itoa(t.Year())).Replace(l.day)
}

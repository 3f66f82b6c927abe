package review

import "time"

// span is when a charter's entry holds, compared with filing times and nothing
// else: from its first instant to just before its last. Zero ends are open.
type span struct{ from, until time.Time }

// covers is false for the zero time, which is no filing time, unless the span
// is open at both ends.
func (s span) covers(t time.Time) bool {
	return (s.from.IsZero() || !t.Before(s.from)) && (s.until.IsZero() || !t.IsZero() && t.Before(s.until))
}

// parseSpan reads a charter's from and until.
func parseSpan(from, until string) (s span, ok bool) {
	s.from, ok = parseInstant(from)
	if !ok {
		return span{}, false
	}
	if s.until, ok = parseInstant(until); !ok || until != "" && !s.from.Before(s.until) {
		return span{}, false
	}
	return s, true
}

// parseInstant reads RFC 3339 in UTC and whole seconds; "" is the zero time.
func parseInstant(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	t, err := time.Parse(time.RFC3339, s)
	return t.UTC(), err == nil && instant(t) == s
}

// instant is a time as documents write it; "" for the zero time.
func instant[T dated](t T) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// day is the date of a time, in UTC.
func day[T dated](t T) string { return t.UTC().Format(time.DateOnly) }

// dated is a time, or a moment.
type dated interface {
	UTC() time.Time
	IsZero() bool
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

package lang

import "testing"

func TestDecimalsReadTheSameGrouped(t *testing.T) {
	for tag, all := range map[string]map[string]string{
		"en": {
			"0": "0", "74": "74", "1250": "1250", "12500": "12\u202f500", "10000000": "10\u202f000\u202f000",
			"1250000.50": "1\u202f250\u202f000.50", "-31250.25": "−31\u202f250.25", "18.5": "18.5",
			"123456": "123\u202f456", "not a number": "not a number", "": "",
		},
		"fr": {"1250000.50": "1\u202f250\u202f000,50", "18.5": "18,5"},
		"es": {"1250000.50": "1\u202f250\u202f000,50"},
		"ru": {"1250000.50": "1\u202f250\u202f000,50"},
		"ar": {"1250000.50": "1,250,000.50"},
		"zh": {"1250000.50": "1,250,000.50", "1250": "1250"},
	} {
		l, _ := Find(tag)
		for in, want := range all {
			if got := l.Decimal(in); got != want {
				t.Errorf("%s %q: got %q, want %q", tag, in, got, want)
			}
		}
	}
}

func TestDatesKeepWhatTheyCannotRead(t *testing.T) {
	for in, want := range map[string]string{"2027-12-31": "31 December 2027", "2027-13-31": "2027-13-31", "": ""} {
		if got := Default().Date(in); got != want {
			t.Errorf("date %q: got %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"2026-05-04T09:30:07Z": "4 May 2026, 09:30:07 UTC", "soon": "soon"} {
		if got := Default().Instant(in); got != want {
			t.Errorf("instant %q: got %q, want %q", in, got, want)
		}
	}
}

func TestDatesAreOfTheLanguage(t *testing.T) {
	for tag, want := range map[string]string{
		"en": "4 May 2026", "fr": "4 mai 2026", "es": "4 de mayo de 2026", "ar": "4 أيار/مايو 2026", "ru": "4 мая 2026 года", "zh": "2026年5月4日",
	} {
		l, _ := Find(tag)
		if got := l.Date("2026-05-04"); got != want {
			t.Errorf("%s: got %q, want %q", tag, got, want)
		}
		if len(l.months) != 12 {
			t.Errorf("%s has %d months", tag, len(l.months))
		}
	}
}

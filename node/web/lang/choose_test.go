package lang

import (
	"strings"
	"testing"
)

func TestTheHeaderChoosesTheLanguage(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "de": "en", "fr": "fr", "fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5": "fr", "de, ar;q=0.7, en;q=0.3": "ar",
		"zh-Hant-TW": "zh", "RU-ru": "ru", "en;q=0.5, es;q=0.9": "es", "es;q=0": "en", "fr;q=0, es;q=0.1": "es",
		"fr;q=2": "en", "fr;q=x, ru": "ru", "*": "en", "*;q=0.9, ar;q=0.8": "en", ",,;;q=": "en", "frx": "en",
		strings.Repeat("x,", 1000) + "fr": "en",
	} {
		if got := Accepted(header).Tag; got != want {
			t.Errorf("%.60q: got %s, want %s", header, got, want)
		}
	}
}

func FuzzAccepted(f *testing.F) {
	f.Add("fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5")
	f.Add(";q=NaN,zh;q=1e-9")
	f.Fuzz(func(t *testing.T, header string) {
		if l := Accepted(header); l == nil {
			t.Error(header)
		}
	})
}

func TestThePathBeginsWithTheLanguage(t *testing.T) {
	for path, want := range map[string][2]string{
		"/": {"", "/"}, "/fr": {"fr", "/"}, "/ar/documents/x": {"ar", "/documents/x"}, "/documents": {"", "/documents"},
		"/fro/x": {"", "/fro/x"}, "/FR": {"", "/FR"}, "": {"", ""},
	} {
		l, rest := OfPath(path)
		tag := ""
		if l != nil {
			tag = l.Tag
		}
		if tag != want[0] || rest != want[1] {
			t.Errorf("%q: got %q, %q", path, tag, rest)
		}
	}
}

package lang

import (
	"slices"
	"testing"
)

// TestPluralFormsAreThoseOfCLDR compares with samples that CLDR 48 gives for
// whole numbers.
func TestPluralFormsAreThoseOfCLDR(t *testing.T) {
	for tag, samples := range map[string]map[string][]int{
		"en": {"one": {1}, "other": {0, 2, 16, 100, 1_000_000}},
		"fr": {"one": {0, 1}, "many": {1_000_000}, "other": {2, 17, 100, 100_000}},
		"es": {"one": {1}, "many": {1_000_000}, "other": {0, 2, 16, 100, 100_000}},
		"ru": {"one": {1, 21, 31, 101, 1001}, "few": {2, 4, 22, 24, 102, 1002}, "many": {0, 5, 11, 14, 19, 100, 111, 1_000_000}},
		"ar": {"zero": {0}, "one": {1}, "two": {2}, "few": {3, 10, 103, 110, 1003}, "many": {11, 26, 111, 1011}, "other": {100, 102, 200, 1000, 1_000_000}},
		"zh": {"other": {0, 1, 15, 100, 1_000_000}},
	} {
		l, _ := Find(tag)
		for form, numbers := range samples {
			if !slices.Contains(l.Forms(), form) {
				t.Errorf("%s has no form %q", tag, form)
			}
			for _, n := range numbers {
				if got := l.plural(n); got != form {
					t.Errorf("%s %d: got %q, want %q", tag, n, got, form)
				}
			}
		}
		if len(samples) != len(l.Forms()) {
			t.Errorf("%s: samples of %d forms of %d", tag, len(samples), len(l.Forms()))
		}
	}
}

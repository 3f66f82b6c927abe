package web

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// grounds are, for each colour that text has, those that it may stand on. The
// first three are those of the page, of cards and tables, and of their heads.
var grounds = map[string][]string{
	"ink":    {"paper", "white", "faint", "good-ground", "warn-ground", "bad-ground", "sample-ground"},
	"soft":   {"paper", "white", "faint", "warn-ground", "bad-ground", "sample-ground"},
	"link":   {"paper", "white", "faint", "warn-ground", "bad-ground", "sample-ground"},
	"accent": {"paper", "white"},
	"good":   {"paper", "white", "good-ground", "warn-ground"},
	"warn":   {"paper", "white", "warn-ground", "bad-ground"},
	"bad":    {"paper", "white", "bad-ground", "warn-ground"},
	"sample": {"sample-ground"},
	"paper":  {"accent"}, // of a button
}

var (
	schemes  = regexp.MustCompile(`(?s):root \{(.*?)\}`)
	named    = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{3,6});`)
	coloured = regexp.MustCompile(`[^-]\bcolor: *([^;}]+)`)
	grounded = regexp.MustCompile(`background(?:-color)?: *([^;}]+)`)
	literal  = regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(`)
)

// palettes are the sheet's colours, light, dark and on paper. A scheme has
// those of the light one that it does not change.
func palettes(t *testing.T) map[string]map[string]string {
	t.Helper()
	found := schemes.FindAllStringSubmatch(string(styleSheet), -1)
	if len(found) != 3 {
		t.Fatalf("%d schemes, not light, dark and print", len(found))
	}
	all := map[string]map[string]string{}
	for i, name := range []string{"light", "dark", "print"} {
		all[name] = map[string]string{}
		for _, scheme := range [][]string{found[0], found[i]} {
			for _, m := range named.FindAllStringSubmatch(scheme[1], -1) {
				all[name][m[1]] = m[2]
			}
		}
	}
	return all
}

// TestEveryTextCanBeRead holds WCAG's 4.5:1 for text (1.4.3) and 3:1 for the
// edges of controls and the mark of focus (1.4.11), in every scheme.
func TestEveryTextCanBeRead(t *testing.T) {
	for scheme, colours := range palettes(t) {
		for text, on := range grounds {
			for _, ground := range on {
				if got := contrast(t, colours[text], colours[ground]); got < 4.5 {
					t.Errorf("%s: %s on %s has %.2f:1", scheme, text, ground, got)
				}
			}
		}
		for _, line := range []string{"edge", "accent"} {
			for _, ground := range []string{"paper", "white"} {
				if got := contrast(t, colours[line], colours[ground]); got < 3 {
					t.Errorf("%s: a line of %s on %s has %.2f:1", scheme, line, ground, got)
				}
			}
		}
	}
}

// TestEveryColourHasAName holds that no rule escapes the test above: colours of
// texts and grounds are names, and each is among those that it compares.
func TestEveryColourHasAName(t *testing.T) {
	sheet := string(styleSheet)
	rules := schemes.ReplaceAllString(regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(sheet, ""), "")
	if found := literal.FindAllString(rules, -1); len(found) > 0 {
		t.Errorf("colours without a name: %q", found)
	}
	known := map[string]bool{}
	for _, on := range grounds {
		for _, ground := range on {
			known[ground] = true
		}
	}
	for _, m := range coloured.FindAllStringSubmatch(rules, -1) {
		name, isName := variable(m[1])
		if _, ok := grounds[name]; !(isName && ok) && !slices.Contains([]string{"inherit", "currentColor"}, m[1]) {
			t.Errorf("text of colour %q is compared with no ground", m[1])
		}
	}
	for _, m := range grounded.FindAllStringSubmatch(rules, -1) {
		if name, isName := variable(m[1]); !(isName && known[name]) && m[1] != "none" {
			t.Errorf("no text is compared with ground %q", m[1])
		}
	}
}

// TestPagesKeepStillAndMirror holds that the sheet moves nothing and names no
// side, which Arabic has the other way round.
func TestPagesKeepStillAndMirror(t *testing.T) {
	sheet := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(styleSheet), "")
	if found := regexp.MustCompile(`\b(?:animation|transition|scroll-behavior)\b`).FindAllString(sheet, -1); len(found) > 0 {
		t.Errorf("it moves: %q", found)
	}
	if found := regexp.MustCompile(`\b(?:margin|padding|border|inset)-(?:left|right)\b|[\s;{](?:left|right|float):|text-align: *(?:left|right)`).FindAllString(sheet, -1); len(found) > 0 {
		t.Errorf("sides: %q", found)
	}
	for _, m := range regexp.MustCompile(`(?:margin|padding): *([^;}]+)`).FindAllStringSubmatch(sheet, -1) {
		if sides := strings.Fields(m[1]); len(sides) == 4 && sides[1] != sides[3] {
			t.Errorf("sides that differ: %q", m[0])
		}
	}
}

func variable(s string) (name string, ok bool) {
	s, ok = strings.CutPrefix(strings.TrimSpace(s), "var(--")
	return strings.TrimSuffix(s, ")"), ok
}

// contrast is WCAG's ratio of two colours.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is WCAG's relative luminance of #rgb or #rrggbb.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	digits := strings.TrimPrefix(colour, "#")
	if len(digits) == 3 {
		digits = string([]byte{digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]})
	}
	if len(digits) != 6 {
		t.Fatalf("%q is no colour", colour)
	}
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// TestContrastIsMeasuredRight holds for values that WCAG's own tools give.
func TestContrastIsMeasuredRight(t *testing.T) {
	for pair, want := range map[[2]string]float64{{"#000", "#fff"}: 21, {"#777777", "#ffffff"}: 4.48, {"#767676", "#ffffff"}: 4.54, {"#fff", "#fff"}: 1} {
		if got := contrast(t, pair[0], pair[1]); math.Abs(got-want) > 0.01 {
			t.Errorf("%q: got %.2f, want %.2f", pair, got, want)
		}
	}
}

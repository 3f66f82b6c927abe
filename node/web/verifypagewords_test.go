package web

import (
	"encoding/json"
	"regexp"
	"testing"

	"stocktake/node/web/lang"
	"stocktake/review"
)

// TestTheVerifyPageNamesKindsAsThePagesDo holds that a reader who comes from a page
// finds the same names of kinds, participants and reasons.
func TestTheVerifyPageNamesKindsAsThePagesDo(t *testing.T) {
	found := 0
	for _, m := range regexp.MustCompile(`(?m)^  "?([a-z-]+)"?: (\[".*\]),$`).FindAllStringSubmatch(string(review.VerifyPage()), -1) {
		var names []string
		if err := json.Unmarshal([]byte(m[2]), &names); err != nil {
			t.Fatal(m[1], err)
		}
		for i, l := range lang.All() {
			key := "kind." + m[1]
			if !l.Has(key) {
				key = "word." + m[1]
			}
			if !l.Has(key) {
				continue // why a key may not sign: the pages have sentences for it
			}
			found++
			if names[i] != l.Text(key) {
				t.Errorf("%s: %s is %q on the pages, and %q there", l.Tag, m[1], l.Text(key), names[i])
			}
		}
	}
	if found < 6*len(review.Kinds()) {
		t.Error("the names are not found any more")
	}
}

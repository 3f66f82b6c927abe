package review

import "strings"

// nearest is the known name that differs from name in case, hyphens or
// underscores only, or in at most two letters; "" if none does.
func nearest(name string, known []string) string {
	if len(name) > 40 {
		return ""
	}
	name = plainLetters(name)
	best, bestDistance := "", 3
	for _, k := range known {
		d := editDistance(name, plainLetters(k))
		if d < bestDistance && d < len(k) {
			best, bestDistance = k, d
		}
	}
	return best
}

var joined = strings.NewReplacer("-", "", "_", "", " ", "")

func plainLetters(s string) string { return joined.Replace(strings.ToLower(s)) }

// editDistance is Levenshtein's, over bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

package browser

import (
	"regexp"
	"strings"
)

// isNeutral is whether a downloaded file may have a name: no path, nothing that
// a system or a header reads otherwise, and not too long.
func isNeutral(name string) bool { return len(name) <= 100 && neutralName.MatchString(name) }

var neutralName = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)

// number is what a cell may be that begins with a sign.
var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// isFormula is whether a spreadsheet may take a cell for a formula: by OWASP's
// list of first characters, and their wide forms.
func isFormula(cell string) bool {
	return cell != "" && !number.MatchString(cell) && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(cell)[0])
}

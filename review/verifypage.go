package review

import (
	_ "embed"
	"strings"
)

// FilePage is the page that checks exported files in a browser.
const FilePage = "verify.html"

//go:embed verify.html
var verifyPage string

// VerifyPage is one HTML file that checks the files of an export in a browser,
// with our own script and no connection to anywhere: the same bytes on every
// node and in every export. VERIFY.md says what it checks and what it does not.
func VerifyPage() []byte { return []byte(verifyPage) }

// VerifyPageHash is the page's SHA-256 in hexadecimal, by which people know it.
func VerifyPageHash() string { return digestOf([]byte(verifyPage)) }

// VerifyPagePolicy is the Content-Security-Policy that the page sets itself: its
// own script and style by their hashes, and nothing else.
func VerifyPagePolicy() string {
	_, policy, _ := strings.Cut(verifyPage, `http-equiv="Content-Security-Policy" content="`)
	policy, _, _ = strings.Cut(policy, `"`)
	return policy
}

package compact

import (
	"slices"
	"strings"
)

// ThemeEntry is a tag for what crosses objectives. Its code has the wider tags
// before it, as in "safe/climate/planned-relocation".
type ThemeEntry struct {
	Code     string `json:"code"`
	Title    string `json:"title"`    // English
	Verified bool   `json:"verified"` // checked against the source; else say "unverified"
	Basis    string `json:"basis"`    // the source, and how far it was checked
}

// Has reports whether another tag is this one or a finer one of it.
func (t ThemeEntry) Has(code string) bool {
	return code == t.Code || strings.HasPrefix(code, t.Code+"/")
}

// Themes lists the tags by code.
func Themes() []ThemeEntry { return slices.Clone(loaded().Themes) }

// Theme is the tag of a code.
func Theme(code string) (t ThemeEntry, ok bool) {
	all := loaded().Themes
	i, ok := slices.BinarySearchFunc(all, code, func(t ThemeEntry, code string) int {
		return strings.Compare(t.Code, code)
	})
	if !ok {
		return ThemeEntry{}, false
	}
	return all[i], true
}

package review

import (
	"strings"
	"unicode"
)

// mixedWord is a word that has letters of the Latin and of the Cyrillic or Greek
// alphabet, as Latin "Gambia" with a Cyrillic "а"; "" if there is none. In names
// and titles it makes one thing look like another.
func mixedWord(text string) string {
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) }) {
		latin, other := false, false
		for _, c := range word {
			latin = latin || unicode.Is(unicode.Latin, c)
			other = other || unicode.In(c, unicode.Cyrillic, unicode.Greek)
		}
		if latin && other {
			return word
		}
	}
	return ""
}

// checkLetters refuses a name or title with a word that mixes alphabets.
func checkLetters(r *Refusal, pointer, text string) {
	if word := mixedWord(text); word != "" {
		r.add(pointer, "mixed-letters", "value", quote(word))
	}
}

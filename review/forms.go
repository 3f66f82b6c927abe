package review

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"stocktake/review/compact"
	"stocktake/signing"
)

// forms are the rules about single texts that JSON Schema leaves to code, by
// x-form. Each has one code, so one message that says what to write instead.
var forms = map[string]struct {
	code string
	ok   func(string) bool
}{
	"document-id":        {"not-a-document-id", func(s string) bool { return isHex(s, 64) }},
	"document-or-author": {"not-a-document-or-author", func(s string) bool { return isHex(s, 64) || isListedID(s) || isAccreditedID(s) }},
	"salt":               {"not-a-salt", func(s string) bool { return isHex(s, 32) }},
	"participant":        {"not-a-participant-id", func(s string) bool { return isListedID(s) || isAccreditedID(s) }},
	"listed":             {"not-a-participant-id", isListedID},
	"accredited":         {"not-an-accredited-id", isAccreditedID},
	"name":               {"not-a-name", isName},
	"language":           {"not-a-language", isLanguage},
	"time":               {"not-a-time", isTime},
	"date":               {"not-a-date", isDate},
	"date-or-open":       {"not-a-date-or-open", orNotStated(isDate)},
	"year-or-open":       {"not-a-year", orNotStated(isYear)},
	"decimal":            {"not-a-decimal", isDecimal},
	"decimal-or-open":    {"not-a-decimal-or-open", orNotStated(isDecimal)},
	"currency-or-open":   {"unknown-currency", orNotStated(compact.Currency)},
	"currency":           {"not-a-currency", compact.Currency},
	"share":              {"not-a-share", isShare},
	"country":            {"unknown-country", isCountry},
	"region":             {"unknown-region", isRegion},
	"scope":              {"not-a-scope", isScope},
	"stocktake-scope":    {"not-a-stocktake-scope", func(s string) bool { _, err := readScope(Scope(s)); return err == nil }},
	"digest":             {"not-a-digest", func(s string) bool { return isHex(s, 64) }},
	"principle":          {"unknown-principle", func(s string) bool { return slices.Contains(compact.Principles(), s) }},
	"licence":            {"not-a-licence", isLicence},
	"theme":              {"unknown-theme", func(s string) bool { _, ok := compact.Theme(s); return ok }},
	"host-name":          {"not-a-host-name", isHostName},
	"origin":             {"not-an-origin", isOrigin},
	"note-key":           {"not-a-note-key", func(s string) bool { _, err := signing.ParseNoteKey(s); return err == nil }},
	"document-key":       {"not-a-document-key", func(s string) bool { _, err := signing.ParseDocumentKeyBase64(s); return err == nil }},
	"hash":               {"not-a-hash", isHash},
	"key-digest":         {"not-a-key-digest", func(s string) bool { return isHex(s, 64) }},
	"note":               {"not-a-note", isNote},
	"checkpoint":         {"not-a-checkpoint", func(s string) bool { _, err := signing.PeekCheckpoint([]byte(s)); return err == nil }},
	"period":             {"not-a-period", func(s string) bool { _, ok := parsePeriod(s); return ok }},
}

// checkText is what is wrong with a text that is not empty, nil if nothing.
// What has a form needs no other check: no form lets stray characters through.
func checkText(f *field, s string) *FieldError {
	if form, ok := forms[f.Form]; ok {
		if form.ok(s) {
			return nil
		}
		return refuse("", form.code, "value", quote(s))
	}
	for _, c := range s {
		switch {
		case ' ' <= c && c <= '~': // nearly all
		case f.Lines && (c == '\n' || c == '\t'):
		case c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029:
			if f.Lines {
				return refuse("", "carriage-return")
			}
			return refuse("", "several-lines")
		case unicode.IsControl(c) || c == 0xFEFF || isNoncharacter(c):
			return refuse("", "control-character", "character", codePoint(c))
		case 0x202A <= c && c <= 0x202E || 0x2066 <= c && c <= 0x2069:
			return refuse("", "reordering-character", "character", codePoint(c))
		}
	}
	if strings.TrimSpace(s) != s {
		return refuse("", "stray-space")
	}
	return nil
}

// isNoncharacter: Unicode reserves these for a program's own use.
func isNoncharacter(c rune) bool { return c&0xFFFE == 0xFFFE || 0xFDD0 <= c && c <= 0xFDEF }

func codePoint(c rune) string {
	hex := strings.ToUpper(strconv.FormatInt(int64(c), 16))
	return "U+" + strings.Repeat("0", max(0, 4-len(hex))) + hex
}

func orNotStated(ok func(string) bool) func(string) bool {
	return func(s string) bool { return s == NotStated || ok(s) }
}

// isHex reports whether s is n lower-case hexadecimal digits.
func isHex(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range n {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// isName: 1 to 40 lower-case letters, digits and inner hyphens.
func isName(s string) bool {
	return len(s) <= 40 && isLabel(s)
}

// isListedID: the ID of a participant that a charter lists.
func isListedID(s string) bool { return len(s) >= 2 && isName(s) }

// isLabel: lower-case letters, digits and inner hyphens, at least one.
func isLabel(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && s[0] != '-' && s[len(s)-1] != '-'
}

// isHostName: labels of at most 63 (RFC 1035), in lower case, without a final
// dot. An origin puts up to 61 bytes before it and has room for 253.
func isHostName(s string) bool {
	for _, label := range strings.Split(s, ".") {
		if len(label) > 63 || !isLabel(label) {
			return false
		}
	}
	return true
}

// isLicence: an identifier of the SPDX list, by its letters; the list grows.
func isLicence(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+") == ""
}

// isNote: a C2SP signed note of one key, as far as its form goes.
func isNote(s string) bool {
	text, signature, ok := strings.Cut(s, "\n\n")
	return ok && text != "" && strings.HasPrefix(signature, "\u2014 ") && !strings.Contains(strings.TrimSuffix(signature, "\n"), "\n")
}

func isOrigin(s string) bool {
	_, p, genesis8, suffix, err := Origin(s).Split()
	return err == nil && len(p) >= 2 && isName(string(p)) && isHex(genesis8, 8) && isHostName(suffix)
}

// isLanguage accepts the BCP 47 tags of a language, a script and a region in
// their usual case, as zh-Hant-TW. The registry of languages changes; whether
// a document is valid must not, so tags are not looked up.
func isLanguage(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts[0]) < 2 || len(parts[0]) > 3 || !isOnly(parts[0], 'a', 'z') {
		return false
	}
	parts = parts[1:]
	if len(parts) > 0 && len(parts[0]) == 4 && isOnly(parts[0][:1], 'A', 'Z') && isOnly(parts[0][1:], 'a', 'z') {
		parts = parts[1:]
	}
	if len(parts) > 0 && (len(parts[0]) == 2 && isOnly(parts[0], 'A', 'Z') || len(parts[0]) == 3 && isOnly(parts[0], '0', '9')) {
		parts = parts[1:]
	}
	return len(parts) == 0
}

func isOnly(s string, low, high byte) bool {
	for _, c := range []byte(s) {
		if c < low || c > high {
			return false
		}
	}
	return true
}

// isTime: RFC 3339 in UTC and whole seconds, as 2026-05-04T09:30:00Z.
func isTime(s string) bool {
	t, ok := parseInstant(s)
	return ok && isYear(strconv.Itoa(t.Year()))
}

func isDate(s string) bool {
	t, err := time.Parse(time.DateOnly, s)
	return err == nil && isYear(strconv.Itoa(t.Year()))
}

// isYear: the years that a pledge may speak of; another is a slip of the pen.
func isYear(s string) bool { return len(s) == 4 && isOnly(s, '0', '9') && "1900" <= s && s <= "2199" }

// isDecimal: digits with at most one point between them, at most 24, with a
// minus before them where below zero; no leading zeros, exponent or separators.
func isDecimal(s string) bool { return isDecimalOf(s, maxDigits) }

func isDecimalOf(s string, most int) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	switch {
	case whole == "" || !isOnly(whole, '0', '9') || len(whole) > 1 && whole[0] == '0':
		return false
	case point && (fraction == "" || !isOnly(fraction, '0', '9')):
		return false
	}
	return len(whole)+len(fraction) <= most
}

func isCountry(s string) bool {
	_, ok := compact.Country(s)
	return ok || isInventedCountry(s)
}

// isInventedCountry: ISO 3166-1 leaves these alpha-3 codes to its users, so no
// State has one; samples are about them.
func isInventedCountry(s string) bool {
	return len(s) == 3 && isOnly(s, 'A', 'Z') &&
		(s[:2] == "AA" || s[0] == 'Q' && s[1] >= 'M' || s[0] == 'X' || s[:2] == "ZZ")
}

func isRegion(s string) bool { _, ok := compact.Region(s); return ok }

func isScope(s string) bool {
	code, ok := strings.CutPrefix(s, "region:")
	return s == "global" || ok && isRegion(code)
}

func isObjective(s string) bool {
	n, err := strconv.Atoi(s)
	_, ok := compact.Objective(n)
	return err == nil && ok
}

// isSubjectName: the kind of a document, or attachments/ and a neutral file
// name of lower-case letters, digits, inner hyphens and dots.
func isSubjectName(s string) bool {
	file, ok := strings.CutPrefix(s, attachmentPrefix)
	if !ok {
		return isName(s)
	}
	return len(file) <= 100 && isHostName(file)
}

const attachmentPrefix = "attachments/"

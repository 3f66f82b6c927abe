package review

import (
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Nearly all documents keep their schema. This file tells so in one pass over
// the text, by the few keywords that the schemas use. It never says what is
// wrong: whatever it does not take, kindSchema.check looks into.

// plainlyFits is whether a plainly canonical text keeps the schema and the forms
// of its fields. False says nothing.
func (f *field) plainlyFits(raw json.RawMessage) bool {
	return f.fit(string(raw), 0) == len(raw)
}

// fit is where the value at i ends, -1 unless it plainly fits.
func (f *field) fit(b string, i int) int {
	switch c := b[i]; {
	case c == '{' && f.Type == "object":
		return f.fitObject(b, i)
	case c == '[' && f.Type == "array":
		return f.fitArray(b, i)
	case c == '"' && f.Type == "string":
		s, end := plainString(b, i)
		return f.fitsIf(f.text(s), end)
	case c == 't' && f.Type == "boolean": // the schemas know no false
		return i + len("true")
	case f.Type == "integer" && (c == '-' || '0' <= c && c <= '9'):
		end := canonicalInteger(b, i)
		n, err := strconv.Atoi(b[i:end])
		if f.Form == "objective" {
			return f.fitsIf(isObjective(b[i:end]), end)
		}
		return f.fitsIf(err == nil && f.Minimum <= n && n <= f.Maximum, end)
	}
	return -1
}

func (f *field) fitsIf(ok bool, end int) int {
	if !ok {
		return -1
	}
	return end
}

// text is whether a text has a length, a value and a form that the field takes.
func (f *field) text(s string) bool {
	if len(f.Enum) > 0 {
		return slices.Contains(f.Enum, s)
	}
	n := utf8.RuneCountInString(s)
	return max(f.MinLength, 1) <= n && n <= f.MaxLength && checkText(f, s) == nil
}

func (f *field) fitObject(b string, i int) int {
	required := 0 // names come once each
	for i++; b[i] != '}'; {
		end := asciiName(b, i)
		name := b[i+1 : end-1]
		p := f.Properties[name]
		if p == nil {
			return -1
		}
		if slices.Contains(f.Required, name) {
			required++
		}
		if i = p.fit(b, end+1); i < 0 {
			return -1
		}
		if b[i] == ',' {
			i++
		}
	}
	return f.fitsIf(required == len(f.Required), i+1)
}

func (f *field) fitArray(b string, i int) int {
	var entries []string
	for i++; b[i] != ']'; {
		if f.Items == nil || len(entries) == f.MaxItems {
			return -1
		}
		end := f.Items.fit(b, i)
		if end < 0 {
			return -1
		}
		entry := b[i:end] // of equal values the RFC 8785 forms are equal
		if f.UniqueItems && slices.Contains(entries, entry) {
			return -1
		}
		entries = append(entries, entry)
		if i = end; b[i] == ',' {
			i++
		}
	}
	return f.fitsIf(len(entries) >= f.MinItems, i+1)
}

package review

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Nearly all payloads are in their RFC 8785 form, and most of those hold plain
// names and small integers only. This file tells so in one pass without taking
// anything apart; whatever is out of the ordinary it leaves to the library.

// plainlyCanonical is whether a JSON text of valid UTF-8 is in its RFC 8785 form
// and at most maxDepth deep. False says nothing: names with escapes or beyond
// ASCII, fractions and integers of more than 15 digits are not looked into.
func plainlyCanonical(b []byte) bool {
	end := canonicalValue(b, 0, maxDepth)
	return end == len(b)
}

// canonicalValue is where the value at i ends, -1 if that is not plain or nests
// deeper than depth.
func canonicalValue(b []byte, i, depth int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '{':
		return canonicalObject(b, i, depth-1)
	case '[':
		return canonicalArray(b, i, depth-1)
	case '"':
		return canonicalString(b, i)
	case 't':
		return canonicalWord(b, i, "true")
	case 'f':
		return canonicalWord(b, i, "false")
	case 'n':
		return canonicalWord(b, i, "null")
	}
	return canonicalInteger(b, i)
}

func canonicalObject(b []byte, i, depth int) int {
	if depth < 0 {
		return -1
	}
	if i++; i < len(b) && b[i] == '}' {
		return i + 1
	}
	var last []byte
	for first := true; ; first = false {
		end := asciiName(b, i)
		if end < 0 || end >= len(b) || b[end] != ':' {
			return -1
		}
		name := b[i+1 : end-1]
		if !first && bytes.Compare(name, last) <= 0 { // of ASCII: UTF-16's order is that of the bytes
			return -1
		}
		last = name
		if i = canonicalValue(b, end+1, depth); i < 0 || i >= len(b) {
			return -1
		}
		switch b[i] {
		case ',':
			i++
		case '}':
			return i + 1
		default:
			return -1
		}
	}
}

func canonicalArray(b []byte, i, depth int) int {
	if depth < 0 {
		return -1
	}
	if i++; i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = canonicalValue(b, i, depth); i < 0 || i >= len(b) {
			return -1
		}
		switch b[i] {
		case ',':
			i++
		case ']':
			return i + 1
		default:
			return -1
		}
	}
}

// text is what is scanned, however it is held.
type text interface{ ~string | ~[]byte }

// canonicalString: RFC 8785 escapes what it must, in the shortest way.
func canonicalString[T text](b T, i int) int {
	for i++; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c < 0x20:
			return -1
		case c == '\\':
			if i++; i >= len(b) {
				return -1
			}
			switch b[i] {
			case '"', '\\', 'b', 'f', 'n', 'r', 't':
			default: // \u for other control characters: rare
				return -1
			}
		}
	}
	return -1
}

// asciiName is where a name of printable ASCII without escapes ends.
func asciiName[T text](b T, i int) int {
	if i >= len(b) || b[i] != '"' {
		return -1
	}
	for i++; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c < 0x20, c > 0x7e, c == '\\':
			return -1
		}
	}
	return -1
}

func canonicalInteger[T text](b T, i int) int {
	start := i
	if b[i] == '-' {
		i++
	}
	digits := i
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	switch n := i - digits; {
	case n == 0 || n > 15, b[digits] == '0' && (n > 1 || digits > start):
		return -1
	}
	return i
}

func canonicalWord(b []byte, i int, word string) int {
	if len(b)-i < len(word) || string(b[i:i+len(word)]) != word {
		return -1
	}
	return i + len(word)
}

// fieldsOf takes an object of a JSON text in its RFC 8785 form apart; nil if it
// is none. Of plain names it does so without reading their values.
func fieldsOf(raw json.RawMessage) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	if len(raw) > 0 && raw[0] == '{' {
		for i := 1; ; i++ {
			end := asciiName(raw, i)
			if end < 0 || end >= len(raw) || raw[end] != ':' {
				break
			}
			name := string(raw[i+1 : end-1])
			i = skipValue(raw, end+1)
			fields[name] = raw[end+1 : i]
			if i >= len(raw) || raw[i] != ',' {
				if i == len(raw)-1 && raw[i] == '}' {
					return fields
				}
				break
			}
		}
	}
	fields = nil
	if json.Unmarshal(raw, &fields) != nil {
		return nil
	}
	return fields
}

// membersOf is the values of an object of a JSON text in its RFC 8785 form that
// has fields of these names, in their order, and no other; nil if it has not.
func membersOf(raw json.RawMessage, names []string) []json.RawMessage {
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	values := make([]json.RawMessage, 0, len(names))
	i := 0
	for _, name := range names {
		end := asciiName(raw, i+1)
		if end < 0 || end >= len(raw) || raw[end] != ':' || string(raw[i+2:end-1]) != name {
			return nil
		}
		if i = skipValue(raw, end+1); i >= len(raw) {
			return nil
		}
		values = append(values, raw[end+1:i])
	}
	if i != len(raw)-1 {
		return nil
	}
	return values
}

// entriesOf takes an array of a valid JSON text apart; ok is false if it is none.
func entriesOf(raw json.RawMessage) (entries []json.RawMessage, ok bool) {
	if len(raw) < 2 || raw[0] != '[' {
		return nil, false
	}
	for i := 1; raw[i] != ']'; {
		end := skipValue(raw, i)
		entries = append(entries, raw[i:end])
		if i = end; raw[i] == ',' {
			i++
		}
	}
	return entries, true
}

// skipValue is where a value ends, by brackets and quotes alone.
func skipValue(b []byte, i int) int {
	for depth := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return min(i, len(b))
}

// genericJSON is a JSON text as maps, lists, strings, json.Numbers, booleans
// and nil; ok is false if it is none.
func genericJSON(raw json.RawMessage) (v any, ok bool) {
	if plainlyCanonical(raw) {
		v, _ = plainValue(string(raw), 0)
		return v, true
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	return v, err == nil
}

// plainValue reads the value at i of a plainly canonical text.
func plainValue(b string, i int) (v any, end int) {
	switch b[i] {
	case '{':
		object := map[string]any{}
		for i++; b[i] != '}'; {
			end := asciiName(b, i)
			object[b[i+1:end-1]], i = plainValue(b, end+1)
			if b[i] == ',' {
				i++
			}
		}
		return object, i + 1
	case '[':
		list := []any{}
		for i++; b[i] != ']'; {
			v, i = plainValue(b, i)
			list = append(list, v)
			if b[i] == ',' {
				i++
			}
		}
		return list, i + 1
	case '"':
		return plainString(b, i)
	case 't':
		return true, i + len("true")
	case 'f':
		return false, i + len("false")
	case 'n':
		return nil, i + len("null")
	}
	end = canonicalInteger(b, i)
	return json.Number(b[i:end]), end
}

// plainString reads the string at i, and copies it only where it has to.
func plainString(b string, i int) (s string, end int) {
	end = canonicalString(b, i)
	if s = b[i+1 : end-1]; strings.IndexByte(s, '\\') < 0 {
		return s, end
	}
	if json.Unmarshal([]byte(b[i:end]), &s) != nil {
		panic("review: a canonical string is no JSON string")
	}
	return s, end
}

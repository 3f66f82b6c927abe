package review

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gowebpki/jcs"
)

// Canonical is the RFC 8785 form of a value of this package: strings, booleans,
// integers, arrays and objects. It panics on what JSON cannot hold.
func Canonical(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(fmt.Sprintf("review: %T has no JSON form: %v", v, err))
	}
	written := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if c, end := arranged(make([]byte, 0, len(written)), written, 0); end == len(written) {
		return c
	}
	c, err := jcs.Transform(written)
	if err != nil {
		panic(fmt.Sprintf("review: %T has no RFC 8785 form: %v", v, err))
	}
	return c
}

// arranged appends the value at i of what encoding/json wrote, its members in
// RFC 8785's order, and says where the value ends: -1 if it is not as plain as
// canonicalValue wants it, which is for the library.
func arranged(out, b []byte, i int) ([]byte, int) {
	switch {
	case i < len(b) && b[i] == '{':
		return arrangedObject(out, b, i)
	case i < len(b) && b[i] == '[' && i+1 < len(b) && b[i+1] != ']':
		for sep := byte('['); b[i] == sep; sep = ',' {
			out = append(out, sep)
			if out, i = arranged(out, b, i+1); i < 0 || i >= len(b) {
				return out, -1
			}
		}
		return append(out, ']'), i + 1
	}
	end := canonicalValue(b, i, maxDepth)
	if end < 0 {
		return out, -1
	}
	return append(out, b[i:end]...), end
}

func arrangedObject(out, b []byte, i int) ([]byte, int) {
	type member struct{ name, text []byte }
	var members []member
	start, sorted := len(out), true
	out = append(out, '{')
	for i++; b[i] != '}'; {
		end := asciiName(b, i)
		if end < 0 || end >= len(b) || b[end] != ':' {
			return out, -1
		}
		m := member{name: b[i+1 : end-1]}
		if n := len(members); n > 0 {
			out, sorted = append(out, ','), sorted && bytes.Compare(members[n-1].name, m.name) < 0
		}
		from := len(out)
		out = append(out, b[i:end+1]...)
		if out, i = arranged(out, b, end+1); i < 0 || i >= len(b) {
			return out, -1
		}
		m.text = out[from:]
		members = append(members, m)
		if b[i] == ',' {
			i++
		}
	}
	if !sorted {
		slices.SortFunc(members, func(a, b member) int { return bytes.Compare(a.name, b.name) })
		for n := range members[1:] {
			if bytes.Equal(members[n].name, members[n+1].name) {
				return out, -1
			}
		}
		texts := make([][]byte, len(members))
		for n, m := range members {
			texts[n] = m.text
		}
		joined := bytes.Join(texts, []byte(","))
		out = append(append(out[:start], '{'), joined...)
	}
	return append(out, '}'), i + 1
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// strictJSON decodes one JSON value, refusing unknown fields and anything after.
func strictJSON(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("something follows the JSON value")
	}
	return nil
}

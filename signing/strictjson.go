package signing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gowebpki/jcs"
)

// decodeJSON reads one JSON value of at most max bytes. Go's decoder matches
// field names in any case, lets the last of duplicate keys win and reads
// base64 with line breaks, so whoever calls it must compare what it understood
// with what was written, by sameJSON.
func decodeJSON(b []byte, max int, v any) error {
	if len(b) > max {
		return fmt.Errorf("%d bytes, the limit is %d", len(b), max)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("something follows the JSON object")
	}
	return nil
}

// sameJSON reports whether two texts are one and the same JSON value: they may
// differ in white space, the order of fields and how characters are escaped,
// and in nothing else. Duplicate keys are never the same as anything.
func sameJSON(a, b []byte) bool {
	canonicalA, errA := jcs.Transform(a)
	canonicalB, errB := jcs.Transform(b)
	return errA == nil && errB == nil && bytes.Equal(canonicalA, canonicalB)
}

// mustJSON is the JSON form of a value that always has one.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // structs of strings, numbers and bytes only
	}
	return b
}

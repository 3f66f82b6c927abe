package review

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gowebpki/jcs"
)

// Canonical is the RFC 8785 form of a value of this package: strings, booleans,
// integers, arrays and objects. It panics on what JSON cannot hold.
func Canonical(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("review: %T has no JSON form: %v", v, err))
	}
	b, err = jcs.Transform(b)
	if err != nil {
		panic(fmt.Sprintf("review: %T has no RFC 8785 form: %v", v, err))
	}
	return b
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

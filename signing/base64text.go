package signing

import (
	"encoding/base64"
	"errors"
	"strings"
)

var errBase64 = errors.New("not standard base64 in its one form: padded, without line breaks or stray bits")

// parseBase64 reads standard base64 in the one form that encoding gives. Go's
// strict decoder alone would pass over line breaks.
func parseBase64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, errBase64
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, errBase64
	}
	return b, nil
}

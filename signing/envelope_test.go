package signing

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseEnvelopeTakesTheSameValueInAnyLayout(t *testing.T) {
	v := loadVectors(t)
	want := Envelope{[]byte(v.Document.Payload), unbase64(t, v.Document.Signature)}
	payload, sig := `"payload":"`+jsonField(t, v.Document.Envelope, "payload")+`"`, v.Document.Signature
	for name, text := range map[string]string{
		"as written":      v.Document.Envelope,
		"white space":     "\n " + strings.ReplaceAll(v.Document.Envelope, ",", " ,\r\n\t") + "\n",
		"order of fields": `{"signatures":[{"sig":"` + sig + `","keyid":""}],` + payload + `,"payloadType":"` + PayloadType + `"}`,
		"escapes":         strings.ReplaceAll(v.Document.Envelope, "/", `\/`),
	} {
		got, err := ParseEnvelope([]byte(text))
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
}

func TestParseEnvelopeRefusesEveryOtherValue(t *testing.T) {
	v := loadVectors(t)
	good := v.Document.Envelope
	payload := jsonField(t, good, "payload")
	signature := `{"keyid":"","sig":"` + v.Document.Signature + `"}`
	replaced := func(old, new string) string {
		require.Contains(t, good, old)
		return strings.Replace(good, old, new, 1)
	}
	for name, text := range map[string]string{
		"nothing":                    "",
		"null":                       "null",
		"an array":                   "[" + good + "]",
		"cut short":                  good[:len(good)-1],
		"two objects":                good + good,
		"a further field":            replaced(`{"payloadType"`, `{"x":1,"payloadType"`),
		"a further field of a sig":   replaced(`"keyid":""`, `"keyid":"","x":1`),
		"another case":               replaced(`"payload"`, `"Payload"`),
		"another case beside it":     replaced(`"payload"`, `"PAYLOAD":"AAAA","payload"`),
		"another case after it":      replaced(`,"signatures"`, `,"PayLoad":"`+payload+`","signatures"`),
		"a letter that folds to s":   replaced(`"signatures"`, `"ſignatures"`),
		"a payload twice":            replaced(`"payload"`, `"payload":"AAAA","payload"`),
		"the same payload twice":     replaced(`"payload":`, `"payload":"`+payload+`","payload":`),
		"signatures twice":           replaced(`"signatures"`, `"signatures":[],"signatures"`),
		"another payload type":       replaced("in-toto", "in-tot0"),
		"no payload type":            replaced(`"payloadType":"`+PayloadType+`",`, ``),
		"no payload":                 replaced(`"payload":"`+payload+`",`, ``),
		"an empty payload":           replaced(payload, ""),
		"a null payload":             replaced(`"`+payload+`"`, "null"),
		"URL-safe base64":            replaced(payload, strings.ReplaceAll(payload, "/", "_")+"_w=="),
		"base64 with a line break":   replaced(payload, payload[:4]+`\n`+payload[4:]),
		"base64 without padding":     replaced(payload, strings.TrimRight(payload, "=")),
		"base64 with trailing bits":  replaced(payload, strings.TrimSuffix(payload, "Q==")+"R=="),
		"a keyid":                    replaced(`"keyid":""`, `"keyid":"a"`),
		"no keyid":                   replaced(`"keyid":"",`, ``),
		"a null keyid":               replaced(`"keyid":""`, `"keyid":null`),
		"no signature":               replaced(signature, ""),
		"two signatures":             replaced(signature, signature+","+signature),
		"an empty signature":         replaced(v.Document.Signature, ""),
		"a signature that is a list": replaced(`"`+v.Document.Signature+`"`, "[48,69]"),
		"too long a signature":       replaced(v.Document.Signature, strings.Repeat("AAAA", 25)),
		"invalid UTF-8":              replaced(`"payloadType"`, "\"payloadType\xff\""),
		"too long":                   good + strings.Repeat(" ", MaxEnvelope),
	} {
		_, err := ParseEnvelope([]byte(text))
		require.ErrorIs(t, err, ErrEnvelope, name)
		require.NotContains(t, err.Error(), "\n", name)
	}
}

func TestEnvelopeTakesThePayloadLimitAndNoMore(t *testing.T) {
	sig := make([]byte, MaxSignature)
	e, err := ParseEnvelope(Envelope{bytes.Repeat([]byte("x"), MaxPayload), sig}.Marshal())
	require.NoError(t, err)
	require.Len(t, e.Payload, MaxPayload)
	_, err = ParseEnvelope(Envelope{bytes.Repeat([]byte("x"), MaxPayload+1), sig}.Marshal())
	require.ErrorIs(t, err, ErrEnvelope)
}

func TestParseDigestTakesOneSpelling(t *testing.T) {
	id := PayloadDigest([]byte("x")).String()
	d, err := ParseDigest(id)
	require.NoError(t, err)
	require.Equal(t, id, d.String())
	for _, s := range []string{"", id[1:], id + "0", strings.ToUpper(id), "0x" + id[2:], "g" + id[1:], " " + id} {
		_, err := ParseDigest(s)
		require.Error(t, err, s)
	}
}

// jsonField is the text of a string field that needs no unescaping.
func jsonField(t testing.TB, text, name string) string {
	_, rest, ok := strings.Cut(text, `"`+name+`":"`)
	require.True(t, ok)
	value, _, ok := strings.Cut(rest, `"`)
	require.True(t, ok)
	return value
}

func FuzzParseEnvelope(f *testing.F) {
	good := loadVectors(f).Document.Envelope
	f.Add([]byte(good))
	f.Add([]byte(strings.Replace(good, `"payload"`, `"Payload":"AAAA","payload"`, 1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseEnvelope(b)
		if err != nil {
			require.ErrorIs(t, err, ErrEnvelope)
			return
		}
		again, err := ParseEnvelope(e.Marshal())
		require.NoError(t, err)
		require.Equal(t, e, again)
		require.True(t, sameJSON(b, e.Marshal()))
	})
}

package signing

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// testLog is a log in memory: its leaves and RFC 6962 hashes.
type testLog struct {
	signer *NoteSigner
	log    TrustedLog
	hashes []tlog.Hash
	size   int64
}

func newTestLog(t testing.TB, origin string) *testLog {
	signer, err := GenerateNoteKey()
	require.NoError(t, err)
	return &testLog{signer: signer, log: TrustedLog{Origin: origin, Key: signer.Key()}}
}

func (l *testLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, 0, len(indexes))
	for _, i := range indexes {
		hashes = append(hashes, l.hashes[i])
	}
	return hashes, nil
}

func (l *testLog) add(t testing.TB, leaf Leaf) (index uint64) {
	hashes, err := tlog.StoredHashes(l.size, leaf.Marshal(), l)
	require.NoError(t, err)
	l.hashes = append(l.hashes, hashes...)
	l.size++
	return uint64(l.size - 1)
}

func (l *testLog) include(t testing.TB, leaf Leaf, index uint64) Inclusion {
	root, err := tlog.TreeHash(l.size, l)
	require.NoError(t, err)
	proof, err := tlog.ProveRecord(l.size, int64(index), l)
	require.NoError(t, err)
	i, err := Include(leaf, index, proof, SignCheckpoint(Checkpoint{l.log.Origin, uint64(l.size), root}, l.signer), l.log)
	require.NoError(t, err)
	return i
}

func TestEveryRecordOfALogCanBePublished(t *testing.T) {
	s, err := GenerateDocumentKey()
	require.NoError(t, err)
	l := newTestLog(t, "e1.sle.3f9a1c20.gcm.example")
	var documents []Envelope
	for n := range 9 {
		e, err := s.Sign(fmt.Appendf(nil, `{"n":%d}`, n))
		require.NoError(t, err)
		documents = append(documents, e)
		l.add(t, e.Leaf(s.Key()))
		for i, e := range documents {
			b := Bundle{e.Payload, e.Leaf(s.Key()), []Inclusion{l.include(t, e.Leaf(s.Key()), uint64(i))}}
			parsed, err := ParseBundle(b.Marshal())
			require.NoError(t, err)
			require.Equal(t, b, parsed)
			require.Equal(t, e, parsed.Envelope())
			known, err := parsed.Verify(TrustedRoot{l.log})
			require.NoError(t, err)
			require.Len(t, known, 1)
		}
	}
}

func TestABundleFromSeveralLogsNeedsOneThatIsListed(t *testing.T) {
	s, err := GenerateDocumentKey()
	require.NoError(t, err)
	e, err := s.Sign([]byte("{}"))
	require.NoError(t, err)
	leaf := e.Leaf(s.Key())
	one, two := newTestLog(t, "e1.sle.3f9a1c20.gcm.example"), newTestLog(t, "e1.gmb.3f9a1c20.gcm.example")
	b := Bundle{e.Payload, leaf, []Inclusion{one.include(t, leaf, one.add(t, leaf)), two.include(t, leaf, two.add(t, leaf))}}
	parsed, err := ParseBundle(b.Marshal())
	require.NoError(t, err)
	for want, root := range []TrustedRoot{{}, {two.log}, {two.log, one.log}} {
		known, err := parsed.Verify(root)
		require.Len(t, known, want)
		if want == 0 {
			require.ErrorIs(t, err, ErrUnknownLog)
		} else {
			require.NoError(t, err)
		}
	}
	parsed.Inclusions[0].Index++ // one bad proof is enough, though the other log's holds
	_, err = parsed.Verify(TrustedRoot{two.log, one.log})
	require.ErrorIs(t, err, ErrInclusion)
}

func TestNothingFalseCanBePublished(t *testing.T) {
	v := loadVectors(t)
	leaf, proof, note, log := v.leaf(t), v.proof(t), []byte(v.Log.Checkpoint), v.log(t)
	_, err := Include(leaf, v.Inclusion.Index, proof, note, log)
	require.NoError(t, err)

	other := leaf
	other.Digest[0] ^= 1
	_, err = Include(other, v.Inclusion.Index, proof, note, log)
	require.ErrorIs(t, err, ErrInclusion)
	for _, index := range []uint64{0, v.Inclusion.Index + 1, 7, 1 << 63, 1<<64 - 1} {
		_, err = Include(leaf, index, proof, note, log)
		require.ErrorIs(t, err, ErrInclusion, index)
	}
	_, err = Include(leaf, v.Inclusion.Index, proof[1:], note, log)
	require.ErrorIs(t, err, ErrInclusion)
	_, err = Include(leaf, v.Inclusion.Index, proof, note[1:], log)
	require.ErrorIs(t, err, ErrCheckpoint)
	_, err = Include(leaf, 7, proof, note, log)
	require.ErrorContains(t, err, "index 7 is not below the size 7")
	log.Key[0] ^= 1
	_, err = Include(leaf, v.Inclusion.Index, proof, note, log)
	require.ErrorIs(t, err, ErrCheckpoint)
}

func TestVerifyChecksABundleThatNobodyParsed(t *testing.T) {
	v := loadVectors(t)
	root := TrustedRoot{v.log(t)}
	for name, change := range map[string]func(b *Bundle){
		"payload":    func(b *Bundle) { b.Payload = []byte("{}") },
		"digest":     func(b *Bundle) { b.Leaf.Digest[0] ^= 1 },
		"signature":  func(b *Bundle) { b.Leaf.Signature = b.Leaf.Signature[:70] },
		"checkpoint": func(b *Bundle) { b.Inclusions[0].Checkpoint.Size++ },
		"log":        func(b *Bundle) { b.Inclusions[0].LogID[0] ^= 1 },
	} {
		b, err := ParseBundle([]byte(v.Bundle))
		require.NoError(t, err)
		change(&b)
		_, err = b.Verify(root)
		require.Error(t, err, name)
	}
	b, err := ParseBundle([]byte(v.Bundle))
	require.NoError(t, err)
	b.Inclusions[0].LogID[0] ^= 1
	require.ErrorIs(t, b.Inclusions[0].Verify(b.Leaf, v.log(t)), ErrInclusion)
}

func TestAnySingleChangeToABundleIsFound(t *testing.T) {
	v := loadVectors(t)
	root := TrustedRoot{v.log(t)}
	good := []byte(v.Bundle)
	want, err := ParseBundle(good)
	require.NoError(t, err)
	harmless := 0
	for i := range good {
		changed := append([]byte(nil), good...)
		changed[i] ^= 1 << (i % 7)
		b, err := ParseBundle(changed)
		if err != nil {
			require.ErrorIs(t, err, ErrBundle)
			continue
		}
		if _, err = b.Verify(root); err == nil {
			// Only a cosignature line can change and leave all else as it was:
			// it is checked by whoever counts witnesses.
			harmless++
			b.Inclusions[0].Note = want.Inclusions[0].Note
			require.Equal(t, want, b, "byte %d", i)
		}
	}
	require.Less(t, harmless, len(v.Cosigned)-len(v.Log.Checkpoint)+10)
}

func TestParseBundleRefusesWhatContradictsItself(t *testing.T) {
	v := loadVectors(t)
	good := v.Bundle
	replaced := func(old, new string) string {
		require.Contains(t, good, old)
		return strings.Replace(good, old, new, 1)
	}
	entry := good[strings.Index(good, "[")+1 : strings.Index(good, `]},"dsseEnvelope"`)]
	another := v.Log.Leaves[0]
	for name, text := range map[string]string{
		"nothing":                   "",
		"null":                      "null",
		"another version":           replaced("bundle.v0.3", "bundle.v0.2"),
		"a promise too":             replaced(`"inclusionProof"`, `"inclusionPromise":{},"inclusionProof"`),
		"a time of its own":         replaced(`"kindVersion"`, `"integratedTime":"1","kindVersion"`),
		"the index as a number":     replaced(`"logIndex":"3"`, `"logIndex":3`),
		"the index with a zero":     replaced(`"logIndex":"3"`, `"logIndex":"03"`),
		"another index in one":      replaced(`"logIndex":"3"`, `"logIndex":"4"`),
		"another size":              replaced(`"treeSize":"7"`, `"treeSize":"8"`),
		"another root":              replaced(`"rootHash":"`+v.Log.Root, `"rootHash":"`+v.Inclusion.Hashes[0]),
		"another kind":              replaced(`"kind":"hashedrekord"`, `"kind":"dsse"`),
		"another log's leaf":        replaced(base64Of(v.Document.Leaf), base64Of(another)),
		"another key hint":          replaced(jsonField(t, good, "hint"), v.Inclusion.Hashes[0]),
		"another signature":         replaced(`"sig":"M`, `"sig":"N`),
		"another payload":           replaced(`"payload":"e`, `"payload":"f`),
		"null hashes":               replaced(good[strings.Index(good, `"hashes":[`):strings.Index(good, `,"checkpoint"`)], `"hashes":null`),
		"a short hash":              replaced(`"hashes":["`+v.Inclusion.Hashes[0], `"hashes":["AAAA`),
		"too many hashes":           replaced(`"hashes":[`, `"hashes":[`+strings.Repeat(`"`+v.Inclusion.Hashes[0]+`",`, MaxProof)),
		"a short log ID":            replaced(v.Log.ID, "AAAA"),
		"no entries":                replaced(entry, ""),
		"too many entries":          replaced(entry, strings.Repeat(entry+",", MaxInclusions)+entry),
		"no checkpoint":             replaced(jsonField(t, good, "checkpoint\":{\"envelope"), ""),
		"a field in another case":   replaced(`"mediaType"`, `"mediatype"`),
		"a field twice":             replaced(`"kindVersion"`, `"kindVersion":{"kind":"x","version":"y"},"kindVersion"`),
		"two envelopes":             replaced(`"dsseEnvelope"`, `"DsseEnvelope":{"payloadType":"x","payload":"","signatures":[]},"dsseEnvelope"`),
		"base64 with a line break":  replaced(v.Inclusion.Hashes[0], v.Inclusion.Hashes[0][:8]+`\n`+v.Inclusion.Hashes[0][8:]),
		"something after it":        good + "{}",
		"longer than any bundle is": good + strings.Repeat(" ", MaxBundle),
	} {
		require.NotEqual(t, good, text, name)
		_, err := ParseBundle([]byte(text))
		require.ErrorIs(t, err, ErrBundle, name)
		require.NotContains(t, err.Error(), "\n", name)
	}
}

func TestABundleWithoutContentStillProves(t *testing.T) {
	v := loadVectors(t)
	b, err := ParseBundle([]byte(v.Bundle))
	require.NoError(t, err)
	b.Payload = nil
	parsed, err := ParseBundle(b.Marshal())
	require.NoError(t, err)
	require.Equal(t, b, parsed)
	require.NotContains(t, string(b.Marshal()), "dsseEnvelope")
	_, err = parsed.Verify(TrustedRoot{v.log(t)})
	require.NoError(t, err)
	for name, changed := range map[string]string{
		"another digest":  strings.Replace(string(b.Marshal()), `"digest":"`, `"digest":"AAAA`, 1),
		"an envelope too": strings.Replace(string(b.Marshal()), `"messageSignature":`, `"dsseEnvelope":{"payloadType":"`+PayloadType+`","payload":"e30=","signatures":[{"keyid":"","sig":"AA=="}]},"messageSignature":`, 1),
	} {
		_, err := ParseBundle([]byte(changed))
		require.ErrorIs(t, err, ErrBundle, name)
	}
}

func TestAFullBundleIsWithinItsLimit(t *testing.T) {
	v := loadVectors(t)
	proof := make(tlog.RecordProof, MaxProof)
	note := strings.Repeat("x", MaxCheckpoint)
	b := Bundle{make([]byte, MaxPayload), v.leaf(t), make([]Inclusion, MaxInclusions)}
	for i := range b.Inclusions {
		b.Inclusions[i] = Inclusion{Index: 1<<63 - 1, Proof: proof, Note: []byte(note)}
	}
	require.Less(t, len(b.Marshal()), MaxBundle)
}

func base64Of(s string) string {
	b, err := json.Marshal([]byte(s))
	if err != nil {
		panic(err)
	}
	return strings.Trim(string(b), `"`)
}

func FuzzParseBundle(f *testing.F) {
	v := loadVectors(f)
	root := TrustedRoot{v.log(f)}
	f.Add([]byte(v.Bundle))
	bare, err := ParseBundle([]byte(v.Bundle))
	require.NoError(f, err)
	bare.Payload = nil
	f.Add(bare.Marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		bundle, err := ParseBundle(b)
		if err != nil {
			require.ErrorIs(t, err, ErrBundle)
			return
		}
		again, err := ParseBundle(bundle.Marshal())
		require.NoError(t, err)
		require.Equal(t, bundle, again)
		require.True(t, sameJSON(b, bundle.Marshal()))
		_, _ = bundle.Verify(root)
	})
}

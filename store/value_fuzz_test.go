package store

import (
	"bytes"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// FuzzValues holds every decoder to its promise: it never panics, and what it
// takes encodes to the same bytes.
func FuzzValues(f *testing.F) {
	f.Add(entry{genuine: true, key: 7, digest: signing.Digest{1}, hashes: make([]tlog.Hash, 2), signature: []byte("der")}.marshal())
	f.Add(treeState{3, [32]byte{1}}.marshal())
	f.Add(counters{1, 2}.marshal())
	f.Add(marshalNumber(1 << 40))
	f.Add([]byte{byte(review.Sealed)})
	f.Add(marshalPayload(comment(1)))
	f.Add(marshalPayload([]byte("{}")))
	f.Add(marshalPayload(bytes.Repeat([]byte("long "), maxQuickPayload)))
	f.Add(placeKey(signing.Digest{1}, 2, 3))
	f.Add(seal([]byte("key"), []byte("value")))
	f.Add(mark{batch: 3, bound: 2, origins: []review.Origin{testOrigin}}.marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		same := func(name string, ok bool, again []byte) {
			if ok && !bytes.Equal(again, b) {
				t.Errorf("%s: %x became %x", name, b, again)
			}
		}
		for index := range uint64(4) { // with one, two and three hashes
			e, ok := parseEntry(index, b)
			same("entry", ok, e.marshal())
		}
		state, ok := parseTreeState(b)
		same("state", ok, state.marshal())
		c, ok := parseCounters(b)
		same("counters", ok, c.marshal())
		n, ok := parseNumber(b)
		same("number", ok, marshalNumber(n))
		a, ok := parseAbsence(b)
		same("absence", ok, []byte{byte(a)})
		cp, at, ok := parseWitness(b)
		if ok {
			same("witness", ok, marshalWitness(cp, at))
		}
		d, log, index, ok := splitPlaceKey(b)
		same("place", ok, placeKey(d, log, index))
		value, ok := unseal([]byte("key"), b)
		same("seal", ok, seal([]byte("key"), value))
		if payload, ok := parsePayload(b); ok {
			if again, ok := parsePayload(marshalPayload(payload)); !ok || !bytes.Equal(again, payload) {
				t.Errorf("payload %x became %x", payload, again)
			}
		}
		if m, ok := parseMark(b); ok {
			again, ok := parseMark(m.marshal()) // what follows the last origin is not looked at
			if !ok || again.batch != m.batch || again.bound != m.bound || !slices.Equal(again.origins, m.origins) {
				t.Errorf("mark %x became %v", b, again)
			}
		}
		note := logSigned(b, testOrigin)
		same("note", bytes.Equal(note, b), logSigned(note, testOrigin))
	})
}

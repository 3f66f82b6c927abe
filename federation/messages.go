package federation

import (
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Methods of the protocol, each with its version. A node that does not know a
// method says so and stays connected.
const (
	MethodHeads         = "heads-1"
	MethodRange         = "range-1"
	MethodPayloads      = "payloads-1"
	MethodAddCheckpoint = "add-checkpoint-1" // bodies are C2SP tlog-witness text
)

// HeadsRequest asks whether two nodes hold the same. State is the digest of
// the asker's heads and absences, Names that of the names of its logs. The charter in force follows from the records, so it needs no
// digest of its own.
//
//	state[32] names[32]
type HeadsRequest struct {
	State, Names [32]byte
}

// HeadsAnswer lists the answerer's logs, sorted by origin, unless the states
// are the same. Origins are left out where the askers' names are the same.
//
//	0x01                                                   the same
//	0x00 named(0|1) count { [origin] size root[32] }...    else
type HeadsAnswer struct {
	Same  bool
	Named bool
	Heads []LogHead
}

// LogHead is what a node says that it holds of a log. It is unsigned: a reason
// to ask for a range, which brings the log's own word.
type LogHead struct {
	Origin review.Origin
	Size   uint64
	Root   tlog.Hash
}

// RangeRequest asks for a log's entries from an index on. Have is the size of
// the asker's own head of that log.
//
//	origin have from max-bytes
type RangeRequest struct {
	Origin   review.Origin
	Have     uint64
	From     uint64
	MaxBytes uint64 // of entries; the first is sent whatever its size
}

// RangeAnswer is a run of entries under the answerer's head of the log, Note.
// Prefix is that log's root at the size that the asker has, Link the
// consistency proof from there to Note: they show whether both hold one log.
// They are empty if the asker has nothing or more than the answerer. Proof
// leads from the end of the entries to Note, empty where they meet.
//
//	note prefix[32] link count { absence key sig-length sig (payload | digest[32]) }... proof
//
// A key is 0 and 91 bytes of SubjectPublicKeyInfo when it is new in this
// answer, later its number, counted from 1. An absent payload is replaced by
// the digest that the leaf carries.
type RangeAnswer struct {
	Note    []byte // empty: the answerer knows nothing of that log
	Prefix  tlog.Hash
	Link    tlog.TreeProof
	Entries []store.Entry // Genuine is not sent
	Proof   tlog.TreeProof
}

// PayloadsRequest asks for documents' payloads by ID, ascending.
//
//	count id[32]...
type PayloadsRequest struct {
	IDs []review.DocumentID
}

// PayloadsAnswer holds those payloads that the answerer has and gives out, as
// many as fit, in the order asked.
//
//	count payload...
type PayloadsAnswer struct {
	Payloads [][]byte
}

func (m HeadsRequest) encode() []byte {
	return append(m.State[:len(m.State):len(m.State)], m.Names[:]...)
}

func decodeHeadsRequest(b []byte) (m HeadsRequest, err error) {
	d := decode(b)
	m.State = d.hash("state")
	m.Names = d.hash("names")
	return m, d.finish()
}

func (m HeadsAnswer) encode() []byte {
	if m.Same {
		return []byte{1}
	}
	b := make([]byte, 0, 2+4+len(m.Heads)*(32+5))
	b = append(b, 0)
	named := uint64(0)
	if m.Named {
		named = 1
	}
	b = putNumber(b, named)
	b = putNumber(b, uint64(len(m.Heads)))
	for _, h := range m.Heads {
		if m.Named {
			b = putString(b, string(h.Origin))
		}
		b = putNumber(b, h.Size)
		b = append(b, h.Root[:]...)
	}
	return b
}

func decodeHeadsAnswer(b []byte) (m HeadsAnswer, err error) {
	d := decode(b)
	if m.Same = d.flag("same"); m.Same {
		return m, d.finish()
	}
	m.Named = d.flag("named")
	n := d.number("head count", MaxHeads)
	for range n {
		if d.err != nil {
			break
		}
		var h LogHead
		if m.Named {
			h.Origin = review.Origin(d.bytes("origin", signing.MaxOrigin))
			if k := len(m.Heads); k > 0 && h.Origin <= m.Heads[k-1].Origin {
				d.fail("heads are not sorted by origin")
			}
		}
		h.Size = d.number("size", maxSize)
		h.Root = d.hash("root")
		m.Heads = append(m.Heads, h)
	}
	return m, d.finish()
}

func (m RangeRequest) encode() []byte {
	b := putString(nil, string(m.Origin))
	b = putNumber(b, m.Have)
	b = putNumber(b, m.From)
	return putNumber(b, m.MaxBytes)
}

func decodeRangeRequest(b []byte) (m RangeRequest, err error) {
	d := decode(b)
	m.Origin = review.Origin(d.bytes("origin", signing.MaxOrigin))
	m.Have = d.number("have", maxSize)
	m.From = d.number("from", maxSize)
	m.MaxBytes = d.number("max-bytes", MaxRange)
	if m.From < m.Have {
		d.fail("from is below have")
	}
	return m, d.finish()
}

// keyLength is that of every P-256 SubjectPublicKeyInfo.
const keyLength = signing.MaxKey

func (m RangeAnswer) encode() []byte {
	size := len(m.Note) + 256
	for _, e := range m.Entries {
		size += len(e.Payload) + 128
	}
	b := putBytes(make([]byte, 0, size), m.Note)
	b = append(b, m.Prefix[:]...)
	b = putHashes(b, m.Link)
	b = putNumber(b, uint64(len(m.Entries)))
	keys := make(map[signing.DocumentKey]uint64)
	for _, e := range m.Entries {
		absence := e.Absence
		if len(e.Payload) > signing.MaxPayload || len(e.Payload) == 0 && absence == review.Present {
			absence = review.Missing // does not travel
		}
		b = putNumber(b, uint64(absence))
		number, known := keys[e.Leaf.Key]
		b = putNumber(b, number)
		if !known {
			b = append(b, e.Leaf.Key...)
			keys[e.Leaf.Key] = uint64(len(keys) + 1)
		}
		b = putBytes(b, e.Leaf.Signature)
		if absence == review.Present {
			b = putBytes(b, e.Payload)
		} else {
			b = append(b, e.Leaf.Digest[:]...)
		}
	}
	return putHashes(b, m.Proof)
}

func decodeRangeAnswer(b []byte) (m RangeAnswer, err error) {
	d := decode(b)
	m.Note = d.bytes("note", signing.MaxCheckpoint)
	m.Prefix = d.hash("prefix")
	m.Link = d.hashes("link", maxProof)
	n := d.number("entry count", maxEntries)
	var keys []signing.DocumentKey
	known := make(map[signing.DocumentKey]bool)
	for range n {
		if d.err != nil {
			break
		}
		var e store.Entry
		e.Absence = review.Absence(d.number("absence", uint64(review.Erased)))
		if number := d.number("key number", uint64(len(keys))); number > 0 {
			e.Leaf.Key = keys[number-1]
		} else if raw := d.take("key", keyLength); d.err == nil {
			key, err := signing.ParseDocumentKey(raw)
			if err != nil || known[key] {
				d.fail("a key is malformed or sent twice")
			}
			e.Leaf.Key = key
			keys, known[key] = append(keys, key), true
		}
		e.Leaf.Signature = d.bytes("signature", signing.MaxSignature)
		if e.Absence == review.Present {
			if e.Payload = d.bytes("payload", signing.MaxPayload); len(e.Payload) == 0 {
				d.fail("a payload is empty")
			}
			e.Leaf.Digest = signing.PayloadDigest(e.Payload)
		} else {
			e.Leaf.Digest = signing.Digest(d.hash("digest"))
		}
		m.Entries = append(m.Entries, e)
	}
	m.Proof = d.hashes("proof", maxProof)
	return m, d.finish()
}

func (m PayloadsRequest) encode() []byte {
	b := putNumber(nil, uint64(len(m.IDs)))
	for _, id := range m.IDs {
		digest, err := signing.ParseDigest(string(id))
		if err != nil {
			panic(err) // IDs come from leaves
		}
		b = append(b, digest[:]...)
	}
	return b
}

func decodePayloadsRequest(b []byte) (m PayloadsRequest, err error) {
	d := decode(b)
	for range d.number("ID count", maxPayloadIDs) {
		id := review.DocumentID(signing.Digest(d.hash("ID")).String())
		if k := len(m.IDs); k > 0 && id <= m.IDs[k-1] {
			d.fail("IDs are not ascending")
		}
		m.IDs = append(m.IDs, id)
	}
	return m, d.finish()
}

func (m PayloadsAnswer) encode() []byte {
	b := putNumber(nil, uint64(len(m.Payloads)))
	for _, p := range m.Payloads {
		b = putBytes(b, p)
	}
	return b
}

func decodePayloadsAnswer(b []byte) (m PayloadsAnswer, err error) {
	d := decode(b)
	for range d.number("payload count", maxPayloadIDs) {
		m.Payloads = append(m.Payloads, d.bytes("payload", signing.MaxPayload))
	}
	return m, d.finish()
}

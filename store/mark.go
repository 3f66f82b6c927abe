package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"

	"stocktake/review"
)

// After a flipped bit in its last write-ahead log Badger drops what follows it,
// and says nothing: the database is whole, and earlier than what was
// acknowledged. So batches are numbered in the database, and after each one its
// number is written to a file beside it, the mark. A database behind its mark
// has lost something. The mark is written after the batch was synced and not
// synced itself, so it never costs a wait, never runs ahead, and is behind by
// little even after a power failure.

const markName = "mark"

// mark is what the file says.
type mark struct {
	batch uint64 // number of the last batch
	// bound is the last batch that bound this node: it signed a checkpoint or
	// a cosignature, or a fence. A database behind it might sign the contrary.
	bound   uint64
	origins []review.Origin // that this node signed here, the newest last
}

// The file is two slots, written in turn, so that one is whole at any moment:
// magic (4), batch (8), bound (8), number of origins (1), each after its length
// (1), zeros, and the CRC-32C of it all (4).
const (
	markSlot    = 1 << 10
	markMagic   = "stm1"
	markOrigins = 5 // epochs are years apart
)

func (m mark) marshal() []byte {
	b := append(make([]byte, 0, markSlot), markMagic...)
	b = binary.BigEndian.AppendUint64(b, m.batch)
	b = binary.BigEndian.AppendUint64(b, m.bound)
	origins := m.origins[max(0, len(m.origins)-markOrigins):]
	b = append(b, byte(len(origins)))
	for _, o := range origins {
		b = append(append(b, byte(len(o))), o...)
	}
	b = b[:markSlot-crc32.Size]
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func parseMark(b []byte) (m mark, ok bool) {
	const body = markSlot - crc32.Size
	if len(b) != markSlot || string(b[:4]) != markMagic || crc32.Checksum(b[:body], castagnoli) != binary.BigEndian.Uint32(b[body:]) {
		return mark{}, false
	}
	m = mark{batch: binary.BigEndian.Uint64(b[4:]), bound: binary.BigEndian.Uint64(b[12:])}
	n, rest := int(b[20]), b[21:body]
	for range n {
		if len(rest) == 0 || len(rest) < 1+int(rest[0]) {
			return mark{}, false
		}
		m.origins = append(m.origins, review.Origin(rest[1:1+rest[0]]))
		rest = rest[1+rest[0]:]
	}
	return m, n <= markOrigins
}

// readMark is the newest whole slot; ok is false if there is none.
func readMark(dir string) (m mark, ok bool) {
	b, err := os.ReadFile(filepath.Join(dir, markName))
	if err != nil {
		return mark{}, false
	}
	for slot := range slices.Chunk(b, markSlot) {
		if found, whole := parseMark(slot); whole && (!ok || found.batch > m.batch) {
			m, ok = found, true
		}
	}
	return m, ok
}

// writeMark notes that a batch is on disk. Only the goroutine that writes calls
// it. The documents are safe without it: an error is told, not returned.
func (s *Store) writeMark(b *batch) {
	s.mark.batch = b.number
	if b.bound {
		s.mark.bound = b.number
	}
	for o := range b.signers {
		if !slices.Contains(s.mark.origins, o) {
			s.mark.origins = append(s.mark.origins, o)
		}
	}
	if s.markFile == nil {
		return // in memory
	}
	if _, err := s.markFile.WriteAt(s.mark.marshal(), int64(b.number%2*markSlot)); err != nil {
		s.logger.Warn("mark not written", "err", err)
	}
}

// checkMark holds the database against its mark when it is opened; holed are
// write-ahead logs in which something in the middle is lost. What was
// lost of other participants' logs comes again from peers. If it bound this
// node, its logs are fenced, and Lost says so until Recovered: a witness may
// have cosigned what is not known here any more.
func (s *Store) checkMark(batch uint64, holed []string) error {
	if s.options.InMemory {
		return nil
	}
	m, ok := readMark(s.dir)
	s.mark = m
	s.mark.batch = max(m.batch, batch)
	if !ok {
		if batch > 0 {
			s.logger.Warn("the mark is missing: whether the database is as it was left cannot be told", "dir", s.dir)
		}
		return nil
	}
	if len(holed) > 0 {
		reason := fmt.Sprintf("the file %s in %s is damaged: changes that this node had acknowledged are lost", holed[0], s.dir)
		s.logger.Error("this node never signs its log again", "reason", reason)
		return s.lose(reason, m.origins)
	}
	if m.batch <= batch {
		return nil
	}
	if m.bound <= batch {
		s.logger.Error("acknowledged records were lost: the end of the database's log is damaged; they come again from other nodes",
			"dir", s.dir, "batches", m.batch-batch)
		return nil
	}
	reason := fmt.Sprintf("the end of the database's log in %s is damaged: the last %d changes, which this node had signed or acknowledged, are lost", s.dir, m.batch-batch)
	s.logger.Error("this node never signs its log again", "reason", reason)
	return s.lose(reason, m.origins)
}

// metaLost is why this database may not know everything that this node signed.
const metaLost = "store/lost"

// lose fences logs and notes why, in one batch.
func (s *Store) lose(reason string, origins []review.Origin) error {
	c := cost{keys: 1 + len(origins), bytes: (1 + len(origins)) * (len(reason) + 2*maxName)}
	return s.submit(ctxNone, c, func(b *batch) error {
		b.set(textKey(keyMeta, metaLost), []byte(reason))
		for _, o := range origins {
			key := textKey(keyFence, string(o))
			if _, fenced, err := b.get(key); err != nil {
				return err
			} else if !fenced {
				b.set(key, []byte(reason))
			}
		}
		return nil
	})
}

// Lost is why this database may not know everything that this node signed: a
// witness must not cosign on with the same key. "" if it does.
func (s *Store) Lost() (reason string, err error) {
	b, err := s.Meta(metaLost)
	return string(b), err
}

// Recovered says that the node has taken the consequences of Lost.
func (s *Store) Recovered() error { return s.SetMeta(metaLost, nil) }

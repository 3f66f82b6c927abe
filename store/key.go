package store

import (
	"encoding/binary"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"stocktake/signing"
)

// keyCache holds document keys by their number in this database. An entry
// names its key by number: 4 bytes for 91.
type keyCache struct {
	mu       sync.Mutex
	byNumber map[uint32]signing.DocumentKey
	numbers  map[signing.DocumentKey]uint32
}

func (c *keyCache) add(n uint32, k signing.DocumentKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.byNumber) >= maxKeyCache || c.byNumber == nil {
		c.byNumber = make(map[uint32]signing.DocumentKey)
		c.numbers = make(map[signing.DocumentKey]uint32)
	}
	c.byNumber[n], c.numbers[k] = k, n
}

func (c *keyCache) key(n uint32) (signing.DocumentKey, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.byNumber[n]
	return k, ok
}

func (c *keyCache) number(k signing.DocumentKey) (uint32, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, ok := c.numbers[k]
	return n, ok
}

// documentKey is the key with a number.
func (s *Store) documentKey(tx *badger.Txn, n uint32) (signing.DocumentKey, error) {
	if k, ok := s.keys.key(n); ok {
		return k, nil
	}
	b, ok, err := s.get(tx, numberKey(keyKey, n))
	if err != nil {
		return "", err
	}
	if !ok {
		return "", s.damage("document key %d", n)
	}
	k := signing.DocumentKey(b)
	s.keys.add(n, k)
	return k, nil
}

// keyNumber is a document key's number, a new one if it has none.
func (b *batch) keyNumber(k signing.DocumentKey) (uint32, error) {
	if n, ok := b.store.keys.number(k); ok {
		return n, nil
	}
	if n, ok := b.newKeys[k]; ok {
		return n, nil
	}
	value, ok, err := b.get(textKey(keyKeyNumber, string(k)))
	if err != nil {
		return 0, err
	}
	if ok && len(value) == 4 {
		n := binary.BigEndian.Uint32(value)
		b.store.keys.add(n, k)
		return n, nil
	}
	if ok {
		return 0, b.store.damage("the number of document key %s", k.Fingerprint())
	}
	n := b.counters.keys
	b.counters.keys++
	b.newKeys[k] = n
	b.set(numberKey(keyKey, n), []byte(k))
	b.set(textKey(keyKeyNumber, string(k)), binary.BigEndian.AppendUint32(nil, n))
	return n, nil
}

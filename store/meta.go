package store

import (
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// Meta is a value of the node's own bookkeeping; nil if it was never set.
func (s *Store) Meta(name string) (value []byte, err error) {
	err = s.view(func(tx *badger.Txn) error {
		value, _, err = s.get(tx, textKey(keyMeta, name))
		return err
	})
	return value, err
}

// SetMeta sets such a value, at most MaxMeta bytes; it returns when that is on
// disk.
func (s *Store) SetMeta(name string, value []byte) error {
	if len(name) > maxName || len(value) > MaxMeta {
		return fmt.Errorf("store: bookkeeping %.40q of %d bytes, the limit is %d", name, len(value), MaxMeta)
	}
	return s.submit(ctxNone, cost{keys: 1, bytes: len(name) + len(value)}, func(b *batch) error {
		b.set(textKey(keyMeta, name), value)
		return nil
	})
}

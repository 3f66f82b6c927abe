package web

import (
	"crypto/sha256"
	"encoding/json"
	"sync"
)

// keptPages are the pages that were made last, by address. A page follows from
// its address and its basis, so each is made once for many readers.
type keptPages struct {
	sync.Mutex
	byAddress map[string]keptPage
	order     []string // oldest first
	bytes     int
}

type keptPage struct {
	of    string // the basis
	bytes int
	*piece
}

func (k *keptPages) get(address, of string) *piece {
	k.Lock()
	defer k.Unlock()
	if p, ok := k.byAddress[address]; ok && p.of == of {
		return p.piece
	}
	return nil
}

func (k *keptPages) put(address, of string, p *piece) {
	k.Lock()
	defer k.Unlock()
	if k.byAddress == nil {
		k.byAddress = map[string]keptPage{}
	}
	old, known := k.byAddress[address]
	if !known {
		k.order = append(k.order, address)
	}
	k.byAddress[address] = keptPage{of, 2 * len(p.plain), p}
	for k.bytes += 2*len(p.plain) - old.bytes; k.bytes > maxPages && len(k.order) > 0; k.order = k.order[1:] {
		k.bytes -= k.byAddress[k.order[0]].bytes
		delete(k.byAddress, k.order[0])
	}
}

// state is a digest of what a page may say of the node beside its records.
func (s *Status) state() string {
	shown := *s
	shown.Clock = nil // no page says it, and it never stands still
	j, _ := json.Marshal(shown)
	sum := sha256.Sum256(j)
	return string(sum[:])
}

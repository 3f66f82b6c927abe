package desk

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// drafts are kept a file each, written whole or not at all.
type drafts struct {
	dir string
	now func() time.Time
	mu  sync.Mutex // whoever reads to write holds it
}

func (s *drafts) file(id string) string { return filepath.Join(s.dir, "drafts", id+".json") }

var errNoDraft = cannot(http.StatusNotFound, "cannot.draft")

// get reads one.
func (s *drafts) get(id string) (*Draft, error) {
	if id == "" || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" || len(id) > 40 {
		return nil, errNoDraft
	}
	b, err := os.ReadFile(s.file(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoDraft
	}
	if err != nil {
		return nil, err
	}
	d := new(Draft)
	decoder := json.NewDecoder(strings.NewReader(string(b)))
	decoder.UseNumber()
	if err := decoder.Decode(d); err != nil {
		return nil, fmt.Errorf("%s: %w", s.file(id), err)
	}
	if d.Fields == nil {
		d.Fields = map[string]any{}
	}
	return d, nil
}

func (s *drafts) put(d *Draft) error {
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return replaceFile(s.file(d.ID), b)
}

// begin makes a new draft of what it says already.
func (s *drafts) begin(p *Person, d *Draft) (*Draft, error) {
	if !p.is(Drafter) {
		return nil, notFor(p, Drafter)
	}
	if entries, err := os.ReadDir(filepath.Join(s.dir, "drafts")); err != nil {
		return nil, err
	} else if len(entries) >= maxDrafts {
		return nil, cannot(http.StatusInsufficientStorage, "cannot.more-drafts", "number", len(entries), "limit", maxDrafts, "folder", filepath.Join(s.dir, "drafts"))
	}
	d.ID, d.State = rand.Text(), Writing
	d.note(s.now(), p.Name, didBegin, "")
	return d, s.put(d)
}

// change reads a draft, changes it, and writes it, while nobody else does.
func (s *drafts) change(id string, f func(*Draft) error) (*Draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.get(id)
	if err != nil {
		return nil, err
	}
	if err := f(d); err != nil {
		return d, err
	}
	return d, s.put(d)
}

// all are the drafts, those changed last first. One that cannot be read is
// passed over: the others are not to suffer.
func (s *drafts) all() (all []*Draft, err error) {
	entries, err := os.ReadDir(filepath.Join(s.dir, "drafts"))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".json"); ok {
			if d, err := s.get(id); err == nil {
				all = append(all, d)
			}
		}
	}
	slices.SortFunc(all, func(a, b *Draft) int { return b.Changed.Compare(a.Changed) })
	return all, nil
}

package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
)

// backupPart is what the next part of a backup holds, as text.
func backupPart(t *testing.T, s *Store, state *BackupState) []byte {
	var b bytes.Buffer
	w := NewBackupWriter(&b)
	require.NoError(t, w.Write(BackupLine{Backup: &BackupHeader{Version: BackupVersion, ID: "x", Part: state.Header.Part + 1, Previous: state.Digest, Participant: "sle"}}))
	require.NoError(t, s.Backup(context.Background(), *state, w))
	require.NoError(t, w.End())
	require.NoError(t, eachLine(b.Bytes(), func(l *BackupLine) error { return state.Follow(l) }))
	return b.Bytes()
}

func eachLine(part []byte, f func(*BackupLine) error) error {
	r := NewBackupReader(bytes.NewReader(part))
	for {
		l, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = f(l)
		}
		if err != nil {
			return err
		}
	}
}

// restored is a new store with what the parts hold.
func restored(t *testing.T, gone map[review.DocumentID]review.Absence, parts ...[]byte) (*Store, error) {
	s := openTest(t, "", Options{InMemory: true})
	var check BackupCheck
	for _, part := range parts {
		if err := eachLine(part, func(l *BackupLine) error {
			tail, err := check.Line(l)
			if err == nil {
				err = s.RestoreLine(l, tail, gone)
			}
			return err
		}); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// contents are all keys and values of a store but the node's bookkeeping.
func contents(t *testing.T, s *Store) map[string]string {
	all := map[string]string{}
	for _, h := range s.Heads() {
		for i := range h.Size {
			r, err := s.Record(h.Origin, i)
			require.NoError(t, err)
			all[fmt.Sprintf("%s %d", h.Origin, i)] = fmt.Sprintf("%x %x %s %t %q", r.Leaf.Hash(), r.Payload, r.Absence, r.Genuine, h.Checkpoint)
		}
		fence, err := s.Fenced(h.Origin)
		require.NoError(t, err)
		c, at := s.Witnessed(h.Origin)
		all["state "+string(h.Origin)] = fmt.Sprintf("%s %v %s", fence, c, at)
	}
	return all
}

func TestARestoredBackupIsWhatWasHeldAtThatMoment(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	author := newAuthor(t)
	own := s.OpenLog(testOrigin, newNoteSigner(t))
	other := newSource(t, "e1.gin.3f9a1c20.gcm.example")
	var state BackupState
	var parts [][]byte
	for part := range 3 {
		for n := range 300 { // more than one line
			_, _, err := own.Append(t.Context(), author.sign(t, comment(1000*part+n)))
			require.NoError(t, err)
		}
		from := len(other.entries)
		other.add(author, comment(50_000+part), comment(60_000+part))
		tail := other.tail(from, from+2, from+2)
		if part == 0 {
			tail.Entries = []Entry{{Leaf: tail.Entries[0].Leaf, Genuine: true}, tail.Entries[1]} // its payload comes later
		}
		_, err := s.Extend(tail)
		require.NoError(t, err)
		require.NoError(t, s.Witness(testOrigin, uint64(300*part), s.log(testOrigin).checkpoint(), time.Unix(1_800_000_000+int64(part), 0)))
		if part == 1 {
			require.NoError(t, s.Reveal(other.entries[0].Payload))
			require.NoError(t, s.Fence(other.origin, "for a test"))
		}
		parts = append(parts, backupPart(t, s, &state))
	}
	again, err := restored(t, nil, parts...)
	require.NoError(t, err)
	require.Equal(t, contents(t, s), contents(t, again))

	first, err := restored(t, nil, parts[0])
	require.NoError(t, err)
	r, err := first.Record(other.origin, 0)
	require.NoError(t, err)
	require.Equal(t, review.Missing, r.Absence)
	require.EqualValues(t, 300, first.Head(testOrigin).Size)
	require.Less(t, len(parts[2]), len(parts[0])*3/2, "a part holds only what is new")
}

func TestALogThatIsArrivingIsBackedUpAsFarAsANoteCoversIt(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	source, author := newSource(t, testOrigin), newAuthor(t)
	for n := range 10 {
		source.add(author, comment(n))
	}
	for _, tail := range []Tail{source.tail(0, 4, 4), source.tail(4, 7, 10)} {
		_, err := s.Extend(tail)
		require.NoError(t, err)
	}
	var state BackupState
	again, err := restored(t, nil, backupPart(t, s, &state))
	require.NoError(t, err)
	require.EqualValues(t, 4, again.Head(testOrigin).Size)

	_, err = s.Extend(source.tail(7, 10, 10))
	require.NoError(t, err)
	state = BackupState{}
	again, err = restored(t, nil, backupPart(t, s, &state))
	require.NoError(t, err)
	require.Equal(t, contents(t, s), contents(t, again))
}

func TestErasedTextIsNotRestoredFromAnEarlierPart(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	own := s.OpenLog(testOrigin, newNoteSigner(t))
	records, _, err := own.Append(t.Context(), newAuthor(t).sign(t, comment(1)), newAuthor(t).sign(t, comment(2)))
	require.NoError(t, err)
	var state BackupState
	one := backupPart(t, s, &state)
	require.NoError(t, s.SetAbsent(records[0].ID(), review.Erased))
	two := backupPart(t, s, &state)
	require.Equal(t, map[review.DocumentID]string{records[0].ID(): "erased"}, state.Absent)

	gone := map[review.DocumentID]review.Absence{}
	require.NoError(t, eachLine(two, func(l *BackupLine) error {
		more, err := l.Gone()
		for id, why := range more {
			gone[id] = why
		}
		return err
	}))
	again, err := restored(t, gone, one, two)
	require.NoError(t, err)
	require.Equal(t, contents(t, s), contents(t, again))
	absent := (*AbsentError)(nil)
	require.ErrorAs(t, again.Reveal(comment(1)), &absent)
}

func TestABackupThatDoesNotFitIsNotContinued(t *testing.T) {
	author := newAuthor(t)
	stateOf := func(numbers ...int) (*Store, *BackupState) {
		s, source := openTest(t, "", Options{InMemory: true}), newSource(t, testOrigin)
		for _, n := range numbers {
			source.add(author, comment(n))
		}
		_, err := s.Extend(source.tail(0, len(numbers), len(numbers)))
		require.NoError(t, err)
		state := &BackupState{}
		backupPart(t, s, state)
		return s, state
	}
	_, longer := stateOf(1, 2, 3)
	_, another := stateOf(1, 3)
	s, state := stateOf(1, 2)
	elsewhere := *state
	elsewhere.Logs = map[review.Origin]BackupMark{"e1.xsb.3f9a1c20.gcm.example": {Size: 1}}
	for _, wrong := range []*BackupState{longer, another, &elsewhere} {
		require.ErrorIs(t, s.Backup(t.Context(), *wrong, NewBackupWriter(io.Discard)), ErrBackupBase)
	}
}

// Every byte of a backup is changed in turn, and lines are left out, repeated
// and swapped: none of it is taken.
func TestAChangedBackupIsNotWhole(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	own := s.OpenLog(testOrigin, newNoteSigner(t))
	_, _, err := own.Append(t.Context(), newAuthor(t).sign(t, comment(1)), newAuthor(t).sign(t, comment(2)))
	require.NoError(t, err)
	require.NoError(t, s.Witness(testOrigin, 0, s.log(testOrigin).checkpoint(), time.Unix(1_800_000_000, 0)))
	var state BackupState
	part := backupPart(t, s, &state)
	read := func(b []byte) error {
		var check BackupCheck
		return eachLine(b, func(l *BackupLine) error { _, err := check.Line(l); return err })
	}
	require.NoError(t, read(part))
	for i := range part {
		changed := bytes.Clone(part)
		changed[i] ^= 1 << (i % 8)
		if i == len(part)-1 {
			continue // the last line feed
		}
		require.ErrorIs(t, read(changed), ErrBackup, "byte %d", i)
		require.ErrorIs(t, read(part[:i]), ErrBackup)
	}
	require.ErrorIs(t, read(append(bytes.Clone(part), part...)), ErrBackup)
	require.ErrorIs(t, read(append(bytes.Clone(part), '\n')), ErrBackup)

	// The same by somebody who makes the digest fit.
	lines := bytes.SplitAfter(part, []byte("\n"))
	lines = lines[:len(lines)-2] // the end, and nothing
	for i := range lines {
		var b bytes.Buffer
		w := NewBackupWriter(&b)
		for k, line := range lines {
			if k == i {
				continue
			}
			l, err := parseBackupLine(bytes.TrimSuffix(line, []byte("\n")))
			require.NoError(t, err)
			require.NoError(t, w.Write(*l))
		}
		require.NoError(t, w.End())
		if err := read(b.Bytes()); bytes.HasPrefix(lines[i], []byte(`{"witness"`)) || bytes.HasPrefix(lines[i], []byte(`{"head"`)) {
			continue // nothing else in it rests on these
		} else if !errors.Is(err, ErrBackup) {
			t.Errorf("taken without line %s: %v", lines[i], err)
		}
	}
}

func FuzzBackupLine(f *testing.F) {
	for _, seed := range []string{
		`{"backup":{"version":1,"id":"x","part":1,"created":"","participant":"sle","federation":"","log":""}}`,
		`{"tail":{"log":"e1.sle.3f9a1c20.gcm.example","from":0,"note":"a\n\n","entries":[{"digest":"","signature":"AA==","key":"AA=="}]}}`,
		`{"head":{"log":"x","size":1,"root":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}`,
		`{"attachment":{"digest":"x","size":3,"offset":0,"data":"e30K"}}`,
		`{"end":{"lines":1,"digest":"x"}}`, `{"absent":[{"id":"x","why":"erased"}]}`, `{"payload":"AA=="}`, `{}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		l, err := parseBackupLine(line)
		if err != nil {
			return
		}
		var b bytes.Buffer
		require.NoError(t, NewBackupWriter(&b).Write(*l))
		again, err := parseBackupLine(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
		require.NoError(t, err)
		require.Equal(t, l, again)
		check := BackupCheck{State: BackupState{Header: BackupHeader{Part: 1}, Digest: "x"}}
		_, _ = check.Line(l)
		check.State = BackupState{Header: BackupHeader{Part: 1}}
		if l.Backup == nil {
			check.State.Logs, check.State.Absent, check.State.Attachments = map[review.Origin]BackupMark{}, map[review.DocumentID]string{}, map[string]int64{}
		}
		_, _ = check.Line(l)
		_, _ = l.Gone()
	})
}

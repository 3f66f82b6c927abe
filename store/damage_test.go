package store

import (
	"bytes"
	"fmt"
	"io/fs"
	"math"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
)

// These tests flip single bits in the files of a whole database, as it lies on
// disk after a kill: tables, value logs, a write-ahead log, lists and the mark.
// STOCKTAKE_FLIPS=10000 runs the campaign of store/README.md.

// specimen is a database and what it holds.
type specimen struct {
	dir     string // as a kill left it
	signer  *signing.NoteSigner
	sources []*source // other participants' logs
	own     *source   // this node's log, as other nodes hold it
	heads   []Head
	states  []review.LogState
	records []review.Record
	found   []review.DocumentID // comments
	erased  review.DocumentID
	witness signing.Checkpoint
	fenced  review.Origin
}

func newSpecimen(t *testing.T) *specimen {
	a := newAuthor(t)
	m := &specimen{dir: filepath.Join(t.TempDir(), "db"), signer: newNoteSigner(t), fenced: "e1.gha.3f9a1c20.gcm.example"}
	m.own = newSource(t, testOrigin)
	m.own.signer = m.signer
	for _, o := range []review.Origin{"e1.ken.3f9a1c20.gcm.example", "e1.gmb.3f9a1c20.gcm.example"} {
		src := newSource(t, o)
		for i := range 24 {
			src.add(a, comment(len(m.sources)*100+i))
		}
		m.sources = append(m.sources, src)
	}
	live := filepath.Join(t.TempDir(), "db")
	s := openTest(t, live, small)
	file := func(s *Store, from, to int) {
		w := s.OpenLog(testOrigin, m.signer)
		for i := from; i < to; i++ {
			payload := comment(1000 + i)
			switch i % 4 {
			case 0:
				payload = drawn(i) // to the value log
			case 2:
				payload = long(i) // to the tree, in pieces
			}
			d := a.sign(t, payload)
			_, _, err := w.Append(t.Context(), d)
			require.NoError(t, err)
			m.own.entries = append(m.own.entries, Entry{Leaf: d.Leaf, Payload: d.Payload, Genuine: true})
		}
	}
	extend := func(s *Store, from, to int) {
		for _, src := range m.sources {
			_, err := s.Extend(src.tail(from, to, to))
			require.NoError(t, err)
		}
	}
	file(s, 0, 20)
	extend(s, 0, 12)
	m.erased = review.DocumentID(m.sources[0].entries[3].Leaf.Digest.String())
	require.NoError(t, s.SetAbsent(m.erased, review.Erased))
	require.NoError(t, s.Fence(m.fenced, "stolen"))
	require.NoError(t, s.SetMeta("instance", []byte("4711")))
	require.NoError(t, s.Close()) // which makes a table

	s = openTest(t, live, small)
	file(s, 20, 36)
	extend(s, 12, 24)
	m.witness = m.sources[1].checkpoint(20)
	require.NoError(t, s.Witness(m.sources[1].origin, 0, m.witness, time.Unix(1e9, 0)))
	file(s, 36, 40)
	m.heads, m.states = s.Heads(), must(t)(s.LogStates())
	for _, l := range m.states {
		for i := range l.Size {
			r, err := s.Record(l.Origin, i)
			require.NoError(t, err)
			m.records = append(m.records, r)
		}
	}
	var err error
	m.found, err = s.Find(Query{Kind: review.KindComment})
	require.NoError(t, err)
	copyFiles(t, live, m.dir)
	require.NoError(t, filepath.WalkDir(m.dir, func(name string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(name); err == nil && (ext == ".mem" || ext == ".vlog") { // holes need no flips
			end, _, err := endOfData(name)
			require.NoError(t, err)
			return os.Truncate(name, end+64)
		}
		return err
	}))
	return m
}

// bits is how many bits the files have.
func (m *specimen) bits(t testing.TB) (names []string, sizes []int64, total int64) {
	files, err := os.ReadDir(m.dir)
	require.NoError(t, err)
	for _, f := range files {
		info, err := f.Info()
		require.NoError(t, err)
		size := info.Size()
		if f.Name() == "DISCARD" {
			size = min(size, 4096) // the rest of it is zeros
		}
		names, sizes, total = append(names, f.Name()), append(sizes, size*8), total+size*8
	}
	return names, sizes, total
}

// flipped is a copy of the files with one bit turned over.
func (m *specimen) flipped(t testing.TB, name string, bit int64) string {
	dir := filepath.Join(t.TempDir(), "db")
	require.NoError(t, os.CopyFS(dir, os.DirFS(m.dir)))
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR, 0)
	require.NoError(t, err)
	defer f.Close()
	b := make([]byte, 1)
	_, err = f.ReadAt(b, bit/8)
	require.NoError(t, err)
	b[0] ^= 1 << (bit % 8)
	_, err = f.WriteAt(b, bit/8)
	require.NoError(t, err)
	return dir
}

// look opens a database and reads all of it. What it serves that was never
// stored is wrong; what it does not serve, or serves less of, is noticed if an
// error says so.
func (m *specimen) look(dir string) (wrong []string, lacks, noticed bool) {
	o := small
	o.MinFree = 1
	s, err := Open(dir, o)
	if err != nil {
		return nil, true, strings.Contains(err.Error(), dir)
	}
	defer s.Close()
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	unread := func(err error) {
		lacks = true
		noticed = noticed || err != nil
	}
	at := 0
	for n, want := range m.heads {
		head := s.Head(want.Origin)
		switch {
		case head.Size > want.Size:
			bad("%s has %d records", want.Origin, head.Size)
		case head.Size < want.Size:
			unread(nil)
		case head.Root != want.Root:
			bad("%s has another root", want.Origin)
		case !bytes.Equal(head.Checkpoint, want.Checkpoint):
			bad("%s has another checkpoint", want.Origin)
		}
		for i := range m.states[n].Size {
			want := m.records[at]
			at++
			if i >= head.Size {
				continue
			}
			r, err := s.Record(want.Origin, i)
			if err != nil {
				unread(err)
				continue
			}
			if !bytes.Equal(r.Leaf.Marshal(), want.Leaf.Marshal()) || r.Genuine != want.Genuine {
				bad("record %d of %s is another", i, want.Origin)
			}
			if r.Payload != nil && !bytes.Equal(r.Payload, want.Payload) {
				bad("the payload of record %d of %s is another", i, want.Origin)
			}
			if r.Payload == nil && want.Payload != nil {
				unread(nil)
				noticed = noticed || r.Absence == review.Missing
			}
			if proof, err := s.Prove(want.Origin, i, head.Size); err != nil {
				unread(err)
			} else if len(proof) == 0 && head.Size > 1 {
				bad("record %d of %s has no proof", i, want.Origin)
			}
		}
		if _, err := s.Entries(want.Origin, 0, want.Size, math.MaxInt); err != nil {
			unread(err)
		}
	}
	for r, err := range s.Records(review.Snapshot{Logs: m.states}) {
		if err != nil {
			unread(err)
		} else if r.Payload != nil && review.DocumentID(signing.PayloadDigest(r.Payload).String()) != r.ID() {
			bad("a record of the snapshot has another payload")
		}
	}
	found, err := s.Find(Query{Kind: review.KindComment})
	if err != nil || len(found) < len(m.found) {
		unread(err)
	}
	known := map[review.DocumentID]bool{}
	for _, id := range m.found {
		known[id] = true
	}
	for _, id := range found {
		if !known[id] && id != m.erased {
			bad("found %s", id)
		}
	}
	if c, at := s.Witnessed(m.sources[1].origin); c != m.witness || at.Unix() != 1e9 {
		lost, err := s.Lost()
		unread(err)
		if c.Size != 0 {
			bad("witnessed %v at %v", c, at)
		}
		if werr := s.Witness(m.sources[1].origin, 0, m.sources[1].checkpoint(3), time.Unix(1e9, 0)); werr == nil && lost == "" {
			bad("a witness would cosign again what it had cosigned")
		} else {
			noticed = true
		}
	}
	w := s.OpenLog(testOrigin, m.signer)
	if s.Head(testOrigin).Size < 40 && w.Fenced() == "" {
		bad("the own log is shorter and would be signed again")
	} else if w.Fenced() != "" {
		unread(nil)
		noticed = true
	}
	if reason, err := s.Fenced(m.fenced); err != nil || reason != "stolen" {
		unread(err)
		if err == nil && reason == "" {
			if lost, _ := s.Lost(); lost == "" {
				bad("a fence is gone")
			}
		}
	}
	if b, err := s.Meta("instance"); err != nil || string(b) != "4711" {
		unread(err)
		if err == nil && len(b) > 0 {
			bad("the instance is %q", b)
		}
	}
	s.waitForRepairs()
	return wrong, lacks, noticed
}

func TestAFlippedBitIsHarmlessOrFound(t *testing.T) {
	flips := 24
	if n, err := strconv.Atoi(os.Getenv("STOCKTAKE_FLIPS")); err == nil {
		flips = n
	} else if testing.Short() {
		flips = 10
	}
	m := newSpecimen(t)
	wrong, lacks, _ := m.look(m.flipped(t, "mark", 8*2047)) // as good as none: a slot's sum
	require.Empty(t, wrong)
	require.False(t, lacks, "the specimen itself is whole")
	names, sizes, total := m.bits(t)
	seed := uint64(1)
	if n, err := strconv.ParseUint(os.Getenv("STOCKTAKE_SEED"), 10, 64); err == nil {
		seed = n
	}
	random := mathrand.New(mathrand.NewPCG(seed, 4))
	harmless, byReading, byFsck, repaired := 0, 0, 0, 0
	for flip := range flips {
		n := 0
		bit := random.Int64N(total)
		if flip%2 == 0 { // half of them in any file alike, since some are small
			n = random.IntN(len(names))
			bit = random.Int64N(sizes[n])
		} else {
			for bit >= sizes[n] {
				bit -= sizes[n]
				n++
			}
		}
		t.Run(fmt.Sprintf("%s/%d", names[n], bit), func(t *testing.T) {
			wrong, lacks, noticed := m.look(m.flipped(t, names[n], bit))
			require.Empty(t, wrong)
			dir := m.flipped(t, names[n], bit)
			report, err := Check(t.Context(), dir, small, CheckOptions{Own: []review.Origin{testOrigin}})
			require.NoError(t, err)
			switch {
			case !report.Sound():
				byFsck++
			case !lacks:
				harmless++
			case noticed:
				byReading++
			default:
				t.Errorf("something is not there, and nothing says so")
			}
			if !report.Sound() && flip%8 == 0 {
				m.repair(t, dir)
				repaired++
			}
		})
	}
	t.Logf("%d flips: %d found by fsck, %d by reading only, %d harmless; %d repaired", flips, byFsck, byReading, harmless, repaired)
}

// repair repairs a database and gives it what other nodes have. It then holds
// what it held before, and does not sign an own log that was damaged.
func (m *specimen) repair(t *testing.T, dir string) {
	kept := 0
	c := CheckOptions{Own: []review.Origin{testOrigin}, Keep: func(e signing.Envelope) error { kept++; return nil }}
	report, err := Repair(t.Context(), dir, small, c)
	require.NoError(t, err)
	require.DirExists(t, report.Kept)
	s := openTest(t, dir, small)
	w := s.OpenLog(testOrigin, m.signer)
	for _, src := range append([]*source{m.own}, m.sources...) {
		n, held := len(src.entries), int(s.Head(src.origin).Size)
		if src == m.own && w.Fenced() == "" {
			require.Equal(t, n, held, "an own log that is shorter is never signed again")
			continue
		}
		_, err := s.Extend(src.tail(held, n, n))
		require.NoError(t, err)
	}
	missing, err := s.Missing()
	require.NoError(t, err)
	for _, missed := range missing {
		for _, src := range append([]*source{m.own}, m.sources...) {
			if src.origin == missed.Origin && missed.ID != m.erased {
				require.NoError(t, s.Reveal(src.entries[missed.Index].Payload))
			}
		}
	}
	for _, want := range m.heads {
		got := s.Head(want.Origin)
		require.Equal(t, want.Root, got.Root, want.Origin)
		require.Equal(t, want.Size, got.Size, want.Origin)
	}
	if lost, _ := s.Lost(); lost == "" {
		c, _ := s.Witnessed(m.sources[1].origin)
		require.Equal(t, m.witness, c)
	}
	require.NoError(t, s.Close())
	require.NoError(t, proveSound(t.Context(), dir, small.withDefaults(), c))
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.RemoveAll(report.Kept))
}

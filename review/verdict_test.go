package review

import (
	"bytes"
	"encoding/base64"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/signing"
)

// hashes are a log's stored hashes, for proofs.
func (l *testLog) hashes(t testing.TB, n int) tlog.HashReader {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = stored[x]
		}
		return out, nil
	})
	for i, r := range l.records[:n] {
		more, err := tlog.StoredHashesForRecordHash(int64(i), r.Leaf.Hash(), read)
		require.NoError(t, err)
		stored = append(stored, more...)
	}
	return read
}

// export is what a node would hand out of a record, under a note of size n.
func (f *testFederation) export(p ParticipantID, index, n int, note []byte) map[string][]byte {
	f.t.Helper()
	l := f.logs[f.origin(p)]
	r := l.records[index]
	proof, err := tlog.ProveRecord(int64(n), int64(index), l.hashes(f.t, n))
	require.NoError(f.t, err)
	inclusion, err := signing.Include(r.Leaf, uint64(index), proof, note, signing.TrustedLog{Origin: string(r.Origin), Key: l.signer.Key()})
	require.NoError(f.t, err)
	founding := f.founding()
	return map[string][]byte{
		FilePAE:         signing.PAE(r.Payload),
		FileBundle:      signing.Bundle{Payload: r.Payload, Leaf: r.Leaf, Inclusions: []signing.Inclusion{inclusion}}.Marshal(),
		FileSigner:      r.Leaf.Key.PEM(),
		FileTrustedRoot: founding.Chain.TrustedRoot().Marshal(),
		FileFounding:    founding.Marshal(),
	}
}

// founding is the federation's founding file, read back.
func (f *testFederation) founding() *Founding {
	f.t.Helper()
	read, err := ReadFounding(f.foundingFile())
	require.NoError(f.t, err)
	return read
}

func (f *testFederation) foundingFile() []byte {
	var file []byte
	for _, r := range f.list() {
		if d := f.parse(r.Payload); d.Kind == KindCharter || d.Kind == KindAccession && d.About() == f.genesis.ID {
			file = append(append(file, signing.Envelope{Payload: r.Payload, Signature: r.Leaf.Signature}.Marshal()...), '\n')
		}
	}
	return file
}

// pledged is a federation of four witnesses with one pledge of mar, carried
// by deu, at the end of deu's log.
func pledged(t testing.TB) (f *testFederation, index int) {
	f = newFederation(t, 4)
	f.say("deu", &Pledge{Common: f.titled("mar", "A pledge"), Form: "individual", Objectives: []int{21}, Due: NotStated}, f.genesis.ID)
	return f, len(f.logs[f.origin("deu")].records) - 1
}

func TestAnExportShowsWhoWhatAndWhen(t *testing.T) {
	f, i := pledged(t)
	v, err := Verify(f.export("deu", i, i+1, f.note("deu", i+1, []sightingOf{
		{"prt", minute(9)}, {"deu", minute(5)}, {"phl", minute(7)}, {"bgd", minute(600)}, // one clock is off
	})))
	require.NoError(t, err)
	require.Equal(t, ParticipantID("mar"), v.Author)
	require.Equal(t, "Morocco", v.AuthorName)
	require.Equal(t, "author", v.Role)
	require.Equal(t, KindPledge, v.Kind)
	require.Equal(t, f.genesis.ID, v.Federation)
	require.Equal(t, f.origin("deu"), v.Places[0].Log)
	require.Equal(t, "2026-01-01T00:07:00Z", v.Filed, "of four witnesses one may lie: the second smallest time")
	require.Equal(t, 4, v.Witnesses)
	require.Equal(t, 3, v.Quorum)
}

func TestAnExportWithoutAQuorumIsNotFiled(t *testing.T) {
	f, i := pledged(t)
	for _, sightings := range [][]sightingOf{nil, {{"prt", minute(1)}, {"deu", minute(1)}}} {
		v, err := Verify(f.export("deu", i, i+1, f.note("deu", i+1, sightings)))
		require.NoError(t, err)
		require.Empty(t, v.Filed)
	}
}

func TestAChangeOfAnyExportedFileIsNoticed(t *testing.T) {
	f := caseFederation(t)
	id := verifyCases["disputed-by-challenge"](f)
	files := f.handOut(f.read(), id)
	require.Equal(t, len(exported), len(files))
	_, err := Verify(files)
	require.NoError(t, err)
	for name, b := range files {
		step := 1 + len(b)/60
		for at := 0; at < len(b); at += step {
			changed := maps.Clone(files)
			changed[name] = bytes.Clone(b)
			changed[name][at] ^= 1
			_, err := Verify(changed)
			if assert.Error(t, err, "%s: byte %d of %d, %q, was changed", name, at, len(b), b[max(0, at-20):min(len(b), at+20)]) {
				assert.NotErrorIs(t, err, ErrUndecided)
				assert.NotContains(t, err.Error(), "\n")
			}
		}
	}
}

// Without the node's note a name that no witness has only loses that witness.
func TestACosignatureUnderAnUnknownNameLosesAWitness(t *testing.T) {
	f, i := pledged(t)
	files := f.export("deu", i, i+1, f.note("deu", i+1, f.all(minute(5))))
	files[FileBundle] = bytes.Replace(files[FileBundle], []byte("w.phl."), []byte("w.qhl."), 1)
	v, err := Verify(files)
	require.NoError(t, err)
	require.Equal(t, 3, v.Witnesses)
}

func TestAnExportIsWholeOrNotDecided(t *testing.T) {
	f := caseFederation(t)
	id := verifyCases["disputed-by-challenge"](f)
	for _, name := range []string{FileAbout, FileRelated, FileSigner} {
		files := f.handOut(f.read(), id)
		delete(files, name)
		_, err := Verify(files)
		require.ErrorIs(t, err, ErrUndecided)
		require.ErrorContains(t, err, name+" is missing")
	}
	files := f.handOut(f.read(), id)
	delete(files, FileNote)
	delete(files, FileRelated)
	v, err := Verify(files)
	require.NoError(t, err)
	require.Equal(t, CountsUndecided, v.Counts)
	require.Equal(t, ReasonDangling, v.Reason)
}

func TestANodesNoteIsItsOwnAboutThisDocument(t *testing.T) {
	f := caseFederation(t)
	id := plainPledge(f)
	r := f.read()
	for name, change := range map[string]func(files map[string][]byte){
		"another node's name": func(files map[string][]byte) {
			files[FileNote] = r.NoteExport(id, files, 0, f.origin("deu"), noteSigner("prt node"))
		},
		"a log's key": func(files map[string][]byte) {
			files[FileNote] = r.NoteExport(id, files, 0, f.origin("prt"), noteSigner("prt log 1"))
		},
		"no node of the charter": func(files map[string][]byte) {
			files[FileNote] = r.NoteExport(id, files, 0, "e1.nobody.gcm.example", noteSigner("prt node"))
		},
		"another document": func(files map[string][]byte) {
			files[FileNote] = r.NoteExport(f.genesis.ID, files, 0, f.origin("prt"), noteSigner("prt node"))
		},
	} {
		files := f.handOut(r, id)
		delete(files, FileNote)
		change(files)
		_, err := Verify(files)
		require.ErrorContains(t, err, FileNote, name)
		require.NotErrorIs(t, err, ErrUndecided, name)
	}
}

func TestAnUnknownSignerCannotBeDecided(t *testing.T) {
	f, i := pledged(t)
	r := &f.logs[f.origin("deu")].records[i]
	r.Leaf = sign(documentKey("a stranger"), r.Payload)
	_, err := Verify(f.export("deu", i, i+1, f.note("deu", i+1, f.all(minute(5)))))
	require.ErrorIs(t, err, ErrUndecided)
	require.ErrorContains(t, err, "the signer is unknown")
}

func TestWordsInAnothersNameAreInvalid(t *testing.T) {
	f, i := pledged(t)
	r := &f.logs[f.origin("deu")].records[i]
	r.Leaf = sign(documentKey("ngo author"), r.Payload)
	_, err := Verify(f.export("deu", i, i+1, f.note("deu", i+1, f.all(minute(5)))))
	require.ErrorIs(t, err, signing.ErrSignature)
	require.NotErrorIs(t, err, ErrUndecided)
}

func TestWithoutTheFoundingFileNothingIsDecided(t *testing.T) {
	f, i := pledged(t)
	files := f.export("deu", i, i+1, f.note("deu", i+1, f.all(minute(5))))
	files[FileFounding] = nil
	_, err := Verify(files)
	require.ErrorIs(t, err, ErrUndecided)
	files[FileFounding] = bytes.Join(bytes.SplitAfter(f.foundingFile(), []byte("\n"))[:3], nil) // two of eight accessions
	_, err = Verify(files)
	require.ErrorIs(t, err, ErrUndecided)
}

func TestAFoundingFileIsReadBackWithoutItsOrder(t *testing.T) {
	f := newFederation(t, 4)
	lines := bytes.SplitAfter(bytes.TrimSuffix(f.foundingFile(), []byte("\n")), []byte("\n"))
	last := append(bytes.Clone(lines[len(lines)-1]), '\n')
	shuffled := append(last, bytes.Join(lines[:len(lines)-1], nil)...)
	read, err := ReadFounding(shuffled)
	require.NoError(t, err)
	require.Equal(t, f.genesis.ID, read.Genesis.ID)
	require.True(t, read.Chain.Founded())
	again, err := ReadFounding(read.Marshal())
	require.NoError(t, err)
	require.Equal(t, read.Marshal(), again.Marshal())
	require.Equal(t, f.genesis.ID, again.Documents[0].ID)
}

func TestAFoundingFileHoldsNothingElse(t *testing.T) {
	f, i := pledged(t)
	r := f.logs[f.origin("deu")].records[i]
	pledge := signing.Envelope{Payload: r.Payload, Signature: r.Leaf.Signature}.Marshal()
	forged := bytes.Replace(f.foundingFile(), []byte(base64.StdEncoding.EncodeToString(f.logs[f.origin("prt")].records[2].Leaf.Signature)),
		[]byte(base64.StdEncoding.EncodeToString(r.Leaf.Signature)), 1)
	for name, file := range map[string][]byte{
		"nothing":              nil,
		"not an envelope":      []byte("{}\n"),
		"a pledge":             append(append(f.foundingFile(), pledge...), '\n'),
		"no charter":           bytes.SplitN(f.foundingFile(), []byte("\n"), 2)[1],
		"somebody's else name": forged,
	} {
		_, err := ReadFounding(file)
		require.ErrorIs(t, err, ErrFounding, name)
	}
}

func FuzzReadFounding(f *testing.F) {
	federation := newFederation(f, 1)
	f.Add(federation.foundingFile())
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		read, err := ReadFounding(file)
		if err != nil {
			return
		}
		again, err := ReadFounding(read.Marshal())
		require.NoError(t, err)
		require.Equal(t, read.Marshal(), again.Marshal())
	})
}

// What a line of an exported file says, it says in one way.
func FuzzReadLines(f *testing.F) {
	federation := caseFederation(f)
	id := verifyCases["disputed-by-challenge"](federation)
	files := federation.handOut(federation.read(), id)
	for line := range bytes.Lines(files[FileRelated]) {
		f.Add(line)
	}
	f.Add(federation.foundingFile())
	f.Fuzz(func(t *testing.T, file []byte) {
		records, err := readLines(file, FileRelated, maxRelated)
		if err != nil {
			return
		}
		var again []byte
		for _, p := range records {
			again = append(append(again, p.text()...), '\n')
		}
		same, err := readLines(again, FileRelated, maxRelated)
		require.NoError(t, err)
		require.Len(t, same, len(records))
		for i, p := range same {
			require.Equal(t, records[i].Bundle, p.Bundle)
		}
	})
}

// Whatever lies beside a document, the answer is a verdict or a reason.
func FuzzVerify(f *testing.F) {
	federation := caseFederation(f)
	id := verifyCases["disputed-by-challenge"](federation)
	files := federation.handOut(federation.read(), id)
	f.Add(files[FileRelated], files[FileNote])
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, related, note []byte) {
		changed := maps.Clone(files)
		changed[FileRelated], changed[FileNote] = related, note
		if v, err := Verify(changed); err == nil {
			require.Equal(t, id, v.ID)
			require.NotEmpty(t, v.Text())
		}
		delete(changed, FileNote)
		if v, err := Verify(changed); err == nil {
			require.Equal(t, id, v.ID)
		}
	})
}

func FuzzParseExportNote(f *testing.F) {
	federation := caseFederation(f)
	id := plainPledge(federation)
	note := federation.handOut(federation.read(), id)[FileNote]
	text, _, _ := strings.Cut(string(note), "\n\n")
	f.Add(text + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := parseExportNote(text); err == nil {
			require.Equal(t, text, n.text())
		}
	})
}

func FuzzParseSnapshot(f *testing.F) {
	f.Add(newFederation(f, 1).snapshot().Marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ParseSnapshot(b); err == nil {
			require.Equal(t, b, s.Marshal())
		}
	})
}

package interop

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/signing"
)

// The files of an exported document that verification takes.
const (
	DocumentFile = "document.pae"
	BundleFile   = "document.sigstore.json"
	KeyFile      = "signer.pub"
	RootFile     = "trusted_root.json"
	AboutFile    = "about.pae"
)

// SampleType is the predicate type of a sample.
const SampleType = "https://stocktake.example/report/v1"

// Sample is an exported document by file name: a report about a pledge, at
// index 2 of a log of five, whose head two witnesses cosigned. All keys are new.
type Sample map[string][]byte

// statement is an in-toto statement about one document.
func statement(kind string, about signing.Digest, text string) []byte {
	b, err := json.Marshal(map[string]any{
		"_type":         "https://in-toto.io/Statement/v1",
		"predicate":     map[string]any{"title": "SAMPLE", "summary": text},
		"predicateType": kind,
		"subject":       []any{map[string]any{"digest": map[string]string{"sha256": about.String()}, "name": "pledge"}},
	})
	if err != nil {
		panic(err) // strings only
	}
	return b
}

// NewSample makes one.
func NewSample() (Sample, error) {
	author, err := signing.GenerateDocumentKey()
	if err != nil {
		return nil, err
	}
	pledge := statement("https://stocktake.example/pledge/v1", signing.Digest{}, "SAMPLE pledge by an invented State")
	envelope, err := author.Sign(statement(SampleType, signing.PayloadDigest(pledge), "SAMPLE report on it: half of the offices are open"))
	if err != nil {
		return nil, err
	}
	leaves := make([]signing.Leaf, 5)
	for i := range leaves {
		e, err := author.Sign(fmt.Appendf(nil, `{"SAMPLE":%d}`, i))
		if err != nil {
			return nil, err
		}
		leaves[i] = e.Leaf(author.Key())
	}
	const index = 2
	leaves[index] = envelope.Leaf(author.Key())
	inclusion, log, err := include(leaves, index)
	if err != nil {
		return nil, err
	}
	bundle := signing.Bundle{Payload: envelope.Payload, Leaf: leaves[index], Inclusions: []signing.Inclusion{inclusion}}
	return Sample{
		DocumentFile: signing.PAE(envelope.Payload),
		BundleFile:   bundle.Marshal(),
		KeyFile:      author.Key().PEM(),
		RootFile:     signing.TrustedRoot{log}.Marshal(),
		AboutFile:    signing.PAE(pledge),
	}, nil
}

// include puts leaves into a new log and proves one of them.
func include(leaves []signing.Leaf, index int) (signing.Inclusion, signing.TrustedLog, error) {
	signer, err := signing.GenerateNoteKey()
	if err != nil {
		return signing.Inclusion{}, signing.TrustedLog{}, err
	}
	log := signing.TrustedLog{
		Origin: "e1.sle.3f9a1c20.gcm.example",
		Key:    signer.Key(),
		From:   time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			hashes[i] = stored[at]
		}
		return hashes, nil
	})
	for i, leaf := range leaves {
		hashes, err := tlog.StoredHashes(int64(i), leaf.Marshal(), read)
		if err != nil {
			return signing.Inclusion{}, log, err
		}
		stored = append(stored, hashes...)
	}
	size := int64(len(leaves))
	root, err := tlog.TreeHash(size, read)
	if err != nil {
		return signing.Inclusion{}, log, err
	}
	proof, err := tlog.ProveRecord(size, int64(index), read)
	if err != nil {
		return signing.Inclusion{}, log, err
	}
	head := signing.Checkpoint{Origin: log.Origin, Size: uint64(size), Root: root}
	note := signing.SignCheckpoint(head, signer)
	for _, name := range []string{"w.gmb.3f9a1c20.gcm.example", "w.npl.3f9a1c20.gcm.example"} {
		witness, err := signing.GenerateNoteKey()
		if err != nil {
			return signing.Inclusion{}, log, err
		}
		note = append(note, signing.Cosign(head, time.Now(), name, witness)...)
	}
	i, err := signing.Include(leaves[index], uint64(index), proof, note, log)
	return i, log, err
}

// WriteTo writes the files into a folder that exists.
func (s Sample) WriteTo(dir string) error {
	for name, content := range s {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

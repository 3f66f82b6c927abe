package review

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"stocktake/signing"
)

// The files of an exported document. All but the founding file are what stock
// Sigstore tools take; that one adds who the members and witnesses are.
const (
	FilePAE         = "document.pae"           // what was signed; its SHA-256 is the document's ID
	FileBundle      = "document.sigstore.json" // payload, signature, log entry, proof, checkpoint with cosignatures
	FileSigner      = "signer.pub"             // the signer's key in PEM
	FileTrustedRoot = "trusted_root.json"      // the federation's logs
	FileAbout       = "about.pae"              // what the document is about
	FileFounding    = "federation.jsonl"       // charters and accessions
)

// ErrUndecided means that files do not suffice to judge: a key, a checkpoint
// or the charter is missing, or the signer is not known to it.
var ErrUndecided = errors.New("review: cannot be decided")

// ErrContradiction means that files which belong together contradict each
// other: one of them was changed.
var ErrContradiction = errors.New("review: these files do not belong together")

// Verdict is what exported files prove about one document, without a node.
type Verdict struct {
	ID         DocumentID    `json:"id"`
	Kind       Kind          `json:"kind"`
	Title      string        `json:"title"`
	Author     ParticipantID `json:"author"`
	AuthorName string        `json:"authorName"`
	AuthorKind string        `json:"authorKind"`         // of the participant: state, civil-society, ...
	Signer     string        `json:"signer"`             // fingerprint of the key
	Role       string        `json:"role"`               // of the key: author, root, clerk
	Holder     string        `json:"holder,omitempty"`   // office that the author delegated the key to
	KeyEnded   DocumentID    `json:"keyEnded,omitempty"` // the document that ended the key; filed before this one, it makes this one void
	Federation DocumentID    `json:"federation"`
	Charter    int           `json:"charter"` // number of the one in force
	Log        Origin        `json:"log"`
	Index      uint64        `json:"index"`
	Filed      string        `json:"filed"`     // RFC 3339; empty while no quorum has cosigned
	Witnesses  int           `json:"witnesses"` // that cosigned
	Quorum     int           `json:"quorum"`
	Sample     bool          `json:"sample"`
	Proves     string        `json:"proves,omitempty"` // what the document shows by itself: of a fork, the log and its two histories
}

// Verify judges the exported files of one document, by name. The bundle and
// the founding file are needed; of the others it checks what is there. The
// error is ErrUndecided where something is missing or the signer unknown, any
// other means that a signature, a proof or a file is not what it should be.
//
// The founding file says who counts. Whether it is the federation that the
// reader means is for the reader to know: compare Verdict.Federation.
func Verify(files map[string][]byte) (*Verdict, error) {
	for _, name := range []string{FileBundle, FileFounding} {
		if files[name] == nil {
			return nil, fmt.Errorf("%w: %s is missing; ask for a complete export", ErrUndecided, name)
		}
	}
	bundle, err := signing.ParseBundle(files[FileBundle])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", FileBundle, err)
	}
	founding, err := ReadFounding(files[FileFounding])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", FileFounding, err)
	}
	if !founding.Chain.Founded() {
		return nil, fmt.Errorf("%w: %s: too few participants have acceded to the charter", ErrUndecided, FileFounding)
	}
	logs, err := verifyLogs(founding.Chain, files[FileTrustedRoot])
	if err != nil {
		return nil, err
	}
	inclusions, err := bundle.Verify(logs)
	switch {
	case errors.Is(err, signing.ErrUnknownLog):
		return nil, fmt.Errorf("%w: the charter lists none of the logs that hold the document", ErrUndecided)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", FileBundle, err)
	}
	d, err := verifyDocument(founding, bundle, files)
	if err != nil {
		return nil, err
	}
	return judge(founding.Chain, d, bundle, inclusions)
}

// verifyLogs are the charter's logs, which a trusted root may only repeat.
func verifyLogs(chain *Chain, file []byte) (signing.TrustedRoot, error) {
	logs := chain.TrustedRoot()
	if file == nil {
		return logs, nil
	}
	root, err := signing.ParseTrustedRoot(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", FileTrustedRoot, err)
	}
	for _, l := range root {
		if known, ok := logs.Log(l.ID()); !ok || known.Origin != l.Origin || !known.From.Equal(l.From) {
			return nil, fmt.Errorf("%s: %w: the charter does not list log %s with that key and time", FileTrustedRoot, ErrContradiction, l.Origin)
		}
	}
	return logs, nil
}

// TrustedRoot lists the federation's logs for stock Sigstore tools: all but
// those whose key proves nothing any more; their documents are filed again.
func (c *Chain) TrustedRoot() signing.TrustedRoot {
	var root signing.TrustedRoot
	for _, l := range c.Logs() {
		if !l.Trusted() {
			continue
		}
		from, err := time.Parse(time.RFC3339, l.From)
		if err != nil { // since the charter
			from, _ = time.Parse(time.RFC3339, c.charters[0].Created)
		}
		root = append(root, signing.TrustedLog{Origin: string(l.Origin), Key: l.LogKey, From: from})
	}
	return root
}

// verifyDocument checks the document against the files beside the bundle.
func verifyDocument(founding *Founding, b signing.Bundle, files map[string][]byte) (*Document, error) {
	d, err := Parse(b.Payload)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", FileBundle, err)
	}
	federation := d.Federation
	if d.ID == founding.Genesis.ID {
		federation = d.ID
	}
	about := signing.Digest{}
	if pae := files[FileAbout]; pae != nil {
		about = signing.DigestOfPAE(pae)
	}
	switch {
	case d.Known && federation != founding.Genesis.ID:
		return nil, fmt.Errorf("%w: the document is of federation %.12s, the charter in %s of %.12s", ErrContradiction, federation, FileFounding, founding.Genesis.ID)
	case files[FilePAE] != nil && !bytes.Equal(files[FilePAE], signing.PAE(b.Payload)):
		return nil, fmt.Errorf("%s: %w: it is not what the bundle's signature covers", FilePAE, ErrContradiction)
	case files[FileSigner] != nil && !bytes.Equal(files[FileSigner], b.Leaf.Key.PEM()):
		return nil, fmt.Errorf("%s: %w: it is not the key that signed", FileSigner, ErrContradiction)
	case files[FileAbout] != nil && DocumentID(about.String()) != d.About():
		return nil, fmt.Errorf("%s: %w: the document is about %.12s, this is %.12s", FileAbout, ErrContradiction, d.About(), about)
	}
	return d, nil
}

func judge(chain *Chain, d *Document, b signing.Bundle, inclusions []signing.Inclusion) (*Verdict, error) {
	owner, role, ok := chain.KeyOwner(b.Leaf.Key)
	switch {
	case !d.Known:
		return nil, fmt.Errorf("%w: documents of type %.80q are not understood by this version", ErrUndecided, d.Type)
	case !ok:
		return nil, fmt.Errorf("%w: the signer is unknown: no participant of the charter owns key %.16s", ErrUndecided, b.Leaf.Key.Fingerprint())
	case owner != d.Author:
		return nil, fmt.Errorf("%w: it says to be by %s and is signed with a key of %s", signing.ErrSignature, d.Author, owner)
	}
	proves, err := Proves(chain, d)
	if err != nil {
		return nil, err
	}
	p, _ := chain.Participant(owner)
	charter, _ := chain.InForce()
	v := &Verdict{
		ID: d.ID, Kind: d.Kind, Title: d.Title, Author: owner, AuthorName: p.Name, AuthorKind: p.Kind,
		Signer: b.Leaf.Key.Fingerprint(), Role: role, Federation: chain.Genesis(), Charter: charter.Number,
		Log: Origin(inclusions[0].Checkpoint.Origin), Index: inclusions[0].Index,
		Quorum: Quorum(len(chain.Witnesses())), Sample: d.Sample, Proves: proves,
	}
	if r := chain.authority(d, b.Leaf.Key); len(r) > 0 && r[0].Code == codeDelegated {
		return nil, fmt.Errorf("%w: %w", signing.ErrSignature, r)
	}
	v.Holder, v.KeyEnded = chain.Holder(b.Leaf.Key), chain.keys[b.Leaf.Key].ended
	var witnessed Witnessed
	for _, i := range inclusions {
		switch err := witnessed.Add(chain, i.Note); {
		case errors.Is(err, signing.ErrCheckpoint):
			return nil, fmt.Errorf("%s: a cosignature: %w", FileBundle, err)
		case err != nil:
			continue // no witness cosigned it: not filed yet
		}
		if t, by, ok := witnessed.Filed(Origin(i.Checkpoint.Origin), i.Index); ok {
			if at := t.Format(time.RFC3339); v.Filed == "" || at < v.Filed {
				v.Filed, v.Witnesses = at, by
				v.Log, v.Index = Origin(i.Checkpoint.Origin), i.Index
			}
		}
	}
	return v, nil
}

package review

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"stocktake/signing"
)

// ExportNote is the exporting node's word about files that it gave out: which
// snapshot it looked at for what follows the document, and the SHA-256 of every
// other file. It is a C2SP signed note under the node's log and node key:
//
//	https://stocktake.example/export/v1
//	document 243002887d93338a9bb1e002567f492ed47c1e85c55f37bf03363f0a86530a2d
//	snapshot 0f1e...
//	latest 2026-03-02T09:30:00Z
//	left-out 0
//	file document.pae 243002887d93338a9bb1e002567f492ed47c1e85c55f37bf03363f0a86530a2d
//	file federation.jsonl 8c2d...
//
//	— e1.sle.7eb17fae.gcm.example <base64 of key hash and signature>
//
// A document that follows and is not in the files is one that this node did not
// know, or kept to itself; who asks another node finds out.
type ExportNote struct {
	By       Origin            `json:"by"`       // the log of the node that made it
	Document DocumentID        `json:"document"` // what was exported
	Snapshot string            `json:"snapshot"` // digest of what the node had
	Latest   string            `json:"latest"`   // latest filing time in it: RFC 3339; "" if nothing is filed
	LeftOut  int               `json:"leftOut"`  // documents that belong to it and are not in the files
	Files    map[string]string `json:"-"`        // SHA-256 by name
}

const exportNoteHead = Vocabulary + "export/v1"

// ErrExportNote means that bytes are not a node's note about an export.
var ErrExportNote = errors.New("review: not a node's note about an export")

// NoteExport is what a node says of files that it exported: see [ExportNote].
func (r *Reading) NoteExport(id DocumentID, files map[string][]byte, leftOut int, by Origin, node *signing.NoteSigner) []byte {
	n := ExportNote{By: by, Document: id, Snapshot: r.snapshot.Digest(), Latest: instant(r.cutoff), LeftOut: leftOut, Files: map[string]string{}}
	for name, b := range files {
		n.Files[name] = digestOf(b)
	}
	return signing.SignNote(n.text(), string(by), node)
}

func (n ExportNote) text() string {
	var b strings.Builder
	latest := n.Latest
	if latest == "" {
		latest = "none"
	}
	fmt.Fprintf(&b, "%s\ndocument %s\nsnapshot %s\nlatest %s\nleft-out %d\n", exportNoteHead, n.Document, n.Snapshot, latest, n.LeftOut)
	for _, name := range slices.Sorted(maps.Keys(n.Files)) {
		fmt.Fprintf(&b, "file %s %s\n", name, n.Files[name])
	}
	return b.String()
}

// parseExportNote reads exactly what text writes.
func parseExportNote(text string) (n ExportNote, err error) {
	n.Files = map[string]string{}
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case i == 0:
		case word == "document":
			n.Document = DocumentID(rest)
		case word == "snapshot":
			n.Snapshot = rest
		case word == "latest" && rest != "none":
			n.Latest = rest
		case word == "left-out":
			n.LeftOut, _ = strconv.Atoi(rest)
		case word == "file":
			name, digest, _ := strings.Cut(rest, " ")
			n.Files[name] = digest
		}
	}
	_, timed := parseInstant(n.Latest)
	if n.text() != text || !isHex(string(n.Document), 64) || !isHex(n.Snapshot, 64) || n.LeftOut < 0 || !timed {
		return n, fmt.Errorf("%w: want the lines of version 1, each once and in order", ErrExportNote)
	}
	return n, nil
}

// openExportNote reads a note that a node of the chain signed.
func openExportNote(b []byte, chain *Chain) (n ExportNote, err error) {
	_, signature, _ := strings.Cut(string(b), "\n\n— ")
	name, _, _ := strings.Cut(signature, " ")
	log, ok := chain.Log(Origin(name))
	if !ok {
		return n, fmt.Errorf("%w: it is signed by no node of the charter", ErrExportNote)
	}
	text, err := signing.OpenNote(b, name, log.NodeKey)
	if err != nil {
		return n, fmt.Errorf("%w: %w", ErrExportNote, err)
	}
	n, err = parseExportNote(text)
	n.By = log.Origin
	return n, err
}

// asOf is the latest filing time that a node's note names; whether a node
// signed it takes the charter.
func asOf(note []byte) time.Time {
	text, _, _ := strings.Cut(string(note), "\n\n")
	n, err := parseExportNote(text + "\n")
	if err != nil {
		return time.Time{}
	}
	at, _ := parseInstant(n.Latest)
	return at
}

// covers is whether the files, this note aside, are exactly those it names.
func (n ExportNote) covers(files map[string][]byte) error {
	for name, b := range files {
		if name == FileNote {
			continue
		}
		switch digest, ok := n.Files[name]; {
		case !ok:
			return fmt.Errorf("%s: %w: %s does not know it; ask for the export again", name, ErrContradiction, FileNote)
		case digest != digestOf(b):
			return fmt.Errorf("%s: %w: %s says that its SHA-256 was %.12s; ask for the export again", name, ErrContradiction, FileNote, digest)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(n.Files)) {
		if slices.Contains(exported, name) && files[name] == nil {
			return fmt.Errorf("%w: %s is missing; ask for a complete export", ErrUndecided, name)
		}
	}
	return nil
}

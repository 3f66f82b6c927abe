package review

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
)

// Piece is a stretch of a row that is longer than a part may be, as one that
// combines thousands of documents: it has parts to itself, one after another,
// whose texts together are the row.
//
//	{"group":"facilities","piece":{"key":"<document ID>","n":1,"of":3,"text":"{\"applications\":0,..."}}
type Piece struct {
	Key  string `json:"key"` // of the row
	N    int    `json:"n"`   // from 1
	Of   int    `json:"of"`
	Text string `json:"text"`
}

// tooLong is whether a row has no room on a page.
func (p *pages) tooLong(row *tableRow) bool {
	return len(partHead(p.group))+len(row.json)+len("]}") > maxPart
}

// piecesOf are the parts of a row that is too long: as much as maxPiece in each,
// up to the end of a character.
func piecesOf(group string, row *tableRow) (parts []part) {
	var texts [][]byte
	for rest := row.json; len(rest) > 0; {
		n := min(maxPiece, len(rest))
		for n < len(rest) && !utf8.RuneStart(rest[n]) {
			n--
		}
		texts, rest = append(texts, rest[:n]), rest[n:]
	}
	for i, text := range texts {
		b := Canonical(Part{Group: group, Piece: &Piece{Key: row.key, N: i + 1, Of: len(texts), Text: string(text)}})
		parts = append(parts, newPart(row.key, b))
	}
	return parts
}

// joiner puts the pieces of a row together again.
type joiner struct {
	last Piece
	text bytes.Buffer
}

var errPieces = errors.New("a row in pieces that do not belong together")

// add takes the next piece; row is nil until it was the last.
func (j *joiner) add(p Piece) (row []byte, err error) {
	if p.N != j.last.N+1 || p.N > p.Of || p.N > 1 && (p.Key != j.last.Key || p.Of != j.last.Of) {
		return nil, errPieces
	}
	j.text.WriteString(p.Text)
	if j.last = p; p.N < p.Of {
		return nil, nil
	}
	row = bytes.Clone(j.text.Bytes())
	j.last = Piece{}
	j.text.Reset()
	if jsonDepth(row) > maxDepth {
		return nil, errPieces
	}
	if canonical, err := jcs.Transform(row); err != nil || !bytes.Equal(canonical, row) {
		return nil, errPieces
	}
	return row, nil
}

// waits is whether a row is not whole yet.
func (j *joiner) waits() bool { return j.last.N > 0 }

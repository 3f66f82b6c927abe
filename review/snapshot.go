package review

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Snapshot is exactly what a stocktake was made from. Its JSON form is
// RFC 8785 and its digest the SHA-256 of that:
//
//	{"charter":"<document ID>","federation":"<document ID>","logs":[{"absent":[7],"origin":"e1.sle.3f9a1c20.gcm.example","root":"<base64>","size":42}]}
//
// Logs are sorted by origin, empty logs left out; absent lists, ascending,
// the indexes below size whose payload the snapshot does not count on.
type Snapshot struct {
	Federation DocumentID // the genesis charter
	Charter    DocumentID // the charter in force among the records
	Logs       []LogState
}

// LogState is one log's part in a snapshot: the RFC 6962 tree of its first
// Size records.
type LogState struct {
	Origin Origin
	Size   uint64
	Root   tlog.Hash
	Absent []uint64
}

// Equal is whether a log is in the same state.
func (l LogState) Equal(other LogState) bool {
	return l.Origin == other.Origin && l.Size == other.Size && l.Root == other.Root && slices.Equal(l.Absent, other.Absent)
}

type snapshotJSON struct {
	Charter    DocumentID     `json:"charter"`
	Federation DocumentID     `json:"federation"`
	Logs       []logStateJSON `json:"logs"`
}

type logStateJSON struct {
	Absent []uint64 `json:"absent"`
	Origin Origin   `json:"origin"`
	Root   string   `json:"root"`
	Size   uint64   `json:"size"`
}

// Marshal is the snapshot's RFC 8785 form.
func (s Snapshot) Marshal() []byte {
	j := snapshotJSON{Charter: s.Charter, Federation: s.Federation, Logs: make([]logStateJSON, 0, len(s.Logs))}
	for _, l := range s.Logs {
		absent := l.Absent
		if absent == nil {
			absent = []uint64{}
		}
		j.Logs = append(j.Logs, logStateJSON{absent, l.Origin, base64.StdEncoding.EncodeToString(l.Root[:]), l.Size})
	}
	return Canonical(j)
}

// Digest is the hexadecimal SHA-256 of Marshal.
func (s Snapshot) Digest() string { return digestOf(s.Marshal()) }

// Log is the state of one log; the zero state if the snapshot has none of it.
func (s Snapshot) Log(o Origin) LogState {
	i, ok := slices.BinarySearchFunc(s.Logs, o, func(l LogState, o Origin) int { return strings.Compare(string(l.Origin), string(o)) })
	if !ok {
		return LogState{Origin: o}
	}
	return s.Logs[i]
}

// ErrSnapshot means that bytes are not a snapshot in its one form.
var ErrSnapshot = errors.New("review: not a snapshot")

// ParseSnapshot reads exactly what Marshal writes.
func ParseSnapshot(b []byte) (Snapshot, error) {
	var j snapshotJSON
	if err := strictJSON(b, &j); err != nil {
		return Snapshot{}, fmt.Errorf("%w: %v", ErrSnapshot, err)
	}
	s := Snapshot{Federation: j.Federation, Charter: j.Charter}
	for i, l := range j.Logs {
		root, err := base64.StdEncoding.Strict().DecodeString(l.Root)
		if err != nil || len(root) != tlog.HashSize {
			return Snapshot{}, fmt.Errorf("%w: root of %s is not 32 bytes of base64", ErrSnapshot, l.Origin)
		}
		if i > 0 && l.Origin <= j.Logs[i-1].Origin {
			return Snapshot{}, fmt.Errorf("%w: logs are not sorted by origin", ErrSnapshot)
		}
		for k, index := range l.Absent {
			if index >= l.Size || k > 0 && index <= l.Absent[k-1] {
				return Snapshot{}, fmt.Errorf("%w: absent indexes of %s are not ascending below its size", ErrSnapshot, l.Origin)
			}
		}
		s.Logs = append(s.Logs, LogState{Origin: l.Origin, Size: l.Size, Root: tlog.Hash(root), Absent: l.Absent})
	}
	if string(s.Marshal()) != string(b) {
		return Snapshot{}, fmt.Errorf("%w: not in RFC 8785 form", ErrSnapshot)
	}
	return s, nil
}

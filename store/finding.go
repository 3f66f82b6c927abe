package store

import (
	"fmt"

	"stocktake/review"
)

// Finding is one thing in a database that is not as it was stored. What is
// damaged is never served; the finding says how far the damage goes.
type Finding struct {
	Log      review.Origin     `json:"log,omitempty"`
	Index    *uint64           `json:"index,omitempty"`    // of the record
	Document review.DocumentID `json:"document,omitempty"` // whose record it is
	What     string            `json:"what"`               // "its entry", "an index"
	Why      string            `json:"why"`                // "does not match its checksum"
	Next     string            `json:"next"`               // what mends it
}

func (f Finding) String() string {
	s := f.What + " " + f.Why
	if f.Document != "" {
		s = fmt.Sprintf("document %s: %s", f.Document, s)
	}
	if f.Index != nil {
		s = fmt.Sprintf("record %d, %s", *f.Index, s)
	}
	if f.Log != "" {
		s = fmt.Sprintf("%s: %s", f.Log, s)
	}
	return s + "; " + f.Next
}

// What mends a finding.
const (
	nextRecord  = "`stocktake fsck --repair` drops it, and the running node gets it again from other nodes"
	nextPayload = "the running node gets the content again from other nodes"
	nextIndex   = "`stocktake fsck --repair` makes it anew from the logs"
	nextOwn     = "`stocktake fsck --repair` ends the signing of this log; then open the next epoch with `stocktake key epoch --reason restored`"
	nextFile    = "`stocktake fsck --repair` saves what can be read into a new database"
	nextLost    = "open the next epoch with `stocktake key epoch --reason restored`"
)

// Report is what a look at a whole database gave.
type Report struct {
	Logs      int       `json:"logs"`
	Records   uint64    `json:"records"`
	Hashes    uint64    `json:"hashes"`
	Payloads  uint64    `json:"payloads"`
	Absent    uint64    `json:"absent"` // documents without a payload, with a reason
	Indexes   uint64    `json:"indexes"`
	Findings  []Finding `json:"findings"`            // the first maxFindings
	More      int       `json:"more,omitempty"`      // how many there are besides
	Lost      string    `json:"lost,omitempty"`      // why this node does not sign and cosign with the keys of this epoch: see Store.Lost
	Kept      string    `json:"kept,omitempty"`      // after a repair: where the damaged database is
	Fenced    []string  `json:"fenced,omitempty"`    // after a repair: own logs that are never signed again
	Dropped   uint64    `json:"dropped,omitempty"`   // after a repair: records that come again from peers
	Unopened  bool      `json:"unopened,omitempty"`  // the database cannot be opened as it is, so not everything was looked at
	Saved     int       `json:"saved,omitempty"`     // after a repair: documents of own logs that were set aside
	SavedFile string    `json:"savedFile,omitempty"` // where; the caller sets it
}

// Sound is whether nothing was found.
func (r *Report) Sound() bool { return len(r.Findings) == 0 }

func (r *Report) find(f Finding) {
	if len(r.Findings) < maxFindings {
		r.Findings = append(r.Findings, f)
	} else {
		r.More++
	}
}

package main

import (
	"cmp"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite"

	"stocktake/review"
	"stocktake/signing"
)

//go:embed queries.sql
var queriesFile string

// queries are those of queries.sql by name.
var queries = func() map[string]string {
	all := map[string]string{}
	for _, part := range strings.Split(queriesFile, "-- name: ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		all[name] = text
	}
	return all
}()

// asked are the figures, each with its group in a stocktake.
var asked = []struct{ query, group string }{
	{"pledges by status", "pledges"}, {"due states", "due"}, {"recommendations", "recommendations"}, {"resources per currency", "resources"}, {"findings per rating", "findings"},
}

// affects are the queries whose answers a document of a kind may change.
var affects = map[review.Kind][]string{
	review.KindPledge: {"pledges by status", "resources per currency"}, review.KindReport: {"pledges by status", "due states"},
	review.KindAssessment: {"findings per rating", "due states"}, review.KindComment: {"recommendations"}, review.KindResponse: {"recommendations"},
	review.KindAccession: {"due states"}, review.KindWithdrawal: {"pledges by status", "due states", "recommendations", "resources per currency", "findings per rating"},
}

// loader puts documents into typed columns.
type loader struct {
	db       *sql.DB
	tx       *sql.Tx
	insert   map[string]*sql.Stmt
	chain    *review.Chain
	receipts review.Witnessed
	covered  map[int]uint64
	n        int
	bulk     map[review.DocumentID]known // while everything is loaded; then the database is asked
}

// known is what later documents need of one.
type known struct {
	author  review.ParticipantID
	lineage review.DocumentID
}

// statement is a payload, read no further than the columns need.
type statement struct {
	Predicate struct {
		Author                                                           review.ParticipantID
		Supersedes                                                       review.DocumentID
		Status, Type, Position, Decision, Round, Flexibility, Checkpoint string
		To                                                               review.ParticipantID
		Resources                                                        []review.Resource
		Findings                                                         []review.Finding
	}
	PredicateType string
	Subject       []struct {
		Digest struct{ SHA256 review.DocumentID }
	}
}

func (l *loader) begin() (err error) {
	if l.tx, err = l.db.Begin(); err != nil {
		return err
	}
	l.insert = map[string]*sql.Stmt{}
	for name, text := range map[string]string{
		"document": "INSERT INTO document VALUES (?,?,?,?,NULL,?,?,?,?,?,?,?,?,?)", "resource": "INSERT INTO resource VALUES (?,?,?)",
		"finding": "INSERT INTO finding VALUES (?,?,?)", "file": "UPDATE document SET filed = ? WHERE log = ? AND position >= ? AND position < ?",
	} {
		if l.insert[name], err = l.tx.Prepare(text); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) exec(name string, args ...any) error {
	_, err := l.insert[name].Exec(args...)
	return err
}

func blob(id review.DocumentID) any {
	if id == "" {
		return nil
	}
	b, _ := hex.DecodeString(string(id))
	return b
}

// find is what is known of a document.
func (l *loader) find(id review.DocumentID) (k known, err error) {
	if l.bulk != nil {
		return l.bulk[id], nil
	}
	var lineage []byte
	err = l.tx.QueryRow("SELECT author, lineage FROM document WHERE id = ?", blob(id)).Scan(&k.author, &lineage)
	if err == sql.ErrNoRows {
		err = nil
	}
	k.lineage = review.DocumentID(hex.EncodeToString(lineage))
	return k, err
}

// take loads one record.
func (l *loader) take(log int, r review.Record, s *statement) error {
	p, kind := &s.Predicate, strings.Split(s.PredicateType, "/")[3]
	id, about := r.ID(), s.Subject[0].Digest.SHA256
	if kind == string(review.KindReceipt) {
		return l.receipt(log, []byte(p.Checkpoint))
	}
	subject, err := l.find(about)
	if err != nil {
		return err
	}
	lineage, addressee := subject.lineage, cmp.Or(p.To, subject.author)
	if kind == string(review.KindPledge) {
		lineage = id
		if p.Supersedes != "" {
			old, err := l.find(p.Supersedes)
			if err != nil {
				return err
			}
			lineage = cmp.Or(old.lineage, id)
		}
	}
	if l.bulk != nil {
		l.bulk[id] = known{p.Author, lineage}
	}
	round := any(nil)
	if p.Round != "" && p.Type != "shadow" {
		round = p.Round
	}
	flexible := 0
	if p.Flexibility != "" {
		flexible = 1
	}
	l.n++
	err = l.exec("document", l.n, blob(id), log, r.Index, kind, string(p.Author), blob(about), blob(p.Supersedes), blob(lineage),
		cmp.Or(p.Status, p.Type, p.Position, p.Decision), round, flexible, string(addressee))
	for _, resource := range p.Resources {
		if err == nil && resource.Amount != review.NotStated {
			err = l.exec("resource", l.n, resource.Currency, thousandths(resource.Amount))
		}
	}
	for _, finding := range p.Findings {
		if err == nil {
			err = l.exec("finding", l.n, finding.Objective, finding.Rating)
		}
	}
	return err
}

// receipt dates the records that it covers first. Its signatures are checked as
// review checks them.
func (l *loader) receipt(log int, note []byte) error {
	cp, err := signing.PeekCheckpoint(note)
	if err != nil {
		return err
	}
	if err := l.receipts.Add(l.chain, note); err != nil {
		return err
	}
	at, _, ok := l.receipts.Filed(review.Origin(cp.Origin), cp.Size-1)
	if !ok || cp.Size <= l.covered[log] {
		return nil
	}
	from := l.covered[log]
	l.covered[log] = cp.Size
	return l.exec("file", at.Unix(), log, from, cp.Size)
}

// sqlite loads a corpus into a database, asks it, and then lets it change one
// document at a time.
func sqlite(dir string, documents int) (figures, error) {
	s, err := storedIn(dir, documents)
	if err != nil {
		return nil, err
	}
	at := filepath.Join(dir, "stocktake.sqlite")
	defer os.Remove(at)
	db, err := sql.Open("sqlite", at+"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=cache_size(-262144)&_pragma=temp_store(MEMORY)")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	runtime.GC()
	began, busy := time.Now(), processor().Seconds()
	if _, err := db.Exec(queries["schema"]); err != nil {
		return nil, err
	}
	l := &loader{db: db, chain: sampleCorpus().Chain, covered: map[int]uint64{}, bulk: map[review.DocumentID]known{}}
	if err := l.load(s); err != nil {
		return nil, err
	}
	if _, err := db.Exec(queries["indexes"] + queries["views"]); err != nil {
		return nil, err
	}
	l.bulk = nil
	loaded, loadBusy := time.Now(), processor().Seconds()-busy
	busy = processor().Seconds()
	answers, err := ask(db, nil)
	if err != nil {
		return nil, err
	}
	found := figures{"sqlite_load_cpu_s": loadBusy, "sqlite_compute_cpu_s": processor().Seconds() - busy, "sqlite_load_s": loaded.Sub(began).Seconds(), "sqlite_compute_s": time.Since(loaded).Seconds(), "sqlite_peak_mib": resident("VmHWM")}
	if found["compared"], err = equal(dir, "loaded", answers); err != nil {
		return nil, err
	}
	var all, affected, busyAffected []float64
	for _, c := range s.changes {
		began, busy := time.Now(), processor().Seconds()
		if err := l.change(c); err != nil {
			return nil, err
		}
		inserted := milliseconds(began)
		if _, err := ask(db, affects[c.kind]); err != nil {
			return nil, err
		}
		affected, busyAffected = append(affected, milliseconds(began)), append(busyAffected, 1000*(processor().Seconds()-busy))
		began = time.Now()
		if answers, err = ask(db, nil); err != nil {
			return nil, err
		}
		all = append(all, inserted+milliseconds(began))
		if len(all) == maxAsked(documents) {
			break
		}
	}
	found["sqlite_changes"] = float64(len(all))
	if len(all) == len(s.changes) {
		if _, err := equal(dir, "changed", answers); err != nil {
			return nil, err
		}
	} else {
		for _, c := range s.changes[len(all):] {
			if err := l.change(c); err != nil {
				return nil, err
			}
		}
		if answers, err = ask(db, nil); err != nil {
			return nil, err
		}
		if _, err := equal(dir, "changed", answers); err != nil {
			return nil, err
		}
	}
	for name, took := range map[string][]float64{"sqlite_change_all": all, "sqlite_change": affected, "sqlite_change_cpu": busyAffected} {
		found[name+"_ms"], found[name+"_p99_ms"] = median(took), took[len(took)*99/100]
	}
	return found, nil
}

// maxAsked is after how many changes the database is asked: it takes its time.
func maxAsked(documents int) int {
	switch {
	case documents > 100_000:
		return 5
	case documents > 10_000:
		return 40
	}
	return lastDocuments
}

func (l *loader) load(s *stored) error {
	charter, _ := l.chain.InForce()
	if err := l.begin(); err != nil {
		return err
	}
	for _, p := range charter.Participants {
		if _, err := l.tx.Exec("INSERT INTO participant VALUES (?)", string(p.ID)); err != nil {
			return err
		}
	}
	for _, r := range charter.Rounds {
		if _, err := l.tx.Exec("INSERT INTO round VALUES (?,?)", r.ID, r.Due); err != nil {
			return err
		}
	}
	numbers := map[review.Origin]int{}
	for i := range logs {
		numbers[corpusOrigin(i)] = i
	}
	for d := range decodedAhead(s.records) {
		if d.err != nil {
			return d.err
		}
		if err := l.take(numbers[d.Origin], d.Record, &d.statement); err != nil {
			return err
		}
	}
	if err := s.reading(); err != nil {
		return err
	}
	return l.tx.Commit()
}

// change takes in a document and the receipt that files it.
func (l *loader) change(c change) error {
	if err := l.begin(); err != nil {
		return err
	}
	for _, r := range []review.Record{c.document, c.receipt} {
		var s statement
		if err := json.Unmarshal(r.Payload, &s); err != nil {
			return err
		}
		if err := l.take(logNumber(r.Origin), r, &s); err != nil {
			return err
		}
	}
	return l.tx.Commit()
}

func logNumber(o review.Origin) int {
	for i := range logs {
		if corpusOrigin(i) == o {
			return i
		}
	}
	return -1
}

// ask runs queries; none: all.
func ask(db *sql.DB, names []string) (map[string]int64, error) {
	answers := map[string]int64{}
	for _, q := range asked {
		if names != nil && !slices.Contains(names, q.query) {
			continue
		}
		rows, err := db.Query(queries[q.query])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.query, err)
		}
		for rows.Next() {
			var name string
			var value int64
			if err := rows.Scan(&name, &value); err != nil {
				return nil, err
			}
			answers[q.group+"/"+name] = value
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// equal holds the database's answers against the stocktake's figures, and says
// how many there are.
func equal(dir, name string, answers map[string]int64) (float64, error) {
	b, err := os.ReadFile(filepath.Join(dir, "figures-"+name))
	if err != nil {
		return 0, err
	}
	var want map[string]int64
	if err := json.Unmarshal(b, &want); err != nil {
		return 0, err
	}
	if !maps.Equal(want, answers) {
		var differ []string
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if want[name] != answers[name] {
				differ = append(differ, fmt.Sprintf("%s: %d, the database says %d", name, want[name], answers[name]))
			}
		}
		for name := range answers {
			if _, ok := want[name]; !ok {
				differ = append(differ, fmt.Sprintf("%s: none, the database says %d", name, answers[name]))
			}
		}
		return 0, fmt.Errorf("figures differ: %s", strings.Join(differ, "; "))
	}
	return float64(len(want)), nil
}

// thousandths is a decimal of at most three places as an integer.
func thousandths(amount string) int64 {
	whole, fraction, _ := strings.Cut(amount, ".")
	n, err := strconv.ParseInt(whole+(fraction + "000")[:3], 10, 64)
	if err != nil || len(fraction) > 3 {
		panic("bench: " + amount + " has more than three places")
	}
	return n
}

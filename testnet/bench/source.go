package main

import (
	"bufio"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
	"stocktake/testnet/simulation"
)

// What is taken in: documents of about a kilobyte, a fifth of them pledges, the
// rest about pledges or about what was said before, in logs that grow in turn.
const (
	logs     = 8
	authors  = 40
	perRange = 512
	threads  = 20 // long ones: a tenth of all documents belong to them
)

// rootOf is the number of the document with which a thread begins: a pledge.
func rootOf(thread int) int { return pledgeEvery * thread }

const pledgeEvery = 5

// span is a range of one log, as a peer would send it.
type span struct {
	Log     int
	From    uint64
	Note    []byte
	Records []record
}

type record struct {
	Payload, Signature []byte
	Key                int // of which author
}

var sampleFederation = sync.OnceValue(func() *simulation.Federation { return simulation.NewFederation(1, authors, 5) })

func origin(log int) review.Origin { return federationOrigins[log] }

var federationOrigins = func() (all []review.Origin) {
	for _, m := range sampleFederation().Members[:logs] {
		all = append(all, m.Origin)
	}
	return all
}()

// tree is a log's hashes.
type tree []tlog.Hash

func (t tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		hashes[i] = t[n]
	}
	return hashes, nil
}

// generate writes the source file: ranges of signed documents under signed
// checkpoints.
func generate(dir string, documents int) (figures, error) {
	file, err := os.Create(sourceFile(dir))
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	encoder := gob.NewEncoder(out)
	f := sampleFederation()
	w := writer{random: rand.New(rand.NewPCG(1, 2)), genesis: f.Genesis.ID}
	for _, m := range f.Members {
		w.authors = append(w.authors, m.ID)
		w.signers = append(w.signers, m.Author.Signer())
	}
	trees, sizes := make([]tree, logs), make([]uint64, logs)
	var bytes float64
	for n := 0; n < documents; {
		log := n / perRange % logs
		s := span{Log: log, From: sizes[log]}
		for ; len(s.Records) < perRange && n < documents; n++ {
			r, leaf, err := w.document(n)
			if err != nil {
				return nil, err
			}
			bytes += float64(len(r.Payload) + len(r.Signature))
			s.Records = append(s.Records, r)
			hashes, err := tlog.StoredHashesForRecordHash(int64(sizes[log]), leaf.Hash(), trees[log])
			if err != nil {
				return nil, err
			}
			trees[log] = append(trees[log], hashes...)
			sizes[log]++
		}
		root, err := tlog.TreeHash(int64(sizes[log]), trees[log])
		if err != nil {
			return nil, err
		}
		s.Note = signing.SignCheckpoint(signing.Checkpoint{Origin: string(origin(log)), Size: sizes[log], Root: root}, f.Members[log].Log)
		if err := encoder.Encode(s); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(out.Flush(), file.Sync(), file.Close()); err != nil {
		return nil, err
	}
	return figures{"document_bytes": bytes}, nil
}

// writer makes up documents that the schemas take.
type writer struct {
	random  *rand.Rand
	genesis review.DocumentID
	authors []review.ParticipantID
	signers []*signing.DocumentSigner
	pledges []review.DocumentID // the last hundred
	threads [threads][]review.DocumentID
}

func (w *writer) document(n int) (record, signing.Leaf, error) {
	author := w.random.IntN(authors)
	common := review.Common{
		Federation: w.genesis, Author: w.authors[author], Language: "en", Created: "2026-03-02T09:00:00Z",
		Salt: fmt.Sprintf("%016x%016x", w.random.Uint64(), w.random.Uint64()), Title: fmt.Sprintf("SAMPLE %d", n), Sample: true,
	}
	kind, about := review.KindPledge, review.Subject{Name: "charter", Digest: w.genesis}
	var predicate any
	thread := n / 10 % threads
	replies := n%10 == 1 && len(w.threads[thread]) > 0
	if n%pledgeEvery == 0 {
		common.Summary = w.text(500)
		predicate = &review.Pledge{Common: common, Form: "individual", Objectives: []int{1 + n%23}, Due: "2027-06-30"}
	} else {
		about = review.Subject{Name: "pledge", Digest: w.pledges[w.random.IntN(len(w.pledges))]}
		if replies {
			about = review.Subject{Name: "document", Digest: w.threads[thread][w.random.IntN(len(w.threads[thread]))]}
		}
		kind = review.KindComment
		predicate = &review.Comment{Common: common, Type: "question", Objectives: []int{1 + n%23}, Text: w.text(500)}
	}
	e, err := w.signers[author].Sign(review.Compose(kind, []review.Subject{about}, predicate))
	if err != nil {
		return record{}, signing.Leaf{}, err
	}
	id := review.DocumentID(e.Digest().String())
	if n < rootOf(threads) && n%pledgeEvery == 0 {
		w.threads[n/pledgeEvery] = []review.DocumentID{id}
	} else if replies {
		w.threads[thread] = append(w.threads[thread], id)
	}
	if kind == review.KindPledge {
		w.pledges = append(w.pledges, id)
		w.pledges = w.pledges[max(0, len(w.pledges)-100):]
	}
	return record{e.Payload, e.Signature, author}, e.Leaf(w.signers[author].Key()), nil
}

// text is of real words in no order, so that it compresses like text.
func (w *writer) text(size int) string {
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(words[w.random.IntN(len(words))])
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String()[:size])
}

var words = strings.Fields(`the and of to in for migration migrants workers rights recruitment regular pathways data
	national local government ministry agency report progress measure strengthen support provide access services health
	education children women protection trafficking smuggling borders return reintegration remittances diaspora skills
	recognition qualifications cooperation bilateral regional agreement training officials consular assistance identity
	documents birth registration climate drivers employment decent work fair costs reduce monitor evaluate publish annual
	statistics survey census capacity institutions coordination partnership civil society employers unions cities programme
	pilot district community information campaign hotline shelter legal aid detention alternatives visas family reunification`)

// spans calls take for every range of the source file.
func spans(dir string, take func(span) error) error {
	file, err := os.Open(sourceFile(dir))
	if err != nil {
		return err
	}
	defer file.Close()
	decoder := gob.NewDecoder(bufio.NewReaderSize(file, 1<<20))
	for {
		var s span
		switch err := decoder.Decode(&s); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := take(s); err != nil {
			return err
		}
	}
}

// keys are the authors' keys.
func keys() (all []signing.DocumentKey) {
	for _, m := range sampleFederation().Members {
		all = append(all, m.Author.Public)
	}
	return all
}

// entries are a range's, with leaves made anew as a receiver makes them.
func (s span) entries(keys []signing.DocumentKey) []store.Entry {
	all := make([]store.Entry, len(s.Records))
	for i, r := range s.Records {
		e := signing.Envelope{Payload: r.Payload, Signature: r.Signature}
		all[i] = store.Entry{Leaf: e.Leaf(keys[r.Key]), Payload: r.Payload}
	}
	return all
}

func (s span) tail(entries []store.Entry) (store.Tail, error) {
	cp, err := signing.PeekCheckpoint(s.Note)
	return store.Tail{Origin: origin(s.Log), From: s.From, Entries: entries, Checkpoint: cp, Note: s.Note}, err
}

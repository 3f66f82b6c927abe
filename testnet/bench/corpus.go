package main

import (
	"bufio"
	"encoding/gob"
	"errors"
	"os"
	"sync"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/testnet/synthetic"
)

// The last documents of a corpus have a receipt each: they are what changes one
// by one.
const lastDocuments = 300

func corpusOf(documents int) *synthetic.Corpus {
	return synthetic.New(synthetic.Options{
		Seed: 1, Logs: logs, Block: perRange, Documents: documents, Tail: min(lastDocuments, documents/4), Bodies: 14, Region: corpusRegion,
	})
}

// corpusRegion is the region of a fourth of those who promise something.
const corpusRegion = "UN-ECA"

// sampleCorpus is the federation of all of them.
var sampleCorpus = sync.OnceValue(func() *synthetic.Corpus { return corpusOf(0) })

func corpusOrigin(log int) review.Origin { return sampleCorpus().Members[log].Origin }

// synthesize writes a synthetic corpus in the form of a source file.
func synthesize(dir string, documents int) (figures, error) {
	file, err := os.Create(sourceFile(dir))
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	encoder := gob.NewEncoder(out)
	var bytes float64
	s := span{}
	for r := range corpusOf(documents).Records() {
		if r.Log != s.Log || len(s.Records) == perRange {
			if err := encoder.Encode(s); err != nil {
				return nil, err
			}
			s = span{Log: r.Log, From: r.Index}
		}
		bytes += float64(len(r.Payload) + len(r.Signature))
		s.Records = append(s.Records, record{r.Payload, r.Signature, r.Author*roles + int(r.Role)})
	}
	return figures{"document_bytes": bytes}, errors.Join(encoder.Encode(s), out.Flush(), file.Sync(), file.Close())
}

// roles is how many keys an author has there.
const roles = 3

// corpusKeys are all, by author and role.
func corpusKeys() (all []signing.DocumentKey) {
	c := sampleCorpus()
	for author := range c.Members {
		for role := range synthetic.Role(roles) {
			all = append(all, c.Key(synthetic.Record{Author: author, Role: role}))
		}
	}
	return all
}

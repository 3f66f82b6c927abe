package store

import (
	"iter"
	"runtime"

	"stocktake/review"
	"stocktake/signing"
)

// Ahead parses records on all cores before whoever reads them comes to them,
// in the same order.
func Ahead(records iter.Seq2[review.Record, error]) iter.Seq2[review.Record, error] {
	return func(yield func(review.Record, error) bool) {
		parcels, stop := make(chan *parcel, runtime.GOMAXPROCS(0)), make(chan struct{})
		defer func() {
			close(stop)
			for range parcels { // until the records are let go of
			}
		}()
		go func() {
			defer close(parcels)
			next := &parcel{}
			for record, err := range records {
				if next.records, next.err = append(next.records, record), err; err == nil && len(next.records) < parcelSize {
					continue
				}
				if !next.send(parcels, stop) || err != nil {
					return
				}
				next = &parcel{}
			}
			next.send(parcels, stop)
		}()
		for c := range parcels {
			<-c.parsed
			for i, record := range c.records {
				err := error(nil)
				if i == len(c.records)-1 {
					err = c.err
				}
				if !yield(record, err) {
					return
				}
			}
		}
	}
}

// parcelSize is how many records are parsed in one go: enough to make little of
// the handing over, few enough to hold.
const parcelSize = 128

// parcel are records that are parsed together; err came with the last.
type parcel struct {
	records []review.Record
	err     error
	parsed  chan struct{}
}

// send hands a parcel over, to be parsed meanwhile.
func (c *parcel) send(to chan<- *parcel, stop <-chan struct{}) bool {
	c.parsed = make(chan struct{})
	select {
	case to <- c:
	case <-stop:
		return false
	}
	go func() {
		defer close(c.parsed)
		for i, r := range c.records {
			if r.Payload != nil && r.Parsed == nil && signing.PayloadDigest(r.Payload) == r.Leaf.Digest {
				c.records[i].Parsed, _ = review.Parse(r.Payload) // what is none, Read finds so again
			}
		}
	}()
	return true
}

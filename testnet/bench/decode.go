package main

import (
	"encoding/json"
	"iter"
	"runtime"

	"stocktake/review"
)

// decoded is a record with its payload as the database takes it.
type decoded struct {
	review.Record
	statement
	err error
}

// decodedAhead decodes payloads on all cores, as store.Ahead does for review.
func decodedAhead(records iter.Seq2[review.Record, error]) iter.Seq[*decoded] {
	return func(yield func(*decoded) bool) {
		parcels := make(chan chan []*decoded, runtime.GOMAXPROCS(0))
		go func() {
			defer close(parcels)
			var parcel []*decoded
			send := func() {
				done, of := make(chan []*decoded, 1), parcel
				parcels <- done
				parcel = nil
				go func() {
					for _, d := range of {
						if d.err == nil {
							d.err = json.Unmarshal(d.Payload, &d.statement)
						}
					}
					done <- of
				}()
			}
			for r, err := range records {
				if parcel = append(parcel, &decoded{Record: r, err: err}); len(parcel) == 128 {
					send()
				}
			}
			send()
		}()
		stopped := false
		for done := range parcels {
			for _, d := range <-done {
				stopped = stopped || !yield(d)
			}
		}
	}
}

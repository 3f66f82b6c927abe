package store

import (
	"errors"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"

	"stocktake/review"
)

func numbered(n int, err error, ended *bool) iter.Seq2[review.Record, error] {
	return func(yield func(review.Record, error) bool) {
		defer func() { *ended = true }()
		for i := range n {
			if !yield(review.Record{Index: uint64(i)}, nil) {
				return
			}
		}
		if err != nil {
			yield(review.Record{}, err)
		}
	}
}

func TestRecordsParsedAheadComeInTheirOrder(t *testing.T) {
	damage := errors.New("damage")
	for _, n := range []int{0, 1, parcelSize, 5*parcelSize + 3} {
		for _, want := range []error{nil, damage} {
			next, got, ended := 0, error(nil), false
			for r, err := range Ahead(numbered(n, want, &ended)) {
				if got = err; err == nil {
					assert.EqualValues(t, next, r.Index)
					next++
				}
			}
			assert.Equal(t, n, next)
			assert.Equal(t, want, got)
			assert.True(t, ended)
		}
	}
}

func TestWhoeverStopsReadingLetsTheRecordsGo(t *testing.T) {
	ended := false
	for range Ahead(numbered(100*parcelSize, nil, &ended)) {
		break
	}
	assert.True(t, ended)
}

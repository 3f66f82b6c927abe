package store

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"stocktake/review"
)

// Each figure stands beside its ceiling: BenchmarkVerify is what checking one
// document's signature costs one core.

const benchDocuments = 8192

var benchSource = sync.OnceValue(func() *source {
	t := &testing.B{}
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range benchDocuments {
		src.add(a, comment(i))
	}
	return src
})

func BenchmarkVerify(b *testing.B) {
	leaf := benchSource().entries[0].Leaf
	for b.Loop() {
		if !leaf.Genuine() {
			b.Fatal("not genuine")
		}
	}
}

// BenchmarkExtend takes tails of 1,024 entries whose signatures were checked.
func BenchmarkExtend(b *testing.B) {
	const run = 1024
	src := benchSource()
	var tails []Tail
	for from := 0; from < benchDocuments; from += run {
		tails = append(tails, src.tail(from, from+run, from+run))
	}
	s := openTest(b, b.TempDir(), Options{})
	n := 0
	for b.Loop() {
		if n > 0 && n%len(tails) == 0 {
			b.StopTimer()
			require.NoError(b, s.Close())
			s = openTest(b, b.TempDir(), Options{})
			b.StartTimer()
		}
		_, err := s.Extend(tails[n%len(tails)])
		require.NoError(b, err)
		n++
	}
	b.ReportMetric(float64(n*run)/b.Elapsed().Seconds(), "documents/s")
}

// BenchmarkAppend files documents in calls of several sizes, by several
// callers at once; each is verified once.
func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct{ callers, each int }{{1, 1}, {16, 1}, {256, 1}, {1, 256}} {
		b.Run(fmt.Sprintf("callers=%d/documents=%d", c.callers, c.each), func(b *testing.B) {
			src := benchSource()
			s := openTest(b, b.TempDir(), Options{})
			signer := newNoteSigner(b)
			var mu sync.Mutex
			next := 0
			take := func() (*Writer, []Submission) {
				mu.Lock()
				defer mu.Unlock()
				w := s.OpenLog(review.Origin(fmt.Sprintf("e%d.sle.3f9a1c20.gcm.example", 1+next/benchDocuments)), signer)
				var d []Submission
				for range c.each {
					e := src.entries[next%benchDocuments]
					d = append(d, Submission{Leaf: e.Leaf, Payload: e.Payload})
					next++
				}
				return w, d
			}
			b.SetParallelism(max(1, c.callers/2))
			b.ResetTimer()
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					w, d := take()
					if _, _, err := w.Append(b.Context(), d...); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(next)/b.Elapsed().Seconds(), "documents/s")
		})
	}
}

func BenchmarkRecords(b *testing.B) {
	src := benchSource()
	s := openTest(b, b.TempDir(), Options{})
	for from := 0; from < benchDocuments; from += 1024 {
		_, err := s.Extend(src.tail(from, from+1024, from+1024))
		require.NoError(b, err)
	}
	states, err := s.LogStates()
	require.NoError(b, err)
	for b.Loop() {
		for _, err := range s.Records(review.Snapshot{Logs: states}) {
			require.NoError(b, err)
		}
	}
	b.ReportMetric(float64(benchDocuments*b.N)/b.Elapsed().Seconds(), "documents/s")
}

func BenchmarkProve(b *testing.B) {
	src := benchSource()
	s := openTest(b, "", Options{InMemory: true})
	_, err := s.Extend(src.tail(0, 4096, 4096))
	require.NoError(b, err)
	n := uint64(0)
	for b.Loop() {
		_, err := s.Prove(testOrigin, n%4096, 4096)
		require.NoError(b, err)
		n += 1001
	}
}

// BenchmarkOpenInMemory is what a simulation pays for one node's store.
func BenchmarkOpenInMemory(b *testing.B) {
	for b.Loop() {
		s, err := Open("", Options{InMemory: true})
		require.NoError(b, err)
		require.NoError(b, s.Close())
	}
}

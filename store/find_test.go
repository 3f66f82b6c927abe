package store

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"stocktake/review"
)

func mustFind(t testing.TB, s *Store, q Query) []review.DocumentID {
	found, err := s.Find(q)
	require.NoError(t, err)
	return found
}

// various are statements of several kinds, authors and subjects.
func various(n int) []byte {
	rnd := rand.New(rand.NewPCG(uint64(n), 3))
	c := common([]review.ParticipantID{"sle", "sl", "ken", "uneca"}[rnd.IntN(4)], n)
	about := review.DocumentID(fmt.Sprintf("%064x", rnd.IntN(3)+1))
	subject := func(name string) []review.Subject { return []review.Subject{{Name: name, Digest: about}} }
	objectives := []int{1 + rnd.IntN(3), 11 + rnd.IntN(3)}
	switch rnd.IntN(4) {
	case 0:
		return review.Compose(review.KindPledge, subject("charter"), review.Pledge{Common: c, Form: "individual", Objectives: objectives, Due: review.NotStated})
	case 1:
		return review.Compose(review.KindReport, subject("pledge"), review.Report{Common: c, Round: fmt.Sprintf("r%d", rnd.IntN(2)), Status: "planning"})
	case 2:
		return review.Compose(review.KindAssessment, subject("charter"), review.Assessment{Common: c, Type: "shadow", About: "usa", Findings: []review.Finding{{Objective: objectives[0], Rating: "limited", Text: "Text."}}})
	default:
		return review.Compose(review.KindComment, subject("document"), review.Comment{Common: c, Type: "question", Objectives: objectives, Text: "Text."})
	}
}

func TestFindAgreesWithReadingEverything(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	var documents []*review.Document
	for i := range 60 {
		payload := various(i)
		src.add(a, payload)
		d, err := review.Parse(payload)
		require.NoError(t, err)
		require.True(t, d.Known, string(payload))
		documents = append(documents, d)
	}
	src.add(a, []byte("not a document"))
	_, err := s.Extend(src.tail(0, 61, 61))
	require.NoError(t, err)

	fits := func(d *review.Document, q Query) bool {
		var objectives []int
		var round string
		switch p := d.Predicate.(type) {
		case *review.Pledge:
			objectives = p.Objectives
		case *review.Comment:
			objectives = p.Objectives
		case *review.Assessment:
			objectives = []int{p.Findings[0].Objective}
		case *review.Report:
			round = p.Round
		}
		return (q.Kind == "" || d.Kind == q.Kind) && (q.Author == "" || d.Author == q.Author) && (q.Authors == nil || slices.Contains(q.Authors, d.Author)) && (q.About == "" || d.About() == q.About) &&
			(q.Objective == 0 || slices.Contains(objectives, q.Objective)) && (q.Round == "" || round == q.Round) && d.ID > q.After
	}
	check := func() {
		nonEmpty := 0
		regions := [][]review.ParticipantID{nil, {"sle", "ken", "nobody"}, {}}
		for _, kind := range []review.Kind{"", review.KindPledge, review.KindReport, review.KindAssessment} {
			for _, author := range []review.ParticipantID{"", "sle", "sl", "nobody"} {
				for _, objective := range []int{0, 1, 11} {
					for _, round := range []string{"", "r1"} {
						for n := range 6 {
							q := Query{Kind: kind, Author: author, Authors: regions[n/2], Objective: objective, Round: round}
							if n%2 > 0 {
								q.About = review.DocumentID(fmt.Sprintf("%064x", 1))
							}
							if reflect.DeepEqual(q, Query{}) {
								continue
							}
							var want []review.DocumentID
							for _, d := range documents {
								if fits(d, q) {
									want = append(want, d.ID)
								}
							}
							slices.Sort(want)
							require.Equal(t, want, mustFind(t, s, q), "%+v", q)
							var paged []review.DocumentID
							for q.Limit = 3; ; q.After = paged[len(paged)-1] {
								page := mustFind(t, s, q)
								paged = append(paged, page...)
								if len(page) < 3 {
									break
								}
							}
							require.Equal(t, want, paged)
							if len(want) > 0 {
								nonEmpty++
							}
						}
					}
				}
			}
		}
		require.Greater(t, nonEmpty, 20)
		require.Len(t, mustFind(t, s, Query{}), 61)
	}
	check()
	before := keysOf(t, s, keyIndex)
	require.NotEmpty(t, before)
	require.NoError(t, s.RebuildIndexes())
	require.Equal(t, before, keysOf(t, s, keyIndex))
	check()
}

func TestAThreadIsWhatIsSaidAboutADocumentAndAboutThat(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	src, a := newSource(t, testOrigin), newAuthor(t)
	id := func(i int) review.DocumentID { return review.DocumentID(src.entries[i].Leaf.Digest.String()) }
	reply := func(n int, to review.DocumentID) {
		src.add(a, review.Compose(review.KindComment, []review.Subject{{Name: "document", Digest: to}},
			review.Comment{Common: common("sle", n), Type: "question", Text: "Text."}))
	}
	src.add(a, comment(0))
	for n := 1; n < 13; n++ {
		reply(n, id((n-1)/3)) // 0 has 1 to 3, these have 4 to 12
	}
	_, err := s.Extend(src.tail(0, 13, 13))
	require.NoError(t, err)
	found, err := s.Thread(id(0), 100)
	require.NoError(t, err)
	require.ElementsMatch(t, []review.DocumentID{id(1), id(2), id(3)}, found[:3])
	require.ElementsMatch(t, []review.DocumentID{id(4), id(5), id(6), id(7), id(8), id(9), id(10), id(11), id(12)}, found[3:])
	for _, limit := range []int{1, 3, 5} {
		first, err := s.Thread(id(0), limit)
		require.NoError(t, err)
		require.Equal(t, found[:limit], first)
	}
	leaves, err := s.Thread(id(12), 100)
	require.NoError(t, err)
	require.Empty(t, leaves)
}

package browser

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/review"
	"stocktake/signing"
)

// tally is what a run did.
type tally struct {
	payloads, fields, pairs, refused, documents int
	pages, framed                               int
	deeds, violations, strange                  []string
	shown                                       map[int]bool // payloads that were read as text on some page
}

// TestNoStoredPayloadRuns puts payloads through every field of every kind that
// takes free text, at a real node, and reads everything that shows them in
// Chromium. Nothing runs, nothing is asked for, nothing goes elsewhere, and no
// policy has anything to stop: what people write is shown as written.
//
// A run takes a few payloads of every place; with STOCKTAKE_PAYLOADS=1000, all.
func TestNoStoredPayloadRuns(t *testing.T) {
	l := openLookout(t)
	chosen := some(payloads(l.canary), howMany(t))
	sum := &tally{payloads: len(chosen), shown: map[int]bool{}}
	s := &stored{}
	began := time.Now()
	lap := func(what string) { t.Logf("%6.1f s  %s", time.Since(began).Seconds(), what) }

	s.found(t, names(chosen))
	planted := s.plant(t, broken(s.genesis.ID, chosen))
	s.start(t)
	lap("founded, and records planted that no door would take")
	documents := s.fileAll(t, chosen, sum)
	lap("filed")
	s.settle(t)
	lap("settled")
	sum.documents = len(documents) + len(planted)
	documents = append(documents, s.narrative(t, chosen), s.hide(t, documents[len(documents)-1], chosen))

	s.readPages(t, l, sum, chosen, documents, planted)
	lap("pages read with their policy")
	s.readFramed(t, l, sum, chosen, append(documents, planted...))
	lap("pages read without one")
	s.readFiles(t, l, sum, chosen)
	lap("tables, feeds and downloads read")
	s.readDesk(t, l, sum, chosen)
	lap("desk read")

	assert.Empty(t, sum.deeds, "payloads did something")
	assert.Empty(t, sum.violations, "a policy had something to stop")
	assert.Empty(t, sum.strange, "pages have what is not theirs")
	for _, p := range chosen {
		assert.True(t, sum.shown[p.number], "payload %d was not read as text anywhere: %q", p.number, p.text)
	}
	t.Logf("%d payloads, %d fields of %d kinds: %d pairs accepted, %d refused; %d documents; %d pages opened with their policy and %d without; %d payloads shown as text; %d executions, %d violations",
		sum.payloads, sum.fields, len(review.Kinds()), sum.pairs, sum.refused, sum.documents, sum.pages, sum.framed, len(sum.shown), len(sum.deeds), len(sum.violations))
}

// names are payloads as names of participants, as many to one as fit.
func names(chosen []payload) (all []string) {
	text := "SAMPLE"
	for _, p := range chosen {
		if !fitsALine(p.text) {
			continue
		}
		if next := text + " " + p.text; utf8.RuneCountInString(next) <= 190 {
			text = next
			continue
		}
		if all, text = append(all, text), "SAMPLE "+p.text; utf8.RuneCountInString(text) > 190 {
			text = "SAMPLE"
		}
	}
	for all = append(all, text); len(all) < 5; {
		all = append(all, all[0]+" again")
	}
	return all[:min(len(all), 100)]
}

// fitsALine is whether a text may be in a name; it errs on the side of no.
func fitsALine(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r >= 0xFEFF && r < 0x10000 || unicode.Is(unicode.Cyrillic, r) || r == 0x2028 || r == 0x2029
	})
}

// broken are records with payloads in every part, also where none may be: of a
// kind to come, with payloads for names of fields; a pledge that breaks its
// rules; what is no statement at all.
func broken(genesis review.DocumentID, chosen []payload) (all [][]byte) {
	about := []review.Subject{{Name: "charter", Digest: genesis}}
	for chunk := range slices.Chunk(chosen, 100) {
		fields, texts := map[string]any{}, []any{}
		for _, p := range chunk {
			fields[cut(p.text)] = cut(p.text)
			texts = append(texts, cut(p.text))
		}
		for name, value := range map[string]any{"federation": string(genesis), "author": "xsb", "language": "en", "created": node.Now(), "salt": node.NewSalt()} {
			fields[name] = value
		}
		later := review.Compose(review.KindPledge, about, fields)
		all = append(all, []byte(strings.Replace(string(later), "/pledge/v1", "/treaty/v9", 1)))
		pledge := map[string]any{"federation": string(genesis), "author": "xsb", "title": cut(chunk[0].text), "language": cut(chunk[len(chunk)-1].text), "due": texts, "sources": texts, "form": cut(chunk[len(chunk)/2].text)}
		all = append(all, review.Compose(review.KindPledge, about, pledge))
		all = append(all, []byte(cut(chunk[0].text)))
	}
	return all
}

// cut keeps the longest payloads from filling a record by themselves.
func cut(s string) string {
	if len(s) > 300 {
		return s[len(s)-200:]
	}
	return s
}

// fileAll files documents of every kind until each payload went through each
// field that takes it, and has the door refuse what the rules refuse.
func (s *stored) fileAll(t *testing.T, chosen []payload, sum *tally) (documents []review.DocumentID) {
	t.Helper()
	ids, covered := map[string]review.DocumentID{}, map[string]bool{}
	for _, k := range skeletons {
		one := s.statement(t, k, ids, 0, 1)
		queues := map[string][]payload{}
		var harmful []signing.Envelope
		for _, p := range chosen {
			taken, refused := s.accepted(t, one, p)
			for _, path := range taken {
				queues[path] = append(queues[path], p)
			}
			sum.pairs += len(taken)
			sum.refused += len(refused)
			for together := range slices.Chunk(refused, max(1, p.atOnce(len(refused)))) {
				st := with(t, one, p, together)
				harmful = append(harmful, s.signed(t, st, st.payload()))
			}
		}
		turn := 0
		for _, path := range textFields(one.kind) {
			if queue := queues[path]; len(queue) > 0 {
				covered[string(one.kind)+" "+path] = true
				turn++ // so that in each document the fields begin with other payloads
				queues[path] = slices.Concat(queue[turn*7%len(queue):], queue[:turn*7%len(queue)])
			}
		}
		var harmless []signing.Envelope
		for nth := 0; left(queues) || nth == 0; nth++ {
			st := s.statement(t, k, ids, nth, 8)
			put := fill(st, queues)
			require.True(t, put > 0 || nth == 0, "%s: payloads are left that fit nowhere", k.name)
			e := s.signed(t, st, st.payload())
			for st.kind == review.KindOpening && s.file(t, []signing.Envelope{e})[0] != nil { // the one before is final by now
				s.epoch++
				require.Less(t, s.epoch, 100, "no opening is taken")
				s.make(t, &st, nth)
				e = s.signed(t, st, st.payload())
			}
			harmless = append(harmless, e)
		}
		ids[k.name] = review.DocumentID(harmless[0].Digest().String())
		for i, err := range s.file(t, harmless) {
			require.NoError(t, err, k.name)
			documents = append(documents, review.DocumentID(harmless[i].Digest().String()))
		}
		for i, err := range s.file(t, harmful) {
			require.True(t, errors.As(err, new(review.Refusal)), "%s was not refused: %v: %s", k.name, err, harmful[i].Payload)
		}
	}
	for _, k := range review.Kinds() {
		for _, path := range textFields(k) {
			if name := string(k) + " " + path; notText[name] == "" {
				sum.fields++
				assert.True(t, covered[name], "no payload goes through %s", name)
			}
		}
	}
	return documents
}

// filers is how many documents are filed at once: they share their way to disk.
const filers = 16

// file files envelopes, and gives what the node says of each.
func (s *stored) file(t *testing.T, envelopes []signing.Envelope) []error {
	t.Helper()
	answers := make([]error, len(envelopes))
	var wait sync.WaitGroup
	free := make(chan struct{}, filers)
	for i, e := range envelopes {
		free <- struct{}{}
		wait.Go(func() {
			_, answers[i] = s.client.File(t.Context(), e)
			<-free
		})
	}
	wait.Wait()
	return answers
}

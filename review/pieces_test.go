package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A fund to which so many contribute that its row fits no page, then fewer: no
// part is ever too long, nothing is left out, and Apply makes what Assemble does.
func TestARowOfManyDocumentsFitsItsParts(t *testing.T) {
	f := newFederation(t, 1)
	fund := f.say("prt", &Facility{Common: f.titled("un-eca", "A fund"), Currency: "USD"}, f.genesis.ID)
	contribute := func(carrier ParticipantID, n int) (ids []DocumentID) {
		for range n {
			c := &Contribution{Common: f.titled("deu", "A share"), Stage: "committed", Amount: "1", Currency: "USD", On: "2026-01-01", Earmarking: unearmarked}
			ids = append(ids, f.say(carrier, c, fund))
		}
		return ids
	}
	contribute("prt", 960)
	f.settle(minute(10))
	r := f.read()
	assembly := NewAssembly(r)
	require.NoError(t, assembly.Keep(ScopeGlobal))
	pieces := func(s *Stocktake) (n int) {
		for _, b := range s.Parts {
			require.LessOrEqual(t, len(b), maxPart)
			if bytes.HasPrefix(b, []byte(`{"group":"facilities","piece":`)) {
				n++
			}
		}
		return n
	}
	require.Zero(t, pieces(stocktakeIn(t, assembly, ScopeGlobal)))

	kept, had := stocktakeIn(t, assembly, ScopeGlobal).Parts, f.snapshot()
	follow := func() *Stocktake {
		f.settle(minute(20))
		s := f.snapshot()
		var news []Record
		for _, record := range f.list() {
			if record.Index >= had.Log(record.Origin).Size {
				news = append(news, record)
			}
		}
		had = s
		changes, err := assembly.Apply(s, each(news))
		require.NoError(t, err)
		for digest, b := range changes[ScopeGlobal].Parts {
			kept[digest] = b
		}
		want := f.assemble(ScopeGlobal)
		require.Equal(t, string(want.Manifest), string(changes[ScopeGlobal].Manifest))
		for digest, b := range want.Parts {
			require.Equal(t, string(b), string(kept[digest]))
		}
		return want
	}
	last := contribute("deu", 30)
	s := follow()
	require.Equal(t, 3, pieces(s))
	c := s.Contents()
	require.Len(t, c.Facilities, 1)
	assert.Len(t, c.Facilities[0].Cites, 991, "the fund and all that was given to it")
	for _, figure := range c.FiguresOf(groupFacilities) {
		if figure.Name == "facilities" {
			assert.Contains(t, string(s.Parts[figure.Part]), `"n":1,"of":3`, "a figure leads to the first piece")
		}
	}
	again, err := ParseStocktakeFile(s.File())
	require.NoError(t, err)
	assert.Equal(t, s.Tables(), again.Tables())

	for _, id := range last {
		f.say("deu", &Withdrawal{Common: f.common("deu"), Reason: "too much"}, id)
	}
	assert.Zero(t, pieces(follow()), "and back on a page")
	assert.Zero(t, assembly.Renewals.Judged, "all of this record by record")
}

// Pieces that are changed, swapped, left out or of another row make no stocktake.
func TestPiecesThatDoNotBelongTogetherAreRefused(t *testing.T) {
	row := tableRow{key: "a", in: []string{}, json: Canonical(&Row{Key: "a", In: []string{}, Cites: []DocumentID{DocumentID(strings.Repeat("1", 3*maxPiece-100))}})}
	var whole []Piece
	for _, p := range piecesOf(groupFacilities, &row) {
		var made Part
		require.NoError(t, json.Unmarshal(p.bytes, &made))
		whole = append(whole, *made.Piece)
	}
	join := func(pieces ...Piece) (row []byte, err error) {
		var j joiner
		for _, p := range pieces {
			if row, err = j.add(p); err != nil {
				return nil, err
			}
		}
		if j.waits() {
			return nil, errPieces
		}
		return row, nil
	}
	require.Len(t, whole, 3)
	got, err := join(whole...)
	require.NoError(t, err)
	require.Equal(t, string(row.json), string(got))
	text := func(s string) []Piece { return []Piece{{Key: "a", N: 1, Of: 1, Text: s}} }
	for name, pieces := range map[string][]Piece{
		"one left out":    {whole[0], whole[2]},
		"the last is not": {whole[0], whole[1]},
		"another order":   {whole[1], whole[0], whole[2]},
		"of another row":  {whole[0], {Key: "b", N: 2, Of: 3, Text: whole[1].Text}, whole[2]},
		"one of none":     {{Key: "a", N: 1, Of: 0, Text: "{}"}},
		"no JSON":         text(`{"key":`),
		"two of a name":   text(`{"key":"a","key":"a"}`),
		"another form":    text(`{ "key":"a"}`),
		"nested deeply":   text(strings.Repeat("[", 1<<20)),
	} {
		_, err := join(pieces...)
		assert.Error(t, err, name)
	}
}

// Wherever a row is cut, its pieces are whole characters and fit.
func TestPiecesEndWithACharacter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		text := strings.Repeat(pick(rng, []string{"ı", "漢", "😀", `"`, `\\`, "\x01"}), maxPart/3)
		row := tableRow{key: fmt.Sprint(rng.IntN(10)), json: Canonical(strings.Repeat("x", rng.IntN(5)) + text)}
		joined := ""
		for _, p := range piecesOf(groupFacilities, &row) {
			require.LessOrEqual(t, len(p.bytes), maxPart)
			var made Part
			require.NoError(t, strictJSON(p.bytes, &made))
			joined += made.Piece.Text
		}
		require.Equal(t, string(row.json), joined)
	}
}

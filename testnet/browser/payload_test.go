package browser

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// payload is a text that does something wherever somebody forgets to take it for
// a text. Each has its number in it, so that whatever it does is known for its
// doing.
type payload struct {
	number int
	text   string
	place  place // where a careless page would have to put it
}

// place is what a careless program does with a text.
type place string

// The places. A browser judges most of them, the last two are judged by what
// reads tables and names of files.
const (
	inBody          place = "in the body"
	inDouble        place = "in an attribute in double quotes"
	inSingle        place = "in an attribute in single quotes"
	inBare          place = "in an attribute without quotes"
	inLink          place = "as the address of a link"
	inFrame         place = "as the address of a frame"
	inStyle         place = "in a style sheet"
	inStyleOf       place = "in a style attribute"
	inScript        place = "in a script's string in double quotes"
	inScriptSingle  place = "in a script's string in single quotes"
	inScriptText    place = "in a script's template"
	inScriptLine    place = "in a comment of a script's line"
	inScriptComment place = "in a comment of a script"
	inComment       place = "in a comment"
	inTextarea      place = "in a textarea"
	inTitle         place = "in a title"
	inRaw           place = "in a raw element" // xmp, noembed, ...
	inMarkdown      place = "as markdown"
	inTemplate      place = "as a template"
	decoded         place = "with its entities decoded"
	unescaped       place = "with its escapes undone"
	fromUTF7        place = "read as UTF-7"
	folded          place = "with wide characters folded"
	stripped        place = "with what cannot be seen taken out"
	filtered        place = "with script tags taken out once"
	inTable         place = "in a table for a spreadsheet"
	asFileName      place = "as the name of a file"
)

// payloads are all of them. What they call goes to canary, an address as in
// 127.0.0.1:1234, where nobody but a payload asks for anything.
func payloads(canary string) (all []payload) {
	for _, f := range families() {
		for _, pattern := range f.patterns {
			n := len(all) + 1
			text := strings.NewReplacer("{n}", fmt.Sprint(n), "{c}", "//"+canary+"/"+fmt.Sprint(n)).Replace(pattern)
			all = append(all, payload{n, text, f.place})
		}
	}
	return all
}

// family are patterns for one place: {n} is the number, {c} the canary's address.
type family struct {
	place    place
	patterns []string
}

// some are n payloads of all or a few more, spread evenly over the places.
func some(all []payload, n int) []payload {
	if n >= len(all) {
		return all
	}
	byPlace := map[place][]payload{}
	var places []place
	for _, p := range all {
		if byPlace[p.place] == nil {
			places = append(places, p.place)
		}
		byPlace[p.place] = append(byPlace[p.place], p)
	}
	var chosen []payload
	for _, of := range places {
		list := byPlace[of]
		take := (len(list)*n + len(all) - 1) / len(all)
		for i := range take {
			chosen = append(chosen, list[i*len(list)/take])
		}
	}
	return chosen
}

// TestThereAre500Payloads: distinct ones, each with its own number in it and of
// every place.
func TestThereAre500Payloads(t *testing.T) {
	all := payloads("127.0.0.1:1")
	require.GreaterOrEqual(t, len(all), 500)
	places, patterns := map[place]int{}, map[string]bool{}
	for _, p := range all {
		assert.Contains(t, p.text, fmt.Sprint(p.number))
		places[p.place]++
	}
	for _, f := range families() {
		for _, pattern := range f.patterns {
			assert.False(t, patterns[string(f.place)+pattern], pattern)
			patterns[string(f.place)+pattern] = true
		}
	}
	assert.Len(t, places, 27)
	t.Log(len(all), places)
}

// howMany payloads a run takes: STOCKTAKE_PAYLOADS, else a few of every place.
func howMany(t *testing.T) int {
	t.Helper()
	s := os.Getenv("STOCKTAKE_PAYLOADS")
	if s == "" {
		return 20
	}
	n, err := strconv.Atoi(s)
	require.NoError(t, err, "STOCKTAKE_PAYLOADS is a number")
	return n
}

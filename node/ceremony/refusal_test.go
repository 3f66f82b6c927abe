package ceremony

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web/lang"
	"stocktake/review"
)

// TestWhatIsRefusedIsSaidInEveryLanguage holds for everything that an amendment,
// a convening or a card may be refused for; commands say it in English.
func TestWhatIsRefusedIsSaidInEveryLanguage(t *testing.T) {
	card := func(id review.ParticipantID, key string) []Card {
		return []Card{{Participant: review.Participant{ID: id}, Witness: key}}
	}
	guardians := map[review.ParticipantID]*review.Guardians{"xsz": nil}
	amend := func(all ...Amendment) error {
		was := amendable()
		_, err := Amend(was, "genesis", all...)
		assert.Equal(t, amendable(), was)
		return err
	}
	convene := func(c Convening) error {
		_, err := Convene(card("xsa", ""), c)
		return err
	}
	_, nobody := ParseCard([]byte("{}"))
	for want, err := range map[string]error{
		"xsa takes part already, or did; add a participant with another ID":                               amend(Amendment{Add: card("xsa", "")}),
		"ngo takes part already, or did; add a participant with another ID":                               amend(Amendment{Add: card("ngo", "")}),
		"xsz does not take part, or ends already; `stocktake charter show` lists who does":                amend(Amendment{Close: []review.ParticipantID{"xsz"}}),
		"ngo does not take part, or ends already; `stocktake charter show` lists who does":                amend(Amendment{Close: []review.ParticipantID{"ngo"}}),
		"xsa does not take part, or ends already; `stocktake charter show` lists who does":                amend(Amendment{Close: []review.ParticipantID{"xsa", "xsa"}}),
		"xsz does not take part, so it succeeds nobody here; add its card too":                            amend(Amendment{Succeeds: map[review.ParticipantID][]review.ParticipantID{"xsz": {"xsa"}}}),
		"ngo is no witness, or ends to be one already; `stocktake charter show` lists the witnesses":      amend(Amendment{NoWitness: []review.ParticipantID{"ngo"}}),
		"witness xsz: it does not take part; add its card too":                                            amend(Amendment{Witness: card("xsz", "z")}),
		"witness xsa: its card names no witness key, because it runs no node; choose another witness":     amend(Amendment{Witness: card("xsa", "")}),
		"xsa is a witness with that key already":                                                          amend(Amendment{Witness: card("xsa", "a")}),
		"ngo does not take part; `stocktake charter show` lists who does":                                 amend(Amendment{Suspend: []review.ParticipantID{"ngo"}}),
		"xsc is no accreditor, or ends to be one already; `stocktake charter show` lists the accreditors": amend(Amendment{Answerers: Answerers{NoAccreditors: []review.ParticipantID{"xsc"}}}),
		"accreditor ngo: it does not take part; name a participant that does":                             amend(Amendment{Answerers: Answerers{Accreditors: []review.Accreditor{{Participant: "ngo"}}}}),
		"quota of xsc: it does not take part; name a participant that does":                               amend(Amendment{Answerers: Answerers{Quotas: []review.Quota{{Entries: 16, Participant: "xsc"}}}}),
		"it carries out the decision one already; propose this one apart":                                 amend(Amendment{Decision: "one"}, Amendment{Decision: "two"}),
		"guardians of xsz: it does not take part; name a participant that does":                           convene(Convening{Guardians: guardians}),
		"witness xsz: no card of that participant was given":                                              convene(Convening{Witnesses: []review.ParticipantID{"xsz"}}),
		"it names no participant": nobody,
	} {
		var refusal *Refusal
		require.ErrorAs(t, err, &refusal, want)
		assert.Equal(t, want, err.Error())
		inEnglish := lang.Default().Text(refusal.Key, refusal.Arguments...)
		for _, l := range lang.All()[1:] {
			said := l.Text(refusal.Key, refusal.Arguments...)
			assert.NotEqual(t, inEnglish, said, l.Tag)
			if l.Tag == "ar" || l.Tag == "ru" || l.Tag == "zh" {
				assert.NotRegexp(t, `[A-Za-z]{4}`, said, l.Tag)
			}
		}
	}
}

// TestNothingIsRefusedInEnglishAlone holds for the rules of this package; what a
// file is not is the reader's own word.
func TestNothingIsRefusedInEnglishAlone(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		if !strings.HasSuffix(name, "_test.go") && name != "card.go" {
			assert.NotRegexp(t, regexp.MustCompile(`fmt\.Errorf|errors\.New`), string(b), name)
		}
	}
}

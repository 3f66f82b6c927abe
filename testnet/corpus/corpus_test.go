package corpus

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/review"
)

func TestParticipantsRunNineNodesOfWhichFiveAreWitnesses(t *testing.T) {
	nodes, witnesses, late := 0, 0, 0
	seen := map[review.ParticipantID]bool{}
	for _, p := range Participants() {
		require.False(t, seen[p.ID], "%s twice", p.ID)
		seen[p.ID] = true
		assert.Equal(t, p.Sample, strings.HasSuffix(p.Name, "(SAMPLE)"), p.Name)
		if p.Kind == "state" {
			assert.Equal(t, strings.ToUpper(string(p.ID)), p.Country)
		}
		if p.Node {
			nodes++
			assert.False(t, p.Sample, "%s: an invented participant runs no node", p.ID)
		}
		if p.Witness {
			witnesses++
			assert.True(t, p.Node && !p.Late, "%s: a witness's node starts at once", p.ID)
		}
		if p.Late {
			late++
		}
	}
	assert.Equal(t, []int{9, 5, 1}, []int{nodes, witnesses, late})
}

func TestWhateverAStepRefersToComesBeforeIt(t *testing.T) {
	who := map[review.ParticipantID]Participant{}
	for _, p := range Participants() {
		who[p.ID] = p
	}
	before := map[string]bool{Charter: true}
	for _, s := range Load() {
		assert.Contains(t, who, s.Author, s.Name)
		assert.Contains(t, who, s.Signer, s.Name)
		assert.True(t, who[s.Carrier].Node, "%s: %s runs no node", s.Name, s.Carrier)
		assert.True(t, !who[s.Author].Node || s.Carrier == s.Author, "%s: its author has a node", s.Name)
		for _, name := range s.Needs() {
			assert.True(t, before[name], "%s refers to %s", s.Name, name)
		}
		assert.Equal(t, s.Refused, s.Signer != s.Author, s.Name)
		assert.False(t, before[s.Name], "%s twice", s.Name)
		before[s.Name] = !s.Refused
	}
	for _, dir := range []string{"pledges", "sample"} {
		drafts, err := fs.Glob(files, dir+"/*.yaml")
		require.NoError(t, err)
		for _, name := range drafts {
			_, listed := before[strings.TrimSuffix(name, ".yaml")]
			assert.True(t, listed, "no step files %s", name)
		}
	}
}

// A real State never speaks in a sample, and nothing invented goes unmarked.
func TestSamplesAreByAndAboutInventedParticipantsOnly(t *testing.T) {
	who := map[review.ParticipantID]Participant{}
	for _, p := range Participants() {
		who[p.ID] = p
	}
	for _, s := range Load() {
		var d struct {
			Title       string
			Summary     string
			Sample      bool
			Sources     []string
			To          review.ParticipantID
			Participant review.ParticipantID
			Team        []review.ParticipantID
			Parties     []struct{ Participant review.ParticipantID }
		}
		require.NoError(t, yaml.Unmarshal(s.draft, &d), s.Name)
		sample := strings.HasPrefix(s.Name, "sample/")
		assert.Equal(t, sample, d.Sample, s.Name)
		assert.Equal(t, sample, strings.HasPrefix(d.Title, "SAMPLE: "), s.Name)
		assert.Equal(t, sample, strings.HasPrefix(s.About, "sample/") || s.About == Charter && who[s.Author].Sample, s.Name)
		named := append([]review.ParticipantID{s.Author, d.To, d.Participant}, d.Team...)
		for _, p := range d.Parties {
			named = append(named, p.Participant)
		}
		for _, p := range named {
			assert.True(t, p == "" || who[p].Sample == sample, "%s names %s", s.Name, p)
		}
		if !sample {
			assert.NotEmpty(t, d.Sources, s.Name)
			assert.Contains(t, d.Summary, "its pledgor signed nothing here", s.Name)
		}
	}
}

func TestTheSampleSetHasEveryTurnOfAReview(t *testing.T) {
	kinds := map[string]int{}
	for _, s := range Load() {
		var d struct{ Type, Position, Role, Decision, Flexibility string }
		require.NoError(t, yaml.Unmarshal(s.draft, &d))
		kinds[string(s.Kind)]++
		for _, v := range []string{d.Type, d.Position, d.Role, d.Decision} {
			if v != "" {
				kinds[string(s.Kind)+" "+v]++
			}
		}
		if d.Flexibility != "" {
			kinds["flexibility"]++
		}
		if s.Supersedes != "" {
			kinds["supersedes"]++
		}
	}
	for _, k := range []string{
		"accession round", "accession declined", "accession party", "report", "flexibility", "withdrawal", "supersedes",
		"assessment self", "assessment regional", "assessment shadow",
		"comment question", "comment recommendation", "comment good-practice", "comment challenge", "comment endorsement",
		"response supported", "response noted", "response answered",
		"mandate peer-review", "accession reviewed", "accession team", "assessment peer-review", "comment correction", "follow-up", "proposal norm",
		"translation", "decision indicator-set",
	} {
		assert.Positive(t, kinds[k], k)
	}
}

func TestTheDemonstrationFilesSixtyDocumentsOrMore(t *testing.T) {
	real, sample, refused := 0, 0, 0
	for _, s := range Load() {
		switch {
		case s.Refused:
			refused++
		case strings.HasPrefix(s.Name, "pledges/"):
			real++
		default:
			sample++
		}
	}
	accessions := len(Participants())
	t.Logf("%d real pledges, %d samples, %d accessions to the charter; %d refused", real, sample, accessions, refused)
	assert.Equal(t, 26, real)
	assert.Equal(t, 1, refused)
	assert.GreaterOrEqual(t, sample, 24)
	assert.GreaterOrEqual(t, real+sample+accessions, 60)
}

func TestADraftNamesWhatItIsAbout(t *testing.T) {
	ids := map[string]review.DocumentID{Charter: review.DocumentID(strings.Repeat("0c", 32))}
	for _, s := range Load() {
		if s.Supersedes != "" {
			_, err := s.Draft(map[string]review.DocumentID{Charter: ids[Charter]})
			assert.ErrorContains(t, err, "refers to "+s.Supersedes)
			ids[s.Supersedes] = review.DocumentID(strings.Repeat("ab", 32))
			b, err := s.Draft(ids)
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(string(b), "about: "+strings.Repeat("0c", 32)+"\nsupersedes: "+strings.Repeat("ab", 32)+"\n# SAMPLE"))
			return
		}
	}
	t.Fatal("nothing supersedes anything")
}

func TestTheRoundIsDueThirtyDaysAfterItOpens(t *testing.T) {
	r := Round(time.Date(2026, 12, 15, 23, 0, 0, 0, time.FixedZone("", -3*3600)))
	assert.Equal(t, "2026-12-16", r.Opens)
	assert.Equal(t, "2027-01-15", r.Due)
}

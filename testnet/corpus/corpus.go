// Package corpus is the demonstration's federation as data: who takes part, 26
// real pledges paraphrased from public pages with their sources, and a sample
// set by and about invented States, with SAMPLE in every title.
//
// Every key in that federation is a demonstration key. No government,
// organisation or person named here takes part or signed anything.
//
// The documents are YAML drafts as people write them, without what is known
// only when a federation runs: [Step.Draft] adds the ID of what a draft is
// about. federation, created and salt are added by whoever signs.
package corpus

import (
	"embed"
	"fmt"
	"regexp"
	"time"

	"github.com/goccy/go-yaml"

	"stocktake/review"
)

//go:embed participants.yaml steps.yaml pledges/*.yaml sample/*.yaml
var files embed.FS

// Charter is what steps call the charter in force.
const Charter = "charter"

// SampleRound is the ID of the round that the sample documents name.
const SampleRound = "sample-1"

// Participant is somebody in the demonstration, before keys are made.
type Participant struct {
	ID      review.ParticipantID `yaml:"id"`
	Kind    string               `yaml:"kind"`
	Name    string               `yaml:"name"`
	Country string               `yaml:"country"`
	Region  string               `yaml:"region"`
	Sample  bool                 `yaml:"sample"`  // invented
	Node    bool                 `yaml:"node"`    // runs a node; the others are carried
	Witness bool                 `yaml:"witness"` // its node cosigns
	Late    bool                 `yaml:"late"`    // its node starts after the others have worked
}

// Entry is the participant as a charter lists it, without keys and logs.
func (p Participant) Entry() review.Participant {
	return review.Participant{ID: p.ID, Kind: p.Kind, Name: p.Name, Country: p.Country, Region: p.Region, Sample: p.Sample}
}

// Step is one document that the demonstration files.
type Step struct {
	Name       string               // as in "sample/report-identity"
	Kind       review.Kind          // as the draft says
	Author     review.ParticipantID // as the draft says
	Carrier    review.ParticipantID // whose node files it
	Signer     review.ParticipantID // whose key signs it: the author's, unless Refused
	About      string               // an earlier step's name, or Charter
	Supersedes string               // an earlier step's name, or ""
	Refused    bool                 // the door has to refuse it

	draft []byte
}

// named is how a draft names another step's document.
var named = regexp.MustCompile(`step:([a-z0-9/-]+)`)

// Needs are the names of the steps that this one refers to, Charter among them.
func (s Step) Needs() []string {
	needs := []string{s.About}
	if s.Supersedes != "" {
		needs = append(needs, s.Supersedes)
	}
	for _, m := range named.FindAllSubmatch(s.draft, -1) {
		needs = append(needs, string(m[1]))
	}
	return needs
}

// Draft is the step's YAML draft with the IDs of the documents that it refers
// to, which ids gives by step name; Charter is a name too.
func (s Step) Draft(ids map[string]review.DocumentID) ([]byte, error) {
	for _, name := range s.Needs() {
		if ids[name] == "" {
			return nil, fmt.Errorf("corpus: %s refers to %s, which has no ID yet: file that first", s.Name, name)
		}
	}
	draft := fmt.Appendf(nil, "about: %s\n", ids[s.About])
	if s.Supersedes != "" {
		draft = fmt.Appendf(draft, "supersedes: %s\n", ids[s.Supersedes])
	}
	return append(draft, named.ReplaceAllFunc(s.draft, func(m []byte) []byte {
		return []byte(ids[string(m[len("step:"):])])
	})...), nil
}

// Participants lists who takes part.
func Participants() []Participant {
	var list []Participant
	read("participants.yaml", &list)
	return list
}

// Load lists the steps in an order in which whatever a document refers to
// comes before it.
func Load() []Step {
	var list []struct {
		Name       string
		About      string
		Carrier    review.ParticipantID
		Signer     review.ParticipantID
		Supersedes string
		Refused    bool
	}
	read("steps.yaml", &list)
	steps := make([]Step, len(list))
	for i, l := range list {
		var head struct {
			Kind   review.Kind
			Author review.ParticipantID
		}
		draft, err := files.ReadFile(l.Name + ".yaml")
		if err == nil {
			err = yaml.Unmarshal(draft, &head)
		}
		if err != nil {
			panic(fmt.Sprintf("corpus: %s.yaml: %v", l.Name, err))
		}
		s := Step{Name: l.Name, Kind: head.Kind, Author: head.Author, Carrier: l.Carrier, Signer: l.Signer, About: l.About, Supersedes: l.Supersedes, Refused: l.Refused, draft: draft}
		if s.About == "" {
			s.About = Charter
		}
		if s.Signer == "" {
			s.Signer = s.Author
		}
		steps[i] = s
	}
	return steps
}

// Round is the round that invented participants sign into: it opens on a day
// and its reports are due thirty days later.
func Round(opens time.Time) review.Round {
	return review.Round{
		ID: SampleRound, Title: "SAMPLE review round", Scope: "global", Sample: true, Type: "annual", Convener: "sample-body",
		Opens: opens.UTC().Format(time.DateOnly),
		Due:   opens.UTC().AddDate(0, 0, 30).Format(time.DateOnly),
	}
}

// read decodes an embedded list; one that does not decode is a broken build.
func read(name string, v any) {
	b, err := files.ReadFile(name)
	if err == nil {
		err = yaml.UnmarshalWithOptions(b, v, yaml.Strict())
	}
	if err != nil {
		panic(fmt.Sprintf("corpus: %s: %v", name, err))
	}
}

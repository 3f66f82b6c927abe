package review

import "strings"

// Common are the fields of every predicate.
type Common struct {
	Federation DocumentID    `json:"federation,omitempty"` // the genesis charter; absent in it
	Author     ParticipantID `json:"author"`
	Language   string        `json:"language"` // BCP 47, as in "en"
	Created    string        `json:"created"`  // the author's own claim: RFC 3339, UTC, whole seconds
	Salt       string        `json:"salt"`     // 32 random hexadecimal digits
	Supersedes DocumentID    `json:"supersedes,omitempty"`
	Title      string        `json:"title,omitempty"`
	Summary    string        `json:"summary,omitempty"`
	Sample     bool          `json:"sample,omitempty"` // synthetic, for a demonstration; every page says so
	Sources    []string      `json:"sources,omitempty"`
}

// MarkSample makes a document a sample, which its title says too.
func (c *Common) MarkSample() {
	c.Sample = true
	if !strings.Contains(c.Title, sampleWord) {
		c.Title = sampleWord + ": " + c.Title
	}
}

// sampleWord stands in the title of everything that is invented.
const sampleWord = "SAMPLE"

// NotStated is the explicit value of what a pledge leaves open.
const NotStated = "not-stated"

// Opening is index 0 of every log, signed by the participant's root key. Of an
// epoch that no charter lists it is what makes the log known.
type Opening struct {
	Common
	Epoch   int    `json:"epoch"`
	LogKey  string `json:"logKey"`           // Ed25519, base64
	NodeKey string `json:"nodeKey"`          // Ed25519, base64
	Ends    Origin `json:"ends,omitempty"`   // the log that this epoch ends
	Reason  string `json:"reason,omitempty"` // why: lost, restored, cloned, moved, stolen, forked

	Addresses []string `json:"addresses,omitempty"` // multiaddrs of the new node; absent: those of the epoch that it ends

	LogProof  string `json:"logProof,omitempty"`  // by the log key, that the opening's maker has it: a signed note
	NodeProof string `json:"nodeProof,omitempty"` // by the node key; both where no charter lists the keys
}

// Pledge is an action pledge. Its subject is the charter.
type Pledge struct {
	Common
	Form           string      `json:"form"`               // individual, common, joint, partnership, matching
	Occasion       string      `json:"occasion,omitempty"` // in-process, conference, pledging-event
	Nature         []string    `json:"nature,omitempty"`   // financial, human-resources, process, policy, action
	Objectives     []int       `json:"objectives"`
	Basis          string      `json:"objectivesBasis,omitempty"` // stated, inferred
	Principles     []string    `json:"principles,omitempty"`
	Themes         []string    `json:"themes,omitempty"`
	Corridor       *Corridor   `json:"corridor,omitempty"`
	Implementation []string    `json:"implementation,omitempty"` // ISO 3166-1 alpha-3 of places
	Year           string      `json:"year,omitempty"`           // when first made public: a year, or not-stated
	Due            string      `json:"due"`                      // a date, or not-stated
	Targets        []Target    `json:"targets,omitempty"`
	Milestones     []Milestone `json:"milestones,omitempty"`
	Resources      []Resource  `json:"resources,omitempty"`
	Needs          []Capacity  `json:"needs,omitempty"`
	Offers         []Capacity  `json:"offers,omitempty"`
	Parties        []Party     `json:"parties,omitempty"` // of a joint pledge; claimed until each accedes

	Matches       DocumentID   `json:"matches,omitempty"`       // of form matching: the pledge that it answers
	Answers       DocumentID   `json:"answers,omitempty"`       // the recommendation, assessment or stocktake that it answers
	ContributesTo []DocumentID `json:"contributesTo,omitempty"` // pledges, plans, frameworks, recommendations, as of another level
}

func (p *Pledge) objectives() []int { return p.Objectives }

// Corridor is where migration goes from and to.
type Corridor struct {
	From    []string `json:"from"`              // ISO 3166-1 alpha-3: countries of origin
	Transit []string `json:"transit,omitempty"` // that it passes through
	To      []string `json:"to"`                // countries of destination
}

// Target is a time-bound figure that a pledge aims at.
type Target struct {
	ID         string `json:"id"`
	Indicator  string `json:"indicator"`
	Baseline   string `json:"baseline,omitempty"`   // decimal, or not-stated
	BaselineOn string `json:"baselineOn,omitempty"` // a date
	Value      string `json:"value"`                // decimal, or not-stated
	Unit       string `json:"unit"`                 // or not-stated, if the value is
	Due        string `json:"due"`                  // a date, or not-stated
}

// Milestone is a step of a pledge.
type Milestone struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Due   string `json:"due"` // a date, or not-stated
}

// Resource is what a pledge commits.
type Resource struct {
	Amount     string `json:"amount"`   // decimal, or not-stated
	Currency   string `json:"currency"` // ISO 4217, or not-stated
	Purpose    string `json:"purpose,omitempty"`
	Kind       string `json:"kind,omitempty"`       // as of a capacity
	Earmarking string `json:"earmarking,omitempty"` // earmarked, softly-earmarked, unearmarked
	Share      string `json:"share,omitempty"`      // of Envelope: per cent, or difficult-to-isolate
	Envelope   string `json:"envelope,omitempty"`
	Advocacy   bool   `json:"advocacy,omitempty"`
}

// Capacity is support that a pledge needs, or offers to others.
type Capacity struct {
	Kind      string `json:"kind"`     // integration-capacity, institutions, diaspora, other
	Amount    string `json:"amount"`   // decimal, or not-stated
	Currency  string `json:"currency"` // ISO 4217, or not-stated
	Objective int    `json:"objective"`
	Country   string `json:"country,omitempty"`
	Text      string `json:"text,omitempty"`
}

// Party is another pledgor that the author of a joint pledge names.
type Party struct {
	Participant ParticipantID `json:"participant,omitempty"` // if the charter lists it
	Name        string        `json:"name"`
}

// Report is progress on a pledge. Its subject is the pledge.
type Report struct {
	Common
	Round       string  `json:"round,omitempty"`  // the review round it is filed for
	Status      string  `json:"status"`           // planning, in-progress, fulfilled, discontinued
	Period      *Period `json:"period,omitempty"` // what it covers
	Values      []Value `json:"values,omitempty"`
	Milestones  []Step  `json:"milestones,omitempty"` // those that were reached
	Obstacles   string  `json:"obstacles,omitempty"`
	Lessons     string  `json:"lessons,omitempty"`
	Practice    string  `json:"practice,omitempty"`
	Flexibility string  `json:"flexibility,omitempty"` // why less is reported, where the round allows it
}

func (p *Report) typeWord() string { return p.Status }

// Period is a span of dates, both included.
type Period struct {
	From  string `json:"from"`
	Until string `json:"until"`
}

// Value is a target's reported figure.
type Value struct {
	Target string `json:"target"` // ID of a target of the pledge
	Value  string `json:"value"`  // decimal
	On     string `json:"on"`     // date
}

// Step is a milestone that was reached.
type Step struct {
	ID string `json:"id"` // of a milestone of the pledge
	On string `json:"on"` // date
}

// Assessment judges implementation. Its subject is a participant's pledge, or
// the charter where it covers a participant or a region.
type Assessment struct {
	Common
	Type      string        `json:"type"`                  // self, regional, peer-review, expert-review, joint-assessment, shadow
	About     ParticipantID `json:"participant,omitempty"` // "about" is a draft's word for its subject
	Region    string        `json:"region,omitempty"`
	Round     string        `json:"round,omitempty"`
	Findings  []Finding     `json:"findings"`
	Values    []Value       `json:"values,omitempty"`    // of one pledge: its targets, as the assessor has them
	Consulted []string      `json:"consulted,omitempty"` // who was consulted, by capacity, never persons

	Mandate      DocumentID     `json:"mandate,omitempty"`      // of a review with a mandate
	Stage        string         `json:"stage,omitempty"`        // of such a review: draft, final
	Consultation []Consultation `json:"consultation,omitempty"` // of a self-assessment
}

func (p *Assessment) typeWord() string { return p.Type }

func (p *Assessment) objectives() []int {
	all := make([]int, len(p.Findings))
	for i, f := range p.Findings {
		all[i] = f.Objective
	}
	return all
}

// Finding is an assessment's word on one objective.
type Finding struct {
	Objective int    `json:"objective"`
	Rating    string `json:"rating"` // no-evidence, not-started, limited, substantial, complete
	Text      string `json:"text"`
}

// Comment is peer review. Its subject is the document that it is about.
type Comment struct {
	Common
	Type       string        `json:"type"`         // question, recommendation, good-practice, challenge, endorsement, correction, concurrence, dissent, opposition
	To         ParticipantID `json:"to,omitempty"` // whose answer is asked for
	Objectives []int         `json:"objectives,omitempty"`
	Text       string        `json:"text"`
}

func (p *Comment) typeWord() string  { return p.Type }
func (p *Comment) objectives() []int { return p.Objectives }

// Response answers a comment or an assessment. Its subject is that document.
type Response struct {
	Common
	Position string `json:"position"` // supported, noted, declined, answered
	Text     string `json:"text"`
	Intended string `json:"intended,omitempty"` // a date, or not-stated
}

func (p *Response) typeWord() string { return p.Position }

// Accession is a further signature on its subject: a charter (as a member, or
// into one of its rounds), a joint pledge or an agreement (as a party), a
// framework, a mandate (as the reviewed, or as one of the team), or a recovery
// of keys (as a guardian).
type Accession struct {
	Common
	Role      string `json:"role"` // member, round, party, framework, reviewed, team, guardian, agreement
	Round     string `json:"round,omitempty"`
	Decision  string `json:"decision,omitempty"`  // accedes (default), declined
	Interests string `json:"interests,omitempty"` // of role team: none, or what ties it to the reviewed
}

func (p *Accession) typeWord() string { return p.Role }

// Withdrawal takes its subject back, or only some of its attachments: then the
// subject stays as it is, and nodes delete those. Only the author of the subject
// may.
type Withdrawal struct {
	Common
	Reason      string   `json:"reason"`
	Erase       bool     `json:"erase,omitempty"`       // asks nodes to delete the payload
	Attachments []string `json:"attachments,omitempty"` // names, as the subject has them
}

// partial is whether a withdrawal leaves its subject as it is.
func (p *Withdrawal) partial() bool { return len(p.Attachments) > 0 }

// Receipt carries one checkpoint with its cosignatures. Its subject is the
// charter. It is valid whoever files it: the evidence is in the note.
type Receipt struct {
	Common
	Checkpoint string `json:"checkpoint"` // the signed note, cosignature lines included
}

// KeyChange changes its author's own keys from its filing time on: what was
// filed before stays valid. Its subject is the charter. A guardian's recovery
// changes another's keys, later; the other contests it by a change whose
// subject is the recovery.
type KeyChange struct {
	Common
	Action   string `json:"action"`             // rotate, revoke, delegate, recover, contest
	Key      string `json:"key,omitempty"`      // the one that begins, or ends by revoke
	Replaces string `json:"replaces,omitempty"` // of rotate: the author or clerk key that ends
	Next     string `json:"next,omitempty"`     // of rotate: SHA-256 of the key that will replace the new one, in hexadecimal
	Holder   string `json:"holder,omitempty"`   // of delegate: the office that has the key
	Kinds    []Kind `json:"kinds,omitempty"`    // of delegate: what it may sign
	Until    string `json:"until,omitempty"`    // of delegate: RFC 3339
	Root     string `json:"root,omitempty"`     // of recover: the root key that begins

	Participant ParticipantID `json:"participant,omitempty"` // of recover: who lost its keys
}

// Accreditation is its author's word that somebody may take part whom the
// charter does not list: an organisation by name, or, as a protected-author, the
// holder of a key whom it does not name. Its subject is the charter.
type Accreditation struct {
	Common
	Participant ParticipantID `json:"participant"`       // of the new author: a. and a name
	Type        string        `json:"type"`              // what the author is: civil-society, local-authority, human-rights-institution, expert-mission, academic, protected-author
	Name        string        `json:"name,omitempty"`    // absent of a protected author
	Key         string        `json:"key"`               // SPKI DER in base64
	Country     string        `json:"country,omitempty"` // ISO 3166-1 alpha-3
	Region      string        `json:"region,omitempty"`
	Capacity    string        `json:"capacity,omitempty"` // in which the author speaks
	Until       string        `json:"until,omitempty"`    // RFC 3339
}

// CarrierRefusal is a carrier's word that it did not file its subject, signed
// with the clerk key. The carrier does not log it: whoever was refused has it,
// and may file it at another node. When it was, Created claims.
type CarrierRefusal struct {
	Common
	Code    string `json:"code"`    // the first reason's, as in [FieldError], or the answer's
	Message string `json:"message"` // a line for each reason
}

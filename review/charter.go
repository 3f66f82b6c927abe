package review

// Charter is one numbered step in the history of a federation: who counts,
// from when until when. A charter is in force when as many of its
// participants as Threshold says have acceded to it as members. Times are
// RFC 3339 in UTC; an absent From means "since the charter", an absent Until
// "until further notice". A successor states what it adds or changes: see
// [Charter.Amended].
type Charter struct {
	Common
	Number       int           `json:"number"` // 1 for the genesis charter
	Previous     DocumentID    `json:"previous,omitempty"`
	Decision     DocumentID    `json:"decision,omitempty"` // that an amendment carries out
	Suffix       string        `json:"suffix"`             // of every origin
	Compact      string        `json:"compact"`            // digest of the compact in force
	Rules        int           `json:"rules"`              // rule version
	Threshold    int           `json:"threshold"`
	Licence      string        `json:"licence,omitempty"` // of the data: its SPDX identifier, as CC-BY-4.0
	Participants []Participant `json:"participants,omitempty"`
	Witnesses    []Witness     `json:"witnesses,omitempty"`
	Rounds       []Round       `json:"rounds,omitempty"`
	Suspensions  []Suspension  `json:"suspensions,omitempty"`
	Accreditors  []Accreditor  `json:"accreditors,omitempty"`
	Quotas       []Quota       `json:"quotas,omitempty"`
}

// Participant is a State, regional body, UN entity, coalition or other author.
type Participant struct {
	ID      ParticipantID `json:"id"`
	Kind    string        `json:"kind"` // state, regional-body, un-entity, civil-society, local-authority, human-rights-institution, expert-mission, academic, public-agency
	Name    string        `json:"name"`
	Country string        `json:"country,omitempty"` // ISO 3166-1 alpha-3 of a State, agency or author; sets the regions
	Region  string        `json:"region,omitempty"`  // code of the region that a regional body convenes
	Sample  bool          `json:"sample,omitempty"`  // invented, for a demonstration
	Keys    []Key         `json:"keys"`
	Logs    []Log         `json:"logs,omitempty"`
	From    string        `json:"from,omitempty"`
	Until   string        `json:"until,omitempty"`

	Guardians *Guardians      `json:"guardians,omitempty"`
	Succeeds  []ParticipantID `json:"succeeds,omitempty"` // those that it follows, as a State after a union
}

// Key is a document key of a participant: SPKI DER in base64.
type Key struct {
	Key   string `json:"key"`
	Role  string `json:"role"` // root (offline: openings), author (people), clerk (the node: receipts)
	From  string `json:"from,omitempty"`
	Until string `json:"until,omitempty"`
	Next  string `json:"next,omitempty"` // SHA-256 of the key that will replace it, in hexadecimal
}

// Log is one epoch of a participant's log.
type Log struct {
	Epoch     int      `json:"epoch"`
	LogKey    string   `json:"logKey"`    // Ed25519, base64
	NodeKey   string   `json:"nodeKey"`   // Ed25519, base64: the libp2p identity
	Addresses []string `json:"addresses"` // multiaddrs without /p2p
	From      string   `json:"from,omitempty"`
	Until     string   `json:"until,omitempty"`
}

// Witness is a participant whose cosignatures count.
type Witness struct {
	Participant ParticipantID `json:"participant"`
	Key         string        `json:"key"` // Ed25519, base64
	From        string        `json:"from,omitempty"`
	Until       string        `json:"until,omitempty"`
}

// Suspension is an emergency's answer to one participant: what it files in that
// time does not count. It lapses by itself.
type Suspension struct {
	Participant ParticipantID `json:"participant"`
	From        string        `json:"from"`
	Until       string        `json:"until"` // at most 30 days after From
	Reason      string        `json:"reason"`
}

// Accreditor is a participant that may answer for authors whom the charter does
// not list.
type Accreditor struct {
	Participant ParticipantID `json:"participant"`
	Scope       string        `json:"scope"` // of the authors: global, or region:<code>
	Kinds       []string      `json:"kinds"` // of authors
	Cap         int           `json:"cap"`   // how many of them at once
	From        string        `json:"from,omitempty"`
	Until       string        `json:"until,omitempty"`
}

// Quota is how many records of a log count and are copied.
type Quota struct {
	Entries     int           `json:"entries"`
	Participant ParticipantID `json:"participant,omitempty"` // whose logs; absent: everybody's that has no quota of its own
	From        string        `json:"from,omitempty"`
	Until       string        `json:"until,omitempty"`
}

// Quorum is how many of n witnesses make a checkpoint final: 2n/3 rounded
// down, plus one.
func Quorum(n int) int { return 2*n/3 + 1 }

// Faulty is how many of n witnesses may lie: (n-1)/3 rounded down.
func Faulty(n int) int { return max(0, (n-1)/3) }

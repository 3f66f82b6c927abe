package review

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review/compact"
	"stocktake/signing"
)

// testFederation is a federation with real keys, made from names, so that the
// same test makes the same bytes each time.
type testFederation struct {
	t         testing.TB
	charter   *Charter
	genesis   *Document
	witnesses []ParticipantID
	seals     map[ParticipantID]string // names of witness keys that are not a participant's first
	logs      map[Origin]*testLog
	serial    int
}

type testLog struct {
	owner   ParticipantID
	signer  *signing.NoteSigner
	records []Record
}

func seed(name string) [32]byte { return sha256.Sum256([]byte("test key of " + name)) }

// documentKey is a P-256 key that signs as RFC 6979 says, without randomness.
func documentKey(name string) *ecdsa.PrivateKey {
	s := seed(name)
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), s[:])
	if err != nil {
		panic(err)
	}
	return key
}

func public(k *ecdsa.PrivateKey) signing.DocumentKey {
	der, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		panic(err)
	}
	return signing.DocumentKey(der)
}

func noteSigner(name string) *signing.NoteSigner {
	s := seed(name)
	return signing.NewNoteSigner(ed25519.NewKeyFromSeed(s[:]))
}

func sign(k *ecdsa.PrivateKey, payload []byte) signing.Leaf {
	digest := signing.PayloadDigest(payload)
	sig, err := k.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		panic(err)
	}
	return signing.Leaf{Digest: digest, Signature: sig, Key: public(k)}
}

const suffix = "gcm.example"

// nodes are the participants that run a node, and in this order witnesses.
var nodes = []ParticipantID{"prt", "deu", "phl", "bgd", "mar", "un-eca", "ngo"}

func testParticipants() []Participant {
	list := []Participant{
		{ID: "prt", Kind: "state", Name: "Portugal", Country: "PRT"},
		{ID: "deu", Kind: "state", Name: "Germany", Country: "DEU"},
		{ID: "phl", Kind: "state", Name: "Philippines", Country: "PHL"},
		{ID: "bgd", Kind: "state", Name: "Bangladesh", Country: "BGD"},
		{ID: "mar", Kind: "state", Name: "Morocco", Country: "MAR"},
		{ID: "gmb", Kind: "state", Name: "Gambia", Country: "GMB"},
		{ID: "un-eca", Kind: "regional-body", Name: "United Nations Economic Commission for Africa", Region: "UN-ECA"},
		{ID: "ngo", Kind: "civil-society", Name: "A Coalition"},
		{ID: "gmb-academic", Kind: "academic", Name: "An academic in The Gambia", Country: "GMB"},
		{ID: "xsa", Kind: "state", Name: "Samplia (SAMPLE)", Country: "XSA", Sample: true},
	}
	for i := range list {
		p := &list[i]
		for _, role := range []string{"root", "author", "clerk"} {
			p.Keys = append(p.Keys, Key{Key: public(documentKey(string(p.ID) + " " + role)).Base64(), Role: role})
		}
		if slices.Contains(nodes, p.ID) {
			p.Logs = []Log{{Epoch: 1, LogKey: noteSigner(string(p.ID) + " log 1").Key().String(), NodeKey: noteSigner(string(p.ID) + " node").Key().String(), Addresses: []string{"/ip4/127.0.0.1/tcp/4001"}}}
		}
	}
	return list
}

// newFederation has that many witnesses, is founded, and every log is opened.
func newFederation(t testing.TB, witnesses int) *testFederation {
	return newFederationWith(t, witnesses, func(*Charter) {})
}

func newFederationWith(t testing.TB, witnesses int, change func(*Charter)) *testFederation {
	f := &testFederation{t: t, logs: map[Origin]*testLog{}}
	f.charter = &Charter{
		Common: f.common("prt"), Number: 1, Suffix: suffix, Compact: compact.Digest(), Rules: RuleVersion, Threshold: 4,
		Participants: testParticipants(),
		Rounds: []Round{
			{ID: "round-1", Title: "First round", Scope: "global", Opens: "2026-01-01", Due: "2026-01-20"},
			{ID: "africa-1", Title: "First African round", Scope: "region:UN-ECA", Opens: "2026-01-01", Due: "2026-12-31"},
		},
	}
	for _, p := range nodes[:witnesses] {
		f.witnesses = append(f.witnesses, p)
		f.charter.Witnesses = append(f.charter.Witnesses, Witness{Participant: p, Key: noteSigner(string(p) + " witness").Key().String()})
	}
	change(f.charter)
	payload := Compose(KindCharter, []Subject{{"compact", DocumentID(f.charter.Compact)}}, f.charter)
	f.genesis = f.parse(payload)
	for _, p := range nodes {
		origin := f.origin(p)
		f.logs[origin] = &testLog{owner: p, signer: noteSigner(string(p) + " log 1")}
		log := f.charter.Participants[slices.IndexFunc(f.charter.Participants, func(q Participant) bool { return q.ID == p })].Logs[0]
		f.append(p, f.compose(&Opening{Common: f.common(p), Epoch: 1, LogKey: log.LogKey, NodeKey: log.NodeKey}, f.genesis.ID), string(p)+" root")
	}
	f.append("prt", payload, "prt author")
	for _, p := range []ParticipantID{"prt", "deu", "phl", "bgd", "mar", "un-eca", "ngo", "gmb"} {
		f.say("prt", &Accession{Common: f.common(p), Role: "member"}, f.genesis.ID)
	}
	return f
}

func (f *testFederation) origin(p ParticipantID) Origin { return OriginOf(1, p, f.genesis.ID, suffix) }

// common is a fresh document's.
func (f *testFederation) common(author ParticipantID) Common {
	f.serial++
	salt := sha256.Sum256(fmt.Append(nil, "salt ", f.serial))
	c := Common{Author: author, Language: "en", Created: "2026-01-01T00:00:00Z", Salt: hex.EncodeToString(salt[:16])}
	if f.genesis != nil {
		c.Federation = f.genesis.ID
	}
	return c
}

func (f *testFederation) titled(author ParticipantID, title string) Common {
	c := f.common(author)
	c.Title = title
	c.Sample = strings.Contains(title, "SAMPLE")
	return c
}

var predicateKinds = map[string]Kind{
	"*review.Opening": KindOpening, "*review.Charter": KindCharter, "*review.Accession": KindAccession, "*review.Receipt": KindReceipt,
	"*review.Pledge": KindPledge, "*review.Report": KindReport, "*review.Assessment": KindAssessment, "*review.Comment": KindComment,
	"*review.Response": KindResponse, "*review.Withdrawal": KindWithdrawal, "*review.Fork": KindFork, "*review.KeyChange": KindKey, "*review.CarrierRefusal": KindRefusal, "*review.Accreditation": KindAccreditation, "*review.Policy": KindPolicy,
	"*review.Plan": KindPlan, "*review.Framework": KindFramework,
	"*review.Expenditure": KindExpenditure, "*review.Facility": KindFacility, "*review.Contribution": KindContribution, "*review.FundClaim": KindClaim,
	"*review.Application": KindApplication, "*review.Allocation": KindAllocation, "*review.Disbursement": KindDisbursement, "*review.Result": KindResult,
	"*review.Agreement": KindAgreement, "*review.Rates": KindRates,
	"*review.Mandate": KindMandate, "*review.Seal": KindSeal, "*review.ProgressReport": KindProgress, "*review.FollowUp": KindFollowUp, "*review.PolicyProposal": KindProposal,
	"*review.Decision": KindDecision, "*review.Adoption": KindStocktake, "*review.Translation": KindTranslation,
}

func (f *testFederation) compose(predicate any, about DocumentID) []byte {
	kind := predicateKinds[fmt.Sprintf("%T", predicate)]
	name := "document"
	if of := schemas()[kind].fields.About; len(of) == 1 {
		name = of[0]
	}
	switch p := predicate.(type) {
	case *Accession:
		name = string(accededTo(p.Role))
	case *KeyChange:
		name = string(p.about())
	}
	return Compose(kind, []Subject{{name, about}}, predicate)
}

func (f *testFederation) parse(payload []byte) *Document {
	f.t.Helper()
	d, err := Parse(payload)
	require.NoError(f.t, err, "%s", payload)
	return d
}

// append puts a payload into a participant's log, signed with a named key.
func (f *testFederation) append(carrier ParticipantID, payload []byte, key string) DocumentID {
	leaf := sign(documentKey(key), payload)
	return f.appendLeaf(carrier, leaf, payload)
}

func (f *testFederation) appendLeaf(carrier ParticipantID, leaf signing.Leaf, payload []byte) DocumentID {
	l := f.logs[f.origin(carrier)]
	l.records = append(l.records, Record{Origin: f.origin(carrier), Index: uint64(len(l.records)), Leaf: leaf, Payload: payload, Genuine: leaf.Genuine()})
	return DocumentID(leaf.Digest.String())
}

// say files what its author says in the carrier's log.
func (f *testFederation) say(carrier ParticipantID, predicate any, about DocumentID) DocumentID {
	f.t.Helper()
	payload := f.compose(predicate, about)
	d := f.parse(payload)
	key := string(d.Author) + " author"
	if d.Kind == KindReceipt || d.Kind == KindRefusal {
		key = string(d.Author) + " clerk"
	}
	return f.append(carrier, payload, key)
}

// minute is a time of these tests: minutes after the first of January 2026.
func minute(minutes int) time.Time {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(minutes) * time.Minute)
}

// sighting is one witness's cosignature.
type sightingOf struct {
	witness ParticipantID
	at      time.Time
}

// all is a cosignature of every witness at one time.
func (f *testFederation) all(t time.Time) []sightingOf {
	var s []sightingOf
	for _, w := range f.witnesses {
		s = append(s, sightingOf{w, t})
	}
	return s
}

// note is the checkpoint of the first n records of a log, cosigned.
func (f *testFederation) note(p ParticipantID, n int, sightings []sightingOf) []byte {
	l := f.logs[f.origin(p)]
	var edge frontier
	for _, r := range l.records[:n] {
		edge.add(r.Leaf.Hash())
	}
	c := signing.Checkpoint{Origin: string(f.origin(p)), Size: uint64(n), Root: edge.root()}
	return cosigned(f, c, l.signer, sightings)
}

func cosigned(f *testFederation, c signing.Checkpoint, log *signing.NoteSigner, sightings []sightingOf) []byte {
	note := signing.SignCheckpoint(c, log)
	for _, s := range sightings {
		note = append(note, signing.Cosign(c, s.at, WitnessName(s.witness, f.genesis.ID, suffix), noteSigner(f.seal(s.witness)))...)
	}
	return note
}

// seal names the key with which a witness cosigns now.
func (f *testFederation) seal(w ParticipantID) string {
	if name := f.seals[w]; name != "" {
		return name
	}
	return string(w) + " witness"
}

// receipt files a receipt for all that a log holds, into that log.
func (f *testFederation) receipt(p ParticipantID, sightings []sightingOf) DocumentID {
	return f.receiptOf(p, p, len(f.logs[f.origin(p)].records), sightings)
}

// receiptOf files a receipt for the first n records of a log into carrier's.
func (f *testFederation) receiptOf(carrier, p ParticipantID, n int, sightings []sightingOf) DocumentID {
	f.t.Helper()
	return f.say(carrier, &Receipt{Common: f.common(carrier), Checkpoint: string(f.note(p, n, sightings))}, f.genesis.ID)
}

// forged is a checkpoint that a log's key might sign and no record makes.
func (f *testFederation) forged(p ParticipantID) signing.Checkpoint {
	return signing.Checkpoint{Origin: string(f.origin(p)), Size: 1, Root: tlog.RecordHash([]byte("another history"))}
}

// successor is a second charter that changes nothing.
func (f *testFederation) successor() *Charter {
	next := *f.charter
	next.Common = f.common("prt")
	next.Number, next.Previous = 2, f.genesis.ID
	next.Participants, next.Witnesses = slices.Clone(next.Participants), slices.Clone(next.Witnesses)
	return &next
}

// settle files a receipt for every log.
func (f *testFederation) settle(t time.Time) {
	for _, o := range slices.Sorted(maps.Keys(f.logs)) {
		f.receipt(f.logs[o].owner, f.all(t))
	}
}

func (f *testFederation) states() []LogState {
	var states []LogState
	for _, o := range slices.Sorted(maps.Keys(f.logs)) {
		l := f.logs[o]
		state := LogState{Origin: o, Size: uint64(len(l.records))}
		leaves := make([]tlog.Hash, 0, len(l.records))
		for _, r := range l.records {
			leaves = append(leaves, r.Leaf.Hash())
			if r.Absence != Present {
				state.Absent = append(state.Absent, r.Index)
			}
		}
		state.Root = rootsAt(leaves, []uint64{state.Size})[state.Size]
		states = append(states, state)
	}
	return states
}

func (f *testFederation) snapshot() Snapshot {
	f.t.Helper()
	s, err := Describe(f.genesis, f.states(), f.records())
	require.NoError(f.t, err)
	return s
}

// records are in order of origin and index.
func (f *testFederation) records() iter.Seq2[Record, error] { return each(f.list()) }

func (f *testFederation) list() []Record {
	var all []Record
	for _, o := range slices.Sorted(maps.Keys(f.logs)) {
		all = append(all, f.logs[o].records...)
	}
	return all
}

func each(records []Record) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// erase removes a document's payload everywhere.
func (f *testFederation) erase(id DocumentID) {
	for _, l := range f.logs {
		for i := range l.records {
			if l.records[i].ID() == id {
				l.records[i].Payload, l.records[i].Absence = nil, Erased
			}
		}
	}
}

func (f *testFederation) read() *Reading {
	f.t.Helper()
	r, err := Read(f.snapshot(), f.genesis, f.records(), time.Time{})
	require.NoError(f.t, err)
	return r
}

func (f *testFederation) assemble(scope Scope) *Stocktake {
	f.t.Helper()
	s, err := Assemble(f.snapshot(), f.genesis, f.records(), Options{Scope: scope})
	require.NoError(f.t, err)
	return s
}

// label of a document that must be there.
func (f *testFederation) label(id DocumentID) Label {
	f.t.Helper()
	l, ok := f.read().Label(id)
	require.True(f.t, ok)
	return l
}

// pledge is a short one.
func (f *testFederation) pledge(author ParticipantID, title string) *Pledge {
	return &Pledge{Common: f.titled(author, title), Form: "individual", Objectives: []int{4}, Due: NotStated}
}

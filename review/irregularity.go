package review

import (
	"cmp"
	"slices"
	"strings"
)

// Irregularity is something that went wrong in the record or came to an end
// before its time, as documents prove it. It says what happened and accuses
// nobody. Withdrawals are rows of every stocktake and not among them.
type Irregularity struct {
	Kind        string        `json:"kind"`
	Participant ParticipantID `json:"participant"`      // whom it is about; of a refusal, whose node it was
	Log         Origin        `json:"log,omitempty"`    // the log that forked or ended, or of which a witness cosigned two histories
	Size        uint64        `json:"size,omitempty"`   // how many of the first records of a forked log may count
	Sizes       []uint64      `json:"sizes,omitempty"`  // at which a witness cosigned both histories
	Number      int           `json:"number,omitempty"` // of the rival charters
	Role        string        `json:"role,omitempty"`   // of the key: root, author, clerk
	Reason      string        `json:"reason,omitempty"` // of a log, the opening's code; of a suspension or refusal, its words
	State       string        `json:"state,omitempty"`  // of a suspension: in-force, lapsed, confirmed; of a recovery: its label, "" once it took effect
	At          string        `json:"at,omitempty"`     // since when: RFC 3339; "" where no time is known
	Until       string        `json:"until,omitempty"`  // until when: of a suspension, and of what may still be contested
	About       DocumentID    `json:"about,omitempty"`  // what a node did not file
	Documents   []DocumentID  `json:"documents"`        // that prove it
	Sample      bool          `json:"sample,omitempty"` // of an invented participant, or a document that says so
}

// Kinds of irregularities.
const (
	IrregularForkedLog = "log-forked"           // its key signed two histories
	IrregularEndedLog  = "log-ended"            // its participant opened the next epoch
	IrregularClosedLog = "log-closed"           // by the charter
	IrregularRevoked   = "key-revoked"          // by its owner
	IrregularClosedKey = "key-closed"           // by the charter
	IrregularRecovery  = "keys-recovered"       // guardians proposed new keys
	IrregularWitness   = "witness-ended"        // it is none any more
	IrregularSeal      = "witness-key-ended"    // it goes on with another key
	IrregularTwoSeals  = "witness-contradicted" // it cosigned two histories
	IrregularSuspended = "suspended"
	IrregularLeft      = "left" // the charter lists it until then
	IrregularRivals    = "rival-charters"
	IrregularRefused   = "refused" // a node did not file a document
)

// States of a suspension.
const (
	SuspensionInForce   = "in-force"
	SuspensionLapsed    = "lapsed"
	SuspensionConfirmed = "confirmed" // an amendment then ended the participation
)

// Irregularities are all of them, the latest first.
func (r *Reading) Irregularities() []Irregularity {
	all := slices.Concat(r.irregularLogs(), r.irregularKeys(), r.irregularWitnesses(), r.irregularMembers(), r.refusals())
	for i := range all {
		p, _ := r.chain.Participant(all[i].Participant)
		all[i].Sample = all[i].Sample || p.Sample
	}
	slices.SortFunc(all, func(a, b Irregularity) int {
		return cmp.Or(strings.Compare(b.At, a.At), strings.Compare(a.Kind, b.Kind), strings.Compare(string(a.Participant), string(b.Participant)),
			strings.Compare(string(a.Log), string(b.Log)), slices.Compare(a.Documents, b.Documents))
	})
	return all
}

func (r *Reading) irregularLogs() (all []Irregularity) {
	ended := map[Origin]*entry{} // by which opening
	for _, e := range r.kinds[KindOpening] {
		p, ok := predicateOf[*Opening](e)
		if !ok || e.code != "" || p.Ends == "" || !r.chain.Opens(p) {
			continue
		}
		if was := ended[p.Ends]; was == nil || byFiling(e, was) < 0 {
			ended[p.Ends] = e
		}
	}
	for _, l := range r.chain.logs {
		if proof := r.docs[l.Forked]; proof != nil {
			all = append(all, Irregularity{Kind: IrregularForkedLog, Participant: l.Participant, Log: l.Origin, Size: r.histories.End(l.Origin), At: instant(proof.filed), Documents: []DocumentID{l.Forked}})
		}
		if e := ended[l.Origin]; e != nil {
			all = append(all, Irregularity{Kind: IrregularEndedLog, Participant: l.Participant, Log: l.Origin, Reason: e.doc.Predicate.(*Opening).Reason, At: instant(e.filed), Documents: []DocumentID{e.id}})
		} else if l.Until != "" {
			all = append(all, Irregularity{Kind: IrregularClosedLog, Participant: l.Participant, Log: l.Origin, At: l.Until, Documents: r.chain.firstSaying(func(c *Charter) bool {
				return slices.ContainsFunc(c.Participants, func(p Participant) bool {
					return p.ID == l.Participant && slices.ContainsFunc(p.Logs, func(log Log) bool { return log.Epoch == l.Epoch && log.Until != "" })
				})
			})})
		}
	}
	return all
}

// irregularKeys leaves out keys that their owner replaced, as everybody should
// from time to time, and those of an office whose time was set from the start.
func (r *Reading) irregularKeys() (all []Irregularity) {
	for key, k := range r.chain.keys {
		end := r.KeyEnd(key)
		switch {
		case end == nil:
		case end.Action == actionRevoke:
			all = append(all, Irregularity{Kind: IrregularRevoked, Participant: k.owner, Role: k.role, At: end.At, Documents: []DocumentID{end.By}})
		case k.ended == "" && k.by == "":
			all = append(all, Irregularity{Kind: IrregularClosedKey, Participant: k.owner, Role: k.role, At: end.At, Documents: r.chain.firstSaying(func(c *Charter) bool {
				return slices.ContainsFunc(c.Participants, func(p Participant) bool {
					return slices.ContainsFunc(p.Keys, func(listed Key) bool { return listed.Key == key.Base64() && listed.Until != "" })
				})
			})})
		}
	}
	for id, c := range r.chain.changes.recoveries {
		e := r.docs[id]
		if e == nil || e.code != "" {
			continue
		}
		found := Irregularity{Kind: IrregularRecovery, Participant: c.proposal.Participant, State: e.recovery, At: instant(e.filed), Documents: []DocumentID{id}}
		switch e.recovery {
		case "":
			found.At = instant(c.effect)
		case ReasonUnderWay:
			found.Until = instant(c.effect)
		case ReasonContested:
			found.Documents = append(found.Documents, e.contested)
		}
		all = append(all, found)
	}
	return all
}

func (r *Reading) irregularWitnesses() (all []Irregularity) {
	charter, _ := r.chain.InForce()
	for _, w := range charter.Witnesses {
		if w.Until == "" {
			continue
		}
		found := Irregularity{Kind: IrregularWitness, Participant: w.Participant, At: w.Until, Documents: r.chain.firstSaying(func(c *Charter) bool {
			return slices.ContainsFunc(c.Witnesses, func(is Witness) bool { return is.Key == w.Key && is.Until != "" })
		})}
		if slices.ContainsFunc(charter.Witnesses, func(is Witness) bool { return is.Participant == w.Participant && is.Until == "" }) {
			found.Kind = IrregularSeal
		}
		all = append(all, found)
	}
	for _, e := range r.histories.Equivocations() {
		all = append(all, Irregularity{Kind: IrregularTwoSeals, Participant: e.Participant, Log: e.Log, Sizes: e.Sizes[:], At: r.lastOf(e.Documents), Documents: e.Documents})
	}
	return all
}

func (r *Reading) irregularMembers() (all []Irregularity) {
	charter, _ := r.chain.InForce()
	for _, held := range charter.Suspensions {
		s, until := r.chain.suspensions[held.id()], r.chain.spans[held.Participant].until
		found := Irregularity{Kind: IrregularSuspended, Participant: held.Participant, Reason: held.Reason, State: SuspensionInForce, At: instant(s.from), Until: instant(s.until),
			Documents: r.chain.firstSaying(func(c *Charter) bool {
				return slices.ContainsFunc(c.Suspensions, func(is Suspension) bool { return is.id() == held.id() })
			})}
		switch {
		case !until.IsZero() && !until.Before(s.from):
			found.State = SuspensionConfirmed
		case !s.until.After(r.cutoff):
			found.State = SuspensionLapsed
		}
		all = append(all, found)
	}
	for _, p := range charter.Participants {
		if p.Until != "" {
			all = append(all, Irregularity{Kind: IrregularLeft, Participant: p.ID, At: instant(r.chain.spans[p.ID].until), Documents: r.chain.firstSaying(func(c *Charter) bool {
				return slices.ContainsFunc(c.Participants, func(is Participant) bool { return is.ID == p.ID && is.Until != "" })
			})})
		}
	}
	for _, v := range r.Rivalries() {
		all = append(all, Irregularity{Kind: IrregularRivals, Participant: v.Participant, Number: v.Number, At: r.lastOf(v.Accessions), Documents: v.Accessions})
	}
	return all
}

// refusals are nodes' signed words that they did not file a document.
func (r *Reading) refusals() (all []Irregularity) {
	for _, e := range r.kinds[KindRefusal] {
		if p, ok := predicateOf[*CarrierRefusal](e); ok && e.code == "" {
			all = append(all, Irregularity{Kind: IrregularRefused, Participant: p.Author, Reason: p.Message, At: instant(e.filed), About: e.doc.About(), Documents: []DocumentID{e.id}, Sample: e.sample})
		}
	}
	return all
}

// firstSaying is the first charter of the chain that says something.
func (c *Chain) firstSaying(says func(*Charter) bool) []DocumentID {
	if i := slices.IndexFunc(c.whole, says); i >= 0 {
		return []DocumentID{c.charters[i].ID}
	}
	return []DocumentID{}
}

// lastOf is when the last of several documents was filed.
func (r *Reading) lastOf(ids []DocumentID) (last string) {
	for _, id := range ids {
		if e := r.docs[id]; e != nil {
			last = max(last, instant(e.filed))
		}
	}
	return last
}

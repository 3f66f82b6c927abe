package review

import (
	"fmt"
	"strconv"
	"strings"

	"stocktake/signing"
)

// DocumentID is the hexadecimal SHA-256 of a document's pre-authentication
// encoding: what `sha256sum document.pae` prints.
type DocumentID string

// ParticipantID names a participant in a charter: 2 to 40 lower-case letters,
// digits and inner hyphens. A State's is its ISO 3166-1 alpha-3 code in lower
// case, as in "sle". An author that accreditors answer for has a. and a short
// name, as in "a.rural-voices": no charter can list that.
type ParticipantID string

// Origin names one participant's log in one epoch:
//
//	e<epoch>.<participant>.<first 8 hex of the genesis charter's ID>.<suffix>
//
// It is a bare host name, so that stock tools take it; it need not resolve.
type Origin string

// Kind is what a document is: the middle of its predicate type.
type Kind string

// Bookkeeping is whether logs need the documents of a kind and readers do not:
// receipts and openings, which lists leave out.
func (k Kind) Bookkeeping() bool { return k == KindReceipt || k == KindOpening }

// The kinds of version 1.
const (
	KindOpening    Kind = "opening"
	KindCharter    Kind = "charter"
	KindAccession  Kind = "accession"
	KindReceipt    Kind = "receipt"
	KindPledge     Kind = "pledge"
	KindReport     Kind = "report"
	KindAssessment Kind = "assessment"
	KindComment    Kind = "comment"
	KindResponse   Kind = "response"
	KindWithdrawal Kind = "withdrawal"
	KindRefusal    Kind = "refusal"
	KindKey        Kind = "key"
	KindFork       Kind = "fork"

	KindAccreditation Kind = "accreditation"
	KindPolicy        Kind = "policy"

	KindPlan         Kind = "plan"
	KindFramework    Kind = "framework"
	KindExpenditure  Kind = "expenditure"
	KindFacility     Kind = "facility"
	KindContribution Kind = "contribution"
	KindClaim        Kind = "claim"
	KindApplication  Kind = "application"
	KindAllocation   Kind = "allocation"
	KindDisbursement Kind = "disbursement"
	KindResult       Kind = "result"
	KindAgreement    Kind = "agreement"
	KindRates        Kind = "rates"

	KindMandate     Kind = "mandate"
	KindSeal        Kind = "seal"
	KindProgress    Kind = "progress-report"
	KindFollowUp    Kind = "follow-up"
	KindProposal    Kind = "proposal"
	KindDecision    Kind = "decision"
	KindStocktake   Kind = "stocktake"
	KindTranslation Kind = "translation"
)

// Vocabulary is the one constant that names this vocabulary. It need not resolve.
const Vocabulary = "https://stocktake.example/"

// PredicateType is the in-toto predicate type of version 1 of a kind.
func PredicateType(k Kind) string { return Vocabulary + string(k) + "/v1" }

// kindOf reverses PredicateType; another vocabulary or version has no kind.
func kindOf(predicateType string) (Kind, bool) {
	rest, ok := strings.CutPrefix(predicateType, Vocabulary)
	name, version, _ := strings.Cut(rest, "/")
	return Kind(name), ok && version == "v1"
}

// OriginOf is the origin of a participant's log.
func OriginOf(epoch int, p ParticipantID, genesis DocumentID, suffix string) Origin {
	return Origin("e" + strconv.Itoa(epoch) + "." + string(p) + "." + string(genesis[:8]) + "." + suffix)
}

// WitnessName is the name on a participant's cosignatures.
func WitnessName(p ParticipantID, genesis DocumentID, suffix string) string {
	return "w." + string(p) + "." + string(genesis[:8]) + "." + suffix
}

// Split takes an origin apart. It checks form only, not that a charter lists it.
func (o Origin) Split() (epoch int, p ParticipantID, genesis8, suffix string, err error) {
	parts := strings.SplitN(string(o), ".", 4)
	if len(parts) == 4 && len(o) <= signing.MaxOrigin {
		epoch, err = strconv.Atoi(strings.TrimPrefix(parts[0], "e"))
		if err == nil && epoch > 0 && "e"+strconv.Itoa(epoch) == parts[0] {
			return epoch, ParticipantID(parts[1]), parts[2], parts[3], nil
		}
	}
	return 0, "", "", "", fmt.Errorf("review: %.80q is not an origin: want e<epoch>.<participant>.<8 hex>.<suffix>", string(o))
}

package review

import "slices"

// kinds are the kinds of version 1, each with its empty predicate. To add one:
// its constant (names.go), its predicate in a file of its own, its schema
// (schema/<kind>.json), and a line here. What else a predicate knows of itself
// it says by the methods below.
var kinds = []struct {
	kind Kind
	new  func() predicate
}{
	{KindOpening, func() predicate { return new(Opening) }},
	{KindCharter, func() predicate { return new(Charter) }},
	{KindAccession, func() predicate { return new(Accession) }},
	{KindReceipt, func() predicate { return new(Receipt) }},
	{KindPledge, func() predicate { return new(Pledge) }},
	{KindReport, func() predicate { return new(Report) }},
	{KindAssessment, func() predicate { return new(Assessment) }},
	{KindComment, func() predicate { return new(Comment) }},
	{KindResponse, func() predicate { return new(Response) }},
	{KindWithdrawal, func() predicate { return new(Withdrawal) }},
	{KindRefusal, func() predicate { return new(CarrierRefusal) }},
	{KindFork, func() predicate { return new(Fork) }},
	{KindKey, func() predicate { return new(KeyChange) }},
	{KindAccreditation, func() predicate { return new(Accreditation) }},
	{KindPolicy, func() predicate { return new(Policy) }},
	{KindPlan, func() predicate { return new(Plan) }},
	{KindFramework, func() predicate { return new(Framework) }},
	{KindExpenditure, func() predicate { return new(Expenditure) }},
	{KindFacility, func() predicate { return new(Facility) }},
	{KindContribution, func() predicate { return new(Contribution) }},
	{KindClaim, func() predicate { return new(FundClaim) }},
	{KindApplication, func() predicate { return new(Application) }},
	{KindAllocation, func() predicate { return new(Allocation) }},
	{KindDisbursement, func() predicate { return new(Disbursement) }},
	{KindResult, func() predicate { return new(Result) }},
	{KindAgreement, func() predicate { return new(Agreement) }},
	{KindRates, func() predicate { return new(Rates) }},
	{KindMandate, func() predicate { return new(Mandate) }},
	{KindSeal, func() predicate { return new(Seal) }},
	{KindProgress, func() predicate { return new(ProgressReport) }},
	{KindFollowUp, func() predicate { return new(FollowUp) }},
	{KindProposal, func() predicate { return new(PolicyProposal) }},
	{KindDecision, func() predicate { return new(Decision) }},
	{KindStocktake, func() predicate { return new(Adoption) }},
	{KindTranslation, func() predicate { return new(Translation) }},
}

// predicate is what a document of a kind says. All embed [Common].
type predicate interface{ common() *Common }

func (c *Common) common() *Common { return c }

// checker is a predicate with rules over more than one of its fields. They see
// only what the schema and every field's form accept, so dates compare as text.
// Of a draft, the fields that the command fills in may be empty.
type checker interface{ check(*Refusal) }

// relater is a predicate that not every author may say of every subject.
// find answers for what the predicate rests on besides.
type relater interface {
	relate(c *Chain, d, about *Document, find finder) Refusal
}

// concerning is a predicate that names objectives of the compact.
type concerning interface{ objectives() []int }

// typed is a predicate with a word for what it is within its kind, as a
// comment's type or a response's position.
type typed interface{ typeWord() string }

// citing is a predicate that names other documents besides its subject and
// what it replaces.
type citing interface{ citations() []citation }

// citation is one document that a predicate names.
type citation struct {
	pointer string // the field
	id      DocumentID
	kinds   []Kind // that it may be of; none: any
}

// Kinds are the kinds of version 1, in the order of their constants.
func Kinds() []Kind {
	all := make([]Kind, len(kinds))
	for i, k := range kinds {
		all[i] = k.kind
	}
	return all
}

// newPredicate is the empty predicate of a kind; nil if this version does not
// know it.
func newPredicate(k Kind) predicate {
	for i := range kinds {
		if kinds[i].kind == k {
			return kinds[i].new()
		}
	}
	return nil
}

// lasting are the kinds whose content is never erased (guarantee 9): without it,
// what others filed would be judged anew.
var lasting = []Kind{KindCharter, KindOpening, KindAccession, KindReceipt, KindWithdrawal, KindRefusal, KindFork, KindKey, KindAccreditation,
	KindMandate, KindSeal}

// objectivesOf are the objectives that a document itself names.
func objectivesOf(d *Document) []int {
	if p, ok := d.Predicate.(concerning); ok {
		return p.objectives()
	}
	return nil
}

func typeOf(d *Document) string {
	if p, ok := d.Predicate.(typed); ok {
		return p.typeWord()
	}
	return ""
}

// citationsOf are the documents that a document names besides its subject and
// what it replaces.
func citationsOf(d *Document) []citation {
	if p, ok := d.Predicate.(citing); ok {
		return slices.DeleteFunc(p.citations(), func(c citation) bool { return c.id == "" })
	}
	return nil
}

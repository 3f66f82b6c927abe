package review

// A group is one table of a stocktake. Its rows come in units: a unit is what
// rows are made for, as a pledge in all its versions, or a participant in a
// round. The rows of a unit are a function of the documents that touch it, so a
// stocktake is all units, and one more document changes only those it touches.
//
// To add one: its constant and row in a file of its own with its group, a line
// in groups, a field of [Contents].
type group struct {
	name    string
	figures []string // shown also when nothing counts in them

	// fixed are the units that there are without any document; nil: none.
	fixed func(v *view) []string
	// touched are the units whose rows may rest on a document, whether it counts
	// or not; nil: none.
	touched func(v *view, e *entry) []string
	// fill adds the rows of one unit; none, if the scope does not cover it.
	fill func(v *view, unit string, t *table)

	rows    func(c *Contents) any // where its rows are decoded to: a pointer to a slice
	section func(c *Contents) *Section
}

// The groups, in the order of a manifest.
const (
	groupParticipation   = "participation"
	groupAccreditations  = "accreditations"
	groupRegions         = "regions"
	groupPledges         = "pledges"
	groupParties         = "parties"
	groupResources       = "resources"
	groupSupport         = "support"
	groupExpenditures    = "expenditures"
	groupGaps            = "gaps"
	groupFacilities      = "facilities"
	groupContributions   = "contributions"
	groupFundClaims      = "fund-claims"
	groupApplications    = "applications"
	groupAllocations     = "allocations"
	groupUnlocked        = "unlocked"
	groupAgreements      = "agreements"
	groupTargets         = "targets"
	groupMilestones      = "milestones"
	groupClaims          = "claims"
	groupMatches         = "matches"
	groupRatchet         = "ratchet"
	groupPlans           = "plans"
	groupMeasures        = "measures"
	groupFrameworks      = "frameworks"
	groupAdherents       = "adherents"
	groupTransmission    = "transmission"
	groupReports         = "reports"
	groupDue             = "due"
	groupAssessments     = "assessments"
	groupFindings        = "findings"
	groupAgreement       = "agreement"
	groupReplies         = "replies"
	groupRecommendations = "recommendations"
	groupComments        = "comments"
	groupWithdrawals     = "withdrawals"

	groupRounds        = "rounds"
	groupMandates      = "mandates"
	groupCoverage      = "coverage"
	groupSeals         = "seals"
	groupConsultations = "consultations"
	groupConcurrence   = "concurrence"
	groupProgress      = "progress-reports"
	groupIndicators    = "indicators"
	groupProposals     = "proposals"
	groupDecisions     = "decisions"
	groupAdopted       = "adopted"
	groupTranslations  = "translations"

	groupExcluded = "excluded"
)

// groups is filled when the program starts, since a group's sections lead back
// to the list of all.
var groups []*group

func init() {
	groups = []*group{
		&participationGroup, &accreditationsGroup, &regionsGroup,
		&pledgesGroup, &partiesGroup, &resourcesGroup,
		&supportGroup, &expendituresGroup, &gapsGroup, &facilitiesGroup, &contributionsGroup, &fundClaimsGroup,
		&applicationsGroup, &allocationsGroup, &unlockedGroup, &agreementsGroup, &targetsGroup,
		&milestonesGroup, &claimsGroup, &matchesGroup, &ratchetGroup,
		&plansGroup, &measuresGroup, &frameworksGroup, &adherentsGroup, &transmissionGroup,
		&reportsGroup, &roundsGroup, &dueGroup,
		&mandatesGroup, &coverageGroup, &sealsGroup, &assessmentsGroup, &consultationsGroup, &concurrenceGroup,
		&progressGroup, &indicatorsGroup, &findingsGroup, &agreementGroup, &repliesGroup,
		&recommendationsGroup, &commentsGroup, &proposalsGroup, &decisionsGroup, &adoptedGroup, &translationsGroup,
		&withdrawalsGroup, &excludedGroup,
	}
}

// whole is the only unit of a group that is made as one.
func whole(*view) []string { return []string{""} }

// itself is the unit of a document for which a group has rows of its own.
func itself[P any](_ *view, e *entry) []string {
	if _, ok := predicateOf[P](e); ok {
		return []string{string(e.id)}
	}
	return nil
}

// unitVersion is the version that stands of the document whose first version
// names a unit. What was first until an earlier one came names none any more.
func (v *view) unitVersion(unit string) *entry {
	if e := v.unitEntry(unit); e != nil && first(e) == e {
		return standing(e)
	}
	return nil
}

// unitEntry is the document of a unit that is named by a document's ID. One that
// is not of the scope's theme or corridor says nothing and does not hold.
func (v *view) unitEntry(unit string) *entry {
	e := v.docs[DocumentID(unit)]
	if v.tagged() && !v.speaks(e) {
		outside := newEntry(DocumentID(unit))
		outside.code = codeOutOfScope
		return outside
	}
	return e
}

// codeOutOfScope is nobody's label: labels know no scopes.
const codeOutOfScope = "out-of-scope"

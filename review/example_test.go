package review

import (
	"maps"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// exampleSubject is the kind of document that each example is about.
var exampleSubject = map[Kind]string{
	KindOpening: "charter", KindCharter: "compact", KindAccession: "charter", KindReceipt: "charter",
	KindPledge: "charter", KindReport: "pledge", KindAssessment: "pledge", KindComment: "report",
	KindResponse: "comment", KindWithdrawal: "report", KindRefusal: "pledge", KindFork: "charter", KindKey: "charter", KindAccreditation: "charter", KindPolicy: "charter",
	KindPlan: "charter", KindFramework: "charter",
	KindExpenditure: "charter", KindFacility: "charter", KindContribution: "facility", KindClaim: "facility", KindApplication: "facility", KindAllocation: "application",
	KindDisbursement: "allocation", KindResult: "disbursement", KindAgreement: "charter", KindRates: "charter",
	KindMandate: "charter", KindSeal: "charter", KindProgress: "charter", KindProposal: "charter", KindDecision: "charter", KindStocktake: "charter",
	KindFollowUp: "response", KindTranslation: "assessment",
}

// exampleDraft is testdata/examples/<kind>.yaml: a draft with every field filled
// in, about documents that other examples are.
func exampleDraft(t testing.TB, k Kind) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/examples/" + string(k) + ".yaml")
	require.NoError(t, err)
	return b
}

// readExample is a kind's example as predicate and subjects, the caller's own.
func readExample(t testing.TB, k Kind) (map[string]any, []Subject) {
	t.Helper()
	read, predicate, about, err := ReadDraft(exampleDraft(t, k))
	require.NoError(t, err)
	require.Equal(t, k, read)
	return predicate, []Subject{{Name: exampleSubject[k], Digest: about}}
}

// fillIn puts what the command fills in where a draft leaves it out.
func fillIn(k Kind, predicate map[string]any) map[string]any {
	filled := map[string]any{
		"author":  "sle",
		"created": "2026-05-04T09:30:00Z",
		"salt":    "4f1d8a3c90b27e6655d0c1f8a9e3b742",
	}
	if k != KindCharter {
		filled["federation"] = "7eb17fae4820ba76ad70f402467d1e0caf32f21284db543b53790a9b84b3efc7"
	}
	maps.Copy(filled, predicate)
	return filled
}

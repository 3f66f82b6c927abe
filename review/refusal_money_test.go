package review

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a document about money or an agreement may not say by itself.
func TestEveryRuleAboutMoneyRefusesWhatBreaksIt(t *testing.T) {
	capacity := func(change ...any) []any {
		c := map[string]any{"kind": "institutions", "amount": "1", "currency": "USD", "objective": 4}
		for i := 0; i < len(change); i += 2 {
			c[change[i].(string)] = change[i+1]
		}
		return []any{c}
	}
	domestic := func(change edit) edit {
		all := edit{"/direction": "domestic", "/side": gone, "/counterpart": gone, "/matches": gone}
		for pointer, value := range change {
			if all[pointer] = value; value == nil {
				delete(all, pointer)
			}
		}
		return all
	}
	condition := map[string]any{"id": "audited-accounts", "text": "Another."}
	rows := []refusalRow{
		// What pledges commit, need and offer.
		{KindPledge, edit{"/resources/0/kind": "money"}, "/resources/0/kind", "not-one-of"},
		{KindPledge, edit{"/resources/0/earmarking": "loosely"}, "/resources/0/earmarking", "not-one-of"},
		{KindPledge, edit{"/resources/0/share": "35"}, "/resources/0/envelope", "envelope-missing"},
		{KindPledge, edit{"/resources/0/envelope": "A budget line"}, "/resources/0/share", "share-missing"},
		{KindPledge, edit{"/resources/0/share": "101", "/resources/0/envelope": "A budget line"}, "/resources/0/share", "not-a-share"},
		{KindPledge, edit{"/resources/0/share": "0.0", "/resources/0/envelope": "A budget line"}, "/resources/0/share", "not-a-share"},
		{KindPledge, edit{"/resources/0/share": "a third", "/resources/0/envelope": "A budget line"}, "/resources/0/share", "not-a-share"},
		{KindPledge, edit{"/resources/0/advocacy": false}, "/resources/0/advocacy", "not-true"},
		{KindPledge, edit{"/needs": capacity("amount", "-1")}, "/needs/0/amount", "negative-amount"},
		{KindPledge, edit{"/needs": capacity("amount", "0")}, "/needs/0/amount", "no-amount"},
		{KindPledge, edit{"/needs": capacity("currency", "XYZ")}, "/needs/0/currency", "unknown-currency"},
		{KindPledge, edit{"/needs": capacity("objective", 24)}, "/needs/0/objective", "unknown-objective"},
		{KindPledge, edit{"/needs": capacity("country", "XSA")}, "/needs/0/country", "unknown-country"},
		{KindPledge, edit{"/needs": capacity("kind", "money")}, "/needs/0/kind", "not-one-of"},
		{KindPledge, edit{"/offers": capacity("amount", "-0.5")}, "/offers/0/amount", "negative-amount"},
		{KindPledge, edit{"/offers": capacity("amount", "0.00")}, "/offers/0/amount", "no-amount"},
		{KindPledge, edit{"/offers": capacity("country", "SL")}, "/offers/0/country", "unknown-country"},
		{KindPledge, edit{"/offers": []any{}}, "/offers", "empty-list"},

		// Expenditures.
		{KindExpenditure, edit{"/amount": "-5"}, "/amount", "negative-amount"},
		{KindExpenditure, edit{"/amount": "0"}, "/amount", "no-amount"},
		{KindExpenditure, edit{"/amount": strings.Repeat("1", 25)}, "/amount", "not-a-decimal"},
		{KindExpenditure, edit{"/amount": "not-stated"}, "/amount", "not-a-decimal"},
		{KindExpenditure, edit{"/currency": "usd"}, "/currency", "not-a-currency"},
		{KindExpenditure, edit{"/currency": "XXX"}, "/currency", "not-a-currency"},
		{KindExpenditure, edit{"/direction": "abroad"}, "/direction", "not-one-of"},
		{KindExpenditure, edit{"/side": "donor"}, "/side", "not-one-of"},
		{KindExpenditure, edit{"/side": gone}, "/side", "side-missing"},
		{KindExpenditure, edit{"/counterpart": gone, "/matches": gone}, "/counterpart", "counterpart-missing"},
		{KindExpenditure, edit{"/counterpart": "sle"}, "/counterpart", "counterpart-is-author"},
		{KindExpenditure, edit{"/counterpart": gone, "/counterpartName": "A city"}, "/matches", "match-of-an-outsider"},
		{KindExpenditure, domestic(edit{"/side": nil}), "/side", "domestic-alone"},
		{KindExpenditure, domestic(edit{"/counterpart": nil}), "/counterpart", "domestic-alone"},
		{KindExpenditure, domestic(edit{"/counterpartName": "A city"}), "/counterpartName", "domestic-alone"},
		{KindExpenditure, domestic(edit{"/matches": nil}), "/matches", "domestic-alone"},
		{KindExpenditure, edit{"/period/until": "2025-12-31"}, "/period/until", "too-early"},
		{KindExpenditure, edit{"/period/from": "2027-02-01", "/period/until": "2027-03-01"}, "/period/from", "still-to-come"},
		{KindExpenditure, edit{"/country": "XSA"}, "/country", "unknown-country"},
		{KindExpenditure, edit{"/recipient": "ngo"}, "/recipient", "not-one-of"},
		{KindExpenditure, edit{"/recipient": gone}, "/recipient", "missing-field"},
		{KindExpenditure, edit{"/earmarking": "tight"}, "/earmarking", "not-one-of"},
		{KindExpenditure, edit{"/share": "100.5"}, "/share", "not-a-share"},
		{KindExpenditure, edit{"/share": "-3"}, "/share", "not-a-share"},
		{KindExpenditure, edit{"/share": gone}, "/share", "share-missing"},
		{KindExpenditure, edit{"/envelope": gone}, "/envelope", "envelope-missing"},
		{KindExpenditure, edit{"/matches": "GRANT-2026-17"}, "/matches", "not-a-document-id"},
		{KindExpenditure, edit{"/objectives": []any{4, 4}}, "/objectives/1", "repeated"},

		// Funds.
		{KindFacility, edit{"/criteria/1": condition}, "/criteria/1/id", "repeated"},
		{KindFacility, edit{"/criteria/0/id": "Audited accounts"}, "/criteria/0/id", "not-a-name"},
		{KindFacility, edit{"/currency": "not-stated"}, "/currency", "not-a-currency"},
		{KindContribution, edit{"/amount": "-1"}, "/amount", "negative-amount"},
		{KindContribution, edit{"/amount": "0"}, "/amount", "no-amount"},
		{KindContribution, edit{"/on": "2026-04-03"}, "/on", "still-to-come"},
		{KindContribution, edit{"/stage": "promised"}, "/stage", "not-one-of"},
		{KindContribution, edit{"/earmarking": gone}, "/earmarking", "missing-field"},
		{KindClaim, edit{"/sources": gone}, "/sources", "missing-field"},
		{KindClaim, edit{"/by": gone}, "/by", "missing-field"},
		{KindClaim, edit{"/what": "rumour"}, "/what", "not-one-of"},
		{KindClaim, edit{"/amount": "-1"}, "/amount", "negative-amount"},
		{KindClaim, edit{"/amount": "0"}, "/amount", "no-amount"},
		{KindClaim, edit{"/amount": "more than 400"}, "/amount", "not-a-decimal"},
		{KindClaim, edit{"/on": "2026-05-10"}, "/on", "still-to-come"},
		{KindApplication, edit{"/amount": "-1"}, "/amount", "negative-amount"},
		{KindApplication, edit{"/amount": "0"}, "/amount", "no-amount"},
		{KindApplication, edit{"/country": "XSA"}, "/country", "unknown-country"},
		{KindApplication, edit{"/assessment": gone}, "/assessment", "missing-field"},
		{KindApplication, edit{"/assessment": "ours"}, "/assessment", "not-a-document-id"},
		{KindApplication, edit{"/criteria": []any{"audited-accounts", "audited-accounts"}}, "/criteria/1", "repeated"},
		{KindAllocation, edit{"/amount": "-1"}, "/amount", "negative-amount"},
		{KindAllocation, edit{"/amount": "0"}, "/amount", "no-amount"},
		{KindAllocation, edit{"/on": "2026-11-05"}, "/on", "still-to-come"},
		{KindAllocation, edit{"/conditions": []any{condition, condition}}, "/conditions/1/id", "repeated"},
		{KindDisbursement, edit{"/amount": "-1"}, "/amount", "negative-amount"},
		{KindDisbursement, edit{"/amount": "0.000"}, "/amount", "no-amount"},
		{KindDisbursement, edit{"/on": "2026-12-03"}, "/on", "still-to-come"},
		{KindDisbursement, edit{"/currency": "dollars"}, "/currency", "not-a-currency"},
		{KindResult, edit{"/text": gone}, "/text", "missing-field"},
		{KindResult, edit{"/values/0/value": "many"}, "/values/0/value", "not-a-decimal"},
		{KindResult, edit{"/values": []any{resultValue(), resultValue()}}, "/values/1/on", "repeated"},

		// Agreements.
		{KindAgreement, edit{"/parties": []any{map[string]any{"name": "Guinea"}}}, "/parties", "one-party"},
		{KindAgreement, edit{"/parties/1/name": "Sierra Leone"}, "/parties/1/name", "repeated"},
		{KindAgreement, edit{"/parties/1/participant": "sle"}, "/parties/1/participant", "repeated"},
		{KindAgreement, edit{"/where": gone}, "/where", "where-to-read"},
		{KindAgreement, edit{"/text": "not-public"}, "/where", "where-unwanted"},
		{KindAgreement, edit{"/text": "secret"}, "/text", "not-one-of"},
		{KindAgreement, edit{"/type": "treaty"}, "/type", "not-one-of"},
		{KindAgreement, edit{"/signed": "2026-07-02"}, "/signed", "still-to-come"},
		{KindAgreement, edit{"/inForce": "2024-05-03"}, "/inForce", "too-early"},
		{KindAgreement, edit{"/ended": "2024-12-31"}, "/ended", "too-early"},
		{KindAgreement, edit{"/ended": "not-stated"}, "/ended", "not-a-date"},

		// Rates.
		{KindRates, edit{"/rates/0/currency": "USD"}, "/rates/0/currency", "base-in-table"},
		{KindRates, edit{"/rates/1/currency": "EUR"}, "/rates/1/currency", "repeated"},
		{KindRates, edit{"/rates/0/rate": "0"}, "/rates/0/rate", "no-rate"},
		{KindRates, edit{"/rates/0/rate": "-1.2"}, "/rates/0/rate", "no-rate"},
		{KindRates, edit{"/rates/0/rate": "1.085 USD"}, "/rates/0/rate", "not-a-decimal"},
		{KindRates, edit{"/base": "not-stated"}, "/base", "not-a-currency"},
		{KindRates, edit{"/base": "XAU"}, "/base", "not-a-currency"},
		{KindRates, edit{"/on": "2027-01-03"}, "/on", "still-to-come"},
		{KindRates, edit{"/source": gone}, "/source", "missing-field"},
		{KindRates, edit{"/rates": []any{}}, "/rates", "empty-list"},
	}
	assert.Greater(t, provesRows(t, rows), 80)
	c := newFund(t)
	distinct := map[string]bool{}
	for name, k := range moneyDoor(c) {
		d := c.parse(c.compose(k.predicate, k.about))
		err := Admit(c.chain(), d, public(documentKey(string(d.Author)+" author")), c)
		if k.code == "" {
			require.NoError(t, err, name)
			continue
		}
		proves(t, err, k.pointer, k.code)
		distinct[string(d.Kind)+k.pointer+" "+k.code] = true
	}
	assert.Greater(t, len(distinct), 25)
}

func resultValue() map[string]any {
	return map[string]any{"indicator": "Children", "value": "1", "unit": "children", "on": "2027-01-01"}
}

// fund is a federation in which a fund is at work.
type fund struct {
	*testFederation
	pledge, assessment                         DocumentID
	facility, application, allocation, payment DocumentID
	given, agreement                           DocumentID
}

func newFund(t testing.TB) *fund {
	c := &fund{testFederation: newFederation(t, 4)}
	c.pledge = c.say("prt", c.testFederation.pledge("deu", "A pledge"), c.genesis.ID)
	c.assessment = c.say("prt", &Assessment{Common: c.titled("gmb", "Our own view"), Type: "self", Findings: finding(4, "limited")}, c.genesis.ID)
	c.facility = c.say("prt", c.terms(), c.genesis.ID)
	c.application = c.say("prt", c.applies("gmb", "100"), c.facility)
	c.allocation = c.say("prt", c.allocates("90", "plan"), c.application)
	c.payment = c.say("prt", c.pays("50", "plan"), c.allocation)
	c.given = c.say("prt", c.flow("deu", "gmb", sideGiver, "10"), c.genesis.ID)
	c.agreement = c.say("prt", c.entry("deu", "deu", "gmb"), c.genesis.ID)
	return c
}

func (c *fund) terms() *Facility {
	return &Facility{Common: c.titled("un-eca", "A fund"), Currency: "USD", Criteria: []Condition{{"audited", "Accounts are audited."}}}
}

func (c *fund) applies(by ParticipantID, amount string) *Application {
	return &Application{Common: c.titled(by, "An application"), Amount: amount, Currency: "USD", Objectives: []int{4}, Country: "GMB", Recipient: "government",
		Assessment: c.assessment, Criteria: []string{"audited"}}
}

func (c *fund) allocates(amount string, conditions ...string) *Allocation {
	a := &Allocation{Common: c.titled("un-eca", "An allocation"), Amount: amount, Currency: "USD", On: "2026-01-01"}
	for _, id := range conditions {
		a.Conditions = append(a.Conditions, Condition{id, "To be done."})
	}
	return a
}

func (c *fund) pays(amount string, met ...string) *Disbursement {
	return &Disbursement{Common: c.titled("un-eca", "A payment"), Amount: amount, Currency: "USD", On: "2026-01-01", Conditions: met}
}

func (f *testFederation) flow(author, counterpart ParticipantID, side, amount string) *Expenditure {
	return &Expenditure{Common: f.titled(author, "An expenditure"), Direction: "external", Side: side, Counterpart: counterpart, Amount: amount, Currency: "EUR",
		Period: Period{"2025-01-01", "2025-12-31"}, Objectives: []int{4}, Country: "GMB", Recipient: "government"}
}

func (f *testFederation) entry(author ParticipantID, parties ...ParticipantID) *Agreement {
	a := &Agreement{Common: f.titled(author, "An agreement"), Type: "readmission", Signed: "2020-01-01", Text: "not-public"}
	for _, id := range parties {
		a.Parties = append(a.Parties, Party{Participant: id, Name: "Party " + string(id)})
	}
	return a
}

type moneyDoorCase struct {
	predicate     any
	about         DocumentID
	pointer, code string
}

// moneyDoor are the rules about who may say what of whose money.
func moneyDoor(c *fund) map[string]moneyDoorCase {
	genesis := c.genesis.ID
	received := func(change func(*Expenditure)) *Expenditure {
		p := c.flow("gmb", "deu", sideReceiver, "10")
		p.Matches = c.given
		change(p)
		return p
	}
	application := func(by ParticipantID, change func(*Application)) *Application {
		p := c.applies(by, "100")
		change(p)
		return p
	}
	payment := func(change func(*Disbursement)) *Disbursement {
		p := c.pays("50")
		change(p)
		return p
	}
	contribution := func(by ParticipantID, pledge DocumentID) *Contribution {
		return &Contribution{Common: c.titled(by, "A contribution"), Stage: "paid", Amount: "5", Currency: "EUR", On: "2026-01-01", Earmarking: unearmarked, Pledge: pledge}
	}
	result := func(by ParticipantID) *Result { return &Result{Common: c.titled(by, "A result"), Text: "Done."} }
	entry := func(matches DocumentID, author ParticipantID, parties ...ParticipantID) *Agreement {
		p := c.entry(author, parties...)
		p.Matches = matches
		return p
	}
	accession := func(by ParticipantID) *Accession { return &Accession{Common: c.common(by), Role: "agreement"} }
	early := c.allocates("5")
	early.Created, early.On = "2026-01-02T00:00:00Z", "2025-12-31"
	hosted := c.allocates("5")
	hosted.Author = "deu"
	foreign := c.allocates("5")
	foreign.Currency = "EUR"
	paidByAnother := c.pays("5")
	paidByAnother.Author = "gmb"
	return map[string]moneyDoorCase{
		"the other side":                  {received(func(*Expenditure) {}), genesis, "", ""},
		"with nobody listed":              {c.flow("deu", "sle", sideGiver, "1"), genesis, "/counterpart", "unknown-participant"},
		"both sides by one author":        {received(func(p *Expenditure) { p.Author, p.Counterpart = "deu", "gmb" }), genesis, "/matches", "matches-own"},
		"what is between others":          {received(func(p *Expenditure) { p.Counterpart = "prt" }), genesis, "/matches", "match-of-others"},
		"by a third":                      {received(func(p *Expenditure) { p.Author = "mar" }), genesis, "/matches", "match-of-others"},
		"two givers":                      {received(func(p *Expenditure) { p.Side = sideGiver }), genesis, "/side", "same-side"},
		"what is no expenditure":          {received(func(p *Expenditure) { p.Matches = c.pledge }), genesis, "/matches", "wrong-citation"},
		"what is not here":                {received(func(p *Expenditure) { p.Matches = exampleID }), genesis, "/matches", codeUnknownCitation},
		"the giver's pledge":              {received(func(p *Expenditure) { p.Pledge = c.pledge }), genesis, "", ""},
		"a pledge of neither":             {received(func(p *Expenditure) { p.Author, p.Counterpart, p.Matches, p.Pledge = "mar", "prt", "", c.pledge }), genesis, "/pledge", "pledge-of-neither"},
		"no pledge":                       {received(func(p *Expenditure) { p.Pledge = c.facility }), genesis, "/pledge", "wrong-citation"},
		"an expenditure about a fund":     {received(func(*Expenditure) {}), c.facility, "/about", "wrong-subject"},
		"a contribution":                  {contribution("deu", c.pledge), c.facility, "", ""},
		"for another's pledge":            {contribution("prt", c.pledge), c.facility, "/pledge", "not-the-givers-pledge"},
		"a contribution about a pledge":   {contribution("deu", ""), c.pledge, "/about", "wrong-subject"},
		"an application":                  {application("gmb", func(*Application) {}), c.facility, "", ""},
		"by the host":                     {application("un-eca", func(*Application) {}), c.facility, "/about", "host-applies"},
		"in another currency":             {application("gmb", func(p *Application) { p.Currency = "EUR" }), c.facility, "/currency", "not-the-facilitys-currency"},
		"a criterion that is not there":   {application("gmb", func(p *Application) { p.Criteria = []string{"audited", "rich"} }), c.facility, "/criteria/1", "unknown-criterion"},
		"resting on a pledge":             {application("gmb", func(p *Application) { p.Assessment = c.pledge }), c.facility, "/assessment", "wrong-citation"},
		"resting on nothing":              {application("gmb", func(p *Application) { p.Assessment = exampleID }), c.facility, "/assessment", codeUnknownCitation},
		"to an application":               {application("gmb", func(*Application) {}), c.application, "/about", "wrong-subject"},
		"an allocation":                   {c.allocates("5"), c.application, "", ""},
		"more than was applied for":       {c.allocates("500"), c.application, "", ""},
		"by a stranger":                   {hosted, c.application, "/about", "not-the-host"},
		"allocated in another currency":   {foreign, c.application, "/currency", "not-the-facilitys-currency"},
		"before the application":          {early, c.application, "/on", "too-early"},
		"an allocation to a fund":         {c.allocates("5"), c.facility, "/about", "wrong-subject"},
		"a payment":                       {payment(func(*Disbursement) {}), c.allocation, "", ""},
		"more than was allocated":         {payment(func(p *Disbursement) { p.Amount = "5000" }), c.allocation, "", ""},
		"paid by a stranger":              {paidByAnother, c.allocation, "/about", "not-the-host"},
		"paid in another currency":        {payment(func(p *Disbursement) { p.Currency = "EUR" }), c.allocation, "/currency", "not-the-facilitys-currency"},
		"paid before":                     {payment(func(p *Disbursement) { p.On = "2025-12-31" }), c.allocation, "/on", "paid-before-allocated"},
		"a condition that is not there":   {payment(func(p *Disbursement) { p.Conditions = []string{"x"} }), c.allocation, "/conditions/0", "unknown-condition"},
		"a result":                        {result("gmb"), c.payment, "", ""},
		"a result of an allocation":       {result("gmb"), c.allocation, "", ""},
		"a result by a stranger":          {result("deu"), c.payment, "/about", "not-the-recipient"},
		"a result by the host":            {result("un-eca"), c.allocation, "/about", "not-the-recipient"},
		"a result of an application":      {result("gmb"), c.application, "/about", "wrong-subject"},
		"a version of an agreement":       {entry(c.agreement, "gmb", "deu", "gmb"), genesis, "", ""},
		"of one's own":                    {entry(c.agreement, "deu", "deu", "gmb"), genesis, "/matches", "matches-own-entry"},
		"by no party":                     {entry(c.agreement, "prt", "deu", "gmb"), genesis, "/matches", "version-of-no-party"},
		"of others' agreement":            {entry(c.agreement, "mar", "mar", "deu"), genesis, "/matches", "another-agreement"},
		"an agreement listed by others":   {entry("", "ngo", "deu", "gmb"), genesis, "", ""},
		"of somebody unknown":             {entry("", "deu", "deu", "sle"), genesis, "/parties/1/participant", "unknown-participant"},
		"a version of a pledge":           {entry(c.pledge, "deu", "deu", "gmb"), genesis, "/matches", "wrong-citation"},
		"a party confirms":                {accession("gmb"), c.agreement, "", ""},
		"somebody else confirms":          {accession("mar"), c.agreement, "/about", "not-in-the-agreement"},
		"confirming a pledge as a treaty": {accession("gmb"), c.pledge, "/role", "role-and-subject"},
	}
}

// Replication takes everything; what the door refuses does not count, for the
// same reason. What is not here stops a document at the door only.
func TestBothDoorsAskTheSameOfMoney(t *testing.T) {
	c := newFund(t)
	for name, k := range moneyDoor(c) {
		payload := c.compose(k.predicate, k.about)
		d := c.parse(payload)
		f := newFund(t)
		id := f.append("bgd", payload, string(d.Author)+" author")
		f.settle(minute(10))
		want := k.code
		if want == codeUnknownCitation {
			want = ""
		}
		assert.Equal(t, want, f.label(id).Reason, name)
	}
}

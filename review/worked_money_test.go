package review

import (
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// invented is a federation with three invented States, a city and a body that
// hosts a fund.
func invented(t testing.TB) *testFederation {
	return newFederationWith(t, 4, func(c *Charter) {
		for _, p := range []Participant{
			{ID: "xex", Kind: "state", Name: "Exemplaria (SAMPLE)", Country: "XEX"}, {ID: "xin", Kind: "state", Name: "Inventia (SAMPLE)", Country: "XIN"},
			{ID: "sample-city", Kind: "local-authority", Name: "A city (SAMPLE)", Country: "XIN"}, {ID: "sample-host", Kind: "un-entity", Name: "A body (SAMPLE)"},
		} {
			p.Sample, p.Keys = true, []Key{{Key: public(documentKey(string(p.ID) + " author")).Base64(), Role: "author"}}
			c.Participants = append(c.Participants, p)
		}
	})
}

// holdsWhatItSays holds the tables of testdata/worked/<name>.md against a
// stocktake's figures of samples. A figure that is not there is 0.
func holdsWhatItSays(t *testing.T, name string, s *Stocktake, replace ...string) {
	t.Helper()
	prose, err := os.ReadFile("testdata/worked/" + name + ".md")
	require.NoError(t, err)
	figures := map[string]string{}
	for _, f := range manifestOf(t, s).Figures {
		if f.Sample {
			if figures[f.Group+"/"+f.Name] = f.Amount; f.Amount == "" {
				figures[f.Group+"/"+f.Name] = big.NewInt(int64(f.Value)).String()
			}
		}
	}
	checked := 0
	for line := range strings.Lines(strings.NewReplacer(replace...).Replace(string(prose))) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || strings.HasPrefix(cells[1], "---") || cells[1] == " group " {
			continue
		}
		got := figures[strings.TrimSpace(cells[1])+"/"+strings.TrimSpace(cells[2])]
		if got == "" {
			got = "0"
		}
		assert.Equal(t, strings.TrimSpace(cells[3]), got, "%s: %s", name, line)
		checked++
	}
	assert.Greater(t, checked, 5)
}

// sampleFlow is an expenditure of an invented State for another.
func (f *testFederation) sampleFlow(author, counterpart ParticipantID, side, amount string) *Expenditure {
	p := f.flow(author, counterpart, side, amount)
	p.Title, p.Sample, p.Country = "SAMPLE: An expenditure", true, "XEX"
	return p
}

func TestWorkedFlows(t *testing.T) {
	f := invented(t)
	file := func(p *Expenditure, change func(*Expenditure)) DocumentID {
		change(p)
		return f.say("prt", p, f.genesis.ID)
	}
	refer := func(to string) func(*Expenditure) { return func(p *Expenditure) { p.Reference = to } }
	file(f.sampleFlow("xsa", "xex", sideGiver, "100"), refer("A-1"))
	file(f.sampleFlow("xex", "xsa", sideReceiver, "60"), refer("A-1"))
	file(f.sampleFlow("xex", "xsa", sideReceiver, "40"), refer("A-1"))
	gave := file(f.sampleFlow("xsa", "xin", sideGiver, "80"), refer("B-2"))
	file(f.sampleFlow("xin", "xsa", sideReceiver, "75"), func(p *Expenditure) { p.Matches = gave })
	file(f.sampleFlow("xsa", "sample-city", sideGiver, "30"), func(p *Expenditure) { p.Recipient = "local-authority" })
	city := file(f.sampleFlow("sample-city", "xex", sideReceiver, "7"), func(p *Expenditure) { p.Currency, p.Advocacy = "USD", true })
	file(f.sampleFlow("xin", "", "", "50"), func(p *Expenditure) { p.Direction, p.Share, p.Envelope = "domestic", "40", "Social budget" })
	file(f.sampleFlow("xsa", "", sideGiver, "12"), func(p *Expenditure) {
		p.CounterpartName, p.Recipient, p.Earmarking = "An association", "diaspora-group", unearmarked
	})
	f.settle(minute(10))
	s := f.assemble(ScopeGlobal)
	holdsWhatItSays(t, "flows", s)
	for _, row := range rows[FlowRow](t, s, groupExpenditures) {
		if row.State == flowDiffer {
			assert.Equal(t, map[string]string{"EUR": "5"}, row.Difference)
		}
	}
	f.say("prt", &Withdrawal{Common: f.titled("sample-city", "SAMPLE: Taken back"), Reason: "It was another year."}, city)
	f.settle(minute(20))
	s = f.assemble(ScopeGlobal)
	assert.NotContains(t, string(s.Manifest), flowReceiver+`","sample":true`)
	assert.Len(t, rows[FlowRow](t, s, groupExpenditures), 5)
}

// sampleFund is a fund of the invented body.
func (f *testFederation) sampleFund() DocumentID {
	return f.say("prt", &Facility{Common: f.titled("sample-host", "SAMPLE: A fund"), Currency: "USD", Criteria: []Condition{{"audited", "Accounts are audited."}}}, f.genesis.ID)
}

func (f *testFederation) sampleApplication(by ParticipantID, amount string, facility, assessment DocumentID) DocumentID {
	return f.say("prt", &Application{Common: f.titled(by, "SAMPLE: An application"), Amount: amount, Currency: "USD", Objectives: []int{4}, Country: "XSA", Recipient: "government",
		Assessment: assessment, Criteria: []string{"audited"}}, facility)
}

func (f *testFederation) sampleAllocation(amount string, application DocumentID, conditions ...Condition) DocumentID {
	return f.say("prt", &Allocation{Common: f.titled("sample-host", "SAMPLE: An allocation"), Amount: amount, Currency: "USD", On: "2026-01-01", Conditions: conditions}, application)
}

func (f *testFederation) sampleAssessment(by ParticipantID) DocumentID {
	return f.say("prt", &Assessment{Common: f.titled(by, "SAMPLE: Our own view"), Type: "self", Findings: finding(4, "limited")}, f.genesis.ID)
}

func (f *testFederation) sampleContribution(facility DocumentID, stage, amount, currency, earmarking string) {
	f.say("prt", &Contribution{Common: f.titled("xsa", "SAMPLE: A contribution"), Stage: stage, Amount: amount, Currency: currency, On: "2026-01-01", Earmarking: earmarking}, facility)
}

func TestWorkedFund(t *testing.T) {
	f := invented(t)
	facility, assessment := f.sampleFund(), f.sampleAssessment("xex")
	f.sampleContribution(facility, "committed", "500", "EUR", "earmarked")
	f.sampleContribution(facility, "paid", "300", "USD", unearmarked)
	application := f.sampleApplication("xex", "100", facility, assessment)
	f.sampleApplication("xin", "200", facility, assessment)
	pay := func(amount string, allocation DocumentID, met ...string) DocumentID {
		return f.say("prt", &Disbursement{Common: f.titled("sample-host", "SAMPLE: A payment"), Amount: amount, Currency: "USD", On: "2026-01-01", Conditions: met}, allocation)
	}
	one := f.sampleAllocation("60", application, Condition{"plan", "A work plan."})
	pay("20", one)
	f.say("prt", &Result{Common: f.titled("xex", "SAMPLE: A result"), Text: "Done."}, pay("40", one, "plan"))
	pay("90", f.sampleAllocation("70", application, Condition{"audit", "An audit."}))
	f.settle(minute(10))
	s := f.assemble(ScopeGlobal)
	holdsWhatItSays(t, "fund", s)
	for _, figure := range manifestOf(t, s).Figures {
		assert.NotEqual(t, "880", figure.Amount, "steps were added up")
	}
	row := rows[UnlockedRow](t, s, groupUnlocked)[0]
	assert.Equal(t, assessment, row.Assessment)
	assert.Equal(t, map[string]string{"USD": "150"}, row.Disbursed)
}

func TestWorkedClaims(t *testing.T) {
	f := invented(t)
	one, other := f.sampleFund(), f.sampleFund()
	claim := func(facility DocumentID, what, amount, by string) {
		f.say("prt", &FundClaim{Common: Common{Federation: f.genesis.ID, Author: "ngo", Language: "en", Created: "2026-01-01T00:00:00Z", Salt: f.common("ngo").Salt, Title: "SAMPLE: A claim", Sample: true,
			Sources: []string{"https://example.org/" + what}}, What: what, Amount: amount, Currency: "USD", By: by}, facility)
	}
	claim(one, "target", "70000000", "The host")
	claim(one, "announced", "400000000", "The president of a forum")
	claim(other, "target", "70000000", "The host")
	f.sampleContribution(one, "paid", "5000000", "USD", "earmarked")
	f.settle(minute(10))
	s := f.assemble(ScopeGlobal)
	holdsWhatItSays(t, "fund-claims", s)
	for _, row := range rows[FundClaimRow](t, s, groupFundClaims) {
		assert.Empty(t, row.Sums, "claims make no sum")
		assert.NotEmpty(t, row.Sources)
	}
}

func TestWorkedGaps(t *testing.T) {
	f := invented(t)
	need := f.pledge("xsa", "SAMPLE: A pledge")
	need.Objectives = []int{4, 16}
	need.Needs = []Capacity{
		{Kind: "institutions", Amount: "100", Currency: "EUR", Objective: 4, Country: "XSA"}, {Kind: "institutions", Amount: "50", Currency: "USD", Objective: 4, Country: "XSA"},
		{Kind: "integration-capacity", Amount: NotStated, Currency: NotStated, Objective: 16, Country: "XSA"},
	}
	f.say("prt", need, f.genesis.ID)
	offer := f.pledge("xex", "SAMPLE: A pledge")
	offer.Offers = []Capacity{{Kind: "institutions", Amount: "30", Currency: "EUR", Objective: 4, Country: "XSA"}, {Kind: "institutions", Amount: "10", Currency: "EUR", Objective: 4}}
	f.say("prt", offer, f.genesis.ID)
	spend := func(author, counterpart ParticipantID, side, amount string, objectives ...int) {
		p := f.sampleFlow(author, counterpart, side, amount)
		p.Objectives, p.Country = objectives, "XSA"
		f.say("prt", p, f.genesis.ID)
	}
	spend("xex", "xsa", sideGiver, "40", 4)
	spend("xsa", "xex", sideReceiver, "35", 4)
	spend("xin", "xsa", sideGiver, "20", 4, 16)
	f.sampleAllocation("70", f.sampleApplication("xsa", "70", f.sampleFund(), f.sampleAssessment("xsa")))
	f.settle(minute(10))
	s := f.assemble(ScopeGlobal)
	holdsWhatItSays(t, "gaps", s)
	assert.Equal(t, "-20", rows[GapRow](t, s, groupGaps)[0].Gaps[metAllocated]["USD"])
}

func TestWorkedRates(t *testing.T) {
	f := invented(t)
	p := f.pledge("xsa", "SAMPLE: A pledge")
	p.Resources = []Resource{{Amount: "200.10", Currency: "EUR", Earmarking: unearmarked}, {Amount: "1000", Currency: "USD"}, {Amount: "5", Currency: "CAD"}}
	pledge := f.say("prt", p, f.genesis.ID)
	table := f.say("prt", &Rates{Common: f.titled("sample-host", "SAMPLE: Rates"), Base: "USD", On: "2026-01-01", Source: "Invented", Rates: []Rate{{"EUR", "1.085"}}}, f.genesis.ID)
	f.settle(minute(10))
	convert := func(rates DocumentID) (*Stocktake, error) {
		return Assemble(f.snapshot(), f.genesis, f.records(), Options{Rates: rates})
	}
	apart := f.assemble(ScopeGlobal)
	assert.NotContains(t, string(apart.Manifest), "by rates")
	s, err := convert(table)
	require.NoError(t, err)
	holdsWhatItSays(t, "rates", s, "TABLE", string(table[:12]))
	m := manifestOf(t, s)
	assert.Equal(t, table, m.Rates)
	assert.Contains(t, m.Notes, "rates")
	assert.Contains(t, s.Contents().Command(), "--rates "+string(table))
	again, err := ParseStocktakeFile(s.File())
	require.NoError(t, err)
	assert.Equal(t, s.Digest(), again.Digest())

	for _, id := range []DocumentID{pledge, exampleID} {
		_, err := convert(id)
		assert.ErrorIs(t, err, ErrRates)
	}
	f.say("prt", &Withdrawal{Common: f.titled("sample-host", "SAMPLE: Taken back"), Reason: "A wrong digit."}, table)
	f.settle(minute(20))
	_, err = convert(table)
	assert.ErrorIs(t, err, ErrRates)
	assert.ErrorContains(t, err, "withdrawn")
	_, err = Assemble(f.snapshot(), f.genesis, f.records(), Options{Rates: table, Cutoff: minute(15)})
	assert.NoError(t, err, "it counted then")
}

func TestWorkedAgreements(t *testing.T) {
	f := invented(t)
	enter := func(author ParticipantID, kind string, change func(*Agreement), parties ...ParticipantID) DocumentID {
		p := f.entry(author, parties...)
		p.Title, p.Sample, p.Type = "SAMPLE: An agreement", true, kind
		change(p)
		return f.say("prt", p, f.genesis.ID)
	}
	as := func(*Agreement) {}
	word := func(decision string, about DocumentID) {
		f.say("prt", &Accession{Common: f.titled("xex", "SAMPLE: Our word"), Role: "agreement", Decision: decision}, about)
	}
	word("", enter("xsa", "readmission", as, "xsa", "xex"))
	mobility := enter("xsa", "mobility", func(p *Agreement) { p.Signed, p.InForce = "2021-01-01", "2022-01-01" }, "xsa", "xin")
	own := enter("xin", "mobility", func(p *Agreement) { p.Signed, p.InForce, p.Matches = "2021-02-01", "2022-01-01", mobility }, "xsa", "xin")
	declined := enter("xsa", "return", as, "xsa", "xex")
	word("declined", declined)
	enter("ngo", "readmission", as, "xin", "xex")
	f.settle(minute(10))
	s := f.assemble(ScopeGlobal)
	holdsWhatItSays(t, "agreements", s)
	r := f.read()
	disputes := r.disputes(r.docs[declined])
	require.Len(t, disputes, 1, "whoever verifies the entry reads of it too")
	assert.Equal(t, ParticipantID("xex"), disputes[0].By)
	for _, row := range rows[EntryRow](t, s, groupAgreements) {
		if row.ID == mobility {
			assert.Equal(t, []string{"signed"}, row.Differ)
			assert.Equal(t, []DocumentID{own}, row.Versions)
			assert.Equal(t, PartyWord{"Party xin", "xin", wordVersion, own}, row.Words[1])
		}
	}
}

// A State that sits in several regions is in the figures of each, and every row
// says so.
func TestAFlowOfAStateInSeveralRegionsIsFlagged(t *testing.T) {
	f := newFederation(t, 4)
	p := f.flow("deu", "mar", sideGiver, "10")
	f.say("prt", p, f.genesis.ID)
	f.settle(minute(10))
	for _, region := range []Scope{"region:UN-ECA", "region:UN-ESCWA"} {
		s := f.assemble(region)
		row := rows[FlowRow](t, s, groupExpenditures)[0]
		assert.Contains(t, row.SeveralRegions, ParticipantID("mar"))
		assert.Equal(t, 1, figure(t, s, groupExpenditures, "of a State in several regions"))
		assert.Equal(t, "10", row.Sums["external, to the scope EUR"])
		assert.Contains(t, manifestOf(t, s).Notes, "regions-overlap")
	}
	assert.Len(t, rows[FlowRow](t, f.assemble("region:UN-ESCAP"), groupExpenditures), 0)
	assert.Equal(t, "10", rows[FlowRow](t, f.assemble("participant:deu"), groupExpenditures)[0].Sums["external, from the scope EUR"])
}

// The longest amount at the longest rate is a sum that a stocktake file may hold.
func TestASumHasRoomForAnyAmountAtAnyRate(t *testing.T) {
	nines := strings.Repeat("9", maxDigits)
	product := parseDecimal(nines).times(parseDecimal("0." + nines[1:]))
	assert.True(t, isDecimalOf(product.String(), maxSumDigits))
}

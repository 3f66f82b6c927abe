package review

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
)

// Contents are a stocktake's manifest and rows, decoded: what its text and
// pages are written from.
type Contents struct {
	Manifest
	Digest          string
	Participation   []ParticipationRow
	Accreditations  []AccreditationRow
	Regions         []RegionRow
	Pledges         []PledgeRow
	Parties         []PartyRow
	Resources       []ResourceRow
	Support         []SupportRow
	Expenditures    []FlowRow
	Gaps            []GapRow
	Facilities      []FacilityRow
	Contributions   []ContributionRow
	FundClaims      []FundClaimRow
	Applications    []ApplicationRow
	Allocations     []AllocationRow
	Unlocked        []UnlockedRow
	Agreements      []EntryRow
	Targets         []TargetRow
	Milestones      []MilestoneRow
	Claims          []ClaimRow
	Matches         []MatchRow
	Ratchet         []ChangeRow
	Plans           []PlanRow
	Measures        []MeasureRow
	Frameworks      []FrameworkRow
	Adherents       []AdherentRow
	Transmission    []LinkRow
	Reports         []ReportRow
	Due             []DueRow
	Assessments     []AssessmentRow
	Findings        []FindingRow
	Agreement       []AgreementRow
	Replies         []ReplyRow
	Recommendations []CommentRow
	Comments        []CommentRow
	Withdrawals     []WithdrawalRow

	Rounds        []RoundRow
	Mandates      []MandateRow
	Coverage      []CoverageRow
	Seals         []SealRow
	Consultations []ConsultationRow
	Concurrence   []ConcurrenceRow
	Progress      []ProgressRow
	Indicators    []IndicatorRow
	Proposals     []ProposalRow
	Decisions     []DecisionRow
	Adopted       []AdoptedRow
	Translations  []TranslationRow

	Excluded []ExcludedRow
}

// Contents decodes a stocktake that Assemble made or ParseStocktakeFile read.
func (s *Stocktake) Contents() *Contents {
	c, err := s.decode()
	if err != nil {
		panic(fmt.Sprintf("review: a stocktake of unknown make: %v", err))
	}
	return c
}

func (s *Stocktake) decode() (*Contents, error) {
	c := &Contents{Digest: s.Digest()}
	if err := strictJSON(s.Manifest, &c.Manifest); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	for _, g := range groups {
		for raw, err := range s.rows(c.Manifest, g.name) {
			if err == nil {
				err = addRow(g.rows(c), raw)
			}
			if err != nil {
				return nil, fmt.Errorf("a row of %s: %w", g.name, err)
			}
		}
	}
	return c, nil
}

// addRow decodes a row onto the slice that rows points to.
func addRow(rows any, raw json.RawMessage) error {
	slice := reflect.ValueOf(rows).Elem()
	row := reflect.New(slice.Type().Elem())
	if err := strictJSON(raw, row.Interface()); err != nil {
		return err
	}
	slice.Set(reflect.Append(slice, row.Elem()))
	return nil
}

// Outline is the manifest, decoded, with rows to be added.
func (s *Stocktake) Outline() *Contents {
	c := &Contents{Digest: s.Digest()}
	if err := strictJSON(s.Manifest, &c.Manifest); err != nil {
		panic(fmt.Sprintf("review: a stocktake of unknown make: %v", err))
	}
	return c
}

// Add decodes a row of a group onto the others.
func (c *Contents) Add(name string, raw json.RawMessage) error {
	i := slices.IndexFunc(groups, func(g *group) bool { return g.name == name })
	if i < 0 {
		return fmt.Errorf("review: there is no group %q", name)
	}
	return addRow(groups[i].rows(c), raw)
}

// Take has a copy of the rows of a group that others have.
func (c *Contents) Take(name string, others *Contents) {
	i := slices.IndexFunc(groups, func(g *group) bool { return g.name == name })
	mine, theirs := reflect.ValueOf(groups[i].rows(c)).Elem(), reflect.ValueOf(groups[i].rows(others)).Elem()
	mine.Set(reflect.AppendSlice(reflect.Zero(theirs.Type()), theirs))
}

// PartsOf are the digests of the parts of a group that the manifest lists: where
// they are the same, the rows are.
func (m *Manifest) PartsOf(group string) (digests []string) {
	for _, p := range m.Parts {
		if p.Group == group {
			digests = append(digests, p.Digest)
		}
	}
	return digests
}

// FiguresOf are the figures of a group.
func (c *Contents) FiguresOf(group string) []Figure {
	var figures []Figure
	for _, f := range c.Figures {
		if f.Group == group {
			figures = append(figures, f)
		}
	}
	return figures
}

package review

import (
	"encoding/json"
	"fmt"
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
	Targets         []TargetRow
	Reports         []ReportRow
	Due             []DueRow
	Assessments     []AssessmentRow
	Findings        []FindingRow
	Agreement       []AgreementRow
	Replies         []ReplyRow
	Recommendations []CommentRow
	Comments        []CommentRow
	Withdrawals     []WithdrawalRow
	Excluded        []ExcludedRow
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
	for _, entry := range c.Parts {
		var p Part
		if err := strictJSON(s.Parts[entry.Digest], &p); err != nil {
			return nil, fmt.Errorf("part %.12s: %w", entry.Digest, err)
		}
		for _, raw := range p.Rows {
			if err := c.add(entry.Group, raw); err != nil {
				return nil, fmt.Errorf("part %.12s: %w", entry.Digest, err)
			}
		}
	}
	return c, nil
}

func (c *Contents) add(group string, raw json.RawMessage) error {
	switch group {
	case groupParticipation:
		return addRow(&c.Participation, raw)
	case groupAccreditations:
		return addRow(&c.Accreditations, raw)
	case groupRegions:
		return addRow(&c.Regions, raw)
	case groupPledges:
		return addRow(&c.Pledges, raw)
	case groupParties:
		return addRow(&c.Parties, raw)
	case groupResources:
		return addRow(&c.Resources, raw)
	case groupTargets:
		return addRow(&c.Targets, raw)
	case groupReports:
		return addRow(&c.Reports, raw)
	case groupDue:
		return addRow(&c.Due, raw)
	case groupAssessments:
		return addRow(&c.Assessments, raw)
	case groupFindings:
		return addRow(&c.Findings, raw)
	case groupAgreement:
		return addRow(&c.Agreement, raw)
	case groupReplies:
		return addRow(&c.Replies, raw)
	case groupRecommendations:
		return addRow(&c.Recommendations, raw)
	case groupComments:
		return addRow(&c.Comments, raw)
	case groupWithdrawals:
		return addRow(&c.Withdrawals, raw)
	case groupExcluded:
		return addRow(&c.Excluded, raw)
	}
	return fmt.Errorf("no group %.40q", group)
}

func addRow[T any](rows *[]T, raw json.RawMessage) error {
	var row T
	if err := strictJSON(raw, &row); err != nil {
		return err
	}
	*rows = append(*rows, row)
	return nil
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

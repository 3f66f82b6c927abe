package review

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Sections are the groups in the order in which people read them, with only
// what they need to see; the rest is in the rows.
func (c *Contents) Sections() []*Section {
	section := func(group, title string, columns ...string) *Section {
		return &Section{Group: group, Title: title, Figures: c.lines(group), Columns: columns}
	}
	var all []*Section

	s := section(groupParticipation, "Who takes part", "participant", "name", "kind", "state", "regions")
	for _, r := range c.Participation {
		id := string(r.ID)
		if id == "" {
			id = r.Country
		}
		s.add(r.Sample, id, r.Name, r.Kind, r.State+by("", r.AccreditedBy), strings.Join(r.Regions, ", "))
	}
	all = append(all, s)

	s = section(groupAccreditations, "Who answers for authors whom the charter does not list (one suffices; figures of different accreditors must not be added up)", "accreditor", "author", "name", "type", "state", "since", "until", "documents", "challenged in")
	for _, r := range c.Accreditations {
		s.add(r.Sample, string(r.Accreditor), string(r.Author), r.Name, r.Type, r.State, r.Filed, r.Until, strconv.Itoa(r.Documents), last(r.Challenges))
	}
	all = append(all, s)

	s = section(groupRegions, "Regions", "region", "name", "members", "participating", "outside this federation", "also in another region", "list")
	for _, r := range c.Regions {
		list := "verified"
		if !r.Verified {
			list = "unverified"
		}
		s.add(r.Sample, r.Code, r.Name, strconv.Itoa(r.Members), strconv.Itoa(r.Participating), strconv.Itoa(r.Outside), strconv.Itoa(r.AlsoElsewhere), list)
	}
	all = append(all, s)

	s = section(groupPledges, "Pledges", "pledge", "author", "title", "objectives", "due", "status", "report")
	for _, r := range c.Pledges {
		s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), r.Title, numbers(r.Objectives), r.Due, r.Status, string(r.Report))
	}
	all = append(all, s)

	s = section(groupParties, "Parties of joint pledges", "pledge", "author", "party", "state", "said in")
	for _, r := range c.Parties {
		s.add(r.Sample, string(r.Pledge), string(r.Author), r.Name, r.State, lastAfter(r.Cites))
	}
	all = append(all, s)

	s = section(groupResources, "Resources pledged (currencies are not added together)", "pledge", "author", "amount", "currency", "purpose")
	for _, r := range c.Resources {
		s.add(r.Sample, string(r.Pledge), string(r.Author), r.Amount, r.Currency, r.Purpose)
	}
	all = append(all, s)

	s = section(groupTargets, "Targets against reported values", "pledge", "author", "indicator", "baseline", "target", "unit", "due", "reported", "on", "report")
	for _, r := range c.Targets {
		s.add(r.Sample, string(r.Pledge), string(r.Author), r.Indicator, r.Baseline, r.Value, r.Unit, r.Due, r.Reported, r.On, lastAfter(r.Cites))
	}
	all = append(all, s)

	s = section(groupReports, "Reports", "report", "author", "pledge", "as", "status", "round", "filed")
	for _, r := range c.Reports {
		s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), string(r.Pledge), r.Role, r.Status, r.Round, r.Filed)
	}
	all = append(all, s)

	s = section(groupDue, "Review rounds: what is due from those who signed in", "round", "due", "participant", "state", "filed", "pledges", "reported on", "said in")
	for _, r := range c.Due {
		s.add(r.Sample, r.Round, r.Due, string(r.Participant), r.State, r.Filed, strconv.Itoa(r.Pledges), strconv.Itoa(r.ReportedOn), last(r.Cites))
	}
	all = append(all, s)

	s = section(groupAssessments, "Assessments", "assessment", "kind", "by", "about", "pledge", "title", "replies")
	for _, r := range c.Assessments {
		s.add(r.Sample, string(r.ID), r.Label, by(string(r.Author), r.AccreditedBy), whom(r.About, r.Region), string(r.Pledge), r.Title, strconv.Itoa(r.Replies))
	}
	all = append(all, s)

	s = section(groupFindings, "Findings side by side", "about", "objective", "pledge", "rating", "kind", "by", "assessment")
	for _, r := range c.Findings {
		s.add(r.Sample, whom(r.About, r.Region), strconv.Itoa(r.Objective), string(r.Pledge), r.Rating, r.Label, by(string(r.Author), r.AccreditedBy), string(r.Assessment))
	}
	all = append(all, s)

	s = section(groupAgreement, "Where ratings differ (they are never averaged)", "about", "objective", "pledge", "ratings")
	for _, r := range c.Agreement {
		if !r.Differ {
			continue
		}
		var ratings []string
		for _, rating := range slices.Sorted(maps.Keys(r.Ratings)) {
			ratings = append(ratings, fmt.Sprintf("%s: %d", rating, r.Ratings[rating]))
		}
		s.add(r.Sample, whom(r.About, r.Region), strconv.Itoa(r.Objective), string(r.Pledge), strings.Join(ratings, ", "))
	}
	all = append(all, s)

	s = section(groupReplies, "Replies of the assessed", "reply", "by", "assessment", "position", "filed")
	for _, r := range c.Replies {
		s.add(r.Sample, string(r.ID), string(r.Author), string(r.Assessment), r.Position, r.Filed)
	}
	all = append(all, s)

	s = section(groupRecommendations, "Recommendations", "recommendation", "by", "to", "about", "objectives", "state", "response", "intended")
	for _, r := range c.Recommendations {
		s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), string(r.To), aboutName(r), numbers(r.Objectives), r.State, string(r.Response), r.Intended)
	}
	all = append(all, s)

	s = section(groupComments, "Questions and other comments", "comment", "type", "by", "to", "about", "state", "response")
	for _, r := range c.Comments {
		s.add(r.Sample, string(r.ID), r.Type, by(string(r.Author), r.AccreditedBy), string(r.To), aboutName(r), r.State, string(r.Response))
	}
	all = append(all, s)

	s = section(groupWithdrawals, "Withdrawals", "withdrawal", "by", "of", "kind", "reason", "filed")
	for _, r := range c.Withdrawals {
		s.add(r.Sample, string(r.ID), string(r.Author), string(r.About), string(r.Kind), r.Reason, r.Filed)
	}
	all = append(all, s)

	s = section(groupExcluded, "Not counted, and why", "document", "kind", "author it names", "reason", "by", "log", "index")
	for _, r := range c.Excluded {
		s.add(r.Sample, string(r.ID), string(r.Kind), string(r.Author), FieldError{Code: r.Reason}.Message(), string(r.By), string(r.Log), strconv.FormatUint(r.Index, 10))
	}
	return append(all, s)
}

// lines pair the figures of real rows with those of samples.
func (c *Contents) lines(group string) []Line {
	var lines []Line
	for _, f := range c.FiguresOf(group) {
		value := strconv.Itoa(f.Value)
		if f.Amount != "" {
			value = f.Amount
		}
		i := slices.IndexFunc(lines, func(l Line) bool { return l.Name == f.Name })
		if i < 0 {
			i, lines = len(lines), append(lines, Line{Name: f.Name, Value: "0"})
		}
		if f.Sample {
			lines[i].Sample = value
		} else {
			lines[i].Value = value
		}
	}
	return lines
}

func numbers(list []int) string {
	var b []string
	for _, n := range list {
		b = append(b, strconv.Itoa(n))
	}
	return strings.Join(b, ", ")
}

// by is an author with who answered for it.
func by(author string, accreditors []ParticipantID) string {
	if len(accreditors) == 0 {
		return author
	}
	names := strings.Join(collect(accreditors, func(p ParticipantID) string { return string(p) }), ", ")
	if author == "" {
		return " by " + names
	}
	return author + " (accredited by " + names + ")"
}

func last(ids []DocumentID) string {
	if len(ids) == 0 {
		return ""
	}
	return string(ids[len(ids)-1])
}

// lastAfter is the last of several.
func lastAfter(ids []DocumentID) string {
	if len(ids) < 2 {
		return ""
	}
	return last(ids)
}

func whom(p ParticipantID, region string) string {
	if p != "" {
		return string(p)
	}
	return region
}

func aboutName(r CommentRow) string {
	stands := ""
	if !r.Stands {
		stands = " (no longer stands)"
	}
	return fmt.Sprintf("%s %.12s%s", r.AboutKind, r.About, stands)
}

package review

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every rule about the content of the documents of a review.
func TestEveryReviewRuleRefusesWhatBreaksIt(t *testing.T) {
	const other = DocumentID("00000000000000000000000000000000000000000000000000000000000000ff")
	consulted := func(change ...any) []any {
		e := map[string]any{"capacity": "civil-society", "state": "consulted", "how": "A hearing."}
		for i := 0; i < len(change); i += 2 {
			if e[change[i].(string)] = change[i+1]; change[i+1] == gone {
				delete(e, change[i].(string))
			}
		}
		return []any{e}
	}
	self := func(consultation []any, more edit) edit {
		e := edit{"/type": "self", "/participant": gone, "/region": gone, "/author": "sle", "/consultation": consultation}
		for pointer, value := range more {
			e[pointer] = value
		}
		return e
	}
	review := func(change ...any) edit {
		e := edit{"/type": "peer-review", "/region": gone, "/mandate": string(other), "/stage": "draft"}
		for i := 0; i < len(change); i += 2 {
			if e[change[i].(string)] = change[i+1]; change[i+1] == nil {
				delete(e, change[i].(string))
			}
		}
		return e
	}
	round := func(change ...any) edit {
		d := map[string]any{"id": "review-2028", "title": "Round", "scope": "global", "opens": "2028-01-01", "due": "2028-12-31"}
		for i := 0; i < len(change); i += 2 {
			d[change[i].(string)] = change[i+1]
		}
		return edit{"/rounds/0": d}
	}
	rows := []struct {
		kind    Kind
		edit    edit
		pointer string
		code    string
	}{
		// Rounds.
		{KindCharter, round("type", "yearly"), "/rounds/0/type", "not-one-of"},
		{KindCharter, round("reveal", "2028-12-30"), "/rounds/0/reveal", "too-early"},
		{KindCharter, round("reveal", "soon"), "/rounds/0/reveal", "not-a-date"},
		{KindCharter, round("type", "regional"), "/rounds/0/scope", "round-type-and-scope"},
		{KindCharter, round("type", "global", "scope", "region:ECOWAS"), "/rounds/0/scope", "round-type-and-scope"},
		{KindCharter, round("type", "thematic"), "/rounds/0/themes", "theme-missing"},
		{KindCharter, round("type", "annual", "themes", []any{"fees"}), "/rounds/0/themes", "theme-unwanted"},
		{KindCharter, round("objectives", []any{4}), "/rounds/0/objectives", "theme-unwanted"},
		{KindCharter, round("type", "thematic", "objectives", []any{24}), "/rounds/0/objectives/0", "unknown-objective"},
		{KindCharter, round("convener", "gin"), "/rounds/0/convener", "not-a-participant"},
		{KindCharter, round("convener", "a.observer"), "/rounds/0/convener", "not-a-participant-id"},
		{KindCharter, edit{"/decision": string(other)}, "/decision", "first-charter"},

		// Mandates and who joins.
		{KindMandate, edit{"/until": "2026-05-31"}, "/until", "too-early"},
		{KindMandate, edit{"/author": "ecowas", "/round": gone}, "/round", "mandate-without-round"},
		{KindMandate, edit{"/team/0": "sle"}, "/team/0", "self-review"},
		{KindMandate, edit{"/team/1": "ecowas"}, "/team/1", "repeated"},
		{KindMandate, edit{"/team": []any{}}, "/team", "empty-list"},
		{KindMandate, edit{"/terms": gone}, "/terms", "missing-field"},
		{KindMandate, edit{"/type": "audit"}, "/type", "not-one-of"},
		{KindAccession, edit{"/role": "team", "/round": gone, "/subject": []Subject{{"mandate", other}}}, "/interests", "interests-missing"},
		{KindAccession, edit{"/interests": "none"}, "/interests", "interests-unwanted"},
		{KindAccession, edit{"/role": "reviewed", "/round": gone}, "/subject/0/name", "wrong-subject"},

		// Reviews.
		{KindAssessment, review("/mandate", nil), "/mandate", "mandate-missing"},
		{KindAssessment, review("/stage", nil), "/stage", "stage-missing"},
		{KindAssessment, review("/stage", "final version"), "/stage", "not-one-of"},
		{KindAssessment, review("/author", "sle"), "/participant", "self-review"},
		{KindAssessment, review("/participant", gone), "/participant", "assessed-missing"},
		{KindAssessment, review("/region", "ECOWAS"), "/region", "region-reviewed"},
		{KindAssessment, edit{"/mandate": string(other)}, "/mandate", "mandate-unwanted"},
		{KindAssessment, edit{"/stage": "draft"}, "/stage", "mandate-unwanted"},

		// Consultation.
		{KindAssessment, edit{"/consultation": consulted()}, "/consultation", "consultation-of-others"},
		{KindAssessment, self([]any{}, nil), "/consultation", "empty-list"},
		{KindAssessment, self(consulted("how", gone), nil), "/consultation/0/how", "how-missing"},
		{KindAssessment, self(consulted("state", "invited"), nil), "/consultation/0/how", "invited-only"},
		{KindAssessment, self(consulted("state", "invited", "how", gone, "changed", "All."), nil), "/consultation/0/changed", "invited-only"},
		{KindAssessment, self(consulted("capacity", "other"), nil), "/consultation/0/who", "who-missing"},
		{KindAssessment, self(consulted("capacity", "friends"), nil), "/consultation/0/capacity", "not-one-of"},
		{KindAssessment, self(consulted("participant", "sle"), nil), "/consultation/0/participant", "consults-itself"},
		{KindAssessment, self(append(consulted(), consulted()...), nil), "/consultation/1", "repeated"},

		// Seals, progress, decisions, stocktakes.
		{KindSeal, edit{"/reveal": "2026-12-27"}, "/reveal", "too-early"},
		{KindSeal, edit{"/commits": "later"}, "/commits", "not-a-document-id"},
		{KindSeal, edit{"/round": gone}, "/round", "missing-field"},
		{KindProgress, edit{"/period/until": "2025-12-31"}, "/period/until", "too-early"},
		{KindProgress, edit{"/findings/1/participant": gone}, "/findings/1/objective", "repeated"},
		{KindProgress, edit{"/values/1/participant": "sle"}, "/values/1/on", "repeated"},
		{KindProgress, edit{"/decision": string(other)}, "/indicatorSet", "two-indicator-sets"},
		{KindProgress, edit{"/indicatorSet": gone}, "/decision", "indicator-set-missing"},
		{KindProgress, edit{"/values": gone}, "/values", "indicator-values-missing"},
		{KindProgress, edit{"/indicatorSet": "the usual"}, "/indicatorSet", "not-a-digest"},
		{KindProgress, edit{"/scope": "participant:sle"}, "/scope", "not-a-scope"},
		{KindProgress, edit{"/values/0/value": "many"}, "/values/0/value", "not-a-decimal"},
		{KindDecision, edit{"/indicators": gone}, "/indicators", "indicators-missing"},
		{KindDecision, edit{"/indicatorSet": string(other)}, "/indicatorSet", "two-indicator-sets"},
		{KindDecision, edit{"/type": "outcome"}, "/indicators", "indicators-unwanted"},
		{KindDecision, edit{"/type": "outcome", "/indicators": gone, "/indicatorSet": string(other)}, "/indicatorSet", "indicators-unwanted"},
		{KindDecision, edit{"/indicators/1/id": "sample-births"}, "/indicators/1/id", "repeated"},
		{KindDecision, edit{"/supersedes": string(other), "/adopts": []any{string(other)}}, "/adopts", "adopts-what-it-replaces"},
		{KindStocktake, edit{"/cutoff": "2027-02-15T10:00:01Z"}, "/cutoff", "cutoff-to-come"},
		{KindStocktake, edit{"/snapshot": "75a5db86dab891c8fea916121082f6a32ab52695c2336aaa91d701ff5d827f0d"}, "/snapshot", "two-digests-alike"},
		{KindStocktake, edit{"/scope": "everything"}, "/scope", "not-a-stocktake-scope"},
		{KindStocktake, edit{"/scope": "objective:04"}, "/scope", "not-a-stocktake-scope"},
		{KindStocktake, edit{"/rules": 0}, "/rules", "out-of-range"},
		{KindProposal, edit{"/type": "law"}, "/type", "not-one-of"},

		// Translations, follow-ups.
		{KindTranslation, edit{"/title": gone, "/summary": gone, "/texts": gone}, "/texts", "nothing-translated"},
		{KindTranslation, edit{"/texts/0/field": "/title"}, "/texts/0/field", "translated-above"},
		{KindTranslation, edit{"/texts/0/field": "/summary"}, "/texts/0/field", "translated-above"},
		{KindTranslation, edit{"/texts/1/field": "/findings/0/text"}, "/texts/1/field", "repeated"},
		{KindTranslation, edit{"/authentic": false}, "/authentic", "not-true"},
		{KindFollowUp, edit{"/status": "implemented"}, "/intended", "nothing-intended"},
		{KindFollowUp, edit{"/intended": "2027-04-09"}, "/intended", "too-early"},
		{KindFollowUp, edit{"/status": "done"}, "/status", "not-one-of"},
		{KindFollowUp, edit{"/subject": []Subject{{"pledge", other}}}, "/subject/0/name", "wrong-subject"},
	}
	distinct := map[string]bool{}
	for _, row := range rows {
		predicate, about := readExample(t, row.kind)
		about = row.edit.apply(t, predicate, about)
		_, err := Parse(Compose(row.kind, about, predicate))
		proves(t, err, row.pointer, row.code)
		distinct[string(row.kind)+row.pointer+" "+row.code] = true
	}
	t.Log(len(distinct), "different refusals of content")
	assert.Greater(t, len(distinct), 55)
}

// What the door of a review asks, and the snapshot again: who may say what
// about what.
func TestTheDoorOfAReviewSaysWhy(t *testing.T) {
	c := newReviewCast(t)
	c.settle(minute(10))
	distinct := map[string]bool{}
	for name, k := range reviewDoorCases(c) {
		t.Run(name, func(t *testing.T) {
			d := c.parse(c.compose(k.predicate, k.about))
			err := Admit(c.chain(), d, public(documentKey(string(d.Author)+" author")), c)
			if k.code == "" {
				assert.NoError(t, err)
				return
			}
			proves(t, err, k.pointer, k.code)
			distinct[string(d.Kind)+k.pointer+" "+k.code] = true
			id := c.append("bgd", c.compose(k.predicate, k.about), string(d.Author)+" author")
			c.receipt("bgd", c.all(minute(20)))
			l := c.label(id)
			if k.code == codeUnknownCitation {
				assert.True(t, l.Counts, "what it cites may arrive later")
				return
			}
			assert.Equal(t, k.code, l.Reason)
			assert.NotEqual(t, k.code, FieldError{Code: l.Reason}.Message(), "no plain sentence")
			assert.NotContains(t, FieldError{Code: l.Reason}.Message(), "{")
		})
	}
	t.Log(len(distinct), "different refusals at the door")
	assert.Greater(t, len(distinct), 40)
}

type reviewDoorCase struct {
	predicate     any
	about         DocumentID
	pointer, code string
}

func reviewDoorCases(c *reviewCast) map[string]reviewDoorCase {
	f, genesis := c.testFederation, c.genesis.ID
	const nothing = DocumentID("00000000000000000000000000000000000000000000000000000000000000ff")
	comment := func(author ParticipantID, kind string) *Comment {
		return &Comment{Common: f.common(author), Type: kind, Text: "Text."}
	}
	mandate := func(change func(*Mandate)) *Mandate {
		m := f.mandateOf("un-eca", "gmb", "africa-1", "mar")
		change(m)
		return m
	}
	review := func(change func(*Assessment)) *Assessment {
		a := f.review("mar", "gmb", c.mandate, "final", "limited")
		change(a)
		return a
	}
	seal := func(change func(*Seal)) *Seal {
		s := &Seal{Common: f.titled("ngo", "A seal"), Commits: nothing, About: "gmb", Round: "theme-1", Reveal: "2026-01-20"}
		change(s)
		return s
	}
	progress := func(author ParticipantID, change func(*ProgressReport)) *ProgressReport {
		p := f.progressOf(author, "region:UN-ECA", "limited")
		change(p)
		return p
	}
	decision := func(author ParticipantID, change func(*Decision)) *Decision {
		d := &Decision{Common: f.titled(author, "A decision"), Type: "outcome", Text: "So."}
		change(d)
		return d
	}
	stocktake := func(author ParticipantID, scope Scope) *Adoption {
		return &Adoption{Common: f.titled(author, "A stocktake"), Scope: scope, Manifest: string(genesis), Snapshot: string(nothing), Cutoff: "2025-12-31T00:00:00Z", Rules: 1}
	}
	translation := func(change func(*Translation)) *Translation {
		p := &Translation{Common: inFrench(f.titled("prt", "Un titre"))}
		change(p)
		return p
	}
	follow := func(author ParticipantID) *FollowUp {
		return &FollowUp{Common: f.common(author), Status: "in-progress", Text: "Text."}
	}
	return map[string]reviewDoorCase{
		"a mandate by the convener":                {mandate(func(*Mandate) {}), genesis, "", ""},
		"a mandate by the reviewed":                {mandate(func(m *Mandate) { m.Author, m.Round = "gmb", "" }), genesis, "", ""},
		"a mandate by another":                     {mandate(func(m *Mandate) { m.Author = "deu" }), genesis, "/round", "not-the-convener"},
		"for a round that is not there":            {mandate(func(m *Mandate) { m.Round = "africa-9" }), genesis, "/round", "unknown-round"},
		"a team member whom nobody lists":          {mandate(func(m *Mandate) { m.Team = []ParticipantID{"mar", "sle"} }), genesis, "/team/1", "unknown-participant"},
		"a review of a stranger":                   {mandate(func(m *Mandate) { m.About = "sle" }), genesis, "/participant", "unknown-participant"},
		"a review of one outside the region":       {mandate(func(m *Mandate) { m.About = "deu" }), genesis, "/participant", "outside-the-round"},
		"a mandate beside its theme":               {mandate(func(m *Mandate) { m.Author, m.Round, m.Objectives = "prt", "theme-1", []int{4, 9} }), genesis, "/objectives", "outside-the-theme"},
		"consent":                                  {f.joins("gmb", "reviewed"), c.mandate, "", ""},
		"consent by another":                       {f.joins("deu", "reviewed"), c.mandate, "/author", "not-the-reviewed"},
		"one of the team":                          {f.joins("ngo", "team"), c.mandate, "", ""},
		"one not of the team":                      {f.joins("deu", "team"), c.mandate, "/author", "not-in-the-team"},
		"joining a pledge's team":                  {f.joins("mar", "team"), c.pledge, "/role", "role-and-subject"},
		"withdrawing a mandate":                    {&Withdrawal{Common: f.common("un-eca"), Reason: "no"}, c.mandate, "/about", "cannot-be-withdrawn"},
		"replacing a mandate":                      {mandate(func(m *Mandate) { m.Supersedes = c.mandate }), genesis, "/supersedes", "cannot-supersede"},
		"a review":                                 {review(func(*Assessment) {}), genesis, "", ""},
		"a review without a mandate":               {review(func(a *Assessment) { a.Mandate = nothing }), genesis, "/mandate", "no-mandate"},
		"a pledge as a mandate":                    {review(func(a *Assessment) { a.Mandate = c.pledge }), genesis, "/mandate", "no-mandate"},
		"a review by one not of the team":          {review(func(a *Assessment) { a.Author = "deu" }), genesis, "/author", "not-in-the-team"},
		"a review of another":                      {review(func(a *Assessment) { a.About = "deu" }), genesis, "/participant", "other-reviewed"},
		"a review of another type":                 {review(func(a *Assessment) { a.Type = "expert-review" }), genesis, "/type", "other-mandate-type"},
		"a review for another round":               {review(func(a *Assessment) { a.Round = "theme-1" }), genesis, "/round", "other-round"},
		"a finding beside the mandate":             {review(func(a *Assessment) { a.Findings[0].Objective = 9 }), genesis, "/findings/0/objective", "outside-the-mandate"},
		"a draft that replaces the final":          {review(func(a *Assessment) { a.Stage, a.Supersedes = "draft", c.final }), genesis, "/stage", "draft-after-final"},
		"a final that replaces the draft":          {review(func(a *Assessment) { a.Supersedes = c.draft }), genesis, "", ""},
		"consulting a stranger":                    {f.selfAssessment("gmb", "limited", Consultation{Capacity: "other", Participant: "sle", State: "invited"}), genesis, "/consultation/0/participant", "unknown-participant"},
		"a correction":                             {comment("gmb", "correction"), c.draft, "", ""},
		"a correction by another":                  {comment("deu", "correction"), c.draft, "/author", "not-the-reviewed"},
		"a correction of the final":                {comment("gmb", "correction"), c.final, "/about", "not-a-draft-review"},
		"concurrence":                              {comment("ngo", "concurrence"), c.self, "", ""},
		"dissent by one who was not asked":         {comment("deu", "dissent"), c.self, "/author", "not-consulted"},
		"dissent from a pledge":                    {comment("ngo", "dissent"), c.pledge, "/about", "without-consultation"},
		"concurrence with oneself":                 {comment("gmb", "concurrence"), c.self, "/about", "self-review"},
		"opposition":                               {comment("deu", "opposition"), c.accreditation, "", ""},
		"opposition to a pledge":                   {comment("deu", "opposition"), c.pledge, "/about", "not-an-accreditation"},
		"opposition to one's own":                  {comment("ngo", "opposition"), c.accreditation, "/about", "self-review"},
		"a seal":                                   {seal(func(*Seal) {}), genesis, "", ""},
		"a seal about nobody":                      {seal(func(s *Seal) { s.About = "sle" }), genesis, "/participant", "unknown-participant"},
		"a seal for no round":                      {seal(func(s *Seal) { s.Round = "x" }), genesis, "/round", "unknown-round"},
		"a seal in an open round":                  {seal(func(s *Seal) { s.Round = "round-1" }), genesis, "/round", "no-sealed-reviews"},
		"a seal with another date":                 {seal(func(s *Seal) { s.Reveal = "2026-01-21" }), genesis, "/reveal", "other-reveal-date"},
		"replacing a seal":                         {seal(func(s *Seal) { s.Supersedes = nothing }), genesis, "/supersedes", "cannot-supersede"},
		"progress":                                 {progress("un-eca", func(*ProgressReport) {}), genesis, "", ""},
		"progress by a State":                      {progress("deu", func(*ProgressReport) {}), genesis, "/author", "not-a-progress-body"},
		"progress elsewhere":                       {progress("un-eca", func(p *ProgressReport) { p.Scope = "region:UN-ECE" }), genesis, "/scope", "not-your-region"},
		"progress of a stranger":                   {progress("un-eca", func(p *ProgressReport) { p.Findings[0].Participant = "sle" }), genesis, "/findings/0/participant", "unknown-participant"},
		"progress of one elsewhere":                {progress("un-eca", func(p *ProgressReport) { p.Findings[0].Participant = "deu" }), genesis, "/findings/0/participant", "not-in-your-region"},
		"progress of oneself":                      {progress("un-eca", func(p *ProgressReport) { p.Findings[0].Participant = "un-eca" }), genesis, "/findings/0/participant", "self-review"},
		"progress in no round":                     {progress("un-eca", func(p *ProgressReport) { p.Round = "x" }), genesis, "/round", "unknown-round"},
		"values of an adopted set":                 {progress("un-eca", withValue(c.indicators, "sample-births")), genesis, "", ""},
		"a value of no indicator":                  {progress("un-eca", withValue(c.indicators, "sample-deaths")), genesis, "/values/0/indicator", "unknown-indicator"},
		"values of a decision without them":        {progress("un-eca", withValue(c.outcome, "sample-births")), genesis, "/decision", "adopts-no-indicators"},
		"values of a pledge":                       {progress("un-eca", withValue(c.pledge, "sample-births")), genesis, "/decision", "wrong-citation"},
		"values of a set that is to come":          {progress("un-eca", withValue(nothing, "sample-births")), genesis, "/decision", codeUnknownCitation},
		"a decision":                               {decision("un-eca", func(d *Decision) { d.Round = "africa-1" }), genesis, "", ""},
		"a decision by one who convenes nothing":   {decision("deu", func(*Decision) {}), genesis, "/author", "convenes-nothing"},
		"a decision on another's round":            {decision("un-eca", func(d *Decision) { d.Round = "theme-1" }), genesis, "/round", "not-the-convener"},
		"a decision that adopts a pledge":          {decision("un-eca", func(d *Decision) { d.Adopts = []DocumentID{c.pledge} }), genesis, "/adopts/0", "wrong-citation"},
		"a decision on no round":                   {decision("un-eca", func(d *Decision) { d.Round = "x" }), genesis, "/round", "unknown-round"},
		"a proposal beside the theme":              {&PolicyProposal{Common: f.titled("ngo", "A norm"), Type: "norm", Objectives: []int{9}, Round: "theme-1", Text: "So."}, genesis, "/objectives", "outside-the-theme"},
		"a proposal in no round":                   {&PolicyProposal{Common: f.titled("ngo", "A norm"), Type: "norm", Round: "x", Text: "So."}, genesis, "/round", "unknown-round"},
		"a stocktake":                              {stocktake("un-eca", "region:UN-ECA"), genesis, "", ""},
		"a stocktake of a round":                   {stocktake("prt", "round:theme-1"), genesis, "", ""},
		"a stocktake of another region":            {stocktake("un-eca", "region:UN-ECE"), genesis, "/scope", "not-the-regions-convener"},
		"a stocktake of another's round":           {stocktake("un-eca", "round:theme-1"), genesis, "/scope", "not-the-convener"},
		"a stocktake of no round":                  {stocktake("un-eca", "round:x"), genesis, "/scope", "scope-without-round"},
		"a stocktake of a stranger":                {stocktake("un-eca", "participant:sle"), genesis, "/scope", "unknown-participant"},
		"a stocktake by one who convenes nothing":  {stocktake("deu", "global"), genesis, "/author", "convenes-nothing"},
		"a translation":                            {translation(func(*Translation) {}), c.pledge, "", ""},
		"a translation into the same language":     {translation(func(p *Translation) { p.Language = "en" }), c.pledge, "/language", "same-language"},
		"a translation of a translation":           {translation(func(p *Translation) { p.Language = "es" }), c.translation, "/about", "already-a-translation"},
		"a translation of a title that is not":     {translation(func(*Translation) {}), c.remark, "/title", "no-such-text"},
		"a translation of a date":                  {translation(func(p *Translation) { p.Texts = []TranslatedText{{"/due", "Demain"}} }), c.pledge, "/texts/0/field", "no-such-text"},
		"a translation of a finding that is not":   {translation(func(p *Translation) { p.Texts = []TranslatedText{{"/findings/1/text", "Rien"}} }), c.self, "/texts/0/field", "no-such-text"},
		"a translation of a finding":               {translation(func(p *Translation) { p.Texts = []TranslatedText{{"/findings/0/text", "Rien"}} }), c.self, "", ""},
		"an authentic translation by another":      {translation(func(p *Translation) { p.Authentic = true }), c.pledge, "/authentic", "not-the-original-author"},
		"an authentic translation":                 {translation(func(p *Translation) { p.Author, p.Authentic = "gmb", true }), c.pledge, "", ""},
		"a follow-up":                              {follow("gmb"), c.recommendation, "", ""},
		"a follow-up of the response":              {follow("mar"), c.response, "", ""},
		"a follow-up by a stranger":                {follow("deu"), c.recommendation, "/author", "not-concerned"},
		"a stranger's follow-up of the response":   {follow("deu"), c.response, "/author", "not-concerned"},
		"a follow-up of a question":                {follow("gmb"), c.remark, "/about", "no-recommendation"},
		"a reply to progress by one of the region": {&Response{Common: f.common("gmb"), Position: "noted", Text: "Seen."}, c.progress, "", ""},
		"a reply to progress by one elsewhere":     {&Response{Common: f.common("deu"), Position: "noted", Text: "Seen."}, c.progress, "/about", "not-addressed"},
	}
}

func withValue(decision DocumentID, indicator string) func(*ProgressReport) {
	return func(p *ProgressReport) {
		p.Decision, p.Values = decision, []IndicatorValue{{Indicator: indicator, Value: "50", On: "2025-12-31"}}
	}
}

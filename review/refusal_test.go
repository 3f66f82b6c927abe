package review

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/review/compact"
	"stocktake/signing"
)

// edit changes the example of a kind: pointers into the predicate, or /subject
// for a list of subjects, and what to put there; gone removes it.
type edit map[string]any

var gone = new(int)

func (e edit) apply(t *testing.T, predicate map[string]any, about []Subject) []Subject {
	for pointer, value := range e {
		if pointer == "/subject" {
			about = value.([]Subject)
			continue
		}
		names := splitPointer(pointer)
		var at any = predicate
		for i, name := range names {
			last := i == len(names)-1
			switch v := at.(type) {
			case map[string]any:
				if last && value == gone {
					require.Contains(t, v, name)
					delete(v, name)
				} else if last {
					v[name] = value
				}
				at = v[name]
			case []any:
				n, err := strconv.Atoi(name)
				require.NoError(t, err, pointer)
				if last {
					v[n] = value
				}
				at = v[n]
			default:
				t.Fatalf("the example has no %s", pointer)
			}
		}
	}
	return about
}

func texts(n int, text func(i int) string) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = text(i)
	}
	return list
}

func same(s string) func(int) string { return func(int) string { return s } }

// Every rule about the content of a document, each proven on an example that
// keeps all the others.
func TestEveryRuleRefusesWhatBreaksIt(t *testing.T) {
	const otherID = DocumentID("00000000000000000000000000000000000000000000000000000000000000ff")
	id := string(otherID)
	keyOf := func(k Kind, pointer string) any {
		predicate, _ := readExample(t, k)
		var at any = predicate
		for _, name := range splitPointer(pointer) {
			if list, ok := at.([]any); ok {
				n, _ := strconv.Atoi(name)
				at = list[n]
			} else {
				at = at.(map[string]any)[name]
			}
		}
		return at
	}
	target := func(id string) map[string]any {
		return map[string]any{"id": id, "indicator": "x", "value": "1", "unit": "x", "due": "not-stated"}
	}
	participant := func(change ...any) map[string]any {
		p := map[string]any{"id": "abc-forum", "kind": "civil-society", "name": "A forum", "keys": []any{
			map[string]any{"key": keyOf(KindCharter, "/participants/2/keys/0/key"), "role": "author"}}}
		for i := 0; i < len(change); i += 2 {
			p[change[i].(string)] = change[i+1]
		}
		return p
	}
	witnesses := func(n int) []any {
		list := make([]any, n)
		for i := range list {
			list[i] = map[string]any{"participant": "sle", "key": noteKey(i)}
		}
		return list
	}
	suspensions := func(entries ...string) []any {
		var list []any
		for _, e := range entries {
			part := strings.Fields(e)
			list = append(list, map[string]any{"participant": part[0], "from": part[1], "until": part[2], "reason": "A stolen key."})
		}
		return list
	}
	accreditors := func(change ...any) []any {
		a := map[string]any{"participant": "sle", "scope": "global", "kinds": []any{"academic"}, "cap": 3}
		for i := 0; i < len(change); i += 2 {
			a[change[i].(string)] = change[i+1]
		}
		return []any{a}
	}
	guardians := func(threshold int, contest string, of ...any) map[string]any {
		g := map[string]any{"participants": of, "threshold": threshold}
		if contest != "" {
			g["contest"] = contest
		}
		return g
	}
	rows := []refusalRow{
		// Fields against the schema.
		{KindPledge, edit{"/objectivs": 1}, "/objectivs", "unknown-field"},
		{KindPledge, edit{"/Title": "x"}, "/Title", "unknown-field"},
		{KindPledge, edit{"/targets/0/Unit": "x"}, "/targets/0/Unit", "unknown-field"},
		{KindReport, edit{"/period/to": "x"}, "/period/to", "unknown-field"},
		{KindPledge, edit{"/title": gone}, "/title", "missing-field"},
		{KindPledge, edit{"/federation": gone}, "/federation", "missing-field"},
		{KindPledge, edit{"/salt": gone}, "/salt", "missing-field"},
		{KindPledge, edit{"/objectives": gone}, "/objectives", "missing-field"},
		{KindPledge, edit{"/targets/1/unit": gone}, "/targets/1/unit", "missing-field"},
		{KindReport, edit{"/period/until": gone}, "/period/until", "missing-field"},
		{KindPledge, edit{"/title": 3}, "/title", "wrong-type"},
		{KindPledge, edit{"/title": nil}, "/title", "wrong-type"},
		{KindPledge, edit{"/objectives": 4}, "/objectives", "wrong-type"},
		{KindPledge, edit{"/objectives/0": "4"}, "/objectives/0", "wrong-type"},
		{KindPledge, edit{"/objectives/0": json.Number("4.5")}, "/objectives/0", "wrong-type"},
		{KindPledge, edit{"/targets/0": "t1"}, "/targets/0", "wrong-type"},
		{KindPledge, edit{"/sample": "yes"}, "/sample", "wrong-type"},
		{KindPledge, edit{"/resources/0/amount": json.Number("1250000.5")}, "/resources/0/amount", "wrong-type"},
		{KindPledge, edit{"/sample": false}, "/sample", "not-true"},
		{KindWithdrawal, edit{"/erase": false}, "/erase", "not-true"},
		{KindPledge, edit{"/form": "Individual"}, "/form", "not-one-of"},
		{KindReport, edit{"/status": "done"}, "/status", "not-one-of"},
		{KindAssessment, edit{"/findings/0/rating": "good"}, "/findings/0/rating", "not-one-of"},
		{KindAccession, edit{"/decision": "perhaps"}, "/decision", "not-one-of"},
		{KindOpening, edit{"/reason": "tired"}, "/reason", "not-one-of"},
		{KindCharter, edit{"/participants/0/kind": "State"}, "/participants/0/kind", "not-one-of"},
		{KindCharter, edit{"/participants/0/keys/0/role": "boss"}, "/participants/0/keys/0/role", "not-one-of"},
		{KindPledge, edit{"/title": ""}, "/title", "empty"},
		{KindPledge, edit{"/summary": ""}, "/summary", "empty"},
		{KindPledge, edit{"/objectives": []any{}}, "/objectives", "empty-list"},
		{KindPledge, edit{"/parties": []any{}}, "/parties", "empty-list"},
		{KindCharter, edit{"/witnesses": []any{}}, "/witnesses", "empty-list"},
		{KindPledge, edit{"/title": strings.Repeat("é", 301)}, "/title", "too-long"},
		{KindPledge, edit{"/summary": strings.Repeat("é", 3001)}, "/summary", "too-long"},
		{KindComment, edit{"/text": strings.Repeat("x", 3001)}, "/text", "too-long"},
		{KindCharter, edit{"/participants/0/logs/0/addresses/0": "/" + strings.Repeat("x", 300)}, "/participants/0/logs/0/addresses/0", "too-long"},
		{KindPledge, edit{"/sources": texts(21, strconv.Itoa)}, "/sources", "too-many"},
		{KindPledge, edit{"/milestones": make([]any, 51)}, "/milestones", "too-many"},
		{KindCharter, edit{"/witnesses": witnesses(251)}, "/witnesses", "too-many"},
		{KindOpening, edit{"/epoch": 0}, "/epoch", "out-of-range"},
		{KindOpening, edit{"/epoch": json.Number("1e+21")}, "/epoch", "out-of-range"},
		{KindCharter, edit{"/number": 0}, "/number", "out-of-range"},
		{KindCharter, edit{"/threshold": 0}, "/threshold", "out-of-range"},
		{KindPledge, edit{"/objectives": []any{4, 15, 4}}, "/objectives/2", "repeated"},
		{KindPledge, edit{"/implementation": []any{"SLE", "SLE"}}, "/implementation/1", "repeated"},
		{KindPledge, edit{"/nature": []any{"policy", "policy"}}, "/nature/1", "repeated"},
		{KindPledge, edit{"/principles": []any{"human-rights", "human-rights"}}, "/principles/1", "repeated"},

		// Texts.
		{KindPledge, edit{"/title": " Births"}, "/title", "stray-space"},
		{KindPledge, edit{"/title": "Births\u00a0"}, "/title", "stray-space"},
		{KindPledge, edit{"/summary": "Births\n"}, "/summary", "stray-space"},
		{KindPledge, edit{"/title": "Births\nDeaths"}, "/title", "several-lines"},
		{KindPledge, edit{"/title": "Births\u2028Deaths"}, "/title", "several-lines"},
		{KindPledge, edit{"/summary": "Births\r\nDeaths"}, "/summary", "carriage-return"},
		{KindPledge, edit{"/title": "Births\x00"}, "/title", "control-character"},
		{KindPledge, edit{"/summary": "\x1b[2JBirths"}, "/summary", "control-character"},
		{KindPledge, edit{"/title": "Bir\ufeffths"}, "/title", "control-character"},
		{KindPledge, edit{"/title": "Bir\ufdd0ths"}, "/title", "control-character"},
		{KindPledge, edit{"/parties/0/name": "Gui\u0085nea"}, "/parties/0/name", "control-character"},
		{KindPledge, edit{"/title": "Births \u202egnissim"}, "/title", "reordering-character"},
		{KindComment, edit{"/text": "Births \u2066x"}, "/text", "reordering-character"},
		{KindPledge, edit{"/sources/0": "https://example.org/\u202e"}, "/sources/0", "reordering-character"},

		// Forms.
		{KindPledge, edit{"/federation": strings.Repeat("AB", 32)}, "/federation", "not-a-document-id"},
		{KindPledge, edit{"/supersedes": "pledge 17"}, "/supersedes", "not-a-document-id"},
		{KindCharter, edit{"/compact": "gcm"}, "/compact", "not-a-document-id"},
		{KindPledge, edit{"/salt": "salt"}, "/salt", "not-a-salt"},
		{KindPledge, edit{"/salt": strings.Repeat("F", 32)}, "/salt", "not-a-salt"},
		{KindPledge, edit{"/author": "SLE"}, "/author", "not-a-participant-id"},
		{KindPledge, edit{"/author": "s"}, "/author", "not-a-participant-id"},
		{KindPledge, edit{"/author": "-sle"}, "/author", "not-a-participant-id"},
		{KindPledge, edit{"/author": "Sierra Leone"}, "/author", "not-a-participant-id"},
		{KindPledge, edit{"/author": strings.Repeat("s", 41)}, "/author", "not-a-participant-id"},
		{KindComment, edit{"/to": "sle/x"}, "/to", "not-a-participant-id"},
		{KindPledge, edit{"/targets/0/id": "T 1"}, "/targets/0/id", "not-a-name"},
		{KindReport, edit{"/round": "Review 2026"}, "/round", "not-a-name"},
		{KindPledge, edit{"/language": "English"}, "/language", "not-a-language"},
		{KindPledge, edit{"/language": "EN"}, "/language", "not-a-language"},
		{KindPledge, edit{"/language": "en-us"}, "/language", "not-a-language"},
		{KindPledge, edit{"/created": "2026-03-03"}, "/created", "not-a-time"},
		{KindPledge, edit{"/created": "2026-03-03T12:00:00+00:00"}, "/created", "not-a-time"},
		{KindPledge, edit{"/created": "2026-03-03T12:00:00.5Z"}, "/created", "not-a-time"},
		{KindPledge, edit{"/created": "2026-02-29T12:00:00Z"}, "/created", "not-a-time"},
		{KindPledge, edit{"/created": "0026-02-28T12:00:00Z"}, "/created", "not-a-time"},
		{KindCharter, edit{"/witnesses/1/from": "2026-02-01"}, "/witnesses/1/from", "not-a-time"},
		{KindReport, edit{"/period/from": "2026-02-30"}, "/period/from", "not-a-date"},
		{KindReport, edit{"/values/0/on": "not-stated"}, "/values/0/on", "not-a-date"},
		{KindCharter, edit{"/rounds/0/opens": "2026"}, "/rounds/0/opens", "not-a-date"},
		{KindPledge, edit{"/due": "2029"}, "/due", "not-a-date-or-open"},
		{KindPledge, edit{"/due": "31.12.2029"}, "/due", "not-a-date-or-open"},
		{KindPledge, edit{"/due": "20290-01-01"}, "/due", "not-a-date-or-open"},
		{KindPledge, edit{"/targets/0/due": "2026-13-01"}, "/targets/0/due", "not-a-date-or-open"},
		{KindPledge, edit{"/milestones/0/due": "Not stated"}, "/milestones/0/due", "not-a-date-or-open"},
		{KindResponse, edit{"/intended": "soon"}, "/intended", "not-a-date-or-open"},
		{KindPledge, edit{"/year": "22"}, "/year", "not-a-year"},
		{KindPledge, edit{"/year": "2022-23"}, "/year", "not-a-year"},
		{KindReport, edit{"/values/0/value": "71,25"}, "/values/0/value", "not-a-decimal"},
		{KindReport, edit{"/values/0/value": "not-stated"}, "/values/0/value", "not-a-decimal"},
		{KindReport, edit{"/values/0/value": "1e3"}, "/values/0/value", "not-a-decimal"},
		{KindReport, edit{"/values/0/value": "+1"}, "/values/0/value", "not-a-decimal"},
		{KindReport, edit{"/values/0/value": "01"}, "/values/0/value", "not-a-decimal"},
		{KindReport, edit{"/values/0/value": "1."}, "/values/0/value", "not-a-decimal"},
		{KindReport, edit{"/values/0/value": ".5"}, "/values/0/value", "not-a-decimal"},
		{KindReport, edit{"/values/0/value": strings.Repeat("1", 25)}, "/values/0/value", "not-a-decimal"},
		{KindPledge, edit{"/resources/0/amount": "USD 5"}, "/resources/0/amount", "not-a-decimal-or-open"},
		{KindPledge, edit{"/targets/0/baseline": "62%"}, "/targets/0/baseline", "not-a-decimal-or-open"},
		{KindPledge, edit{"/resources/0/currency": "usd"}, "/resources/0/currency", "unknown-currency"},
		{KindPledge, edit{"/resources/0/currency": "XXX"}, "/resources/0/currency", "unknown-currency"},
		{KindPledge, edit{"/implementation/0": "SL"}, "/implementation/0", "unknown-country"},
		{KindPledge, edit{"/implementation/0": "YUG"}, "/implementation/0", "unknown-country"},
		{KindPledge, edit{"/implementation/0": "XSA"}, "/implementation/0", "unknown-country"},
		{KindAssessment, edit{"/region": "Africa"}, "/region", "unknown-region"},
		{KindCharter, edit{"/participants/1/region": "ecowas"}, "/participants/1/region", "unknown-region"},
		{KindPledge, edit{"/objectives/0": 24}, "/objectives/0", "unknown-objective"},
		{KindPledge, edit{"/objectives/0": 0}, "/objectives/0", "unknown-objective"},
		{KindAssessment, edit{"/findings/0/objective": -1}, "/findings/0/objective", "unknown-objective"},
		{KindComment, edit{"/objectives/0": json.Number("1e+30")}, "/objectives/0", "unknown-objective"},
		{KindPledge, edit{"/principles/0": "fairness"}, "/principles/0", "unknown-principle"},
		{KindPledge, edit{"/themes/0": "safe/fish"}, "/themes/0", "unknown-theme"},
		{KindCharter, edit{"/rounds/0/scope": "Global"}, "/rounds/0/scope", "not-a-scope"},
		{KindCharter, edit{"/rounds/1/scope": "region:Africa"}, "/rounds/1/scope", "not-a-scope"},
		{KindCharter, edit{"/licence": "CC BY 4.0"}, "/licence", "not-a-licence"},
		{KindCharter, edit{"/suffix": "GCM.example"}, "/suffix", "not-a-host-name"},
		{KindCharter, edit{"/suffix": "gcm.example."}, "/suffix", "not-a-host-name"},
		{KindCharter, edit{"/suffix": "gcm..example"}, "/suffix", "not-a-host-name"},
		{KindCharter, edit{"/suffix": "gcm.example:443/x"}, "/suffix", "not-a-host-name"},
		{KindOpening, edit{"/ends": "sle"}, "/ends", "not-an-origin"},
		{KindOpening, edit{"/ends": "e0.sle.7eb17fae.gcm.example"}, "/ends", "not-an-origin"},
		{KindOpening, edit{"/ends": "e1.SLE.7eb17fae.gcm.example"}, "/ends", "not-an-origin"},
		{KindOpening, edit{"/logKey": "c2hvcnQ="}, "/logKey", "not-a-note-key"},
		{KindCharter, edit{"/participants/0/logs/0/nodeKey": "x"}, "/participants/0/logs/0/nodeKey", "not-a-note-key"},
		{KindCharter, edit{"/participants/0/keys/0/key": noteKey(1)}, "/participants/0/keys/0/key", "not-a-document-key"},
		{KindReceipt, edit{"/checkpoint": "e1.sle.7eb17fae.gcm.example\n42\n"}, "/checkpoint", "not-a-checkpoint"},
		{KindOpening, edit{"/logProof": "e2.sle.7eb17fae.gcm.example\n"}, "/logProof", "not-a-note"},
		{KindFork, edit{"/prefix": "c2hvcnQ="}, "/prefix", "not-a-hash"},

		// Fields against each other.
		{KindPledge, edit{"/sample": true}, "/title", "sample-title"},
		{KindWithdrawal, edit{"/sample": true}, "/title", "sample-title"},
		{KindPledge, edit{"/sample": true, "/title": "A sample"}, "/title", "sample-title"},
		{KindPledge, edit{"/due": "2024-12-31"}, "/due", "too-early"},
		{KindPledge, edit{"/due": "2026-03-02", "/year": gone}, "/due", "too-early"},
		{KindPledge, edit{"/targets/0/due": "2024-12-31"}, "/targets/0/due", "too-early"},
		{KindReport, edit{"/period/until": "2025-12-31"}, "/period/until", "too-early"},
		{KindResponse, edit{"/intended": "2027-01-19"}, "/intended", "too-early"},
		{KindCharter, edit{"/rounds/0/due": "2026-02-28"}, "/rounds/0/due", "too-early"},
		{KindPledge, edit{"/year": "2027"}, "/year", "year-to-come"},
		{KindPledge, edit{"/resources/0/amount": "-5"}, "/resources/0/amount", "negative-amount"},
		{KindPledge, edit{"/targets/1": target("t1")}, "/targets/1/id", "repeated"},
		{KindPledge, edit{"/parties/1/name": "Guinea"}, "/parties/1/name", "repeated"},
		{KindPledge, edit{"/parties/1/participant": "gin"}, "/parties/1/participant", "repeated"},
		{KindPledge, edit{"/parties/0/participant": "sle"}, "/parties/0/participant", "names-the-author"},
		{KindReport, edit{"/values/1/target": "t1"}, "/values/1/on", "repeated"},
		{KindAssessment, edit{"/findings/1/objective": 4}, "/findings/1/objective", "repeated"},
		{KindAssessment, edit{"/type": "self"}, "/participant", "not-yourself"},
		{KindAccession, edit{"/round": gone}, "/round", "round-missing"},
		{KindAccession, edit{"/role": "member"}, "/round", "round-unwanted"},
		{KindKey, edit{"/action": "rotate", "/next": "AB", "/replaces": keyOf(KindCharter, "/participants/0/keys/0/key")}, "/next", "not-a-key-digest"},
		{KindKey, edit{"/holder": gone}, "/holder", "delegate-what"},
		{KindPolicy, edit{"/rules/0/what": "somebody else"}, "/rules/0/what", "not-a-document-or-author"},
		{KindPolicy, edit{"/rules/0/what": "gmb-academic"}, "/rules/1/what", "repeated"},
		{KindPolicy, edit{"/rules/0/reason": gone}, "/rules/0/reason", "missing-field"},
		{KindKey, edit{"/kinds": gone}, "/kinds", "delegate-what"},
		{KindKey, edit{"/action": "rotate", "/holder": gone, "/kinds": gone, "/until": gone}, "/replaces", "rotate-what"},
		{KindKey, edit{"/action": "rotate", "/replaces": keyOf(KindKey, "/key"), "/holder": gone, "/kinds": gone, "/until": gone}, "/key", "replaces-itself"},
		{KindKey, edit{"/action": "revoke", "/kinds": gone, "/until": gone}, "/holder", "not-with-action"},
		{KindKey, edit{"/key": gone}, "/key", "missing-field"},
		{KindKey, edit{"/action": "recover", "/holder": gone, "/kinds": gone, "/until": gone}, "/participant", "missing-field"},
		{KindKey, edit{"/action": "recover", "/participant": "gin", "/key": gone, "/holder": gone, "/kinds": gone, "/until": gone}, "/key", "recover-what"},
		{KindKey, edit{"/action": "recover", "/participant": "gin", "/root": keyOf(KindKey, "/key"), "/holder": gone, "/kinds": gone, "/until": gone}, "/key", "root-and-author-key"},
		{KindKey, edit{"/action": "revoke", "/participant": "gin", "/holder": gone, "/kinds": gone, "/until": gone}, "/participant", "not-with-action"},
		{KindKey, edit{"/action": "contest", "/holder": gone, "/kinds": gone, "/until": gone, "/subject": []Subject{{"key", otherID}}}, "/key", "not-with-action"},
		{KindKey, edit{"/action": "contest", "/key": gone, "/holder": gone, "/kinds": gone, "/until": gone}, "/subject/0/name", "wrong-subject"},
		{KindKey, edit{"/kinds": []any{"charter"}}, "/kinds/0", "not-one-of"},
		{KindAccession, edit{"/role": "party", "/subject": []Subject{{"pledge", otherID}}}, "/round", "round-unwanted"},
		{KindOpening, edit{"/nodeKey": keyOf(KindOpening, "/logKey")}, "/nodeKey", "key-used-twice"},
		{KindOpening, edit{"/epoch": 1}, "/ends", "first-epoch"},
		{KindOpening, edit{"/epoch": 1, "/ends": gone}, "/reason", "first-epoch"},
		{KindOpening, edit{"/ends": gone}, "/ends", "later-epoch"},
		{KindOpening, edit{"/reason": gone}, "/reason", "later-epoch"},
		{KindOpening, edit{"/ends": "e2.sle.7eb17fae.gcm.example"}, "/ends", "not-an-earlier-epoch"},
		{KindOpening, edit{"/ends": "e1.gin.7eb17fae.gcm.example"}, "/ends", "not-the-authors-log"},
		{KindOpening, edit{"/ends": "e1.sle.00000000.gcm.example"}, "/ends", "other-federation"},

		// Charters.
		{KindCharter, edit{"/federation": id}, "/federation", "first-charter"},
		{KindCharter, edit{"/previous": id}, "/previous", "first-charter"},
		{KindCharter, edit{"/number": 2, "/previous": id}, "/federation", "later-charter"},
		{KindCharter, edit{"/number": 2, "/federation": id}, "/previous", "later-charter"},
		{KindCharter, edit{"/threshold": 4}, "/threshold", "threshold-too-high"},
		{KindCharter, edit{"/participants/0/guardians": guardians(1, "", "sle")}, "/participants/0/guardians/participants/0", "guards-itself"},
		{KindCharter, edit{"/participants/0/guardians": guardians(1, "", "gin")}, "/participants/0/guardians/participants/0", "not-a-participant"},
		{KindCharter, edit{"/participants/0/guardians": guardians(2, "", "ecowas", "ecowas")}, "/participants/0/guardians/participants/1", "repeated"},
		{KindCharter, edit{"/participants/0/guardians": guardians(3, "", "ecowas", "migrants-forum")}, "/participants/0/guardians/threshold", "too-few-guardians"},
		{KindCharter, edit{"/participants/0/guardians": guardians(1, "", "ecowas", "migrants-forum")}, "/participants/0/guardians/threshold", "guardian-alone"},
		{KindCharter, edit{"/participants/0/guardians": guardians(1, "PT167H", "ecowas")}, "/participants/0/guardians/contest", "contest-period"},
		{KindCharter, edit{"/participants/0/guardians": guardians(1, "P91D", "ecowas")}, "/participants/0/guardians/contest", "contest-period"},
		{KindCharter, edit{"/participants/0/guardians": guardians(1, "P2W", "ecowas")}, "/participants/0/guardians/contest", "not-a-period"},
		{KindCharter, edit{"/participants/2": participant("id", "sle")}, "/participants/2/id", "repeated"},
		{KindCharter, edit{"/participants/2": participant("name", "The G\u0430mbia")}, "/participants/2/name", "mixed-letters"},
		{KindAccreditation, edit{"/type": "academic", "/name": "\u0415 institute of migr\u0430tion"}, "/name", "mixed-letters"},
		{KindCharter, edit{"/participants/2": participant("kind", "state")}, "/participants/2/country", "country-missing"},
		{KindCharter, edit{"/participants/2": participant("kind", "state", "country", "GIN")}, "/participants/2/id", "not-the-states-code"},
		{KindCharter, edit{"/participants/2": participant("country", "XSA")}, "/participants/2/country", "unknown-country"},
		{KindCharter, edit{"/participants/2": participant("from", "2027-01-01T00:00:00Z", "until", "2026-01-01T00:00:00Z")}, "/participants/2/until", "ends-before-it-begins"},
		{KindCharter, edit{"/participants/0/keys/0/from": "2027-01-01T00:00:00Z", "/participants/0/keys/0/until": "2027-01-01T00:00:00Z"}, "/participants/0/keys/0/until", "ends-before-it-begins"},
		{KindCharter, edit{"/participants/0/logs/0/from": "2027-01-01T00:00:00Z", "/participants/0/logs/0/until": "2026-01-01T00:00:00Z"}, "/participants/0/logs/0/until", "ends-before-it-begins"},
		{KindCharter, edit{"/witnesses/1/until": "2026-01-01T00:00:00Z"}, "/witnesses/1/until", "ends-before-it-begins"},
		{KindCharter, edit{"/participants/1/logs": []any{
			map[string]any{"epoch": 1, "logKey": noteKey(1), "nodeKey": noteKey(2), "addresses": []any{}},
			map[string]any{"epoch": 1, "logKey": noteKey(3), "nodeKey": noteKey(4), "addresses": []any{}}}}, "/participants/1/logs/1/epoch", "repeated"},
		{KindCharter, edit{"/participants/1/keys/0/key": keyOf(KindCharter, "/participants/0/keys/1/key")}, "/participants/1/keys/0/key", "key-listed-twice"},
		{KindCharter, edit{"/participants/0/keys/1/key": keyOf(KindCharter, "/participants/0/keys/0/key")}, "/participants/0/keys/1/key", "key-listed-twice"},
		{KindCharter, edit{"/participants/1/logs/0/nodeKey": keyOf(KindCharter, "/participants/0/logs/0/logKey")}, "/participants/1/logs/0/nodeKey", "key-listed-twice"},
		{KindCharter, edit{"/witnesses/0/key": keyOf(KindCharter, "/participants/0/logs/0/logKey")}, "/witnesses/0/key", "key-listed-twice"},
		{KindCharter, edit{"/witnesses/0/participant": "gin"}, "/witnesses/0/participant", "not-a-participant"},
		{KindCharter, edit{"/witnesses/1/participant": "sle"}, "/witnesses/1/participant", "witness-twice"},
		{KindCharter, edit{"/witnesses": witnesses(26)}, "/witnesses/0", "too-many-witnesses"},
		{KindCharter, edit{"/rounds/1/id": "review-2026"}, "/rounds/1/id", "repeated"},
		{KindCharter, edit{"/suspensions": suspensions("sle 2026-01-01T00:00:00Z 2026-01-31T00:00:01Z")}, "/suspensions/0/until", "suspension-too-long"},
		{KindCharter, edit{"/suspensions": suspensions("sle 2026-01-01T00:00:00Z 2026-01-01T00:00:00Z")}, "/suspensions/0/until", "ends-before-it-begins"},
		{KindCharter, edit{"/suspensions": suspensions("gin 2026-01-01T00:00:00Z 2026-01-02T00:00:00Z")}, "/suspensions/0/participant", "not-a-participant"},
		{KindCharter, edit{"/suspensions": suspensions("sle 2026-01-01T00:00:00Z 2026-01-02T00:00:00Z", "sle 2026-01-01T00:00:00Z 2026-01-03T00:00:00Z")}, "/suspensions/1/from", "repeated"},

		{KindCharter, edit{"/participants/2": participant("id", "a.forum")}, "/participants/2/id", "not-a-participant-id"},
		{KindCharter, edit{"/accreditors": accreditors("participant", "gin")}, "/accreditors/0/participant", "not-a-participant"},
		{KindCharter, edit{"/accreditors": accreditors("participant", "a.forum")}, "/accreditors/0/participant", "not-a-participant"},
		{KindCharter, edit{"/accreditors": accreditors("scope", "region:Africa")}, "/accreditors/0/scope", "not-a-scope"},
		{KindCharter, edit{"/accreditors": accreditors("kinds", []any{"state"})}, "/accreditors/0/kinds/0", "not-one-of"},
		{KindCharter, edit{"/accreditors": accreditors("cap", 0)}, "/accreditors/0/cap", "out-of-range"},
		{KindCharter, edit{"/accreditors": accreditors("from", "2027-01-01T00:00:00Z", "until", "2027-01-01T00:00:00Z")}, "/accreditors/0/until", "ends-before-it-begins"},
		{KindCharter, edit{"/accreditors": append(accreditors(), accreditors("until", "2027-01-01T00:00:00Z")...)}, "/accreditors/1", "repeated"},
		{KindCharter, edit{"/quotas": []any{map[string]any{"entries": 15}}}, "/quotas/0/entries", "out-of-range"},
		{KindCharter, edit{"/quotas": []any{map[string]any{"entries": 16, "participant": "gin"}}}, "/quotas/0/participant", "not-a-participant"},
		{KindCharter, edit{"/quotas": []any{map[string]any{"entries": 16, "from": "2027-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}}}, "/quotas/0/until", "ends-before-it-begins"},
		{KindCharter, edit{"/quotas": []any{map[string]any{"entries": 16}, map[string]any{"entries": 16, "until": "2027-01-01T00:00:00Z"}}}, "/quotas/1", "repeated"},

		// Accreditations.
		{KindAccreditation, edit{"/participant": "observer-17"}, "/participant", "not-an-accredited-id"},
		{KindAccreditation, edit{"/participant": "a."}, "/participant", "not-an-accredited-id"},
		{KindAccreditation, edit{"/participant": "b.observer"}, "/participant", "not-an-accredited-id"},
		{KindAccreditation, edit{"/participant": "a.b.c"}, "/participant", "not-an-accredited-id"},
		{KindAccreditation, edit{"/participant": "a." + strings.Repeat("x", 39)}, "/participant", "not-an-accredited-id"},
		{KindAccreditation, edit{"/participant": "a.sle"}, "/participant", "names-a-state"},
		{KindAccreditation, edit{"/type": "state"}, "/type", "not-one-of"},
		{KindAccreditation, edit{"/type": "academic"}, "/name", "name-missing"},
		{KindAccreditation, edit{"/name": "A person"}, "/name", "name-of-protected"},
		{KindAccreditation, edit{"/pseudonym": "A person"}, "/pseudonym", "unknown-field"},
		{KindAccreditation, edit{"/type": "academic", "/name": "Republic of Sierra Leone", "/country": "SLE"}, "/name", "names-a-state"},
		{KindAccreditation, edit{"/type": "civil-society", "/name": "The Gambia"}, "/name", "names-a-state"},
		{KindAccreditation, edit{"/country": "XSA"}, "/country", "unknown-country"},
		{KindAccreditation, edit{"/until": "2026-03-02T09:00:00Z"}, "/until", "ends-before-it-begins"},
		{KindAccreditation, edit{"/key": noteKey(1)}, "/key", "not-a-document-key"},
		{KindAccreditation, edit{"/subject": []Subject{{"pledge", otherID}}}, "/subject/0/name", "wrong-subject"},

		// What it is about.
		{KindPledge, edit{"/subject": []Subject{{"report", otherID}}}, "/subject/0/name", "wrong-subject"},
		{KindPledge, edit{"/subject": []Subject{{"document", otherID}}}, "/subject/0/name", "wrong-subject"},
		{KindReport, edit{"/subject": []Subject{{"charter", otherID}}}, "/subject/0/name", "wrong-subject"},
		{KindResponse, edit{"/subject": []Subject{{"pledge", otherID}}}, "/subject/0/name", "wrong-subject"},
		{KindAccession, edit{"/subject": []Subject{{"pledge", otherID}}}, "/subject/0/name", "wrong-subject"},
		{KindAccession, edit{"/role": "party", "/round": gone}, "/subject/0/name", "wrong-subject"},
		{KindCharter, edit{"/subject": []Subject{{"charter", otherID}}}, "/subject/0/name", "wrong-subject"},
		{KindCharter, edit{"/subject": []Subject{{"compact", otherID}}}, "/compact", "not-the-subject"},
		{KindCharter, edit{"/number": 2, "/federation": id, "/previous": id}, "/subject/0/name", "wrong-subject"},
		{KindCharter, edit{"/number": 2, "/federation": id, "/previous": id, "/subject": []Subject{{"charter", otherID[:62] + "00"}}}, "/previous", "not-the-subject"},
		{KindAssessment, edit{"/participant": gone, "/region": gone, "/subject": []Subject{{"charter", otherID}}}, "/participant", "assessed-missing"},
		{KindWithdrawal, edit{"/subject": []Subject{{"receipt", otherID}}}, "/erase", "cannot-be-erased"},
		{KindWithdrawal, edit{"/subject": []Subject{{"charter", otherID}}}, "/erase", "cannot-be-erased"},
		{KindWithdrawal, edit{"/erase": gone, "/attachments": []any{"a.txt"}, "/subject": []Subject{{"mandate", otherID}}}, "/attachments", "attachments-stay"},
		{KindWithdrawal, edit{"/attachments": []any{"a.txt"}}, "/erase", "erase-or-attachments"},
		{KindPledge, edit{"/subject": []Subject{{"attachments/a.txt", otherID}}}, "/subject/0/name", "subject-order"},
		{KindPledge, edit{"/subject": []Subject{{"charter", otherID}, {"charter", otherID}}}, "/subject/1/name", "subject-order"},
		{KindPledge, edit{"/subject": []Subject{{"charter", otherID}, {"attachments/../a", otherID}}}, "/subject/1/name", "not-a-subject-name"},
		{KindPledge, edit{"/subject": []Subject{{"charter", otherID}, {"attachments/", otherID}}}, "/subject/1/name", "not-a-subject-name"},
		{KindPledge, edit{"/subject": []Subject{{"charter", otherID}, {"attachments/A b.txt", otherID}}}, "/subject/1/name", "not-a-subject-name"},
		{KindPledge, edit{"/subject": []Subject{{"charter", otherID}, {"attachments/a.txt", otherID}, {"attachments/a.txt", otherID}}}, "/subject/2/name", "repeated"},
	}
	assert.Greater(t, provesRows(t, rows), 100)
}

// refusalRow is an example changed in one way, and what is said about that.
type refusalRow struct {
	kind    Kind
	edit    edit
	pointer string
	code    string
}

// provesRows counts the distinct refusals of rows.
func provesRows(t *testing.T, rows []refusalRow) int {
	distinct := map[string]bool{}
	for _, row := range rows {
		predicate, about := readExample(t, row.kind)
		about = row.edit.apply(t, predicate, about)
		_, err := Parse(Compose(row.kind, about, predicate))
		proves(t, err, row.pointer, row.code)
		distinct[string(row.kind)+row.pointer+" "+row.code] = true
	}
	return len(distinct)
}

// noteKey is the n-th of some Ed25519 keys that are in no example.
func noteKey(n int) string {
	return signing.NoteKey{byte(n), byte(n >> 8)}.String()
}

func TestRulesAllowWhatTheyMust(t *testing.T) {
	for _, row := range []struct {
		kind Kind
		edit edit
	}{
		{KindPledge, edit{"/due": "not-stated", "/year": "not-stated"}},
		{KindPledge, edit{"/due": "2025-06-30", "/targets": gone, "/milestones": gone}},                        // made in 2025, filed in 2026
		{KindPledge, edit{"/due": "2020-06-30", "/year": "not-stated", "/targets": gone, "/milestones": gone}}, // made who knows when
		{KindPledge, edit{"/milestones/0/due": "2019-12-31"}},                                                  // a step already taken
		{KindPledge, edit{"/targets/0/value": "-0.25"}},                                                        // a balance
		{KindPledge, edit{"/targets/0/value": strings.Repeat("1", 24)}},                                        // the longest number
		{KindPledge, edit{"/title": strings.Repeat("é", 300)}},                                                 // characters, not bytes
		{KindPledge, edit{"/title": "اتفاق \u200f2026"}},                                                       // a mark that Arabic text needs
		{KindPledge, edit{"/sample": true, "/title": "SAMPLE: Births", "/implementation": []any{"XSA"}}},
		{KindPledge, edit{"/language": "zh-Hant-TW"}},
		{KindPledge, edit{"/language": "es-419"}},
		{KindReport, edit{"/values/1/target": "t1", "/values/1/on": "2026-11-01"}},
		{KindAssessment, edit{"/type": "self", "/author": "sle"}},
		{KindAssessment, edit{"/participant": gone, "/region": gone}},
		{KindAccession, edit{"/role": "member", "/round": gone}},
		{KindComment, edit{"/subject": []Subject{{"document", exampleID}}}},
		{KindComment, edit{"/subject": []Subject{{"prophecy", exampleID}}}},
		{KindResponse, edit{"/subject": []Subject{{"document", exampleID}}}},
		{KindWithdrawal, edit{"/erase": gone, "/subject": []Subject{{"accession", exampleID}}}},
		{KindCharter, edit{"/rounds": gone}},
		{KindAccreditation, edit{"/type": "academic", "/name": "An institute", "/region": gone, "/until": gone}},
		{KindPledge, edit{"/author": "a.rural-voices"}},
		{KindCharter, edit{"/participants/2/country": "XSA", "/participants/2/sample": true}},
		{KindCharter, edit{"/witnesses/1/participant": "sle", "/witnesses/0/until": "2026-02-01T00:00:00Z"}}, // its next key
		{KindCharter, edit{"/compact": string(exampleID), "/subject": []Subject{{"compact", exampleID}}}},    // another compact than ours
	} {
		predicate, about := readExample(t, row.kind)
		about = row.edit.apply(t, predicate, about)
		_, err := Parse(Compose(row.kind, about, predicate))
		assert.NoError(t, err, "%s %v", row.kind, row.edit)
	}
}

const exampleID = DocumentID("00000000000000000000000000000000000000000000000000000000000000ff")

func TestRefusalsTellTheMostFirstAndOneReasonForEachField(t *testing.T) {
	predicate, about := readExample(t, KindPledge)
	edit{
		"/objectives": gone, "/objectivs": []any{4}, "/due": strings.Repeat("x", 11), "/form": "Joint", "/title": 1,
		"/targets/0/unit": gone, "/targets/0/value": "many",
	}.apply(t, predicate, about)
	_, err := Parse(Compose(KindPledge, about, predicate))
	assert.Equal(t, strings.Join([]string{
		`objectivs: no such field: did you mean objectives?`,
		`title: write text here, in quotes if it contains ": "`,
		`form: "Joint" is not possible here: write one of individual, common, joint, partnership, matching`,
		`due: "xxxxxxxxxxx" is not a date: write year-month-day, as 2026-05-04, or not-stated`,
		`targets #1 value: "many" is not a number: write at most 24 digits with a point and no separators, as 1250000.50, or not-stated`,
		`targets #1 unit: missing: add it, for example per cent`,
	}, "\n"), err.Error())
}

// Outside text in a message can neither break the line nor steer a terminal.
func TestMessagesRepeatOutsideTextQuotedAndShort(t *testing.T) {
	predicate, about := readExample(t, KindPledge)
	predicate["a\n\x1b[2J"+strings.Repeat("x", 1000)] = 1
	predicate["author"] = "evil\u202e\n\x1b[31m" + strings.Repeat("x", 20)
	predicate["form"] = strings.Repeat("é\n", 500)
	_, err := Parse(Compose(KindPledge, about, predicate))
	require.Error(t, err)
	for _, line := range strings.Split(err.Error(), "\n") {
		assert.Less(t, len(line), 300)
		for _, c := range line {
			assert.True(t, strconv.IsPrint(c), "%q in %q", c, line)
		}
	}
	assert.Len(t, err, 3)
}

func TestRefusalsStopAtABound(t *testing.T) {
	predicate, about := readExample(t, KindPledge)
	predicate["milestones"] = texts(50, same("x"))
	_, err := Parse(Compose(KindPledge, about, predicate))
	assert.Len(t, err, maxReasons)
	for i := range 2000 {
		predicate["field"+strconv.Itoa(i)] = 1
	}
	_, err = Parse(Compose(KindPledge, about, predicate))
	assert.Len(t, err, maxReasons)
	again := err
	_, err = Parse(Compose(KindPledge, about, predicate))
	assert.Equal(t, again, err, "the same reasons each time")
}

// The compact's tables and the schemas' words are the same.
func TestTheMessageAboutObjectivesKnowsTheCompact(t *testing.T) {
	assert.Contains(t, messages["unknown-objective"], "1 to "+strconv.Itoa(len(compact.Objectives())))
}

package review

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const detailed = `kind: pledge
language: en
title: A pledge
form: individual
objectives: [6]
due: not-stated
details:
  - name: contact
    text: Jane Doe, +232 00 000000
  - name: witness-1
    text: |
      They took our papers.
      Then they sent us home.
`

func TestADraftsDetailsAreSignedAsAttachments(t *testing.T) {
	details := ReadDetails([]byte(detailed))
	require.Equal(t, []Detail{{Name: "contact", Text: "Jane Doe, +232 00 000000"}, {Name: "witness-1", Text: "They took our papers.\nThen they sent us home."}}, details)
	c := Completion{Federation: exampleID, Charter: exampleID, Author: "sle", Created: "2026-05-04T09:30:00Z", Salt: testSalt}
	_, err := Complete([]byte(detailed), c)
	require.ErrorContains(t, err, "line 7", "no detail is left out in silence")
	require.ErrorContains(t, err, "sign it with `stocktake sign DRAFT -o FILE`")

	for _, d := range details {
		d.Salt = testSalt
		m, err := NewAttachmentManifest(d.Marshal(), testSalt)
		require.NoError(t, err)
		c.Attachments = append(c.Attachments, AttachmentSubject(DetailFile(d.Name), m.Digest()))
	}
	payload, err := Complete([]byte(detailed), c)
	require.NoError(t, err)
	d, err := Parse(payload)
	require.NoError(t, err)
	assert.Equal(t, "contact.detail.json", d.Attachments()[0].Name)
	assert.NotContains(t, string(payload), "Jane")
	assert.NotContains(t, string(payload), "papers")
}

func TestDetailsAreRefusedWithTheirLine(t *testing.T) {
	for name, c := range map[string]struct{ change, to, says string }{
		"a name with capitals": {"name: contact", "name: Contact", "line 8"},
		"one name twice":       {"name: witness-1", "name: contact", "line 10"},
		"no text":              {"    text: Jane Doe, +232 00 000000\n", "", "line 8"},
		"another field":        {"    text: Jane", "    phone: 1\n    text: Jane", "line 9"},
		"a long text":          {"Jane Doe", strings.Repeat("x", 3001), "line 9"},
		"no list":              {detailed[strings.Index(detailed, "details:"):], "details: Jane\n", "line 7"},
		"of what lasts":        {"kind: pledge", "kind: seal", "details"},
	} {
		_, _, _, err := ReadDraft([]byte(strings.Replace(detailed, c.change, c.to, 1)))
		require.ErrorContains(t, err, c.says, name)
		require.Empty(t, ReadDetails([]byte(strings.Replace(detailed, c.change, c.to, 1))), name)
	}
}

func TestDetailsHaveOneForm(t *testing.T) {
	good := string(Detail{"contact", testSalt, "Jane <jane@example.org>\n+232"}.Marshal())
	d, err := ParseDetail("contact.detail.json", []byte(good))
	require.NoError(t, err)
	require.Equal(t, "Jane <jane@example.org>\n+232", d.Text)
	for _, wrong := range []string{
		"", "{}", good + "\n", strings.Replace(good, "contact", "Contact", 1), strings.Replace(good, testSalt, "00", 1),
		strings.Replace(good, "Jane", "\u202eJane", 1), strings.Replace(good, "{", `{"a":1,`, 1), strings.Replace(good, "Jane", strings.Repeat("x", MaxDetail), 1),
	} {
		_, err := ParseDetail("contact.detail.json", []byte(wrong))
		require.ErrorIs(t, err, ErrAttachment, wrong)
	}
	for _, file := range []string{"witness.detail.json", "contact.json", "annex-1.txt", ".detail.json"} {
		_, err := ParseDetail(file, []byte(good))
		require.ErrorIs(t, err, ErrAttachment, file)
	}
}

func FuzzDetail(f *testing.F) {
	f.Add("contact.detail.json", Detail{"contact", testSalt, "Jane"}.Marshal())
	f.Fuzz(func(t *testing.T, file string, b []byte) {
		if d, err := ParseDetail(file, b); err == nil {
			require.Equal(t, b, d.Marshal())
			require.Equal(t, file, DetailFile(d.Name))
		}
	})
}

// The longest detail that a draft may have fits its bound, in any script.
func TestTheLongestDetailIsADetail(t *testing.T) {
	for _, letter := range []string{"x", "\"", "ሀ", "𠀀", "\n"} {
		d := Detail{strings.Repeat("n", 40), testSalt, "x" + strings.Repeat(letter, 2998) + "x"}
		_, err := ParseDetail(DetailFile(d.Name), d.Marshal())
		require.NoError(t, err, letter)
	}
}

func TestTakingADetailBackLeavesTheDocument(t *testing.T) {
	f := newAccrediting(t)
	pledge := f.append("prt", withContact(f.compose(f.pledge("mar", "With a contact"), f.genesis.ID)), "mar author")
	other := f.say("prt", &Withdrawal{Common: f.common("deu"), Reason: "not mine", Attachments: []string{"contact.detail.json"}}, pledge)
	taken := f.say("prt", &Withdrawal{Common: f.common("mar"), Reason: "she moved on", Attachments: []string{"contact.detail.json"}}, pledge)
	f.receipt("prt", f.all(minute(10)))
	r := f.read()

	for id, want := range map[DocumentID]string{pledge: "", other: "not-your-document", taken: ""} {
		l, _ := r.Label(id)
		assert.Equal(t, want, l.Reason)
	}
	_, withdrawn := r.Withdrawn(pledge)
	assert.False(t, withdrawn)
	assert.Equal(t, map[string]Withdrawn{"contact.detail.json": {By: taken, Kind: KindPledge, Author: "mar", Reason: "she moved on", Filed: "2026-01-01T00:10:00Z"}}, r.AttachmentsTakenBack(pledge))
	c := f.assemble(ScopeGlobal).Contents()
	require.Len(t, c.Withdrawals, 1)
	assert.Equal(t, []string{"contact.detail.json"}, c.Withdrawals[0].Attachments)
	assert.Contains(t, string(f.assemble(ScopeGlobal).Text()), "pledge, only contact.detail.json")
	f.sameInAnyOrder(t)

	all := f.say("prt", &Withdrawal{Common: f.common("mar"), Reason: "all of it", Erase: true}, pledge)
	f.receipt("prt", f.all(minute(20)))
	f.erase(pledge)
	r = f.read()
	w, _ := r.Withdrawn(pledge)
	assert.Equal(t, all, w.By, "the whole was taken back later")
	l, _ := r.Label(taken)
	assert.True(t, l.Counts)
}

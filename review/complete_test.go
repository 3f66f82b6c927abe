package review

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever signs offline has the ID only; the draft's kind says the rest.
func TestCompleteNamesWhatADraftIsAbout(t *testing.T) {
	const charter = DocumentID("7eb17fae4820ba76ad70f402467d1e0caf32f21284db543b53790a9b84b3efc7")
	c := Completion{Federation: charter, Charter: charter, Author: "sle", Created: "2026-05-04T09:30:00Z", Salt: "4f1d8a3c90b27e6655d0c1f8a9e3b742"}
	const about = "about: " + string(exampleID) + "\nlanguage: en\n"
	for _, row := range []struct {
		draft string
		want  Subject
	}{
		{"kind: pledge\nlanguage: en\ntitle: x\nform: individual\nobjectives: [4]\ndue: not-stated\n", Subject{"charter", charter}},
		{"kind: report\ntitle: x\nstatus: planning\n" + about, Subject{"pledge", exampleID}},
		{"kind: comment\ntype: question\ntext: x\n" + about, Subject{"document", exampleID}},
		{"kind: response\nposition: noted\ntext: x\n" + about, Subject{"document", exampleID}},
		{"kind: withdrawal\nreason: x\n" + about, Subject{"document", exampleID}},
		{"kind: accession\nlanguage: en\nrole: member\n", Subject{"charter", charter}},
		{"kind: accession\nrole: member\n" + about, Subject{"charter", exampleID}}, // one that is not in force yet
		{"kind: accession\nrole: party\n" + about, Subject{"pledge", exampleID}},
	} {
		payload, err := Complete([]byte(row.draft), c)
		require.NoError(t, err, row.draft)
		d, err := Parse(payload)
		require.NoError(t, err)
		assert.Equal(t, []Subject{row.want}, d.Subjects, row.draft)
		assert.Equal(t, c.Author, d.Author)
	}
	_, err := Complete([]byte("kind: comment\nlanguage: en\ntype: question\ntext: x\n"), c)
	proves(t, err, "/about", "missing-about")
	_, err = Complete([]byte("kind: withdrawal\nauthor: gin\nreason: x\n"+about), c)
	proves(t, err, "/author", "author-not-signer")
}

package review

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASnapshotHasOneForm(t *testing.T) {
	f := newFederation(t, 4)
	f.erase(f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID))
	s := f.snapshot()
	again, err := ParseSnapshot(s.Marshal())
	require.NoError(t, err)
	assert.Equal(t, s.Digest(), again.Digest())
	assert.Equal(t, s.Log(f.origin("prt")), again.Log(f.origin("prt")))
	assert.Zero(t, s.Log("e1.nobody.00000000.gcm.example").Size)

	text := string(s.Marshal())
	for name, changed := range map[string]string{
		"white space":   " " + text,
		"two values":    text + "{}",
		"another field": strings.Replace(text, `{"charter"`, `{"also":1,"charter"`, 1),
		"another order": strings.Replace(text, `"absent":[],"origin"`, `"origin":"x","absent":[],"origin"`, 1),
		"absent beyond": strings.Replace(text, `"absent":[]`, `"absent":[9999]`, 1),
		"a short root":  strings.Replace(text, `"root":"`, `"root":"AA`, 1),
	} {
		_, err := ParseSnapshot([]byte(changed))
		assert.ErrorIs(t, err, ErrSnapshot, name)
	}
}

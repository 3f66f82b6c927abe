package review

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

func keyNamed(name string) string { return public(documentKey(name)).Base64() }

func (f *testFederation) rotation(author ParticipantID, old, key, next string) *KeyChange {
	c := &KeyChange{Common: f.common(author), Action: actionRotate, Key: keyNamed(key), Replaces: keyNamed(old)}
	if next != "" {
		c.Next = public(documentKey(next)).Fingerprint()
	}
	return c
}

func (f *testFederation) revocation(author ParticipantID, key string) *KeyChange {
	return &KeyChange{Common: f.common(author), Action: actionRevoke, Key: keyNamed(key)}
}

func (f *testFederation) delegation(author ParticipantID, key string, kinds ...Kind) *KeyChange {
	return &KeyChange{Common: f.common(author), Action: actionDelegate, Key: keyNamed(key), Holder: "Ministry of Labour", Kinds: kinds}
}

// filed puts a document of any author into a log of its own second or minute.
func (f *testFederation) filed(carrier ParticipantID, predicate any, key string, at time.Time) DocumentID {
	id := f.append(carrier, f.compose(predicate, f.genesis.ID), key)
	f.receipt(carrier, f.all(at))
	return id
}

// keyStep is one document of a story: what is filed, with which key, in which
// minute, and why it does not count; "" if it does.
type keyStep struct {
	minute int
	what   any // *KeyChange, or a title of a pledge of gmb
	key    string
	want   string
}

func TestKeysChangeFromFilingTimesOn(t *testing.T) {
	for name, story := range map[string]func(f *testFederation) []keyStep{
		"a new key takes the place of the old": func(f *testFederation) []keyStep {
			return []keyStep{
				{10, "Before", "gmb author", ""},
				{11, "Too early", "K2", ReasonKeyNotInForce},
				{20, f.rotation("gmb", "gmb author", "K2", ""), "gmb author", ""},
				{30, "Old key", "gmb author", ReasonKeyNotInForce},
				{30, "New key", "K2", ""},
			}
		},
		"whoever steals a key cannot replace it where the next is announced": func(f *testFederation) []keyStep {
			return []keyStep{
				{10, f.rotation("gmb", "gmb author", "K2", "K3"), "gmb author", ""},
				{20, f.rotation("gmb", "K2", "thief", ""), "K2", "not-the-next-key"},
				{30, "The thief", "thief", "key-unknown"},
				{40, f.rotation("gmb", "K2", "K3", ""), "K2", ""},
				{50, "The owner", "K3", ""},
				{51, "The thief", "K2", ReasonKeyNotInForce},
			}
		},
		"the root key may replace a key by another than the announced": func(f *testFederation) []keyStep {
			return []keyStep{
				{10, f.rotation("gmb", "gmb author", "K2", "lost"), "gmb author", ""},
				{20, f.rotation("gmb", "K2", "K4", ""), "gmb root", ""},
				{30, "By the new key", "K4", ""},
			}
		},
		"of two that replace one key, the earlier counts": func(f *testFederation) []keyStep {
			return []keyStep{
				{10, f.rotation("gmb", "gmb author", "K2", ""), "gmb author", ""},
				{20, f.rotation("gmb", "gmb author", "thief", ""), "gmb author", ReasonKeyNotInForce},
				{21, f.rotation("gmb", "gmb author", "K5", ""), "gmb root", "key-ended"},
				{30, "By the thief", "thief", "key-unknown"},
				{30, "By the owner", "K2", ""},
			}
		},
		"the root key ends a stolen key": func(f *testFederation) []keyStep {
			return []keyStep{
				{10, "Before", "gmb author", ""},
				{20, f.revocation("gmb", "gmb author"), "gmb root", ""},
				{30, "By the thief", "gmb author", ReasonKeyNotInForce},
				{31, f.delegation("gmb", "thief", KindPledge), "gmb author", ReasonKeyNotInForce},
				{32, "By the thief's friend", "thief", "key-unknown"},
				{33, f.revocation("gmb", "gmb author"), "gmb root", "key-ended"},
			}
		},
		"a key ends itself": func(f *testFederation) []keyStep {
			return []keyStep{
				{10, f.revocation("gmb", "gmb author"), "gmb author", ""},
				{20, "After", "gmb author", ReasonKeyNotInForce},
			}
		},
		"a ministry signs what it was given, and as long": func(f *testFederation) []keyStep {
			d := f.delegation("gmb", "ministry", KindPledge)
			d.Until = "2026-01-01T01:00:00Z"
			report := f.delegation("gmb", "office", KindReport)
			return []keyStep{
				{5, "Too early", "ministry", ReasonKeyNotInForce},
				{10, d, "gmb author", ""},
				{11, report, "gmb root", ""},
				{20, "By the ministry", "ministry", ""},
				{21, "By an office for reports", "office", "delegated-kind"},
				{22, f.delegation("gmb", "friend", KindPledge), "ministry", "key-change-signer"},
				{23, f.rotation("gmb", "ministry", "friend", ""), "ministry", "key-change-signer"},
				{24, f.rotation("gmb", "gmb author", "friend", ""), "ministry", "key-change-signer"},
				{25, f.revocation("gmb", "gmb author"), "ministry", "key-change-signer"},
				{59, "In time", "ministry", ""},
				{60, "Too late", "ministry", ReasonKeyNotInForce},
				{61, "By the State itself", "gmb author", ""},
			}
		},
		"what a key delegated stays when the key ends": func(f *testFederation) []keyStep {
			return []keyStep{
				{10, f.delegation("gmb", "ministry", KindPledge), "gmb author", ""},
				{20, f.rotation("gmb", "gmb author", "K2", ""), "gmb author", ""},
				{30, "By the ministry", "ministry", ""},
				{40, f.revocation("gmb", "ministry"), "K2", ""},
				{50, "By the old ministry", "ministry", ReasonKeyNotInForce},
				{51, f.delegation("gmb", "ministry", KindPledge), "K2", "key-taken"},
			}
		},
		"nobody changes another's keys": func(f *testFederation) []keyStep {
			return []keyStep{
				{10, f.revocation("gmb", "gmb author"), "deu root", "key-not-authors"},
				{11, f.revocation("deu", "gmb author"), "deu root", "no-such-key"},
				{12, f.rotation("deu", "gmb author", "K2", ""), "deu root", "no-such-key"},
				{13, f.delegation("deu", "gmb author", KindPledge), "deu root", "key-taken"},
				{14, f.delegation("gmb", "gmb clerk", KindPledge), "gmb root", "key-taken"},
				{15, f.rotation("gmb", "gmb author", "thief", ""), "thief", "key-unknown"},
				{16, f.rotation("gmb", "gmb author", "K2", ""), "gmb clerk", "key-change-signer"},
				{17, f.revocation("gmb", "gmb root"), "gmb root", "no-such-key"},
				{18, f.rotation("gmb", "gmb root", "K2", ""), "gmb root", "no-such-key"},
				{20, "As before", "gmb author", ""},
			}
		},
		"the root key replaces a clerk key": func(f *testFederation) []keyStep {
			return []keyStep{
				{10, f.rotation("gmb", "gmb clerk", "thief", ""), "gmb clerk", "key-change-signer"},
				{11, f.rotation("gmb", "gmb clerk", "new clerk", ""), "gmb root", ""},
				{20, "A clerk is no author", "new clerk", "key-role"},
			}
		},
		"in one second, both keys hold": func(f *testFederation) []keyStep {
			return []keyStep{
				{10, f.rotation("gmb", "gmb author", "K2", ""), "gmb author", ""},
				{10, "By the new", "K2", ""},
				{10, "By the old", "gmb author", ""},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			var ids []DocumentID
			steps := story(f)
			for _, s := range steps {
				if title, ok := s.what.(string); ok {
					s.what = f.pledge("gmb", title)
				}
				ids = append(ids, f.filed("deu", s.what, s.key, minute(s.minute)))
			}
			r := f.read()
			for i, s := range steps {
				l, ok := r.Label(ids[i])
				require.True(t, ok)
				assert.Equal(t, s.want, l.Reason, "minute %d, signed with %s", s.minute, s.key)
				assert.Equal(t, s.want == "", l.Counts)
			}
			f.sameInAnyOrder(t)
		})
	}
}

// sameInAnyOrder: the stocktake is one, in whatever order the records come.
func (f *testFederation) sameInAnyOrder(t *testing.T) {
	t.Helper()
	f.sameInOrders(t, 10)
	f.verifiesAlike()
}

func (f *testFederation) sameInOrders(t *testing.T, orders int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(11, 12))
	s, records := f.snapshot(), f.list()
	want, err := Assemble(s, f.genesis, each(records), Options{Scope: "global"})
	require.NoError(t, err)
	for range orders {
		rng.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		got, err := Assemble(s, f.genesis, each(records), Options{Scope: "global"})
		require.NoError(t, err)
		require.Equal(t, want.Digest(), got.Digest())
	}
}

// Rotations that are all filed in one second, each by the key that the one
// before brought, and everybody's records in a hundred orders.
func TestAHundredOrdersOfKeyChangesGiveOneStocktake(t *testing.T) {
	f := newFederation(t, 4)
	old := "gmb author"
	for i := range 12 {
		next := fmt.Sprint("K", i)
		f.append("deu", f.compose(f.rotation("gmb", old, next, ""), f.genesis.ID), old)
		f.append("phl", f.compose(f.delegation("mar", "office of "+next, KindPledge), f.genesis.ID), "mar author")
		f.append("prt", f.compose(f.pledge("gmb", "By "+next), f.genesis.ID), next)
		f.append("prt", f.compose(f.pledge("mar", "By the office of "+next), f.genesis.ID), "office of "+next)
		old = next
	}
	f.settle(minute(10))
	last := f.filed("prt", f.pledge("gmb", "By the last"), "K11", minute(20))
	first := f.filed("prt", f.pledge("gmb", "By the first"), "K0", minute(21))
	r := f.read()
	for id, want := range map[DocumentID]string{last: "", first: ReasonKeyNotInForce} {
		l, _ := r.Label(id)
		assert.Equal(t, want, l.Reason)
	}
	if testing.Short() {
		f.sameInOrders(t, 10)
		return
	}
	f.sameInOrders(t, 100)
	f.verifiesAlike()
}

// A later charter may list a key that a rotation brought: nothing changes.
func TestACharterMayListAKeyThatARotationBrought(t *testing.T) {
	f := newFederation(t, 4)
	rotation := f.filed("deu", f.rotation("gmb", "gmb author", "K2", ""), "gmb author", minute(10))
	next := f.successor()
	i := slices.IndexFunc(next.Participants, func(p Participant) bool { return p.ID == "gmb" })
	next.Participants[i].Keys = append(slices.Clone(next.Participants[i].Keys), Key{Key: keyNamed("K2"), Role: "author"})
	id := f.fileCharter("prt", next)
	f.settle(minute(20))
	after := f.filed("deu", f.pledge("gmb", "After"), "K2", minute(30))
	stale := f.filed("deu", f.pledge("gmb", "Stale"), "gmb author", minute(31))
	r := f.read()
	_, inForce := r.Chain().InForce()
	require.Equal(t, id, inForce)
	for id, want := range map[DocumentID]string{rotation: "", after: "", stale: ReasonKeyNotInForce} {
		l, _ := r.Label(id)
		assert.Equal(t, want, l.Reason)
	}
}

func TestACharterAnnouncesTheNextKey(t *testing.T) {
	f := newFederationWith(t, 4, func(c *Charter) {
		for i := range c.Participants {
			c.Participants[i].Keys[1].Next = public(documentKey("next of " + string(c.Participants[i].ID))).Fingerprint()
		}
	})
	thief := f.filed("deu", f.rotation("gmb", "gmb author", "thief", ""), "gmb author", minute(10))
	owner := f.filed("deu", f.rotation("gmb", "gmb author", "next of gmb", ""), "gmb author", minute(20))
	assert.Equal(t, "not-the-next-key", f.label(thief).Reason)
	assert.True(t, f.label(owner).Counts)
}

func TestACharterKeepsTheNextKeyThatItAnnounced(t *testing.T) {
	old := &Charter{Participants: []Participant{{ID: "gmb", Keys: []Key{{Key: keyNamed("K"), Role: "author", Next: "a"}}}}}
	for next, want := range map[string]int{"a": 0, "": 1, "b": 1} {
		assert.Len(t, dropped(old, &Charter{Participants: []Participant{{ID: "gmb", Keys: []Key{{Key: keyNamed("K"), Role: "author", Next: next}}}}}), want)
	}
	old.Participants[0].Keys[0].Next = ""
	assert.Empty(t, dropped(old, &Charter{Participants: []Participant{{ID: "gmb", Keys: []Key{{Key: keyNamed("K"), Role: "author", Next: "a"}}}}}))
}

func TestChangesOfKeysAreBounded(t *testing.T) {
	f := newFederation(t, 4)
	var last DocumentID
	for i := range maxKeyChanges + 1 {
		last = f.append("deu", f.compose(f.delegation("gmb", fmt.Sprint("office ", i), KindPledge), f.genesis.ID), "gmb root")
		if i == maxKeyChanges-1 {
			f.settle(minute(10))
		}
	}
	f.settle(minute(20))
	assert.Equal(t, "too-many-keys", f.label(last).Reason)
}

func TestAKeyDocumentCannotBeTakenBackOrErased(t *testing.T) {
	f := newFederation(t, 4)
	id := f.filed("deu", f.delegation("gmb", "ministry", KindPledge), "gmb author", minute(10))
	back := f.filed("deu", f.pledge("gmb", "A pledge"), "gmb author", minute(10))
	for about, want := range map[DocumentID]string{id: "cannot-be-withdrawn", back: ""} {
		payload := f.compose(&Withdrawal{Common: f.common("gmb"), Reason: "no longer"}, about)
		withdrawal := f.append("deu", payload, "gmb author")
		f.settle(minute(20))
		assert.Equal(t, want, f.label(withdrawal).Reason)
	}
}

func TestTheDoorKnowsChangedKeys(t *testing.T) {
	f := newFederation(t, 4)
	f.filed("deu", f.delegation("gmb", "ministry", KindReport), "gmb author", minute(10))
	f.filed("deu", f.rotation("gmb", "gmb author", "K2", ""), "gmb author", minute(20))
	chain := f.read().Chain()
	for name, c := range map[string]struct {
		predicate any
		key, says string
	}{
		"the new key":            {f.pledge("gmb", "A pledge"), "K2", ""},
		"the ministry, a pledge": {f.pledge("gmb", "A pledge"), "ministry", `the key of "Ministry of Labour" was delegated for report: sign a pledge with gmb's own key`},
		"the ministry, a member": {&Accession{Common: f.common("gmb"), Role: "member"}, "ministry", "was delegated for report"},
		"a key twice":            {f.delegation("mar", "ministry", KindReport), "mar author", "this key has a place already: make a new one"},
		"an ended key":           {f.revocation("gmb", "gmb author"), "gmb root", "replaced or revoked already"},
		"a root key":             {f.revocation("gmb", "gmb root"), "gmb root", "a root key is changed by an amendment"},
		"a ministry's friend":    {f.delegation("gmb", "friend", KindReport), "ministry", "only an author key that was not delegated itself, or the root key, delegates: sign with one of them"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Admit(chain, f.parse(f.compose(c.predicate, f.genesis.ID)), public(documentKey(c.key)), f)
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.says)
		})
	}
	assert.Equal(t, "Ministry of Labour", chain.Holder(public(documentKey("ministry"))))
	assert.NotContains(t, chain.AuthorKeys("gmb"), public(documentKey("ministry")))
	assert.Contains(t, chain.AuthorKeys("gmb"), public(documentKey("K2")))
}

func TestAFoundingFileKnowsChangedKeys(t *testing.T) {
	f := newFederation(t, 1)
	file := f.foundingFile()
	line := func(c *KeyChange, key string) string {
		payload := f.compose(c, f.genesis.ID)
		return string(signing.Envelope{Payload: payload, Signature: sign(documentKey(key), payload).Signature}.Marshal()) + "\n"
	}
	first, second := f.rotation("mar", "mar author", "K2", ""), f.rotation("mar", "K2", "K3", "")
	for _, lines := range [][]string{{line(first, "mar author"), line(second, "K2")}, {line(second, "K2"), line(first, "mar author")}} {
		founding, err := ReadFounding([]byte(string(file) + strings.Join(lines, "")))
		require.NoError(t, err)
		owner, role, ok := founding.Chain.KeyOwner(public(documentKey("K3")))
		assert.True(t, ok)
		assert.Equal(t, ParticipantID("mar"), owner)
		assert.Equal(t, roleAuthor, role)
	}
	for _, c := range []struct {
		change *KeyChange
		key    string
	}{
		{first, "K2"}, {first, "deu root"}, {first, "mar clerk"}, {second, "K2"}, {second, "mar author"},
		{f.delegation("mar", "thief", KindPledge), "thief"}, {f.revocation("mar", "deu author"), "mar root"},
	} {
		_, err := ReadFounding([]byte(string(file) + line(c.change, c.key)))
		require.ErrorIs(t, err, ErrFounding, "%s with %s", c.change.Action, c.key)
	}
}

// A node that lost everything goes on by the federation file until the records
// have arrived, and by the records from then on.
func TestTheRecordsTakeOverFromTheFileOnceTheyAreAsFar(t *testing.T) {
	f := newFederation(t, 4)
	file := f.foundingFile()
	rotation := f.compose(f.rotation("mar", "mar author", "K2", ""), f.genesis.ID)
	opening := f.compose(f.nextEpoch("mar", 2, "new"), f.genesis.ID)
	for payload, key := range map[string]string{string(rotation): "mar author", string(opening): "mar root"} {
		e := signing.Envelope{Payload: []byte(payload), Signature: sign(documentKey(key), []byte(payload)).Signature}
		file = append(append(file, e.Marshal()...), '\n')
	}
	founding, err := ReadFounding(file)
	require.NoError(t, err)
	govern := func() *Chain {
		c, err := Govern(f.genesis, f.states(), f.records())
		require.NoError(t, err)
		return c.After(founding.Chain)
	}
	known := func(c *Chain) (key, log bool) {
		_, _, key = c.KeyOwner(public(documentKey("K2")))
		_, log = c.Log(f.second("mar"))
		return key, log
	}
	for range 2 {
		c := govern()
		key, log := known(c)
		assert.True(t, key)
		assert.True(t, log)
		assert.Contains(t, c.AuthorKeys("mar"), public(documentKey("K2")))
		f.append("deu", rotation, "mar author") // and then it is here, without its receipt
	}

	// The records show that another was first: what the file has is no key.
	f = newFederation(t, 4)
	f.filed("deu", f.rotation("mar", "mar author", "K3", ""), "mar author", minute(5))
	f.append("deu", rotation, "mar author")
	f.receipt("deu", f.all(minute(10)))
	key, _ := known(govern())
	assert.False(t, key)

	bare, err := Govern(f.genesis, nil, each(nil))
	require.NoError(t, err)
	assert.Same(t, founding.Chain, bare.After(founding.Chain))
}

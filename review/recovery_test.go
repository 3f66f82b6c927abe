package review

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

// week is the time to contest of guarded federations, in minutes.
const week = 7 * 24 * 60

// guarded is a federation in which Germany, the Philippines and Bangladesh are
// the guardians of The Gambia and Morocco, two of them needed.
func guarded(t testing.TB) *testFederation {
	return newFederationWith(t, 4, func(c *Charter) {
		for i, p := range c.Participants {
			if p.ID == "gmb" || p.ID == "mar" {
				c.Participants[i].Guardians = &Guardians{Participants: []ParticipantID{"deu", "phl", "bgd"}, Threshold: 2, Contest: "P7D"}
			}
		}
	})
}

func (f *testFederation) recovery(guardian, of ParticipantID, author, root string) *KeyChange {
	c := &KeyChange{Common: f.common(guardian), Action: actionRecover, Participant: of}
	if author != "" {
		c.Key = keyNamed(author)
	}
	if root != "" {
		c.Root = keyNamed(root)
	}
	return c
}

func (f *testFederation) voice(guardian ParticipantID) *Accession {
	return &Accession{Common: f.common(guardian), Role: "guardian"}
}

func (f *testFederation) contest(by ParticipantID) *KeyChange {
	return &KeyChange{Common: f.common(by), Action: actionContest}
}

// guardStep is a keyStep that may be about an earlier one, counted from 1.
type guardStep struct {
	minute int
	what   any
	about  int
	key    string
	want   string
}

func (f *testFederation) tell(steps []guardStep) []DocumentID {
	var ids []DocumentID
	for _, s := range steps {
		if title, ok := s.what.(string); ok {
			s.what = f.pledge("gmb", title)
		}
		about := f.genesis.ID
		if s.about > 0 {
			about = ids[s.about-1]
		}
		ids = append(ids, f.append("deu", f.compose(s.what, about), s.key))
		f.receipt("deu", f.all(minute(s.minute)))
	}
	return ids
}

func TestGuardiansRecoverLostKeys(t *testing.T) {
	for name, story := range map[string]func(f *testFederation) []guardStep{
		"two of three give new keys, a week later": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "K2", "R2"), 0, "deu author", ""},
				{20, f.voice("phl"), 1, "phl author", ""},
				{21, f.voice("bgd"), 1, "bgd author", ""},
				{week + 19, "The old key, before", 0, "gmb author", ""},
				{week + 19, "The new key, before", 0, "K2", ReasonKeyNotInForce},
				{week + 20, "The old key, then", 0, "gmb author", ReasonKeyNotInForce},
				{week + 20, "The new key, then", 0, "K2", ""},
				{week + 30, f.rotation("gmb", "gmb clerk", "C2", ""), 0, "gmb root", ReasonKeyNotInForce},
				{week + 31, f.rotation("gmb", "gmb clerk", "C2", ""), 0, "R2", ""},
				{week + 32, f.revocation("gmb", "R2"), 0, "R2", "no-such-key"},
			}
		},
		"one key of two": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "", "R2"), 0, "deu author", ""},
				{20, f.voice("phl"), 1, "phl author", ""},
				{week + 30, "The author key was not lost", 0, "gmb author", ""},
				{week + 31, f.rotation("gmb", "gmb author", "K2", ""), 0, "gmb root", ReasonKeyNotInForce},
				{week + 32, f.rotation("gmb", "gmb author", "K2", ""), 0, "R2", ""},
			}
		},
		"one guardian alone recovers nothing": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "K2", ""), 0, "deu author", ReasonSeconding},
				{11, f.voice("deu"), 1, "deu author", ""},
				{12, &Accession{Common: f.common("phl"), Role: "guardian", Decision: "declined"}, 1, "phl author", ""},
				{week + 30, "The new key", 0, "K2", "key-unknown"},
				{week + 31, "The old key", 0, "gmb author", ""},
			}
		},
		"nor do others": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "K2", ""), 0, "deu author", ReasonSeconding},
				{11, f.voice("mar"), 1, "mar author", "no-guardian"},
				{12, f.voice("phl"), 1, "phl root", "key-role"},
				{13, f.voice("phl"), 1, "thief", "key-unknown"},
				{14, f.recovery("mar", "gmb", "K3", ""), 0, "mar author", "no-guardian"},
				{15, f.recovery("deu", "prt", "K3", ""), 0, "deu author", "no-guardians"},
				{16, f.recovery("deu", "gmb", "K3", ""), 0, "deu root", "key-change-signer"},
				{17, f.delegation("mar", "office", KindPledge), 0, "mar author", ""},
				{18, f.voice("phl"), 8, "phl author", "not-a-recovery"},
				{19, f.contest("gmb"), 8, "gmb author", "not-a-recovery"},
				{week + 30, "The new key", 0, "K2", "key-unknown"},
			}
		},
		"it is under way until then": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "K2", ""), 0, "deu author", ReasonUnderWay},
				{20, f.voice("phl"), 1, "phl author", ""},
				{week + 19, "The old key", 0, "gmb author", ""},
			}
		},
		"the participant stops it, with any key that it has": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "thief", "thief's root"), 0, "deu author", ReasonContested},
				{20, f.voice("phl"), 1, "phl author", ""},
				{week + 19, f.contest("gmb"), 1, "gmb clerk", ""},
				{week + 20, f.voice("bgd"), 1, "bgd author", ""},
				{week + 30, "The thief", 0, "thief", "key-unknown"},
				{week + 31, "The owner", 0, "gmb author", ""},
				{week + 32, f.rotation("gmb", "gmb author", "K2", ""), 0, "gmb root", ""},
			}
		},
		"before it is seconded, too": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "thief", ""), 0, "deu author", ReasonContested},
				{11, f.contest("gmb"), 1, "gmb root", ""},
				{20, f.voice("phl"), 1, "phl author", ""},
				{week + 30, "The thief", 0, "thief", "key-unknown"},
				{week + 31, "The owner", 0, "gmb author", ""},
			}
		},
		"nobody else stops it, nor the participant too late": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "K2", ""), 0, "deu author", ""},
				{11, f.contest("mar"), 1, "mar author", "not-your-recovery"},
				{12, f.contest("bgd"), 1, "bgd author", "not-your-recovery"},
				{13, f.contest("gmb"), 1, "deu author", "key-not-authors"},
				{20, f.voice("phl"), 1, "phl author", ""},
				{week + 20, f.contest("gmb"), 1, "gmb author", ReasonKeyNotInForce},
				{week + 20, f.contest("gmb"), 1, "gmb root", "recovery-in-force"},
				{week + 30, "The new key", 0, "K2", ""},
			}
		},
		"what a thief did with the old keys in the meantime ends too": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "K2", ""), 0, "deu author", ""},
				{20, f.voice("phl"), 1, "phl author", ""},
				{30, f.rotation("gmb", "gmb author", "thief", ""), 0, "gmb author", ""},
				{31, "The thief, before", 0, "thief", ""},
				{week + 20, "The thief, after", 0, "thief", ReasonKeyNotInForce},
				{week + 21, f.rotation("gmb", "thief", "thief 2", ""), 0, "thief", ReasonKeyNotInForce},
				{week + 22, "The owner", 0, "K2", ""},
			}
		},
		"its keys cannot be put in another place before": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "K2", "R2"), 0, "deu author", ""},
				{11, f.delegation("mar", "K2", KindPledge), 0, "mar author", "key-taken"},
				{12, f.rotation("mar", "mar author", "R2", ""), 0, "mar author", "key-taken"},
				{13, f.recovery("phl", "mar", "K2", ""), 0, "phl author", "key-taken"},
				{13, f.recovery("bgd", "gmb", "K2", ""), 0, "bgd author", ReasonSeconding},
				{14, f.recovery("phl", "gmb", "deu author", ""), 0, "phl author", "key-taken"},
				{20, f.voice("phl"), 1, "phl author", ""},
				{week + 30, "The new key", 0, "K2", ""},
			}
		},
		"a guardian's key counts when it speaks": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "K2", ""), 0, "deu author", ReasonSeconding},
				{20, f.rotation("phl", "phl author", "phl 2", ""), 0, "phl author", ""},
				{30, f.voice("phl"), 1, "phl author", ReasonKeyNotInForce},
				{week + 31, "The new key", 0, "K2", "key-unknown"},
			}
		},
		"all in one second": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "K2", ""), 0, "deu author", ""},
				{10, f.rotation("phl", "phl author", "phl 2", ""), 0, "phl author", ""},
				{10, f.voice("phl"), 1, "phl 2", ""},
				{week + 10, "The new key", 0, "K2", ""},
			}
		},
		"twice": func(f *testFederation) []guardStep {
			return []guardStep{
				{10, f.recovery("deu", "gmb", "K2", ""), 0, "deu author", ""},
				{20, f.voice("phl"), 1, "phl author", ""},
				{30, f.recovery("bgd", "gmb", "K3", ""), 0, "bgd author", ""},
				{40, f.voice("phl"), 3, "phl author", ""},
				{week + 39, "The first", 0, "K2", ""},
				{week + 40, "The first, after the second", 0, "K2", ReasonKeyNotInForce},
				{week + 40, "The second", 0, "K3", ""},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := guarded(t)
			steps := story(f)
			ids := f.tell(steps)
			r := f.read()
			for i, s := range steps {
				l, ok := r.Label(ids[i])
				require.True(t, ok)
				assert.Equal(t, s.want, l.Reason, "step %d, signed with %s", i+1, s.key)
				assert.Equal(t, s.want == "", l.Counts)
			}
			f.sameInAnyOrder(t)
		})
	}
}

func TestARecoveryShowsHowFarItIs(t *testing.T) {
	f := guarded(t)
	ids := f.tell([]guardStep{
		{10, f.recovery("phl", "gmb", "K2", "R2"), 0, "phl author", ""},
		{20, f.voice("deu"), 1, "deu author", ""},
	})
	want := Recovery{
		ID: ids[0], Participant: "gmb", Author: public(documentKey("K2")).Fingerprint(), Root: public(documentKey("R2")).Fingerprint(),
		Guardians: []ParticipantID{"deu", "phl", "bgd"}, Needed: 2, Seconded: []ParticipantID{"phl", "deu"}, Effect: instant(minute(week + 20)),
	}
	got, ok := f.read().Chain().Recovery(ids[0])
	require.True(t, ok)
	assert.Equal(t, want, got)

	contested := f.append("deu", f.compose(f.contest("gmb"), ids[0]), "gmb author")
	f.receipt("deu", f.all(minute(30)))
	got, _ = f.read().Chain().Recovery(ids[0])
	assert.Equal(t, contested, got.Contested)
	assert.Equal(t, contested, f.label(ids[0]).By)
	_, ok = f.read().Chain().Recovery(ids[1])
	assert.False(t, ok)
}

// A stocktake as of a day says what was so on that day.
func TestACutoffBeforeItTakesEffectShowsItUnderWay(t *testing.T) {
	f := guarded(t)
	ids := f.tell([]guardStep{
		{10, f.recovery("phl", "gmb", "K2", ""), 0, "phl author", ""},
		{20, f.voice("deu"), 1, "deu author", ""},
		{week + 30, "The new key", 0, "K2", ""},
	})
	for cutoff, want := range map[time.Time]string{
		minute(9): ReasonAfterCutoff, minute(10): ReasonSeconding, minute(20): ReasonUnderWay, minute(week + 19): ReasonUnderWay, minute(week + 20): "",
	} {
		r, err := Read(f.snapshot(), f.genesis, f.records(), cutoff)
		require.NoError(t, err)
		l, _ := r.Label(ids[0])
		assert.Equal(t, want, l.Reason, cutoff)
	}
}

// Evidence that comes late moves a contest to an earlier time: what took effect
// without it then did not.
func TestALateReceiptOfAContestStillStopsARecovery(t *testing.T) {
	f := guarded(t)
	ids := f.tell([]guardStep{
		{10, f.recovery("phl", "gmb", "K2", ""), 0, "phl author", ""},
		{20, f.voice("deu"), 1, "deu author", ""},
	})
	contest := f.append("bgd", f.compose(f.contest("gmb"), ids[0]), "gmb author")
	late := f.filed("deu", f.pledge("gmb", "The new key"), "K2", minute(week+30))
	assert.True(t, f.label(late).Counts)
	f.receipt("bgd", f.all(minute(week+10)))
	assert.True(t, f.label(contest).Counts)
	assert.Equal(t, "key-unknown", f.label(late).Reason)
}

func TestARecoveredRootKeyOpensTheNextEpoch(t *testing.T) {
	for name, c := range map[string]struct {
		minute int // when the opening is filed; 0: it is pending
		key    string
		want   string
	}{
		"with the new key":           {week + 30, "R2", ""},
		"too early":                  {week + 19, "R2", ReasonKeyNotInForce},
		"at nobody knows what time":  {0, "R2", ReasonPending},
		"with the lost key":          {week + 30, "mar root", ReasonKeyNotInForce},
		"with the lost key, before":  {week + 19, "mar root", ""},
		"with the lost key, pending": {0, "mar root", ReasonPending},
	} {
		t.Run(name, func(t *testing.T) {
			f := guarded(t)
			f.tell([]guardStep{
				{10, f.recovery("phl", "mar", "", "R2"), 0, "phl author", ""},
				{20, f.voice("deu"), 1, "deu author", ""},
			})
			id := f.fileOpening("bgd", f.nextEpoch("mar", 2, "new"), c.key)
			if c.minute > 0 {
				f.receipt("bgd", f.all(minute(c.minute)))
			}
			r := f.read()
			l, _ := r.Label(id)
			assert.Equal(t, c.want, l.Reason)
			_, opened := r.Chain().Log(f.second("mar"))
			assert.Equal(t, c.want == "", opened)
		})
	}
}

// A guardian's own next log dates its recovery; the thief of the lost root key
// opens an epoch later than that, and does not.
func TestAKeyThatEndsInALaterLogOpensNothing(t *testing.T) {
	f := guarded(t)
	f.fileOpening("bgd", f.nextEpoch("phl", 2, "phl 2"), "phl root")
	f.receipt("bgd", f.all(minute(5)))
	second := &testLog{owner: "phl", signer: noteSigner("phl 2 log")}
	f.logs[f.second("phl")] = second
	put := func(payload []byte, key string, at int) DocumentID {
		leaf := sign(documentKey(key), payload)
		second.records = append(second.records, Record{Origin: f.second("phl"), Index: uint64(len(second.records)), Leaf: leaf, Payload: payload, Genuine: leaf.Genuine()})
		note := func() []byte {
			var edge frontier
			for _, r := range second.records {
				edge.add(r.Leaf.Hash())
			}
			return cosigned(f, signing.Checkpoint{Origin: string(f.second("phl")), Size: uint64(len(second.records)), Root: edge.root()}, second.signer, f.all(minute(at)))
		}()
		f.say("bgd", &Receipt{Common: f.common("bgd"), Checkpoint: string(note)}, f.genesis.ID)
		return DocumentID(leaf.Digest.String())
	}
	recovery := put(f.compose(f.recovery("phl", "mar", "", "R2"), f.genesis.ID), "phl author", 10)
	put(f.compose(f.voice("deu"), recovery), "deu author", 20)
	thief := f.fileOpening("bgd", f.nextEpoch("mar", 2, "thief"), "mar root")
	f.receipt("bgd", f.all(minute(week+30)))
	owner := f.fileOpening("bgd", f.nextEpoch("mar", 2, "owner"), "R2")
	f.receipt("bgd", f.all(minute(week+40)))
	r := f.read()
	for id, want := range map[DocumentID]string{recovery: "", thief: ReasonKeyNotInForce, owner: ""} {
		l, _ := r.Label(id)
		assert.Equal(t, want, l.Reason)
	}
	log, _ := r.Chain().Log(f.second("mar"))
	assert.Equal(t, noteSigner("owner log").Key(), log.LogKey)
}

// amended is a successor that 2/3 agreed to in a minute.
func (f *testFederation) amended(at int, change func(*Charter)) {
	c := f.successor()
	change(c)
	f.amend(c, "prt", "deu", "phl", "bgd", "mar", "un-eca", "ngo", "gmb", "gmb-academic", "xsa")
	f.settle(minute(at))
}

func participantOf(c *Charter, id ParticipantID) *Participant {
	return &c.Participants[slices.IndexFunc(c.Participants, func(p Participant) bool { return p.ID == id })]
}

func TestAnAmendmentReplacesGuardiansFromThenOn(t *testing.T) {
	replace := func(c *Charter) {
		participantOf(c, "gmb").Guardians = &Guardians{Participants: []ParticipantID{"prt", "ngo"}, Threshold: 2, Contest: "P7D"}
	}
	for name, c := range map[string]struct {
		at          int // of the amendment
		first, last string
	}{
		"before it was seconded":           {15, ReasonSeconding, "key-unknown"},
		"before it takes effect":           {week + 10, ReasonSeconding, "key-unknown"},
		"after it has, it changes nothing": {week + 25, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := guarded(t)
			first := f.filed("deu", f.recovery("deu", "gmb", "K2", ""), "deu author", minute(10))
			voice := func() {
				f.append("deu", f.compose(f.voice("phl"), first), "phl author")
				f.receipt("deu", f.all(minute(20)))
			}
			if c.at > 20 {
				voice()
			}
			f.amended(c.at, replace)
			if c.at < 20 {
				voice()
			}
			last := f.filed("deu", f.pledge("gmb", "The new key"), "K2", minute(week+40))
			assert.Equal(t, c.first, f.label(first).Reason)
			assert.Equal(t, c.last, f.label(last).Reason)
			old := f.filed("deu", f.recovery("bgd", "gmb", "K4", ""), "bgd author", minute(week+50))
			assert.Equal(t, "no-guardian", f.label(old).Reason)
			now := f.filed("deu", f.recovery("ngo", "gmb", "K5", ""), "ngo author", minute(week+51))
			assert.Equal(t, ReasonSeconding, f.label(now).Reason)
		})
	}
}

func TestAKeyThatTheMembersGaveLaterOutlivesARecovery(t *testing.T) {
	f := guarded(t)
	f.tell([]guardStep{
		{10, f.recovery("deu", "gmb", "K2", ""), 0, "deu author", ""},
		{20, f.voice("phl"), 1, "phl author", ""},
	})
	f.amended(week+30, func(c *Charter) {
		gmb := participantOf(c, "gmb")
		gmb.Keys = append(slices.Clone(gmb.Keys), Key{Key: keyNamed("K9"), Role: "author"})
	})
	for key, want := range map[string]string{"K9": "", "K2": "", "gmb author": ReasonKeyNotInForce} {
		assert.Equal(t, want, f.label(f.filed("deu", f.pledge("gmb", key), key, minute(week+40))).Reason, key)
	}
}

func TestASuspendedGuardianHasNoVoice(t *testing.T) {
	f := guarded(t)
	f.amended(5, func(c *Charter) {
		c.Suspensions = []Suspension{{Participant: "phl", From: instant(minute(5)), Until: instant(minute(60)), Reason: "A stolen key."}}
	})
	recovery := f.filed("deu", f.recovery("deu", "gmb", "K2", ""), "deu author", minute(10))
	voice := f.append("deu", f.compose(f.voice("phl"), recovery), "phl author")
	f.receipt("deu", f.all(minute(20)))
	other := f.filed("deu", f.recovery("phl", "gmb", "K3", ""), "phl author", minute(30))
	for id, want := range map[DocumentID]string{recovery: ReasonSeconding, voice: ReasonSuspended, other: ReasonSuspended} {
		assert.Equal(t, want, f.label(id).Reason)
	}
}

func TestAFoundingFileKnowsRecoveredKeys(t *testing.T) {
	f := guarded(t)
	file := f.foundingFile()
	sealed := func(predicate any, about DocumentID, key string) (string, DocumentID) {
		payload := f.compose(predicate, about)
		e := signing.Envelope{Payload: payload, Signature: sign(documentKey(key), payload).Signature}
		return string(e.Marshal()) + "\n", DocumentID(e.Digest().String())
	}
	recovery, id := sealed(f.recovery("deu", "mar", "K2", "R2"), f.genesis.ID, "deu author")
	voice, _ := sealed(f.voice("phl"), id, "phl author")
	contest, _ := sealed(f.contest("mar"), id, "mar root")
	clerk, _ := sealed(f.rotation("mar", "mar clerk", "C2", ""), f.genesis.ID, "R2")
	opening, _ := sealed(f.nextEpoch("mar", 2, "new"), f.genesis.ID, "R2")
	for name, c := range map[string]struct {
		lines []string
		known bool
	}{
		"in order":              {[]string{recovery, voice, clerk, opening}, true},
		"in another":            {[]string{opening, clerk, voice, recovery}, true},
		"too few":               {[]string{recovery}, false},
		"contested":             {[]string{recovery, voice, contest}, false},
		"contested, in another": {[]string{contest, voice, recovery}, false},
	} {
		t.Run(name, func(t *testing.T) {
			founding, err := ReadFounding([]byte(string(file) + strings.Join(c.lines, "")))
			require.NoError(t, err)
			for key, role := range map[string]string{"R2": roleRoot, "K2": roleAuthor} {
				owner, as, ok := founding.Chain.KeyOwner(public(documentKey(key)))
				assert.Equal(t, c.known, ok)
				if ok {
					assert.Equal(t, ParticipantID("mar"), owner)
					assert.Equal(t, role, as)
				}
			}
		})
	}
	for _, lines := range [][]string{{recovery, voice, contest, clerk}, {recovery, opening}} {
		_, err := ReadFounding([]byte(string(file) + strings.Join(lines, "")))
		require.ErrorIs(t, err, ErrFounding)
	}
}

func TestPeriodsAreOfOneUnit(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"P14D": 14 * 24 * time.Hour, "P9999D": 9999 * 24 * time.Hour, "PT36H": 36 * time.Hour, "PT90M": 90 * time.Minute, "PT45S": 45 * time.Second,
	} {
		d, ok := parsePeriod(s)
		assert.True(t, ok, s)
		assert.Equal(t, want, d)
	}
	for _, s := range []string{"", "P", "PD", "P0D", "P01D", "P-1D", "P+1D", "P1.5D", "P1W", "P1M", "P1Y", "PT1D", "P1H", "P1DT1H", "14D", "p14d", "P10000D", "P1D ", "PT", "P١D"} {
		_, ok := parsePeriod(s)
		assert.False(t, ok, s)
	}
}

// In whatever numbers guardians, voices and contests come, a recovery is in
// force exactly where a count by hand says so.
func TestEveryMixtureOfVoicesAndContests(t *testing.T) {
	for mask := range 1 << 3 {
		for _, contested := range []int{0, 5, 25, week + 19, week + 45} {
			t.Run(fmt.Sprint(mask, " ", contested), func(t *testing.T) {
				f := guarded(t)
				steps := []guardStep{{10, f.recovery("deu", "gmb", "K2", ""), 0, "deu author", ""}}
				second := 0
				for i, g := range []ParticipantID{"phl", "bgd", "mar"} {
					if mask>>i&1 == 1 {
						steps = append(steps, guardStep{20 + 10*i, f.voice(g), 1, string(g) + " author", ""})
						if second == 0 && g != "mar" {
							second = 20 + 10*i
						}
					}
				}
				if contested > 0 {
					steps = append(steps, guardStep{contested, f.contest("gmb"), 1, "gmb root", ""})
				}
				steps = append(steps, guardStep{week + 60, "The new key", 0, "K2", ""})
				ids := f.tell(steps)
				inForce := second > 0 && (contested == 0 || contested >= second+week)
				assert.Equal(t, inForce, f.label(ids[0]).Counts)
				assert.Equal(t, inForce, f.label(ids[len(ids)-1]).Counts)
			})
		}
	}
}

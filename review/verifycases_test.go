package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/signing"
)

// caseFederation is a small federation: four States with nodes, which are its
// witnesses, a coalition and an academic. It is founded, and minute 1 is the
// filing time of that.
func caseFederation(t testing.TB) *testFederation {
	members := []ParticipantID{"prt", "deu", "phl", "mar", "ngo", "gmb-academic"}
	f := &testFederation{t: t, logs: map[Origin]*testLog{}}
	whole := newFederation(t, 1).charter
	f.charter = &Charter{Common: f.common("prt"), Number: 1, Suffix: suffix, Compact: whole.Compact, Rules: RuleVersion, Threshold: 4}
	for _, p := range whole.Participants {
		if !slices.Contains(members, p.ID) {
			continue
		}
		if p.Kind != "state" {
			p.Logs = nil
		} else {
			f.witnesses = append(f.witnesses, p.ID)
			f.charter.Witnesses = append(f.charter.Witnesses, Witness{Participant: p.ID, Key: noteSigner(string(p.ID) + " witness").Key().String()})
		}
		f.charter.Participants = append(f.charter.Participants, p)
	}
	payload := Compose(KindCharter, []Subject{{"compact", DocumentID(f.charter.Compact)}}, f.charter)
	f.genesis = f.parse(payload)
	for _, p := range f.charter.Participants {
		for _, log := range p.Logs {
			f.logs[f.origin(p.ID)] = &testLog{owner: p.ID, signer: noteSigner(string(p.ID) + " log 1")}
			f.append(p.ID, f.compose(&Opening{Common: f.common(p.ID), Epoch: 1, LogKey: log.LogKey, NodeKey: log.NodeKey}, f.genesis.ID), string(p.ID)+" root")
		}
	}
	f.append("prt", payload, "prt author")
	for _, p := range members {
		f.say("prt", &Accession{Common: f.common(p), Role: "member"}, f.genesis.ID)
	}
	f.settle(minute(1))
	return f
}

// seen has deu file a receipt for a log, with these sightings.
func (f *testFederation) seen(p ParticipantID, sightings ...sightingOf) {
	f.receiptOf("deu", p, len(f.logs[f.origin(p)].records), sightings)
}

// ordinary are the sightings of most cases: four witnesses, whose second
// smallest time is a minute after the first.
func ordinary(at int) []sightingOf {
	return []sightingOf{{"prt", minute(at)}, {"deu", minute(at + 2)}, {"phl", minute(at + 1)}, {"mar", minute(at + 4)}}
}

// verifyCases are the golden cases by folder: each tells a story and returns
// the document whose export it is.
var verifyCases = map[string]func(f *testFederation) DocumentID{
	"plain-pledge": plainPledge,
	"filed-in-two-logs": func(f *testFederation) DocumentID {
		pledge := f.pledge("ngo", "A watch over recruiters")
		id := f.say("mar", pledge, f.genesis.ID)
		f.say("phl", pledge, f.genesis.ID)
		f.seen("mar", ordinary(15)...)
		f.seen("phl", ordinary(10)...)
		return id
	},
	"superseded": func(f *testFederation) DocumentID {
		id := plainPledge(f)
		next := f.pledge("mar", "Registration of every birth, by 2030")
		next.Supersedes = id
		f.say("mar", next, f.genesis.ID)
		f.seen("mar", ordinary(20)...)
		return id
	},
	"withdrawn": func(f *testFederation) DocumentID {
		id := plainPledge(f)
		f.say("prt", &Withdrawal{Common: f.common("mar"), Reason: "The law was not passed"}, id)
		f.seen("prt", ordinary(20)...)
		return id
	},
	"detail-taken-back": func(f *testFederation) DocumentID {
		id := f.append("mar", withContact(f.compose(f.pledge("mar", "It has a contact"), f.genesis.ID)), "mar author")
		f.seen("mar", ordinary(5)...)
		f.say("prt", &Withdrawal{Common: f.common("mar"), Reason: "She works elsewhere now", Attachments: []string{DetailFile("contact")}}, id)
		f.seen("prt", ordinary(20)...)
		return id
	},
	"withdrawn-and-erased": func(f *testFederation) DocumentID {
		id := f.say("mar", f.pledge("mar", "It names a person"), f.genesis.ID)
		f.seen("mar", ordinary(5)...)
		f.say("prt", &Withdrawal{Common: f.common("mar"), Reason: "It names a person", Erase: true}, id)
		f.seen("prt", ordinary(20)...)
		f.erase(id)
		return id
	},
	"disputed-by-challenge": func(f *testFederation) DocumentID {
		pledge := f.say("mar", f.pledge("mar", "Registration of every birth"), f.genesis.ID)
		report := f.say("mar", &Report{Common: f.titled("mar", "Every birth is registered"), Status: "fulfilled"}, pledge)
		f.seen("mar", ordinary(5)...)
		f.say("phl", &Comment{Common: f.common("ngo"), Type: "challenge", Text: "Two districts are left out."}, report)
		f.seen("phl", ordinary(20)...)
		return report
	},
	"disputed-by-shadow": func(f *testFederation) DocumentID {
		pledge := f.say("mar", f.pledge("mar", "Registration of every birth"), f.genesis.ID)
		self := f.say("mar", &Assessment{Common: f.titled("mar", "Our own review"), Type: "self", Findings: []Finding{{4, "complete", "Every office is open."}}}, pledge)
		f.seen("mar", ordinary(5)...)
		f.say("phl", &Assessment{Common: f.titled("ngo", "A shadow report"), Type: "shadow", Findings: []Finding{{4, "limited", "Half of the offices are open."}}}, pledge)
		f.seen("phl", ordinary(20)...)
		return self
	},
	"key-revoked-later": keyRevokedLater,
	"signed-after-revocation": func(f *testFederation) DocumentID {
		f.append("prt", f.compose(f.revocation("mar", "mar author"), f.genesis.ID), "mar root")
		f.seen("prt", ordinary(20)...)
		id := f.say("phl", f.pledge("mar", "A thief's pledge"), f.genesis.ID)
		f.seen("phl", ordinary(30)...)
		return id
	},
	"delegated-ministry": func(f *testFederation) DocumentID {
		pledge := f.say("mar", f.pledge("mar", "Registration of every birth"), f.genesis.ID)
		f.append("mar", f.compose(f.delegation("mar", "ministry", KindReport, KindResponse), f.genesis.ID), "mar author")
		f.seen("mar", ordinary(5)...)
		id := f.append("mar", f.compose(&Report{Common: f.titled("mar", "Half of the offices are open"), Status: "in-progress"}, pledge), "ministry")
		f.seen("mar", ordinary(20)...)
		return id
	},
	"ministry-beyond-its-kinds": func(f *testFederation) DocumentID {
		f.append("mar", f.compose(f.delegation("mar", "ministry", KindReport, KindResponse), f.genesis.ID), "mar author")
		f.seen("mar", ordinary(5)...)
		id := f.append("mar", f.compose(f.pledge("mar", "A pledge of the ministry's own"), f.genesis.ID), "ministry")
		f.seen("mar", ordinary(20)...)
		return id
	},
	"stolen-log-refiled": func(f *testFederation) DocumentID {
		pledge := f.pledge("mar", "Registration of every birth")
		id := f.say("mar", pledge, f.genesis.ID)
		f.seen("mar", ordinary(5)...)
		opening := f.nextEpoch("mar", 2, "new")
		opening.Reason = reasonStolen
		f.fileOpening("deu", opening, "mar root")
		second := f.second("mar")
		f.logs[second] = &testLog{owner: "mar", signer: noteSigner("new log")}
		for _, d := range []struct {
			payload []byte
			key     string
		}{{f.compose(opening, f.genesis.ID), "mar root"}, {f.compose(pledge, f.genesis.ID), "mar author"}} {
			l := f.logs[second]
			leaf := sign(documentKey(d.key), d.payload)
			l.records = append(l.records, Record{Origin: second, Index: uint64(len(l.records)), Leaf: leaf, Payload: d.payload, Genuine: true})
		}
		f.seen("deu", ordinary(10)...)
		l := f.logs[second]
		var edge frontier
		for _, r := range l.records {
			edge.add(r.Leaf.Hash())
		}
		note := cosigned(f, signing.Checkpoint{Origin: string(second), Size: edge.size, Root: edge.root()}, l.signer, ordinary(20))
		f.say("deu", &Receipt{Common: f.common("deu"), Checkpoint: string(note)}, f.genesis.ID)
		return id
	},
	"earlier-witness-set": func(f *testFederation) DocumentID {
		id := f.say("mar", f.pledge("mar", "Registration of every birth"), f.genesis.ID)
		f.seen("mar", ordinary(5)[:3]...)
		next := f.successor()
		for _, p := range []ParticipantID{"ngo", "gmb-academic"} {
			next.Witnesses = append(next.Witnesses, Witness{Participant: p, Key: noteSigner(string(p) + " witness").Key().String(), From: instant(minute(60))})
		}
		f.amend(next, "prt", "deu", "phl", "mar", "ngo", "gmb-academic")
		f.seen("prt", ordinary(20)...)
		f.seen("mar", sightingOf{"prt", minute(70)}, sightingOf{"ngo", minute(70)})
		return id
	},
	"pending": func(f *testFederation) DocumentID {
		id := f.say("mar", f.pledge("mar", "Registration of every birth"), f.genesis.ID)
		f.seen("mar", ordinary(5)[:2]...)
		return id
	},
	"late-receipt": func(f *testFederation) DocumentID {
		id := f.say("mar", f.pledge("mar", "Registration of every birth"), f.genesis.ID)
		f.seen("mar", sightingOf{"prt", minute(9)}, sightingOf{"deu", minute(8)}, sightingOf{"phl", minute(30)})
		f.seen("mar", sightingOf{"mar", minute(7)})
		return id
	},
	"forked-log-final-part": func(f *testFederation) DocumentID { return f.forkedCase(0) },
	"forked-log-tail":       func(f *testFederation) DocumentID { return f.forkedCase(1) },
	"suspended-author": func(f *testFederation) DocumentID {
		next := f.successor()
		next.Suspensions = []Suspension{{"ngo", instant(minute(10)), instant(minute(60)), "Its key was stolen"}}
		f.amend(next, "prt", "deu", "phl", "gmb-academic")
		f.seen("prt", ordinary(20)...)
		id := f.say("mar", f.pledge("ngo", "A watch over recruiters"), f.genesis.ID)
		f.seen("mar", ordinary(30)...)
		return id
	},
	"removed-coalition-before": func(f *testFederation) DocumentID {
		id := f.say("phl", f.pledge("ngo", "A watch over recruiters"), f.genesis.ID)
		f.seen("phl", ordinary(5)...)
		f.remove("ngo")
		return id
	},
	"removed-coalition-after": func(f *testFederation) DocumentID {
		f.remove("ngo")
		id := f.say("phl", f.pledge("ngo", "A watch over recruiters, still"), f.genesis.ID)
		f.seen("phl", ordinary(40)...)
		return id
	},
	"unknown-kind": func(f *testFederation) DocumentID {
		payload := bytes.Replace(f.compose(f.pledge("mar", "Something new"), f.genesis.ID), []byte("/pledge/v1"), []byte("/treaty/v7"), 1)
		id := f.append("mar", payload, "mar author")
		f.seen("mar", ordinary(5)...)
		return id
	},
	"refused-by-a-carrier": func(f *testFederation) DocumentID {
		id := f.say("mar", f.pledge("ngo", "A watch over recruiters"), f.genesis.ID)
		f.seen("mar", ordinary(5)...)
		f.append("phl", ComposeRefusal(id, f.common("phl"), "unavailable", "the disk is full"), "phl clerk")
		f.seen("phl", ordinary(20)...)
		return id
	},
	"changed-byte":     plainPledge,
	"wrong-federation": plainPledge,
	"key-without-time": keyRevokedLater,
}

func plainPledge(f *testFederation) DocumentID {
	id := f.say("mar", f.pledge("mar", "Registration of every birth"), f.genesis.ID)
	f.seen("mar", ordinary(5)...)
	return id
}

func keyRevokedLater(f *testFederation) DocumentID {
	id := plainPledge(f)
	f.append("prt", f.compose(f.revocation("mar", "mar author"), f.genesis.ID), "mar root")
	f.seen("prt", ordinary(20)...)
	return id
}

// spoils changes what an export holds, where a case is about that.
var spoils = map[string]func(t testing.TB, files map[string][]byte){
	"changed-byte": func(t testing.TB, files map[string][]byte) {
		b := files[FileBundle]
		at := bytes.Index(b, []byte(`"payload":"`)) + 101
		b[at]++
	},
	"wrong-federation": func(t testing.TB, files map[string][]byte) {
		other := caseFederation(t)
		other.charter.Title = "Another federation"
		other.charter.Salt = strings.Repeat("0", 32)
		genesis := Compose(KindCharter, []Subject{{"compact", DocumentID(other.charter.Compact)}}, other.charter)
		other.genesis = other.parse(genesis)
		file := envelopeLine(genesis, "prt author")
		for _, p := range []ParticipantID{"prt", "deu", "phl", "mar"} {
			payload := other.compose(&Accession{Common: other.common(p), Role: "member"}, other.genesis.ID)
			file = append(file, envelopeLine(payload, string(p)+" author")...)
		}
		files[FileFounding] = file
	},
	// A federation file as `charter verify` writes it from signed files.
	"key-without-time": func(t testing.TB, files map[string][]byte) {
		var plain []byte
		for line := range bytes.Lines(files[FileFounding]) {
			b, err := signing.ParseBundle(bytes.TrimSpace(line))
			require.NoError(t, err)
			plain = append(append(plain, b.Envelope().Marshal()...), '\n')
		}
		files[FileFounding] = plain
		delete(files, FileNote)
	},
}

func envelopeLine(payload []byte, key string) []byte {
	return append(signing.Envelope{Payload: payload, Signature: sign(documentKey(key), payload).Signature}.Marshal(), '\n')
}

// forkedCase is a log with a final part and two tails that nobody cosigned: a
// document of the final part, or of the tail that this node holds.
func (f *testFederation) forkedCase(part int) DocumentID {
	final := plainPledge(f)
	log := f.logs[f.origin("mar")]
	common := log.records
	f.say("mar", f.pledge("mar", "What others were shown"), f.genesis.ID)
	other := f.note("mar", len(log.records), nil)
	log.records = slices.Clone(common)
	tail := f.say("mar", f.pledge("mar", "What was shown here"), f.genesis.ID)
	one := f.note("mar", len(log.records), nil)
	f.say("deu", NewFork(f.common("deu"), f.origin("mar"), one, other, tlog.Hash{}, nil), f.genesis.ID)
	f.seen("deu", ordinary(20)...)
	return []DocumentID{final, tail}[part]
}

// remove ends a participant's part with the agreement of all.
func (f *testFederation) remove(p ParticipantID) {
	next := f.successor()
	i := slices.IndexFunc(next.Participants, func(q Participant) bool { return q.ID == p })
	next.Participants[i].Until = instant(minute(30))
	f.amend(next, "prt", "deu", "phl", "mar", "ngo", "gmb-academic")
	f.seen("prt", ordinary(20)...)
}

// verified is what a case expects: expected.json.
type verified struct {
	Exit    int      `json:"exit"` // of the command: 0 valid, 5 invalid, 6 cannot be decided
	Error   string   `json:"error,omitempty"`
	Verdict *Verdict `json:"verdict,omitempty"`
}

func verifyFiles(files map[string][]byte) verified {
	v, err := Verify(files)
	switch {
	case errors.Is(err, ErrUndecided):
		return verified{Exit: 6, Error: err.Error()}
	case err != nil:
		return verified{Exit: 5, Error: err.Error()}
	case v.Counts == CountsUndecided:
		return verified{Exit: 6, Verdict: v}
	}
	return verified{Verdict: v}
}

func (v verified) files(t testing.TB) map[string][]byte {
	j, err := json.MarshalIndent(v, "", "  ")
	require.NoError(t, err)
	text := v.Error + "\n"
	if v.Verdict != nil {
		text = v.Verdict.Text()
	}
	return map[string][]byte{"expected.json": append(j, '\n'), "expected.txt": []byte(text)}
}

// TestGoldenVerifyCases makes every case anew, byte for byte, and judges it.
func TestGoldenVerifyCases(t *testing.T) {
	const root = "testdata/verify"
	update := os.Getenv("UPDATE_GOLDEN") != ""
	for name, story := range verifyCases {
		t.Run(name, func(t *testing.T) {
			f := caseFederation(t)
			id := story(f)
			files := f.handOut(f.read(), id)
			if spoil := spoils[name]; spoil != nil {
				spoil(t, files)
			}
			maps.Copy(files, verifyFiles(files).files(t))
			dir := filepath.Join(root, name)
			if update {
				require.NoError(t, os.RemoveAll(dir))
				require.NoError(t, os.MkdirAll(dir, 0o755))
				for file, b := range files {
					require.NoError(t, os.WriteFile(filepath.Join(dir, file), b, 0o644))
				}
			}
			golden := readCase(t, dir)
			assert.Equal(t, slices.Sorted(maps.Keys(golden)), slices.Sorted(maps.Keys(files)))
			for file, b := range golden {
				assert.Equal(t, string(b), string(files[file]), "%s differs: run UPDATE_GOLDEN=1 go test ./review -run GoldenVerify and say why", file)
			}
		})
	}
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	for _, e := range entries {
		if e.IsDir() {
			assert.Contains(t, verifyCases, e.Name())
		}
	}
}

func readCase(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, e := range entries {
		files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
	}
	return files
}

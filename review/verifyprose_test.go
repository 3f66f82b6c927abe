package review

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The prose of testdata/verify/README.md is README.tmpl with figures filled in.
// What follows works them out from the files with a hash function, JSON and
// base64 alone, as a reader with other tools would, and nothing of this package.

// proseFolder is a golden case as its files say it.
type proseFolder struct {
	Main, Related, Federation []proseLine
	Note                      []string // lines
	Want                      proseWant
	files                     map[string][]byte
}

type proseWant struct {
	Exit    int
	Error   string
	Verdict struct {
		Filed   string
		Because string
		Quorum  int
	}
}

// proseLine is one bundle.
type proseLine struct {
	ID, Kind, Author, Created string
	Predicate                 map[string]any
	Key                       string // fingerprint
	Entries                   []proseEntry
}

// proseEntry is a place of it under one checkpoint.
type proseEntry struct {
	Log         string
	Index, Size int
	Leaf, Root  string // base64
	Steps       []proseStep
	Seen        []proseSeen // by time
}

type proseStep struct{ Left, Right, Hash string }

type proseSeen struct{ Witness, Time string }

func readProse(t testing.TB, name string) *proseFolder {
	p := &proseFolder{files: readCase(t, filepath.Join("testdata/verify", name))}
	p.Main = proseLines(t, p.files["document.sigstore.json"])
	p.Related = proseLines(t, p.files["related.jsonl"])
	p.Federation = proseLines(t, p.files["federation.jsonl"])
	p.Note = strings.Split(string(p.files["export.note"]), "\n")
	require.NoError(t, json.Unmarshal(p.files["expected.json"], &p.Want))
	return p
}

func proseLines(t testing.TB, file []byte) (lines []proseLine) {
	for text := range bytes.Lines(file) {
		var b struct {
			VerificationMaterial struct {
				TlogEntries []struct {
					CanonicalizedBody []byte
					InclusionProof    struct {
						LogIndex   string
						Hashes     [][]byte
						Checkpoint struct{ Envelope string }
					}
				}
			}
			DsseEnvelope struct{ Payload []byte }
		}
		require.NoError(t, json.Unmarshal(text, &b))
		var l proseLine
		for _, e := range b.VerificationMaterial.TlogEntries {
			var leaf struct {
				Spec struct {
					HashedRekordV002 struct {
						Data      struct{ Digest []byte }
						Signature struct {
							Verifier struct {
								PublicKey struct{ RawBytes []byte }
							}
						}
					}
				}
			}
			require.NoError(t, json.Unmarshal(e.CanonicalizedBody, &leaf))
			l.ID = hex.EncodeToString(leaf.Spec.HashedRekordV002.Data.Digest)
			l.Key = hexSHA256(leaf.Spec.HashedRekordV002.Signature.Verifier.PublicKey.RawBytes)
			l.Entries = append(l.Entries, proseEntryOf(t, e.CanonicalizedBody, e.InclusionProof.LogIndex, e.InclusionProof.Hashes, e.InclusionProof.Checkpoint.Envelope))
		}
		if payload := b.DsseEnvelope.Payload; payload != nil {
			require.Equal(t, l.ID, hexSHA256(fmt.Appendf(nil, "DSSEv1 28 application/vnd.in-toto+json %d %s", len(payload), payload)), "an ID is the hash of what was signed")
			var s struct {
				PredicateType string
				Predicate     map[string]any
			}
			require.NoError(t, json.Unmarshal(payload, &s))
			l.Kind = strings.Split(strings.TrimPrefix(s.PredicateType, "https://stocktake.example/"), "/")[0]
			l.Predicate = s.Predicate
			l.Author, _ = s.Predicate["author"].(string)
			l.Created, _ = s.Predicate["created"].(string)
		}
		lines = append(lines, l)
	}
	return lines
}

// proseEntryOf walks an RFC 6962 inclusion proof up to the root.
func proseEntryOf(t testing.TB, leaf []byte, index string, hashes [][]byte, note string) proseEntry {
	text, signatures, _ := strings.Cut(note, "\n\n")
	head := strings.Split(text, "\n")
	e := proseEntry{Log: head[0], Root: head[2]}
	var err error
	e.Size, err = strconv.Atoi(head[1])
	require.NoError(t, err)
	e.Index, err = strconv.Atoi(index)
	require.NoError(t, err)
	h := sha256.Sum256(append([]byte{0}, leaf...))
	e.Leaf = base64.StdEncoding.EncodeToString(h[:])
	n, last := e.Index, e.Size-1
	for _, sibling := range hashes {
		for n&1 == 0 && n == last { // no sibling on this level
			n, last = n>>1, last>>1
		}
		left, right := bytes.Clone(h[:]), sibling
		if n&1 == 1 {
			left, right = right, left
		}
		h = sha256.Sum256(slices.Concat([]byte{1}, left, right))
		e.Steps = append(e.Steps, proseStep{base64.StdEncoding.EncodeToString(left), base64.StdEncoding.EncodeToString(right), base64.StdEncoding.EncodeToString(h[:])})
		n, last = n>>1, last>>1
	}
	require.Equal(t, e.Root, base64.StdEncoding.EncodeToString(h[:]), "the proof leads to the root")
	for line := range strings.Lines(signatures) {
		fields := strings.Fields(line)
		if fields[1] == e.Log {
			continue
		}
		b, err := base64.StdEncoding.DecodeString(fields[2])
		require.NoError(t, err)
		at := time.Unix(int64(binary.BigEndian.Uint64(b[4:12])), 0).UTC()
		e.Seen = append(e.Seen, proseSeen{strings.Split(fields[1], ".")[1], at.Format(time.RFC3339)})
	}
	slices.SortFunc(e.Seen, func(a, b proseSeen) int { return strings.Compare(a.Time+a.Witness, b.Time+b.Witness) })
	return e
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// times lists sightings as "prt 00:05, phl 00:06".
func (e proseEntry) Times() string {
	var all []string
	for _, s := range e.Seen {
		all = append(all, s.Witness+" "+s.Time[11:16])
	}
	return strings.Join(all, ", ")
}

// By is the line of a kind, the first.
func (p *proseFolder) By(lines []proseLine, kind string) proseLine {
	i := slices.IndexFunc(lines, func(l proseLine) bool { return l.Kind == kind })
	if i < 0 {
		panic("no " + kind)
	}
	return lines[i]
}

// Second is the second smallest of the times at which witnesses saw a record in
// any of some entries: its filing time where k is 2.
func second(entries ...proseEntry) string {
	earliest := map[string]string{}
	for _, e := range entries {
		for _, s := range e.Seen {
			if at, ok := earliest[s.Witness]; !ok || s.Time < at {
				earliest[s.Witness] = s.Time
			}
		}
	}
	var times []string
	for _, at := range earliest {
		times = append(times, at)
	}
	slices.Sort(times)
	return times[1]
}

func TestTheProseOfVerifySaysWhatIsInTheFiles(t *testing.T) {
	const path = "testdata/verify/README.md"
	told := map[string]bool{}
	prose, err := template.New("README.tmpl").Funcs(template.FuncMap{
		"case": func(name string) *proseFolder {
			told[name] = true
			return readProse(t, name)
		},
		"second": second,
		"sum":    func(p *proseFolder, file string) string { return hexSHA256(p.files[file]) },
		"lines":  func(p *proseFolder, file string) int { return bytes.Count(p.files[file], []byte("\n")) },
		"clock":  func(at string) string { return at[11:19] },
		"minute": func(at string) string { return at[11:16] },
	}).ParseFiles("testdata/verify/README.tmpl")
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, prose.Execute(&b, nil))
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String(), "run UPDATE_GOLDEN=1 go test ./review -run 'GoldenVerify|ProseOfVerify'")
	assert.GreaterOrEqual(t, len(told), 12)
	for name := range verifyCases {
		assert.Contains(t, b.String(), "`"+name+"`", "the table leaves a case out")
	}
}

// The note that VERIFY.md shows is plain-pledge's.
func TestTheNoteInTheSpecificationIsARealOne(t *testing.T) {
	spec, err := os.ReadFile("VERIFY.md")
	require.NoError(t, err)
	note := readProse(t, "plain-pledge").Note
	shown := regexp.MustCompile(`(?m)^(document|snapshot|latest|left-out|file \S+) .*$`).ReplaceAllStringFunc(string(spec), func(line string) string {
		return note[slices.IndexFunc(note, func(l string) bool {
			return l[:strings.LastIndex(l, " ")+1] == line[:strings.LastIndex(line, " ")+1]
		})]
	})
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile("VERIFY.md", []byte(shown), 0o644))
	}
	assert.Equal(t, string(spec), shown)
}

// What the prose works out is what the program says.
func TestTheSecondSmallestTimeIsTheFilingTime(t *testing.T) {
	for _, name := range []string{"plain-pledge", "filed-in-two-logs", "superseded", "withdrawn", "delegated-ministry", "late-receipt", "earlier-witness-set", "forked-log-final-part"} {
		p := readProse(t, name)
		var best string
		byLog := map[string][]proseEntry{}
		for _, l := range slices.Concat(p.Main, p.Related) {
			for _, e := range l.Entries {
				if l.ID == p.Main[0].ID {
					byLog[e.Log] = append(byLog[e.Log], e)
				}
			}
		}
		for _, entries := range byLog {
			if at := second(entries...); best == "" || at < best {
				best = at
			}
		}
		assert.Equal(t, p.Want.Verdict.Filed, best, name)
	}
}

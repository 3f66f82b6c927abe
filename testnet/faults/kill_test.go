// Package faults kills real nodes, and damages what they leave behind.
//
// The short forms run with every other test; STOCKTAKE_KILLS=1000 runs the
// campaign that store/README.md reports.
package faults

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/node"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// homeKills is how many kills one home sees: a node reads all its records when
// it starts, and the campaign is about kills.
const homeKills = 50

func TestAKilledNodeLosesNothing(t *testing.T) {
	kills := 5
	if n, err := strconv.Atoi(os.Getenv("STOCKTAKE_KILLS")); err == nil {
		kills = n
	} else if testing.Short() {
		t.Skip("a real node, started and killed some times")
	}
	binary := build(t)
	seed := uint64(time.Now().UnixNano())
	if n, err := strconv.ParseUint(os.Getenv("STOCKTAKE_SEED"), 10, 64); err == nil {
		seed = n
	}
	random := mathrand.New(mathrand.NewPCG(seed, 0))
	filed, seen := 0, 0
	for done := 0; done < kills; {
		v := newVictim(t, binary)
		for range min(homeKills, kills-done) {
			v.run(random)
			v.examine(false)
			done++
			if done%50 == 0 {
				t.Logf("%d kills, %d documents acknowledged, %d checkpoints published", done, filed+len(v.acked), seen+len(v.published))
			}
			if t.Failed() {
				t.Fatalf("kill %d, STOCKTAKE_SEED=%d", done, seed)
			}
		}
		v.examine(true)
		filed, seen = filed+len(v.acked), seen+len(v.published)
	}
	require.NotZero(t, filed)
	t.Logf("%d kills: %d documents acknowledged, none lost; %d checkpoints published, none contradicted; nothing repaired by hand", kills, filed, seen)
}

// build makes the real program.
func build(t *testing.T) string {
	binary := filepath.Join(t.TempDir(), "stocktake")
	out, err := exec.Command("go", "build", "-o", binary, "stocktake/cmd/stocktake").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

// victim is a member's home whose node is started and killed.
type victim struct {
	t       *testing.T
	binary  string
	dir     string
	home    node.Home
	http    string
	origin  review.Origin
	genesis review.DocumentID
	author  *signing.DocumentSigner

	mu        sync.Mutex
	acked     []web.Filed
	published map[uint64]tlog.Hash // every checkpoint that anybody was shown
	checked   int                  // of acked
	before    store.Head
}

// newVictim makes a home in a federation of one, whose node is its own witness.
func newVictim(t *testing.T, binary string) *victim {
	dir, err := os.MkdirTemp("", "kill") // a socket's path is short
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	v := &victim{t: t, binary: binary, dir: dir, home: node.Home(filepath.Join(dir, "a")), http: freeAddress(t), published: map[uint64]tlog.Hash{}}
	_, port, err := net.SplitHostPort(freeAddress(t))
	require.NoError(t, err)
	for _, line := range []string{
		"init --home a --no-password --participant xsa --name Samplia --sample --address /ip4/127.0.0.1/tcp/" + port + " --http " + v.http,
		"charter new a/card.json --title Test --suffix test.example --witness xsa -o charter.yaml",
		"charter sign charter.yaml --home a -o charter.json",
		"charter sign charter.json --home a -o a.json",
		"charter verify charter.json a.json -o federation.jsonl",
		"init --home a --charter federation.jsonl",
	} {
		cmd := exec.Command(binary, strings.Fields(line)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", line, out)
	}
	founding, err := v.home.Founding()
	require.NoError(t, err)
	l, ok := founding.Chain.LastLog("xsa")
	require.True(t, ok)
	v.origin, v.genesis = l.Origin, founding.Genesis.ID
	v.author, err = v.home.DocumentSigner(node.RoleAuthor, nil)
	require.NoError(t, err)
	return v
}

// freeAddress is one that nobody listens on at this moment.
func freeAddress(t *testing.T) string {
	for range 100 { // below 32768: from there on, Linux gives ports to whoever connects somewhere
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20000+mathrand.IntN(12000)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("no port is free")
	return ""
}

// run starts the node, lets 16 clients file into it, and kills it at a moment
// that nobody chose.
func (v *victim) run(random *mathrand.Rand) {
	var said bytes.Buffer
	cmd := exec.Command(v.binary, "serve", "--home", string(v.home))
	cmd.Stderr = &said
	require.NoError(v.t, cmd.Start())
	ctx, stop := context.WithCancel(v.t.Context())
	var clients sync.WaitGroup
	clients.Go(func() { v.watch(ctx) })
	for range 16 {
		clients.Go(func() { v.file(ctx) })
	}
	v.mu.Lock()
	before := len(v.acked)
	v.mu.Unlock()
	deadline := time.Now().Add(time.Minute)
	for acked := before; acked == before; time.Sleep(5 * time.Millisecond) { // it runs
		v.mu.Lock()
		acked = len(v.acked)
		v.mu.Unlock()
		if time.Now().After(deadline) {
			v.t.Errorf("the node acknowledged nothing in a minute: %s", said.String())
			break
		}
	}
	time.Sleep(time.Duration(random.Int64N(int64(500 * time.Millisecond))))
	require.NoError(v.t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed
	stop()
	clients.Wait()
}

// file files one document after the other, until the node is gone.
func (v *victim) file(ctx context.Context) {
	client := web.NewSocketClient(v.home.Socket())
	defer client.Close()
	for ctx.Err() == nil {
		e, err := v.author.Sign(comment(v.genesis, "xsa"))
		if err != nil {
			v.t.Error(err)
			return
		}
		filed, err := client.File(ctx, e)
		if err != nil {
			select { // not there yet, or not any more
			case <-ctx.Done():
			case <-time.After(10 * time.Millisecond):
			}
			continue
		}
		v.mu.Lock()
		v.acked = append(v.acked, *filed)
		v.mu.Unlock()
	}
}

// comment is a document that a node files whoever asks for it, another one each
// time.
func comment(genesis review.DocumentID, author review.ParticipantID) []byte {
	salt := make([]byte, 16)
	rand.Read(salt)
	c := &review.Comment{
		Common: review.Common{Federation: genesis, Author: author, Language: "en", Created: node.Now(), Salt: hex.EncodeToString(salt),
			Title: "SAMPLE comment", Summary: "Filed by a test that kills the node."},
		Type: "question", Text: "What was done since?",
	}
	c.MarkSample()
	return review.Compose(review.KindComment, []review.Subject{{Name: string(review.KindCharter), Digest: genesis}}, c)
}

// watch notes every checkpoint that the node shows.
func (v *victim) watch(ctx context.Context) {
	url := fmt.Sprintf("http://%s/log/%s/checkpoint", v.http, v.origin)
	for ; ctx.Err() == nil; time.Sleep(2 * time.Millisecond) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			v.t.Error(err)
			return
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			continue
		}
		note, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK {
			continue
		}
		c, err := signing.PeekCheckpoint(note)
		if err != nil {
			v.t.Errorf("a checkpoint of %q: %v", note, err)
			return
		}
		v.mu.Lock()
		if known, ok := v.published[c.Size]; ok && known != c.Root {
			v.t.Errorf("two checkpoints of size %d", c.Size)
		}
		v.published[c.Size] = c.Root
		v.mu.Unlock()
	}
}

// examine opens the database, without repairing anything, and holds it against
// what was acknowledged and published.
func (v *victim) examine(all bool) {
	s, err := store.Open(v.home.Database(), store.Options{})
	require.NoError(v.t, err)
	defer func() { require.NoError(v.t, s.Close()) }()
	fenced, err := s.Fenced(v.origin)
	require.NoError(v.t, err)
	require.Empty(v.t, fenced)
	lost, err := s.Lost()
	require.NoError(v.t, err)
	require.Empty(v.t, lost)
	head := s.Head(v.origin)
	for size, root := range v.published {
		if size <= v.before.Size && !all {
			continue
		}
		held, err := s.Root(v.origin, size)
		require.NoError(v.t, err, "a checkpoint of size %d was published, %d records are held", size, head.Size)
		require.Equal(v.t, root, held, "size %d", size)
	}
	if v.before.Size > 0 {
		root, err := s.Root(v.origin, v.before.Size)
		require.NoError(v.t, err)
		require.Equal(v.t, v.before.Root, root)
	}
	if all {
		v.checked = 0
	}
	for _, filed := range v.acked[v.checked:] {
		r, err := s.Record(filed.Log, filed.Index)
		require.NoError(v.t, err)
		require.Equal(v.t, filed.ID, r.ID())
		require.NotEmpty(v.t, r.Payload)
	}
	v.checked, v.before = len(v.acked), head
}

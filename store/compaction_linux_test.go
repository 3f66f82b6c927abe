package store

import (
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
)

// Each start of a killed store makes a table of what its write-ahead log holds,
// and every fifth table a compaction, so these kills fall into many of them.
// STOCKTAKE_COMPACTION_KILLS=200 runs the campaign of store/README.md.
func TestKillsThroughCompactionLoseNothing(t *testing.T) {
	kills := 6
	if n, err := strconv.Atoi(os.Getenv("STOCKTAKE_COMPACTION_KILLS")); err == nil {
		kills = n
	} else if testing.Short() {
		t.Skip("a process that is started and killed some times")
	}
	random := mathrand.New(mathrand.NewPCG(uint64(time.Now().UnixNano()), 0))
	dir := filepath.Join(t.TempDir(), "db")
	acked := map[uint64]review.DocumentID{}
	total, compacting := 0, 0
	for kill := range kills {
		f := startFiler(t, dir, acked)
		require.True(t, f.await("open", 1), "%q", f.log)
		within := 1200 * time.Millisecond
		if kill%2 == 0 {
			within = 50 * time.Millisecond // while what the last kill left becomes a table
		}
		until := time.Now().Add(time.Duration(random.Int64N(int64(within))))
		for time.Now().Before(until) && f.await("ack", 1) {
		}
		require.NoError(t, f.cmd.Process.Kill())
		f.end(true)
		if halfWritten(t, dir) {
			compacting++
		}
		if kill%20 == 19 || kill == kills-1 {
			total += checkAcknowledged(t, dir, acked)
			report, err := Check(t.Context(), dir, onSmallDisk, CheckOptions{})
			require.NoError(t, err)
			require.Empty(t, report.Findings)
			require.NoError(t, os.RemoveAll(dir))
			clear(acked)
		}
		if t.Failed() {
			t.Fatalf("kill %d", kill)
		}
	}
	t.Logf("%d kills, %d while a table was being written: %d documents acknowledged, none lost", kills, compacting, total)
}

// halfWritten is whether a table lies there that the list of tables does not
// know yet.
func halfWritten(t *testing.T, dir string) bool {
	tables, err := manifestTables(filepath.Join(dir, "MANIFEST"))
	require.NoError(t, err)
	names, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	require.NoError(t, err)
	for _, name := range names {
		if !tables[filepath.Base(name)] {
			return true
		}
	}
	return false
}

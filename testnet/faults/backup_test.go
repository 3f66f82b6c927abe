package faults

import (
	"errors"
	"io/fs"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A backup that was interrupted leaves the one before it, or itself, whole; a
// restore that was interrupted is done again. STOCKTAKE_BACKUP_KILLS=200 runs
// the campaign of store/README.md: so many kills of each.
func TestAKilledBackupOrRestoreIsDoneAgain(t *testing.T) {
	kills := 3
	if n, err := strconv.Atoi(os.Getenv("STOCKTAKE_BACKUP_KILLS")); err == nil {
		kills = n
	} else if testing.Short() {
		t.Skip("commands that are started and killed some times")
	}
	random := mathrand.New(mathrand.NewPCG(uint64(time.Now().UnixNano()), 0))
	v := newVictim(t, build(t))
	key := filepath.Join(v.dir, "backup.key")
	recipient := strings.TrimSpace(v.must("backup", "key", "-o", key))
	file := filepath.Join(v.dir, "backup")
	backup := []string{"backup", "--home", string(v.home), "-o", file, "--to", recipient}
	verify := []string{"backup", "verify", file, "--identity", key}
	v.run(random)
	v.must(backup...)
	start := time.Now()
	v.must(backup...) // which adds a part
	takes := time.Since(start)
	cut := 0
	for kill := range kills {
		if kill%5 == 0 {
			v.run(random) // so that there is something to add
		}
		if v.killed(random, takes, backup...) {
			cut++
		}
		v.must(verify...)
	}
	v.must(backup...)
	v.must(verify...)
	t.Logf("%d kills of a backup, %d before it was done: whole each time", kills, cut)

	restore := func(home string) []string { return []string{"restore", file, "--identity", key, "--home", home} }
	start = time.Now()
	v.must(restore(filepath.Join(v.dir, "r"))...)
	takes, cut = time.Since(start), 0
	for range kills {
		home := filepath.Join(v.dir, "again")
		if v.killed(random, takes, restore(home)...) {
			cut++
			out, err := exec.Command(v.binary, restore(home)...).CombinedOutput()
			if err != nil { // it says that the folder is in use; nothing in it runs
				require.NotEmpty(t, out)
				serve, err := exec.Command(v.binary, "status", "--home", home).CombinedOutput()
				require.True(t, err != nil || strings.Contains(string(serve), "FENCED"), "%s", serve)
				require.NoError(t, os.RemoveAll(home))
				v.must(restore(home)...)
			}
		}
		status := v.must("status", "--home", home)
		require.Contains(t, status, "FENCED")
		require.NoError(t, os.RemoveAll(home))
	}
	t.Logf("%d kills of a restore, %d before it was done: done again each time", kills, cut)
}

// must runs a command of the program that has to work.
func (v *victim) must(args ...string) string {
	cmd := exec.Command(v.binary, args...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		v.t.Fatalf("%q: %v: %s", args, err, exit.Stderr)
	}
	require.NoError(v.t, err)
	return string(out)
}

// killed starts a command and kills it at some moment within the time that it
// takes; it reports whether it was still running.
func (v *victim) killed(random *mathrand.Rand, takes time.Duration, args ...string) bool {
	cmd := exec.Command(v.binary, args...)
	require.NoError(v.t, cmd.Start())
	time.Sleep(time.Duration(random.Int64N(int64(takes))))
	if err := cmd.Process.Kill(); err != nil {
		require.ErrorIs(v.t, err, os.ErrProcessDone)
	}
	err := cmd.Wait()
	require.NotErrorIs(v.t, err, fs.ErrNotExist)
	return err != nil
}

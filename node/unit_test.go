package node_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stocktake/node"
)

// unit writes the three units of a home beside each other.
func unit(t *testing.T, home node.Home, password string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	program, err := exec.LookPath("true")
	require.NoError(t, err)
	u := node.Unit{Home: home, Program: program, User: "root", Password: password, BackupTo: "age1x", BackupFile: filepath.Join(dir, "home.backup")}
	for name, file := range map[string]string{"service": "stocktake.service", "backup": "stocktake-backup.service", "timer": "stocktake-backup.timer"} {
		text, err := u.Text(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(strings.TrimSpace(text)+"\n"), 0o644))
	}
	return dir
}

func TestUnitsAreWhatSystemdTakesAndHardened(t *testing.T) {
	home, _, _ := alone(t)
	dir := unit(t, home, filepath.Join(t.TempDir(), "password"))
	service, err := os.ReadFile(filepath.Join(dir, "stocktake.service"))
	require.NoError(t, err)
	require.Contains(t, string(service), "\nReadWritePaths="+string(home)+"\n")
	require.Contains(t, string(service), "serve --home "+string(home)+" --password-file ${CREDENTIALS_DIRECTORY}/password\n")
	require.Contains(t, string(service), "\nCapabilityBoundingSet=\n")
	section := regexp.MustCompile(`^(\[[A-Z][a-z]+\]|[A-Z][A-Za-z]+=.*|)$`)
	for _, name := range []string{"stocktake.service", "stocktake-backup.service", "stocktake-backup.timer"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		for line := range strings.Lines(string(b)) {
			require.Regexp(t, section, strings.TrimSuffix(line, "\n"), name)
		}
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd here: the units were only read as text")
	}
	for _, name := range []string{"stocktake.service", "stocktake-backup.service", "stocktake-backup.timer"} {
		cmd := exec.Command(analyze, "verify", "--man=no", filepath.Join(dir, name))
		cmd.Env = append(os.Environ(), "SYSTEMD_UNIT_PATH="+dir+":")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.NotContains(t, string(out), "stocktake", "systemd has something to say of %s", name)
	}
	for name, most := range map[string]float64{"stocktake.service": 2, "stocktake-backup.service": 1.6} {
		out, err := exec.Command(analyze, "security", "--offline=true", "--no-pager", filepath.Join(dir, name)).CombinedOutput()
		require.NoError(t, err, "%s", out)
		m := regexp.MustCompile(`Overall exposure level for \S+: ([0-9.]+)`).FindSubmatch(out)
		require.NotNil(t, m, "%s", out)
		exposure, err := strconv.ParseFloat(string(m[1]), 64)
		require.NoError(t, err)
		t.Logf("%s: exposure %.1f of 10", name, exposure)
		require.LessOrEqual(t, exposure, most, "%s", out)
	}
}

func TestALowPortIsTheOnlyThingThatAUnitIsGiven(t *testing.T) {
	home, _, _ := alone(t)
	c, err := home.Config()
	require.NoError(t, err)
	c.HTTP = ":443"
	require.NoError(t, home.WriteConfig(c))
	b, err := os.ReadFile(filepath.Join(unit(t, home, ""), "stocktake.service"))
	require.NoError(t, err)
	require.Contains(t, string(b), "\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\n")
	require.NotContains(t, string(b), "PrivateUsers")
	require.NotContains(t, string(b), "password")
}

func TestAUnitTakesNoPathThatSystemdWouldReadInItsOwnWay(t *testing.T) {
	for _, u := range []node.Unit{
		{Home: "/srv/a b", Program: "/p", User: "u"}, {Home: "/srv/%h", Program: "/p", User: "u"}, {Home: "/srv/a\nUser=root", Program: "/p", User: "u"},
		{Home: "/srv/a", Program: "/p;x y", User: "u"}, {Home: "/srv/a", Program: "/p", User: "u\nUser=root"}, {Home: "/srv/a", Program: "/p", User: "u", Password: "/$X"},
	} {
		_, err := u.Text("service")
		require.Error(t, err, "%q", u)
	}
	_, err := node.Unit{Home: "/a", Program: "/p"}.Text("socket")
	require.ErrorContains(t, err, "service, backup or timer")
}

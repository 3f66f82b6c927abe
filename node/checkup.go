package node

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"stocktake/node/web"
	"stocktake/node/web/lang"
	"stocktake/review"
	"stocktake/store"
)

// Finding is one line of a checkup: what was looked at, how it is, and, where
// somebody has to act, what to do.
type Finding struct {
	OK   bool   `json:"ok"`
	What string `json:"what"`
	Text string `json:"text"` // in English, as Do
	Do   string `json:"do,omitempty"`

	said, mend lang.Sentence // the same for the desk, in any language
}

// Checkup looks at everything that an operator is responsible for. The status is
// the running node's, or that of its database; the federation file is the node's
// too.
func (h Home) Checkup(s *web.Status, federation []byte) []Finding {
	c := &checkup{home: h, status: s, now: time.Now()}
	c.config()
	c.keys()
	c.disk()
	c.log()
	c.charter(federation)
	c.ports()
	c.peers()
	c.clock()
	c.backup()
	c.version()
	return c.findings
}

type checkup struct {
	home     Home
	settings Config
	status   *web.Status
	now      time.Time
	findings []Finding
}

// ok notes that something is as it should be: a message and its arguments.
func (c *checkup) ok(what, key string, arguments ...any) {
	c.note(Finding{OK: true, What: what, said: lang.Sentence{Key: key, Arguments: arguments}})
}

// attention notes that something is not, and what to do.
func (c *checkup) attention(what string, mend lang.Sentence, key string, arguments ...any) {
	c.note(Finding{What: what, said: lang.Sentence{Key: key, Arguments: arguments}, mend: mend})
}

func (c *checkup) note(f Finding) {
	f.Text = lang.Default().Text(f.said.Key, f.said.Arguments...)
	if f.mend.Key != "" {
		f.Do = lang.Default().Text(f.mend.Key, f.mend.Arguments...)
	}
	c.findings = append(c.findings, f)
}

// todo is what somebody has to do.
func todo(key string, arguments ...any) lang.Sentence {
	return lang.Sentence{Key: key, Arguments: arguments}
}

// asIs is what another part of the program says, or a command.
func asIs(text string) lang.Sentence { return todo("health.as-is", "text", lang.English(text)) }

func (c *checkup) config() {
	c.settings, _ = c.home.Config() // which Validate reads again
	if err := c.home.Validate(); err != nil {
		for line := range strings.Lines(err.Error()) {
			c.attention("config", todo("health.config-do"), "health.as-is", "text", lang.English(strings.TrimSpace(line)))
		}
		return
	}
	c.ok("config", "health.config-ok", "file", c.home.ConfigFile())
}

func (c *checkup) disk() {
	if c.status.Storage != "" {
		do := todo("health.disk-do-space")
		if !c.status.ReadOnly {
			do = todo("health.disk-do-repair")
		}
		c.attention("disk", do, "health.as-is", "text", lang.English(c.status.Storage))
		return
	}
	free, least, err := store.FreeSpace(string(c.home))
	switch {
	case err != nil:
		c.attention("disk", todo("health.disk-do-look"), "health.disk-unknown", "reason", lang.English(err.Error()))
	case free < 2*least:
		c.attention("disk", todo("health.disk-do"), "health.disk-free", "free", free>>20, "least", least>>20)
	default:
		c.ok("disk", "health.disk-free", "free", free>>20, "least", least>>20)
	}
}

func (c *checkup) log() {
	switch {
	case c.status.Fenced != "":
		c.attention("log", asIs(c.status.Remedy), "health.log-fenced", "log", c.status.Log, "reason", lang.English(c.status.Fenced))
	case c.status.Pending > 0 && c.status.Running && c.lastFiledBefore(time.Hour):
		c.attention("log", todo("health.log-do"), "health.log-waiting", "number", c.status.Pending, "log", c.status.Log)
	default:
		c.ok("log", "health.log-ok", "log", c.status.Log, "size", c.status.Size, "pending", c.status.Pending)
	}
	for _, f := range c.status.Forks {
		c.attention("log", todo("health.log-do-forked"), "health.log-forked", "log", f)
	}
}

func (c *checkup) lastFiledBefore(d time.Duration) bool {
	at, err := time.Parse(time.RFC3339, c.status.LastFiled)
	return err == nil && c.now.Sub(at) > d
}

func (c *checkup) charter(federation []byte) {
	f, err := review.ReadFounding(federation)
	if err != nil {
		c.attention("charter", todo("health.charter-do-get"), "health.charter-unreadable", "reason", lang.English(err.Error()))
		return
	}
	id := c.settings.Participant
	p, listed := f.Chain.Participant(id)
	switch {
	case !listed:
		c.attention("charter", todo("health.charter-do-ask"), "health.charter-unlisted", "number", c.status.Charter, "participant", id)
	case p.Until != "":
		c.attention("charter", todo("health.charter-do-meant"), "health.charter-until", "number", c.status.Charter, "participant", id, "day", p.Until)
	default:
		c.ok("charter", "health.charter-ok", "number", c.status.Charter, "participant", id)
	}
	if n := len(f.Proposals()); n > 0 {
		c.attention("charter", todo("health.charter-do-show"), "health.charter-proposed", "number", n)
	}
	for _, r := range c.status.Recoveries {
		if r.Effect == "" || r.Effect > c.now.UTC().Format(time.RFC3339) {
			c.attention("charter", todo("health.charter-do-contest", "command", lang.English("stocktake key contest "+string(r.ID)+" -o contest.json")), "health.charter-recovery", "participant", id)
		}
	}
}

// maxClock is more than a clock kept by NTP is ever off, with the second to
// which witnesses cut the time.
const maxClock = 5

func (c *checkup) clock() {
	switch d := c.status.Clock; {
	case d == nil:
		c.ok("clock", "health.clock-alone")
	case *d > maxClock || *d < -maxClock:
		c.attention("clock", todo("health.clock-do"), "health.clock-off", "seconds", *d)
	default:
		c.ok("clock", "health.clock-ok", "seconds", maxClock)
	}
}

// backupDue is longer than a week's holiday between two backups.
const backupDue = 8 * 24 * time.Hour

func (c *checkup) backup() {
	at, known := c.home.LastBackup()
	switch {
	case !known:
		c.attention("backup", todo("health.backup-do"), "health.backup-none")
	case c.now.Sub(at) > backupDue:
		c.attention("backup", todo("health.backup-do"), "health.backup-last", "day", at.UTC().Format(time.DateOnly))
	default:
		c.ok("backup", "health.backup-last", "day", at.UTC().Format(time.DateOnly))
	}
}

func (c *checkup) version() {
	c.ok("version", "health.as-is", "text", lang.English(Version()))
}

// Version is this program's, and of what it reads.
func Version() string {
	of := "not known"
	if info, ok := debug.ReadBuildInfo(); ok {
		of = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				of += " (" + s.Value[:min(12, len(s.Value))] + ")"
			}
		}
		of += ", " + info.GoVersion
	}
	return fmt.Sprintf("stocktake %s; database layout %d, rules %d", of, store.LayoutVersion, review.RuleVersion)
}

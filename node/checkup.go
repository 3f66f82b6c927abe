package node

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/store"
)

// Finding is one line of a checkup: what was looked at, how it is, and, where
// somebody has to act, what to do.
type Finding struct {
	OK   bool   `json:"ok"`
	What string `json:"what"`
	Text string `json:"text"`
	Do   string `json:"do,omitempty"`
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

func (c *checkup) ok(what, format string, args ...any) {
	c.findings = append(c.findings, Finding{OK: true, What: what, Text: fmt.Sprintf(format, args...)})
}

func (c *checkup) attention(what, do, format string, args ...any) {
	c.findings = append(c.findings, Finding{What: what, Text: fmt.Sprintf(format, args...), Do: do})
}

func (c *checkup) config() {
	c.settings, _ = c.home.Config() // which Validate reads again
	if err := c.home.Validate(); err != nil {
		for line := range strings.Lines(err.Error()) {
			c.attention("config", "correct it, and start the node again", "%s", strings.TrimSpace(line))
		}
		return
	}
	c.ok("config", "%s has no mistake", c.home.ConfigFile())
}

func (c *checkup) disk() {
	if c.status.Storage != "" {
		do := "make space; the node goes on by itself"
		if !c.status.ReadOnly {
			do = "stop the node, then: stocktake fsck --repair"
		}
		c.attention("disk", do, "%s", c.status.Storage)
		return
	}
	free, least, err := store.FreeSpace(string(c.home))
	switch {
	case err != nil:
		c.attention("disk", "look at the disk", "its free space is not known: %v", err)
	case free < 2*least:
		c.attention("disk", "make space", "%d MiB are free; below %d MiB the node only reads", free>>20, least>>20)
	default:
		c.ok("disk", "%d MiB are free; below %d MiB the node only reads", free>>20, least>>20)
	}
}

func (c *checkup) log() {
	switch {
	case c.status.Fenced != "":
		c.attention("log", c.status.Remedy, "%s is never signed again: %s", c.status.Log, c.status.Fenced)
	case c.status.Pending > 0 && c.status.Running && c.lastFiledBefore(time.Hour):
		c.attention("log", "see whether the witnesses' nodes are connected: stocktake peers", "%d documents of %s wait for a quorum of witnesses, and nothing was filed for an hour", c.status.Pending, c.status.Log)
	default:
		c.ok("log", "%s holds %d records, of which %d documents are not filed yet", c.status.Log, c.status.Size, c.status.Pending)
	}
	for _, f := range c.status.Forks {
		c.attention("log", "read \"When something goes wrong\" in the README", "two histories: %s", f)
	}
}

func (c *checkup) lastFiledBefore(d time.Duration) bool {
	at, err := time.Parse(time.RFC3339, c.status.LastFiled)
	return err == nil && c.now.Sub(at) > d
}

func (c *checkup) charter(federation []byte) {
	f, err := review.ReadFounding(federation)
	if err != nil {
		c.attention("charter", "get federation.jsonl from another member's node", "it cannot be read: %v", err)
		return
	}
	id := c.settings.Participant
	p, listed := f.Chain.Participant(id)
	switch {
	case !listed:
		c.attention("charter", "ask the convener", "charter %d does not list %s", c.status.Charter, id)
	case p.Until != "":
		c.attention("charter", "ask the convener if that is not meant", "charter %d lists %s until %s", c.status.Charter, id, p.Until)
	default:
		c.ok("charter", "number %d is in force, and lists %s", c.status.Charter, id)
	}
	if n := len(f.Proposals()); n > 0 {
		c.attention("charter", "see: stocktake charter show", "%d proposed for which too few have acceded", n)
	}
	for _, r := range c.status.Recoveries {
		if r.Effect == "" || r.Effect > c.now.UTC().Format(time.RFC3339) {
			c.attention("charter", "if you did not ask for it: stocktake key contest "+string(r.ID)+" -o contest.json, and publish that", "guardians propose new keys for %s", id)
		}
	}
}

// maxClock is more than a clock kept by NTP is ever off, with the second to
// which witnesses cut the time.
const maxClock = 5

func (c *checkup) clock() {
	switch d := c.status.Clock; {
	case d == nil:
		c.ok("clock", "not compared: no other member's witness has cosigned since the node started")
	case *d > maxClock || *d < -maxClock:
		c.attention("clock", "set the clock, and see that NTP keeps it: timedatectl", "it is %d seconds off the witnesses'", *d)
	default:
		c.ok("clock", "as the witnesses' have it, to %d seconds", maxClock)
	}
}

// backupDue is longer than a week's holiday between two backups.
const backupDue = 8 * 24 * time.Hour

func (c *checkup) backup() {
	const do = "stocktake backup -o FILE --to age1..., every night: see the README"
	at, known := c.home.LastBackup()
	switch {
	case !known:
		c.attention("backup", do, "none was made")
	case c.now.Sub(at) > backupDue:
		c.attention("backup", do, "the last was made on %s", at.UTC().Format(time.DateOnly))
	default:
		c.ok("backup", "the last was made on %s", at.UTC().Format(time.DateOnly))
	}
}

func (c *checkup) version() {
	c.ok("version", "%s", Version())
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

package transport

import (
	"errors"
	"slices"
	"time"

	"stocktake/signing"
)

var errHungUp = errors.New("it hung up soon after the handshake; if that goes on, it may not list this node as a member yet")

// schedule decides whom to dial and when. It does no I/O and reads no clock.
//
// Up to meshBelow other members, all of them are dialled until they are
// connected. In a larger federation members are dialled in random order while
// fewer than wantPeers are connected, and one more each exploreEvery.
type schedule struct {
	self     signing.NoteKey
	random   func() float64 // in [0, 1)
	targets  map[signing.NoteKey]*target
	explored time.Time
}

// target is one other member.
type target struct {
	member    Member
	dialling  bool
	connected bool
	since     time.Time // of connected
	failures  int       // attempts since the last connection that settled
	next      time.Time // not dialled before
	trouble   string    // why it is not connected, if that is known
}

func newSchedule(self signing.NoteKey, random func() float64) *schedule {
	return &schedule{self: self, random: random, targets: map[signing.NoteKey]*target{}}
}

// due takes the members and which of them are connected, and returns those to
// dial now. Each of them must be reported by dialled.
func (s *schedule) due(now time.Time, members []Member, connected map[signing.NoteKey]bool) []Member {
	var ready []*target
	others, up, dialling := 0, 0, 0
	current := make(map[signing.NoteKey]bool, len(members))
	for _, m := range members {
		if m.Key == s.self || current[m.Key] {
			continue
		}
		current[m.Key] = true
		others++
		t := s.update(now, m, connected[m.Key])
		switch {
		case t.connected:
			up++
		case t.dialling:
			dialling++
		case len(m.Addresses) > 0 && !now.Before(t.next):
			ready = append(ready, t)
		}
	}
	for key := range s.targets {
		if !current[key] {
			delete(s.targets, key)
		}
	}

	allowed := maxDials - dialling
	if others > meshBelow {
		missing := wantPeers - up - dialling
		if missing <= 0 && now.Sub(s.explored) >= exploreEvery {
			missing, s.explored = 1, now
		}
		allowed = min(allowed, missing)
		s.shuffle(ready)
	}
	var dial []Member
	for _, t := range ready[:max(0, min(allowed, len(ready)))] {
		t.dialling = true
		dial = append(dial, t.member)
	}
	return dial
}

// update brings one target up to date.
func (s *schedule) update(now time.Time, m Member, connected bool) *target {
	t := s.targets[m.Key]
	if t == nil {
		t = &target{next: now.Add(s.courtesy(m.Key))}
		s.targets[m.Key] = t
	} else if !slices.Equal(t.member.Addresses, m.Addresses) {
		t.failures, t.next = 0, now
	}
	t.member = m
	switch {
	case connected && !t.connected:
		t.connected, t.since, t.trouble = true, now, ""
	case !connected && t.connected && !t.dialling:
		t.connected = false
		if lasted := now.Sub(t.since); lasted >= settled {
			t.failures, t.trouble = 0, ""
		} else {
			t.failures++
			t.trouble = errHungUp.Error()
		}
		t.next = now.Add(s.courtesy(m.Key) + s.pause(t.failures))
	}
	return t
}

// dialled reports the end of a dial: err is nil if there is a connection.
func (s *schedule) dialled(now time.Time, key signing.NoteKey, err error) {
	t := s.targets[key]
	if t == nil {
		return
	}
	t.dialling = false
	if err == nil {
		// Also if it is gone already, so that the pause grows.
		t.connected, t.since = true, now
		return
	}
	t.trouble = oneLine(err.Error())
	t.next = now.Add(s.pause(t.failures))
	t.failures++
}

// courtesy is how much later than the other end this host dials.
func (s *schedule) courtesy(key signing.NoteKey) time.Duration {
	if string(s.self[:]) < string(key[:]) {
		return 0
	}
	return headStart
}

// pause is the time before the next attempt: it doubles, and half of it is
// random, so that those who lost the same node do not return in step.
func (s *schedule) pause(failures int) time.Duration {
	d := redialMax
	if failures < 16 {
		d = min(d, redialFirst<<failures)
	}
	return d/2 + time.Duration(s.random()*float64(d/2))
}

// wait is the time until another target may be due, at most limit.
func (s *schedule) wait(now time.Time, limit time.Duration) time.Duration {
	for _, t := range s.targets {
		if !t.connected && !t.dialling && t.next.After(now) {
			limit = min(limit, t.next.Sub(now))
		}
	}
	return limit
}

func (s *schedule) shuffle(ts []*target) {
	for i := len(ts) - 1; i > 0; i-- {
		j := int(s.random() * float64(i+1))
		ts[i], ts[j] = ts[j], ts[i]
	}
}

package desk

import "time"

// Bounds on what comes from outside, though from people of the house.
const (
	// maxForm bounds a posted form: a payload of 64 KiB, percent-encoded, with
	// the names of its fields.
	maxForm = 512 << 10
	// maxFields bounds how many fields a form has: lists of a hundred entries of
	// ten fields each.
	maxFields = 2000
	// maxEnvelope bounds a signed envelope that is brought back.
	maxEnvelope = 256 << 10
	// maxCeremony bounds what a member sends of a charter: 64 KiB in an envelope, and
	// the approvals of 1,000 members, of some 3 KiB.
	maxCeremony = 4 << 20
	// maxSteps bounds the changes of one proposal: a charter's 64 KiB hold some 75
	// participants, and people have to read it.
	maxSteps = 100
	// maxTyped bounds a number that is typed: more would be a slip of the hand.
	maxTyped = 1_000_000_000
	// maxPeople bounds who may log in: an office, not a ministry.
	maxPeople = 50
	// maxPeopleFile bounds people.json: 200 bytes a person.
	maxPeopleFile = 64 << 10
	// maxDrafts bounds the drafts that are kept: some years of an office's work.
	maxDrafts = 2000
	// maxHistory bounds a draft's history. Savings by the same person in a row are one line.
	maxHistory = 500
	// maxSessions bounds who is logged in at once; the oldest goes.
	maxSessions = 100
	// maxTries is how many wrong passwords a name may have in tryWindow.
	maxTries  = 8
	tryWindow = 15 * time.Minute
	// sessionFor is how long one is logged in without doing anything.
	sessionFor = 4 * time.Hour
)

package review

// Bounds on what comes from outside. Those on single fields stand in the
// schemas; a payload's own is signing.MaxPayload.
const (
	// maxDepth bounds how deep JSON and YAML may nest before anything recursive
	// reads them. The deepest document of version 1 is a charter with 7
	// (statement, predicate, participants, one, logs, one, addresses); the
	// rest is room for kinds to come.
	maxDepth = 16
	// maxSubjects is what a statement is about and 32 attachments: six
	// languages of a narrative, its annexes, and room.
	maxSubjects = 33
	// maxPredicateType is a URL that still fits a line of a page.
	maxPredicateType = 200
)

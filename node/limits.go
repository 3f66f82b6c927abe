package node

// Bounds on what comes from outside.
const (
	// maxConfig is far above any config.yaml that a person wrote.
	maxConfig = 64 << 10
	// maxCard is one participant's public part: a name and a handful of keys.
	maxCard = 16 << 10
	// maxDisplayRules bounds a display policy: each document shown is held
	// against all of it.
	maxDisplayRules = 1000
	// maxDisplayReason bounds what is shown in place of a document.
	maxDisplayReason = 500
)

// maxSocketPath is what the smallest of the systems' sockaddr_un holds, with
// its final zero byte (macOS: 104).
const maxSocketPath = 103

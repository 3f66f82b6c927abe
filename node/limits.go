package node

import "stocktake/signing"

// Bounds on what comes from outside.
const (
	// maxConfig is far above any config.yaml that a person wrote.
	maxConfig = 64 << 10
	// maxCard is one participant's public part: a name and a handful of keys.
	maxCard = 16 << 10
	// maxFiling is one envelope: what the API takes in one request.
	maxFiling = signing.MaxEnvelope
)

// maxSocketPath is what the smallest of the systems' sockaddr_un holds, with
// its final zero byte (macOS: 104).
const maxSocketPath = 103

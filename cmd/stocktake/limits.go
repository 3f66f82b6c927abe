package main

// Bounds on what comes from outside.
const (
	// maxDraft is what review.ReadDraft takes: a payload of 64 KiB and comments.
	maxDraft = 1 << 20
	// maxInput is any file that a command reads whole: the largest is a
	// stocktake file with thousands of parts of 64 KiB.
	maxInput = 256 << 20
	// maxKeyFile is a file of age keys: a hundred of the longest.
	maxKeyFile = 256 << 10
)

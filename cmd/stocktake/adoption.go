package main

import (
	"fmt"

	"stocktake/review"
)

// adoptionDraft is the draft with which the convening body signs a stocktake.
func adoptionDraft(s *review.Stocktake) []byte {
	c := s.Contents()
	return fmt.Appendf(nil, `# The convening body adopts this stocktake. Whoever has the records can make it
# again: same snapshot, same scope, same cut-off, same digest.
kind: stocktake
language: en
title: %q
scope: %s
manifest: %s
snapshot: %s
cutoff: %s
rules: %d
`, "Stocktake of "+string(c.Scope), c.Scope, c.Digest, c.Snapshot, c.Cutoff, c.Rules)
}

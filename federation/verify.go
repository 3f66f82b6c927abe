package federation

import "stocktake/store"

// VerifyRange checks every leaf's document signature and notes the answer in
// Genuine: the costly part of taking a range, some 80 microseconds each.
// Whether the entries belong under their checkpoint, the store checks as it
// takes them. Parts of one range may be given to several goroutines.
func VerifyRange(entries []store.Entry) {
	for i := range entries {
		entries[i].Genuine = entries[i].Leaf.Genuine()
	}
}

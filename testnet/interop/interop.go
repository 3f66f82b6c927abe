// Package interop shows that what stocktake publishes is verified, offline, by
// tools that are not ours, and that these tools notice every change: Sigstore's
// Go library in the tests here, and the cosign program in the command below.
//
//	go -C testnet/interop test ./...
//	go -C testnet/interop run ./cosign DIR     DIR as `stocktake export` leaves it
//
// It is a module of its own, since such verifiers are heavier than the whole
// of stocktake. A sample (sample.go) is what export writes, made from scratch;
// a tampering (tampering.go) is one published bundle with one change in it.
package interop

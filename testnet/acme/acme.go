// Package acme shows that a node gets its certificates from an authority by
// itself (RFC 8555, by tls-alpn-01): from Pebble, the small authority with which
// Let's Encrypt tests clients, which looks the node's name up, connects to it
// and checks its answer as a public one does.
//
//	go -C testnet/acme test ./...
//
// It is a module of its own, since an authority is no part of stocktake.
package acme

// Package federation is how records are filed and how they spread: the filing
// door, replication, gossip, witnessing, receipts, and what to do when a log
// shows two faces. README.md is the protocol in prose, good enough to write
// another implementation from.
//
// It is not a judge: what counts is package review's. It does not know libp2p
// either: package transport moves its bytes.
//
// The main type is [Core], the protocol of one node as a state machine without
// I/O, clock or goroutine. [Runner] drives one with a database and a network;
// testnet/simulation drives many with neither. [Door] is where documents enter
// the own log, [Answer] what a node serves from a [Ledger], [Cosigner] a
// witness at work.
//
//	peer A                                    peer B
//	heads-1     digest of heads, absences ──▶
//	            ◀── "the same", or size and root of every log
//	range-1     origin, have 40, from 40 ───▶
//	            ◀── note of 57, link 40→57, entries 40..56
package federation

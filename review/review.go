// Package review holds every document that people sign and what they mean
// together. It is pure: no I/O, clock, goroutine or randomness. The same
// records give the same answer everywhere, byte for byte.
//
// It is not the log (signing, store) and not how documents travel
// (federation). Its main types are [Document], one signed statement;
// [Record], its place in a log; [Charter], who counts; [Snapshot], exactly
// which records a stocktake was made from; and [Stocktake].
//
//	draft -> ReadDraft, FromDraft -> payload         what a person writes
//	payload -> Parse -> Document                     what does it say
//	Document -> Admit -> []FieldError                may it be filed here
//	Snapshot, records -> Read -> Reading             what counts and why, who answered whom
//	Snapshot, records -> Assemble -> Stocktake       what do all of them say
//
// DOCUMENTS.md specifies documents, README.md the rules of counting and the
// format of a stocktake.
package review

// Package signing holds keys and signatures over opaque bytes. It knows
// nothing of pledges or reviews; it knows the public formats that let
// anyone check what was signed with tools that are not ours:
//
//   - a document is a DSSE envelope around an in-toto statement, signed with
//     ECDSA P-256 (envelope.go, documentkey.go);
//   - a log leaf is a Rekor v2 hashedrekord v0.0.2 entry (leaf.go);
//   - a log's head is a C2SP tlog-checkpoint, and witnesses add C2SP
//     tlog-cosignature/v1 lines to it (checkpoint.go, cosignature.go), both
//     with Ed25519 (notekey.go);
//   - private keys rest in sigstore's encrypted PEM (keyfile.go), or stay in a
//     service or device that signs (documentsigner.go);
//   - a published document is a Sigstore bundle v0.3, checked against a
//     trusted_root.json (bundle.go, trustedroot.go).
//
// The main type is [Envelope]. Its identity is the SHA-256 of what is signed:
//
//	pae = "DSSEv1 28 application/vnd.in-toto+json " + len(payload) + " " + payload
//	ID  = hex(SHA-256(pae))
//
// Every format has one spelling: what a parser accepts is what Marshal writes,
// save for white space and the order of fields in JSON. testdata/vectors.json
// has an example of each, with everything it follows from, and vectors.py beside
// it is a second implementation.
//
// One key has one role; nothing here checks that, the charter does.
package signing

package signing

// Bounds on what comes from outside.
const (
	// MaxPayload is the longest statement: what is structured and short. Long
	// narratives are attachments. 64 KiB is the design's figure.
	MaxPayload = 64 << 10
	// MaxSignature bounds a DER ECDSA P-256 signature: two integers of at
	// most 33 bytes with two bytes of header each, and the sequence header.
	MaxSignature = 72
	// MaxEnvelope is a base64 payload and signature, with room for white
	// space and field names.
	MaxEnvelope = MaxPayload*4/3 + 4096
	// MaxKey bounds a P-256 SubjectPublicKeyInfo, which has 91 bytes.
	MaxKey = 91
	// MaxKeyFile bounds a private key file: 0.7 KB encrypted, with room for
	// headers and text around the PEM block.
	MaxKeyFile = 16 << 10
	// MaxLeaf is the leaf's template, a full signature and a key in base64.
	MaxLeaf = 640
	// MaxCheckpoint is a checkpoint with 25 witnesses' cosignatures: an origin
	// of at most 253 bytes on each line and about 110 bytes of base64.
	MaxCheckpoint = 16 << 10
	// MaxInclusions is how many logs a bundle proves its document to be in:
	// a few carriers; cosign takes 32.
	MaxInclusions = 8
	// MaxProof is the longest inclusion proof, under a checkpoint of the
	// largest size, 2^63-1.
	MaxProof = 63
	// MaxBundle is an envelope and MaxInclusions of leaf, proof and checkpoint
	// in base64 and JSON.
	MaxBundle = MaxEnvelope + MaxInclusions*(MaxLeaf*4/3+MaxProof*48+2*MaxCheckpoint+1024)
	// MaxTrustedRoot holds 10,000 logs of about 700 bytes, a participant of
	// every State and coalition through many epochs, with room for white space.
	MaxTrustedRoot = 16 << 20
	// maxParsedKeys bounds the cache of parsed keys at about 4 MB; few
	// federations have that many keys in use.
	maxParsedKeys = 8192
	// maxVerified bounds the memory of successful checks at twice 32,768 hashes,
	// some 4 MB: the receipts of a year, a few a day in a hundred logs, with
	// five cosignatures each, are more; then the oldest are checked again.
	maxVerified = 32 << 10
	// MaxOrigin is the longest host name (RFC 1035, section 2.3.4).
	MaxOrigin = 253
	// MaxTreeSize is the largest log: far beyond a federation's lifetime, and
	// below 2^62, where x/mod's proof checks would not end.
	MaxTreeSize = 1 << 40
)

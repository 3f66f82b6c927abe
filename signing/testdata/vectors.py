#!/usr/bin/env python3
"""Golden vectors for the formats of package signing, and a second
implementation of them that shares no code with it.

    python3 vectors.py > vectors.json     (needs the package "cryptography")

Everything follows from the seeds below, signatures included (RFC 6979 for
ECDSA), so the output is always the same bytes.
"""
import base64, hashlib, json
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

b64 = lambda b: base64.b64encode(b).decode()
sha = lambda b: hashlib.sha256(b).digest()
raw = lambda key: key.public_key().public_bytes_raw()
spki = lambda key: key.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
dense = lambda v: json.dumps(v, separators=(",", ":"), ensure_ascii=False)
canonical = lambda v: json.dumps(v, separators=(",", ":"), ensure_ascii=False, sort_keys=True)

TYPE = b"application/vnd.in-toto+json"
SCALAR = int.from_bytes(sha(b"stocktake document key"), "big")
key = ec.derive_private_key(SCALAR, ec.SECP256R1())
seed = lambda name: sha(name.encode())
ed = lambda name: ed25519.Ed25519PrivateKey.from_private_bytes(seed(name))


def pae(payload):
    return b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE, len(payload), payload)


def sign(payload):
    return key.sign(pae(payload), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def leaf(payload):
    return canonical({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": {
        "data": {"algorithm": "SHA2_256", "digest": b64(sha(pae(payload)))},
        "signature": {"content": b64(sign(payload)), "verifier": {
            "keyDetails": "PKIX_ECDSA_P256_SHA_256", "publicKey": {"rawBytes": b64(spki(key))}}}}}}).encode()


def root(hs):  # RFC 6962, section 2.1
    if len(hs) == 1:
        return hs[0]
    k = 1
    while 2 * k < len(hs):
        k *= 2
    return sha(b"\x01" + root(hs[:k]) + root(hs[k:]))


def path(m, hs):  # RFC 6962, section 2.1.1
    if len(hs) == 1:
        return []
    k = 1
    while 2 * k < len(hs):
        k *= 2
    return path(m, hs[:k]) + [root(hs[k:])] if m < k else path(m - k, hs[k:]) + [root(hs[:k])]


def key_id(name, alg, public):  # C2SP signed-note
    return sha(name.encode() + b"\n" + bytes([alg]) + public)


def line(name, alg, public, sig):
    return "\u2014 %s %s\n" % (name, b64(key_id(name, alg, public)[:4] + sig))


origin, log = "e1.sle.3f9a1c20.gcm.example", ed("stocktake log key")
payloads = [canonical({"_type": "https://in-toto.io/Statement/v1", "subject": [], "predicateType":
            "https://stocktake.example/comment/v1", "predicate": {"text": t}}).encode()
            for t in ("one", "two", "three", "Zo\u00eb & <four>", "five", "six", "seven")]
index, leaves = 3, [leaf(p) for p in payloads]
payload, leaf_hashes = payloads[index], [sha(b"\x00" + l) for l in leaves]
checkpoint = "%s\n%d\n%s\n" % (origin, len(leaves), b64(root(leaf_hashes)))
note = checkpoint + "\n" + line(origin, 1, raw(log), log.sign(checkpoint.encode()))
witnesses, cosigned = [], note
for who, time in ("gmb", 1788220801), ("npl", 1788220859):
    name, w = "w.%s.3f9a1c20.gcm.example" % who, ed("stocktake witness " + who)
    sig = w.sign(("cosignature/v1\ntime %d\n%s" % (time, checkpoint)).encode())
    cosigned += line(name, 4, raw(w), time.to_bytes(8, "big") + sig)
    witnesses.append({"name": name, "seed": seed("stocktake witness " + who).hex(), "key": b64(raw(w)), "time": time})

log_id = {"keyId": b64(key_id(origin, 1, raw(log)))}
envelope = {"payloadType": TYPE.decode(), "payload": b64(payload),
            "signatures": [{"keyid": "", "sig": b64(sign(payload))}]}
bundle = {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {
    "publicKey": {"hint": b64(sha(spki(key)))}, "tlogEntries": [{
        "logIndex": str(index), "logId": log_id, "kindVersion": {"kind": "hashedrekord", "version": "0.0.2"},
        "inclusionProof": {"logIndex": str(index), "rootHash": b64(root(leaf_hashes)), "treeSize": str(len(leaves)),
                           "hashes": [b64(h) for h in path(index, leaf_hashes)], "checkpoint": {"envelope": cosigned}},
        "canonicalizedBody": b64(leaves[index])}]}, "dsseEnvelope": envelope}
trusted_root = {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": [{
    "baseUrl": "https://" + origin, "hashAlgorithm": "SHA2_256", "publicKey": {
        "rawBytes": b64(log.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)),
        "keyDetails": "PKIX_ED25519", "validFor": {"start": "2026-09-01T00:00:00Z"}},
    "logId": log_id, "checkpointKeyId": log_id}]}

print(json.dumps({
    "documentKey": {"scalar": "%064x" % SCALAR, "spki": b64(spki(key)), "fingerprint": sha(spki(key)).hex(),
                    "pem": key.public_key().public_bytes(serialization.Encoding.PEM,
                                                         serialization.PublicFormat.SubjectPublicKeyInfo).decode()},
    "document": {"payload": payload.decode(), "pae": pae(payload).decode(), "id": sha(pae(payload)).hex(),
                 "signature": b64(sign(payload)), "envelope": dense(envelope), "leaf": leaves[index].decode(),
                 "leafHash": b64(leaf_hashes[index])},
    "log": {"origin": origin, "seed": seed("stocktake log key").hex(), "key": b64(raw(log)), "id": log_id["keyId"],
            "from": "2026-09-01T00:00:00Z", "leaves": [l.decode() for l in leaves], "root": b64(root(leaf_hashes)),
            "checkpoint": note},
    "witnesses": witnesses, "cosigned": cosigned,
    "inclusion": {"index": index, "hashes": [b64(h) for h in path(index, leaf_hashes)]},
    "bundle": dense(bundle), "trustedRoot": dense(trusted_root)}, indent=1, ensure_ascii=False))

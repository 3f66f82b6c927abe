package interop

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

// sigstoreVerify is what a stranger does with an exported document.
func sigstoreVerify(s Sample, artifact verify.ArtifactPolicyOption) error {
	logs, err := root.NewTrustedRootFromJSON(s[RootFile])
	if err != nil {
		return err
	}
	public, err := cryptoutils.UnmarshalPEMToPublicKey(s[KeyFile])
	if err != nil {
		return err
	}
	key, err := signature.LoadVerifier(public, crypto.SHA256)
	if err != nil {
		return err
	}
	keys := root.NewTrustedPublicKeyMaterial(func(string) (root.TimeConstrainedVerifier, error) {
		return root.NewExpiringKey(key, time.Time{}, time.Time{}), nil
	})
	v, err := verify.NewVerifier(root.TrustedMaterialCollection{logs, keys}, verify.WithTransparencyLog(1), verify.WithNoObserverTimestamps())
	if err != nil {
		return err
	}
	b := new(bundle.Bundle)
	if err := b.UnmarshalJSON(s[BundleFile]); err != nil {
		return err
	}
	_, err = v.Verify(b, verify.NewPolicy(artifact, verify.WithKey()))
	return err
}

func about(s Sample) verify.ArtifactPolicyOption {
	return verify.WithArtifact(bytes.NewReader(s[AboutFile]))
}

func newSample(t testing.TB) Sample {
	s, err := NewSample()
	require.NoError(t, err)
	return s
}

// with is the sample with one file replaced.
func (s Sample) with(name string, content []byte) Sample {
	other := Sample{name: content}
	for n, c := range s {
		if n != name {
			other[n] = c
		}
	}
	return other
}

func TestSigstoreVerifiesAPublishedDocument(t *testing.T) {
	s := newSample(t)
	require.NoError(t, sigstoreVerify(s, about(s)))

	b, err := signing.ParseBundle(s[BundleFile])
	require.NoError(t, err)
	require.Equal(t, string(signing.PAE(b.Payload)), string(s[DocumentFile]))
	require.Equal(t, string(b.Leaf.Key.PEM()), string(s[KeyFile]))
}

// What sigstore-go says of the golden cases of `stocktake verify`: it knows
// signer and log, and nothing of members, times and what counts. Without its
// content it takes a document by its PAE's digest.
func TestSigstoreVerifiesTheGoldenExports(t *testing.T) {
	refused := map[string]bool{"changed-byte": true, "forked-log-final-part": true, "forked-log-tail": true} // no log that it may trust
	folders, err := filepath.Glob("../../review/testdata/verify/*/" + BundleFile)
	require.NoError(t, err)
	require.NotEmpty(t, folders)
	for _, path := range folders {
		dir := filepath.Dir(path)
		s := Sample{}
		for _, name := range []string{DocumentFile, BundleFile, KeyFile, RootFile, AboutFile} {
			if b, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
				s[name] = b
			}
		}
		artifact := about(s)
		if s[DocumentFile] == nil {
			b, err := signing.ParseBundle(s[BundleFile])
			require.NoError(t, err)
			artifact = verify.WithArtifactDigest("sha256", b.Leaf.Digest[:])
		}
		err := sigstoreVerify(s, artifact)
		require.Equal(t, refused[filepath.Base(dir)], err != nil, "%s: %v", dir, err)
	}
}

func TestSigstoreVerifiesByDigestWhereTheSubjectWasErased(t *testing.T) {
	s := newSample(t)
	digest := sha256.Sum256(s[AboutFile])
	require.NoError(t, sigstoreVerify(s, verify.WithArtifactDigest("sha256", digest[:])))
	digest[0] ^= 1
	require.Error(t, sigstoreVerify(s, verify.WithArtifactDigest("sha256", digest[:])), hex.EncodeToString(digest[:]))
}

func TestSigstoreAndStocktakeNoticeEveryChange(t *testing.T) {
	s := newSample(t)
	root, err := signing.ParseTrustedRoot(s[RootFile])
	require.NoError(t, err)
	cases, err := Tamper(s[BundleFile], 700)
	require.NoError(t, err)
	kinds := make(map[string]int)
	for _, c := range cases {
		require.NotEqual(t, string(s[BundleFile]), string(c.Bundle), c.Name)
		require.Error(t, sigstoreVerify(s.with(BundleFile, c.Bundle), about(s)), "sigstore: %s", c.Name)
		b, err := signing.ParseBundle(c.Bundle)
		if err == nil {
			_, err = b.Verify(root)
		}
		require.Error(t, err, "stocktake: %s", c.Name)
		kind, _, _ := strings.Cut(c.Name, ":")
		kinds[kind]++
	}
	t.Log(kinds)
	require.Len(t, kinds, 2+3+1+4, "payload, signature, three hashes, the proof's length, origin, size, root, log signature")
}

func TestTamperingWithNothingVerifies(t *testing.T) {
	s := newSample(t)
	b, err := parse(s[BundleFile])
	require.NoError(t, err)
	n, err := parseNote(b.Material.Entries[0].Proof.Checkpoint.Envelope)
	require.NoError(t, err)
	require.Equal(t, b.Material.Entries[0].Proof.Checkpoint.Envelope, n.text())
	require.NoError(t, sigstoreVerify(s.with(BundleFile, b.marshal()), about(s)))
}

func TestSigstoreNoticesOtherFilesOfAnotherDocument(t *testing.T) {
	s, other := newSample(t), newSample(t)
	for _, name := range []string{BundleFile, KeyFile, RootFile} {
		require.Error(t, sigstoreVerify(s.with(name, other[name]), about(s)), name)
	}
	require.Error(t, sigstoreVerify(s, verify.WithArtifact(bytes.NewReader(s[DocumentFile]))))
}

func TestSigstoreTakesABundleFromSeveralLogs(t *testing.T) {
	s := newSample(t)
	b, err := signing.ParseBundle(s[BundleFile])
	require.NoError(t, err)
	first, err := signing.ParseTrustedRoot(s[RootFile])
	require.NoError(t, err)
	inclusion, log, err := include([]signing.Leaf{b.Leaf}, 0)
	require.NoError(t, err)
	b.Inclusions = append(b.Inclusions, inclusion)
	s = s.with(BundleFile, b.Marshal())
	for _, roots := range []signing.TrustedRoot{first, {log}, {log, first[0]}} {
		require.NoError(t, sigstoreVerify(s.with(RootFile, roots.Marshal()), about(s)))
	}
	require.Error(t, sigstoreVerify(s.with(RootFile, signing.TrustedRoot{}.Marshal()), about(s)))
}

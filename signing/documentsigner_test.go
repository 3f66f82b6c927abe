package signing

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/dsse"
	"github.com/sigstore/sigstore/pkg/signature/kms/cliplugin/handler"
	"github.com/stretchr/testify/require"
)

// The test binary, run as "sigstore-kms-<name>", is a KMS plugin.
func TestMain(m *testing.M) {
	if name, ok := strings.CutPrefix(filepath.Base(os.Args[0]), "sigstore-kms-"); ok {
		if err := servePlugin(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// device holds a key as a hardware module would: named, and never given out.
type device struct {
	signature.SignerVerifier
	signs signature.Signer
}

func (d device) SignMessage(r io.Reader, o ...signature.SignOption) ([]byte, error) {
	return d.signs.SignMessage(r, o...)
}
func (device) DefaultAlgorithm() string      { return "ecdsa-p256-sha256" }
func (device) SupportedAlgorithms() []string { return []string{"ecdsa-p256-sha256"} }
func (device) CreateKey(context.Context, string) (crypto.PublicKey, error) {
	return nil, errors.New("no new keys on this device")
}
func (device) CryptoSigner(context.Context, func(error)) (crypto.Signer, crypto.SignerOpts, error) {
	return nil, nil, errors.New("not over this protocol")
}

// servePlugin answers one call. The plugin "wrongtest" signs with another key
// than the one it shows.
func servePlugin(name string) error {
	args, err := handler.GetPluginArgs(os.Args)
	if err != nil {
		return err
	}
	file, err := os.ReadFile(args.InitOptions.KeyResourceID)
	if err != nil {
		return handler.WriteErrorResponse(os.Stdout, err)
	}
	private, err := cryptoutils.UnmarshalPEMToPrivateKey(file, nil)
	if err != nil {
		return handler.WriteErrorResponse(os.Stdout, err)
	}
	sv, err := signature.LoadSignerVerifier(private, args.InitOptions.HashFunc)
	if err != nil {
		return handler.WriteErrorResponse(os.Stdout, err)
	}
	d := device{sv, sv}
	if name == "wrongtest" {
		other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return err
		}
		if d.signs, err = signature.LoadECDSASigner(other, args.InitOptions.HashFunc); err != nil {
			return err
		}
	}
	_, err = handler.Dispatch(os.Stdout, os.Stdin, args, d)
	return err
}

// installPlugins puts this test binary on PATH under the plugins' names.
func installPlugins(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs symbolic links, which take privileges on Windows")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	for _, name := range []string{"sigstore-kms-devicetest", "sigstore-kms-wrongtest"} {
		require.NoError(t, os.Symlink(self, filepath.Join(dir, name)))
	}
	t.Setenv("PATH", dir)
}

func TestSignedDocumentsVerifyWithSigstoresOwnPackage(t *testing.T) {
	s, err := GenerateDocumentKey()
	require.NoError(t, err)
	payload := []byte(`{"a":"<&>"}`)
	e, err := s.Sign(payload)
	require.NoError(t, err)
	require.Equal(t, payload, e.Payload)
	require.True(t, e.Leaf(s.Key()).Genuine())

	public, err := cryptoutils.UnmarshalPEMToPublicKey(s.Key().PEM())
	require.NoError(t, err)
	verifier, err := signature.LoadVerifier(public, crypto.SHA256)
	require.NoError(t, err)
	var decoded []byte
	check := dsse.WrapVerifier(verifier, dsse.WithExpectedPayloadType(PayloadType), dsse.WithDecodedPayload(&decoded))
	require.NoError(t, check.VerifySignature(bytes.NewReader(e.Marshal()), nil))
	require.Equal(t, payload, decoded)
	e.Payload = []byte(`{"a":"<&]"}`)
	require.Error(t, check.VerifySignature(bytes.NewReader(e.Marshal()), nil))
}

func TestSignRefusesPayloadsThatNoEnvelopeHolds(t *testing.T) {
	s, err := GenerateDocumentKey()
	require.NoError(t, err)
	for _, payload := range [][]byte{nil, make([]byte, MaxPayload+1)} {
		_, err := s.Sign(payload)
		require.ErrorIs(t, err, ErrEnvelope)
	}
	_, err = s.Sign(make([]byte, MaxPayload))
	require.NoError(t, err)
}

func TestDocumentSignerOpensKeyFiles(t *testing.T) {
	s, err := GenerateDocumentKey()
	require.NoError(t, err)
	file, err := s.MarshalPEM(nil)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "author.key")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	opened, err := OpenDocumentSigner(t.Context(), path, nil)
	require.NoError(t, err)
	require.Equal(t, s.Key(), opened.Key())
	_, err = OpenDocumentSigner(t.Context(), path+".missing", nil)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestDocumentSignerOpensKeysThatStayInADevice(t *testing.T) {
	installPlugins(t)
	inside, err := GenerateDocumentKey()
	require.NoError(t, err)
	file, err := inside.MarshalPEM(nil)
	require.NoError(t, err)
	slot := filepath.Join(t.TempDir(), "slot")
	require.NoError(t, os.WriteFile(slot, file, 0o600))

	s, err := OpenDocumentSigner(t.Context(), "devicetest://"+slot, nil)
	require.NoError(t, err)
	require.Equal(t, inside.Key(), s.Key())
	e, err := s.Sign([]byte("{}"))
	require.NoError(t, err)
	require.True(t, e.Leaf(s.Key()).Genuine())
	_, err = s.MarshalPEM(nil)
	require.ErrorContains(t, err, "does not give it out")

	_, err = OpenDocumentSigner(t.Context(), "devicetest://"+slot+"x", nil)
	require.ErrorContains(t, err, "no such file")
	_, err = OpenDocumentSigner(t.Context(), "absenttest://1", nil)
	require.ErrorContains(t, err, "sigstore-kms-absenttest")
}

func TestSignRefusesWhatADeviceSignsWithAnotherKey(t *testing.T) {
	installPlugins(t)
	inside, err := GenerateDocumentKey()
	require.NoError(t, err)
	file, err := inside.MarshalPEM(nil)
	require.NoError(t, err)
	slot := filepath.Join(t.TempDir(), "slot")
	require.NoError(t, os.WriteFile(slot, file, 0o600))
	s, err := OpenDocumentSigner(t.Context(), "wrongtest://"+slot, nil)
	require.NoError(t, err)
	_, err = s.Sign([]byte("{}"))
	require.ErrorIs(t, err, ErrSignature)
}

package transport

import (
	"fmt"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"

	"stocktake/signing"
)

// peerOf is the libp2p name of a node key. It holds the key itself, so that
// keyOf reverses it.
func peerOf(key signing.NoteKey) peer.ID {
	public, err := crypto.UnmarshalEd25519PublicKey(key[:])
	if err != nil {
		panic(err) // the length is right by type
	}
	id, err := peer.IDFromPublicKey(public)
	if err != nil {
		panic(err)
	}
	return id
}

// keyOf is the node key that a peer ID names; false for other kinds of key.
func keyOf(id peer.ID) (signing.NoteKey, bool) {
	var key signing.NoteKey
	public, err := id.ExtractPublicKey()
	if err != nil || public.Type() != crypto.Ed25519 {
		return key, false
	}
	raw, err := public.Raw()
	return key, err == nil && copy(key[:], raw) == len(key)
}

// addressBook reads a member's addresses for a dial. An address may end in
// /p2p/<peer ID>, which must then be the member's.
func addressBook(m Member) (peer.AddrInfo, error) {
	info := peer.AddrInfo{ID: peerOf(m.Key)}
	for i, s := range m.Addresses {
		if i == maxAddresses {
			break
		}
		a, err := multiaddr.NewMultiaddr(s)
		if err != nil {
			return info, fmt.Errorf("address %.100q of %s is not a multiaddr, as in /ip4/192.0.2.1/tcp/4001", s, m.ID)
		}
		bare, id := peer.SplitAddr(a)
		if bare == nil || id != "" && id != info.ID {
			return info, fmt.Errorf("address %.200q of %s names another node; the charter gives %s", s, m.ID, info.ID)
		}
		info.Addrs = append(info.Addrs, bare)
	}
	if len(info.Addrs) == 0 {
		return info, fmt.Errorf("%s lists no address: it has to dial this node", m.ID)
	}
	return info, nil
}

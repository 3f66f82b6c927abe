package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"stocktake/node/ceremony"
	"stocktake/review"
	"stocktake/signing"
)

// InitOptions describe a new participant.
type InitOptions struct {
	Participant review.Participant // ID, kind, name, country, region; keys and logs are made here
	Addresses   []string           // multiaddrs at which others reach the node
	Listen      []string           // multiaddrs on which it listens; Addresses if empty
	HTTP        string             // DefaultHTTP if empty
	Author      bool               // make an author's key only: no node runs here
	Demo        bool
	Password    signing.Password // of every private key; none leaves them unencrypted
}

// Init makes a home: keys, config.yaml and card.json. It touches nothing if
// the folder is a home already.
func Init(h Home, o InitOptions) (ceremony.Card, error) {
	if _, err := h.Config(); !errors.Is(err, ErrNotInitialised) {
		if err == nil {
			err = fmt.Errorf("%s is a home already; name another folder with --home, or go on with `stocktake charter`", h)
		}
		return ceremony.Card{}, err
	}
	if err := os.MkdirAll(h.path("keys"), 0o700); err != nil {
		return ceremony.Card{}, err
	}
	card := ceremony.Card{Participant: o.Participant}
	roles := []Role{RoleRoot, RoleAuthor, RoleClerk}
	if o.Author {
		roles = []Role{RoleAuthor}
	}
	for _, r := range roles {
		s, err := signing.GenerateDocumentKey()
		if err != nil {
			return ceremony.Card{}, err
		}
		if err := saveKey(h, r, s, o.Password); err != nil {
			return ceremony.Card{}, err
		}
		card.Participant.Keys = append(card.Participant.Keys, review.Key{Key: s.Key().Base64(), Role: string(r)})
	}
	card.Participant.Logs = []review.Log{}
	if !o.Author {
		public := map[Role]string{}
		for _, r := range []Role{RoleLog, RoleNode, RoleWitness} {
			s, err := signing.GenerateNoteKey()
			if err != nil {
				return ceremony.Card{}, err
			}
			if err := saveKey(h, r, s, o.Password); err != nil {
				return ceremony.Card{}, err
			}
			public[r] = s.Key().String()
		}
		card.Witness = public[RoleWitness]
		card.Participant.Logs = []review.Log{{Epoch: 1, LogKey: public[RoleLog], NodeKey: public[RoleNode], Addresses: o.Addresses}}
	}
	b, err := json.MarshalIndent(card, "", "  ")
	if err != nil {
		return ceremony.Card{}, err
	}
	if err := replaceFile(h.CardFile(), append(b, '\n'), 0o644); err != nil {
		return ceremony.Card{}, err
	}
	c := Config{Participant: o.Participant.ID, Epoch: 1, Listen: o.Listen, HTTP: o.HTTP, Demo: o.Demo}
	if len(c.Listen) == 0 {
		c.Listen = o.Addresses
	}
	if c.HTTP == "" {
		c.HTTP = DefaultHTTP
	}
	return card, h.WriteConfig(c) // last: it makes the folder a home
}

type privateKey interface {
	MarshalPEM(signing.Password) ([]byte, error)
}

func saveKey(h Home, r Role, k privateKey, ask signing.Password) error {
	pem, err := k.MarshalPEM(ask)
	if err != nil {
		return err
	}
	return h.writeKey(r, 1, pem)
}

package node

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrNotInitialised means that a folder is not a node's home yet.
var ErrNotInitialised = errors.New("node: not a node's home")

// Home is the folder that holds everything of one node:
//
//	config.yaml        what it is and where it listens
//	card.json          its public part, for the convener of a charter
//	federation.jsonl   the genesis charter and its accessions, one envelope a line
//	keys/              one private key a file, named by role
//	db/                the database
//	witness.json       a card with the new witness key, where the old one was retired
//	instance           which database this home runs on; left out of backups
//	attachments/       files named by their digest
//	desk/              who may work at the member's desk, and their drafts
//	backups/           how far each backup goes; left out of backups
//	saved.jsonl        documents that a repair could not leave in the own log
//	node.sock          the API of the running node, for this machine's user only
type Home string

func (h Home) path(name string) string { return filepath.Join(string(h), name) }

// Files of a home that other programs may need.
func (h Home) ConfigFile() string     { return h.path("config.yaml") }
func (h Home) CardFile() string       { return h.path("card.json") }
func (h Home) FederationFile() string { return h.path("federation.jsonl") }
func (h Home) Database() string       { return h.path("db") }
func (h Home) InstanceFile() string   { return h.path("instance") }
func (h Home) Attachments() string    { return h.path("attachments") }
func (h Home) KeyFolder() string      { return h.path("keys") }
func (h Home) Socket() string         { return h.path("node.sock") }

// replaceFile writes a file whole or not at all.
func replaceFile(name string, b []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err = f.Write(b); err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

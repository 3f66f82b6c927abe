package node

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"stocktake/review"
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

// Config is config.yaml.
type Config struct {
	Participant review.ParticipantID `yaml:"participant"`
	Federation  review.DocumentID    `yaml:"federation,omitempty"` // the genesis charter; empty until the node joined
	Epoch       int                  `yaml:"epoch"`
	Listen      []string             `yaml:"listen"`                  // multiaddrs for other nodes
	HTTP        string               `yaml:"http"`                    // host:port of the pages and the API
	Desk        string               `yaml:"desk,omitempty"`          // host:port of the member's desk, on this machine only; none: there is no desk
	Hosts       []string             `yaml:"hosts,omitempty"`         // further names under which people reach the pages
	Attachments AttachmentPolicy     `yaml:"attachments,omitempty"`   // which to keep unasked: see attachment.go
	Erasure     string               `yaml:"erasure,omitempty"`       // of what authors withdraw: honour (the default) or keep
	Demo        bool                 `yaml:"demonstration,omitempty"` // keys of a demonstration: pages say so
}

// DefaultHTTP is where pages and API listen unless config.yaml says otherwise:
// this machine only.
const DefaultHTTP = "127.0.0.1:8470"

// Config reads config.yaml. It is ErrNotInitialised if there is none.
func (h Home) Config() (Config, error) {
	c := Config{Epoch: 1, HTTP: DefaultHTTP}
	b, err := os.ReadFile(h.ConfigFile())
	if errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("%w: %s has no config.yaml; run `stocktake init --home %s --participant ID ...` first", ErrNotInitialised, h, h)
	}
	if err != nil {
		return c, err
	}
	if err := parseConfig(b, &c); err != nil {
		return c, fmt.Errorf("%s: %w", h.ConfigFile(), err)
	}
	return c, nil
}

func parseConfig(b []byte, c *Config) error {
	if len(b) > maxConfig {
		return fmt.Errorf("%d bytes, the limit is %d", len(b), maxConfig)
	}
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.DisallowUnknownField()).Decode(c); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n") // below it the library draws the lines
		return errors.New(first)
	}
	if c.Erasure != "" && c.Erasure != ErasureHonour && c.Erasure != ErasureKeep {
		return fmt.Errorf("erasure: %.40q is not possible; write %s or %s", c.Erasure, ErasureHonour, ErasureKeep)
	}
	return errors.Join(checkDesk(c.Desk), c.Attachments.check())
}

// WriteConfig replaces config.yaml.
func (h Home) WriteConfig(c Config) error {
	b, err := yaml.Marshal(c)
	if err != nil {
		return fmt.Errorf("config.yaml: %w", err)
	}
	return replaceFile(h.ConfigFile(), b, 0o600)
}

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

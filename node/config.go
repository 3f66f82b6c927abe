package node

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/goccy/go-yaml"

	"stocktake/review"
)

// Config is config.yaml.
type Config struct {
	Participant review.ParticipantID `yaml:"participant"`
	Federation  review.DocumentID    `yaml:"federation,omitempty"` // the genesis charter; empty until the node joined
	Epoch       int                  `yaml:"epoch"`
	Listen      []string             `yaml:"listen"`                  // multiaddrs for other nodes
	HTTP        string               `yaml:"http"`                    // host:port of the pages and the API
	Desk        string               `yaml:"desk,omitempty"`          // host:port of the member's desk, on this machine only; empty: there is none
	Hosts       []string             `yaml:"hosts,omitempty"`         // further names under which people reach the pages
	Attachments AttachmentPolicy     `yaml:"attachments,omitempty"`   // which to keep unasked: see attachment.go
	Erasure     string               `yaml:"erasure,omitempty"`       // of what authors withdraw: honour (the default) or keep
	TLS         TLS                  `yaml:"tls,omitempty"`           // of the pages and the API: see tls.go
	Proxies     []string             `yaml:"proxies,omitempty"`       // addresses of reverse proxies whose X-Forwarded-Proto is believed
	Metrics     string               `yaml:"metrics,omitempty"`       // host:port of a listener for Prometheus; empty: only on the home's socket
	Demo        bool                 `yaml:"demonstration,omitempty"` // keys of a demonstration: pages say so
}

// DefaultHTTP is where pages and API listen unless config.yaml says otherwise:
// this machine only.
const DefaultHTTP = "127.0.0.1:8470"

// Config reads config.yaml. It is ErrNotInitialised if there is none.
func (h Home) Config() (Config, error) {
	b, err := os.ReadFile(h.ConfigFile())
	if errors.Is(err, fs.ErrNotExist) {
		return Config{}, fmt.Errorf("%w: %s has no config.yaml; run `stocktake init --home %s --participant ID ...` first", ErrNotInitialised, h, h)
	}
	if err != nil {
		return Config{}, err
	}
	c, err := parseConfig(b)
	if err != nil {
		err = eachLine(h.ConfigFile(), err)
	}
	return c, err
}

func parseConfig(b []byte) (Config, error) {
	c := Config{Epoch: 1, HTTP: DefaultHTTP}
	if len(b) > maxConfig {
		return c, fmt.Errorf("%d bytes, the limit is %d", len(b), maxConfig)
	}
	if err := decodeConfig(b, &c); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n") // below it the library draws the lines
		return c, errors.New(first)
	}
	return c, c.check()
}

// decodeConfig reads YAML. The library panics on some of what is none.
func decodeConfig(b []byte, c *Config) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("it cannot be read: write one field a line, as in http: 127.0.0.1:8470")
		}
	}()
	return yaml.NewDecoder(bytes.NewReader(b), yaml.DisallowUnknownField()).Decode(c)
}

// eachLine puts a file's name before each of several mistakes in it.
func eachLine(name string, err error) error {
	all, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return fmt.Errorf("%s: %w", name, err)
	}
	var named []error
	for _, err := range all.Unwrap() {
		named = append(named, fmt.Errorf("%s: %w", name, err))
	}
	return errors.Join(named...)
}

// WriteConfig replaces config.yaml.
func (h Home) WriteConfig(c Config) error {
	b, err := yaml.Marshal(c)
	if err != nil {
		return fmt.Errorf("config.yaml: %w", err)
	}
	return replaceFile(h.ConfigFile(), b, 0o600)
}

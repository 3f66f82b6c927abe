package node

import (
	"crypto/tls"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// TLS says how pages and API are encrypted: by files, by certificates that the
// node gets from an authority, or, empty, not by the node.
type TLS struct {
	Certificate string `yaml:"certificate,omitempty"` // PEM file, with the intermediate certificates
	Key         string `yaml:"key,omitempty"`         // PEM file
	ACME        *ACME  `yaml:"acme,omitempty"`
}

// ACME has the node get certificates itself (RFC 8555), by the challenge
// tls-alpn-01 (RFC 8737), for which the authority has to reach its pages on
// port 443.
type ACME struct {
	Names     []string `yaml:"names"`
	Agree     bool     `yaml:"agree"`               // to the authority's terms of service
	Email     string   `yaml:"email,omitempty"`     // where it writes to; may stay empty
	Directory string   `yaml:"directory,omitempty"` // its address; empty: Let's Encrypt
}

func (t TLS) check() (wrong []error) {
	mistake := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf("tls: "+format, args...)) }
	if (t.Certificate == "") != (t.Key == "") {
		mistake("certificate and key are two files; name both")
	}
	if t.ACME == nil {
		return wrong
	}
	if t.Certificate != "" {
		mistake("certificate and acme are two ways; keep one of them")
	}
	if len(t.ACME.Names) == 0 {
		mistake("acme: names is empty; name what people type in, as in [gcm.example.org]")
	}
	for _, name := range t.ACME.Names {
		if !isHostName(name) || !strings.Contains(name, ".") || strings.Trim(name, "0123456789.") == "" {
			mistake("acme: %.80q is not a name that an authority can look up; write it as in gcm.example.org", name)
		}
	}
	if !t.ACME.Agree {
		mistake("acme: read the authority's terms of service, and write agree: true")
	}
	if d := t.ACME.Directory; d != "" {
		if u, err := url.Parse(d); err != nil || u.Host == "" || u.Scheme != "https" {
			mistake("acme: directory %.80q is not an https address", d)
		}
	}
	return wrong
}

// tlsConfig is how the pages' listener is encrypted; nil if it is not.
func (n *Node) tlsConfig() (*tls.Config, error) {
	t := n.config.TLS
	switch {
	case t.ACME != nil:
		m := &autocert.Manager{
			Prompt: autocert.AcceptTOS, Email: t.ACME.Email,
			HostPolicy: autocert.HostWhitelist(t.ACME.Names...), Cache: autocert.DirCache(n.home.path("acme")),
		}
		if t.ACME.Directory != "" {
			m.Client = &acme.Client{DirectoryURL: t.ACME.Directory}
		}
		c := m.TLSConfig()
		c.MinVersion = tls.VersionTLS12
		return c, nil
	case t.Certificate != "":
		c := &certificateFiles{TLS: t, logger: n.logger}
		if _, err := c.load(); err != nil {
			return nil, err
		}
		return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}, nil
	}
	return nil, nil
}

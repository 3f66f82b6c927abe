package node

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

func TestEachMistakeInAConfigurationIsOneLine(t *testing.T) {
	for text, says := range map[string]string{
		"http: 8470":                                    `http: "8470" is not host:port`,
		`http: ""`:                                      `http: "" is not host:port`,
		"http: localhost:http":                          "http: ",
		"http: localhost:99999":                         "http: ",
		"epoch: 0":                                      "epoch: 0 is not possible",
		"listen: [0.0.0.0:4001]":                        `listen: "0.0.0.0:4001" is not an address for other nodes`,
		"hosts: ['gcm.example.org:443']":                `hosts: "gcm.example.org:443" is not a name without port`,
		"hosts: ['https://gcm.example.org']":            "hosts: ",
		"hosts: ['']":                                   "hosts: ",
		"metrics: on":                                   `metrics: "on" is not host:port`,
		"metrics: 127.0.0.1:8470":                       "metrics: 127.0.0.1:8470 is where the pages are",
		"proxies: [nginx]":                              `proxies: "nginx" is not an address`,
		"proxies: [0.0.0.0/0]":                          "proxies: 0.0.0.0/0 is everybody",
		"proxies: ['::/0']":                             "proxies: ::/0 is everybody",
		"tls: {certificate: a.pem}":                     "tls: certificate and key are two files",
		"tls: {key: a.pem}":                             "tls: certificate and key are two files",
		"tls: {acme: {names: [], agree: true}}":         "tls: acme: names is empty",
		"tls: {acme: {names: [gcm], agree: true}}":      `tls: acme: "gcm" is not a name`,
		"tls: {acme: {names: [10.0.0.1], agree: true}}": `tls: acme: "10.0.0.1" is not a name`,
		"tls: {acme: {names: [gcm.example]}}":           "tls: acme: read the authority's terms of service",
		"tls: {certificate: a, key: b, acme: {names: [gcm.example], agree: true}}":     "tls: certificate and acme are two ways",
		"tls: {acme: {names: [gcm.example], agree: true, directory: 'http://ca.org'}}": `directory "http://ca.org" is not an https address`,
		"erasure: never":  `erasure: "never" is not possible`,
		"tsl: {key: a}":   `unknown field "tsl"`,
		"proxies: 10.0.0": "[2:10]",
	} {
		_, err := parseConfig([]byte("participant: xsa\n" + text))
		require.ErrorContains(t, err, says)
		require.Len(t, strings.Split(err.Error(), "\n"), 1, text)
	}
	_, err := parseConfig([]byte("participant: xsa\nhttp: x\nmetrics: y\nproxies: [a, b]\nerasure: c\n"))
	require.Len(t, strings.Split(err.Error(), "\n"), 5, "%v", err)
	for _, text := range []string{
		"", "http: ':443'", "http: '[::1]:8470'", "hosts: [gcm.example.org, 203.0.113.7]", "metrics: 127.0.0.1:8471",
		"proxies: [127.0.0.1, '::1', 10.1.2.0/24]", "tls: {certificate: a.pem, key: b.pem}",
		"tls: {acme: {names: [gcm.example.org], agree: true, email: it@gcm.example.org}}",
		"tls: {acme: {names: [gcm.example.org], agree: true, directory: 'https://127.0.0.1:14000/dir'}}",
	} {
		_, err := parseConfig([]byte("participant: xsa\n" + text))
		require.NoError(t, err, text)
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte("participant: xsa\nepoch: 1\nlisten: [/ip4/127.0.0.1/tcp/1]\nhttp: 127.0.0.1:8470\n"))
	f.Add([]byte("participant: xsa\nproxies: [10.0.0.0/8]\nmetrics: 127.0.0.1:1\ntls: {acme: {names: [a.b], agree: true}}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parseConfig(b)
		if err != nil {
			return
		}
		b, err = yaml.Marshal(c)
		require.NoError(t, err)
		again, err := parseConfig(b)
		require.NoError(t, err, "what was accepted is accepted again")
		same, err := yaml.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(b), string(same))
	})
}

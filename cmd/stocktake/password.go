package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"stocktake/signing"
)

// passwordFlags say where the password of private keys comes from: a file (as
// systemd hands out credentials), $STOCKTAKE_PASSWORD, or a person.
type passwordFlags struct {
	file     string
	variable string // of the environment; "" is STOCKTAKE_PASSWORD
	prompt   string // "" asks for that of the private keys

	mu    sync.Mutex
	known []byte // once a person has typed it
}

func (p *passwordFlags) ask(c *call) signing.Password {
	return func(confirm bool) ([]byte, error) {
		if p.file != "" {
			b, err := os.ReadFile(p.file)
			return bytes.TrimRight(b, "\r\n"), err
		}
		if s, ok := os.LookupEnv(cmp.Or(p.variable, "STOCKTAKE_PASSWORD")); ok {
			return []byte(s), nil
		}
		p.mu.Lock() // several keys may want it at once; a person types it once
		defer p.mu.Unlock()
		if p.known != nil {
			return p.known, nil
		}
		f, ok := c.in.(*os.File)
		if !ok || !term.IsTerminal(int(f.Fd())) {
			return nil, errors.New("there is no terminal to ask on; use --password-file FILE or $STOCKTAKE_PASSWORD")
		}
		fmt.Fprint(c.err, cmp.Or(p.prompt, "Password of the private keys: "))
		first, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(c.err)
		if err != nil {
			return nil, err
		}
		if !confirm {
			p.known = first
			return first, nil
		}
		fmt.Fprint(c.err, "The same again: ")
		second, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(c.err)
		if err == nil && !bytes.Equal(first, second) {
			err = errors.New("the two passwords differ")
		}
		if err != nil {
			return nil, err
		}
		p.known = first
		return first, nil
	}
}

// listFlag collects a flag that may be given several times or with commas.
type listFlag []string

func (l *listFlag) String() string { return strings.Join(*l, ",") }
func (l *listFlag) Set(s string) error {
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			*l = append(*l, part)
		}
	}
	return nil
}

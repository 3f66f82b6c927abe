package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
)

// keepRefusal writes the signed refusal that came with an error to a file: to
// name, or beside the envelope. An error without one is none to keep.
func (c *call) keepRefusal(err error, e signing.Envelope, envelope, name string) error {
	var refused *web.RefusedError
	if !errors.As(err, &refused) {
		return nil
	}
	d, err := review.Parse(refused.Refusal.Payload)
	if err != nil || d.Kind != review.KindRefusal || string(d.About()) != e.Digest().String() {
		c.say("the node's answer carries a refusal of something else; it is not kept")
		return nil
	}
	if name == "" {
		name = strings.TrimSuffix(envelope, filepath.Ext(envelope)) + ".refused-" + string(d.Author) + ".json"
	}
	if err := replaceFile(name, append(refused.Refusal.Marshal(), '\n')); err != nil {
		return err
	}
	c.say("its signed refusal is in %s: evidence that you can show, or submit to another node", name)
	c.say("check it:  stocktake verify %s --federation-file federation.jsonl", name)
	return nil
}

// readEnvelope is the signed envelope in a file, if it is one.
func readEnvelope(path string) (signing.Envelope, bool) {
	b, err := readInput(path, signing.MaxEnvelope)
	if err != nil {
		return signing.Envelope{}, false
	}
	e, err := signing.ParseEnvelope(b)
	return e, err == nil
}

// verifyEnvelope checks a document that no export surrounds: who signed what.
func (c *call) verifyEnvelope(path string, e signing.Envelope, file string, federation review.DocumentID) error {
	founding, err := c.federationFor(path, file)
	if err != nil {
		return err
	}
	s, err := review.VerifyEnvelope(e, founding)
	switch {
	case err != nil:
		return judged(err)
	case federation != "" && s.Federation != federation:
		return fail(exitUndecided, "it is of federation %s, not of %s", s.Federation, federation)
	case c.json:
		return json.NewEncoder(c.out).Encode(struct {
			Version int `json:"version"`
			*review.Signed
		}{1, s})
	}
	fmt.Fprintf(c.out, "valid       %s: %s\ndocument    %s\nsigned by   %s (%s), %s key %.16s\nclaimed     %s, by the signer's own clock; this file does not show when or whether it was filed\nfederation  %s\n",
		s.Kind, s.Title, s.ID, s.AuthorName, s.Author, s.Role, s.Signer, s.Claimed, s.Federation)
	if s.Kind == review.KindRefusal {
		fmt.Fprintf(c.out, "refused     document %s\nreason      %s: %s\n", s.About, s.Code, strings.ReplaceAll(s.Message, "\n", "\n            "))
	}
	return nil
}

// federationFor reads the federation file that an envelope is held against.
func (c *call) federationFor(path, name string) (*review.Founding, error) {
	if name == "" {
		name = filepath.Join(filepath.Dir(path), review.FileFounding)
	}
	b, err := readInput(name, maxInput)
	if errors.Is(err, fs.ErrNotExist) {
		if f, err := c.home.Founding(); err == nil {
			return f, nil
		}
		return nil, fail(exitUndecided, "there is no file %s to say who may sign; name it with --federation-file", name)
	}
	if err != nil {
		return nil, err
	}
	f, err := review.ReadFounding(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

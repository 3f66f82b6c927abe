package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"time"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
)

func publishCommand() command {
	return command{"publish", "DRAFT|ENVELOPE...", "sign if needed, and file at the own node", func(f *flag.FlagSet) run {
		var s signFlags
		s.add(f)
		wait := f.Duration("wait", 0, "wait up to this long until a quorum of witnesses has filed it")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) == 0 {
				return usage("name a draft or a signed envelope")
			}
			if _, ok := c.runningNode(ctx, min(*wait, startWait)); !ok && *wait > 0 {
				return fail(exitNetwork, "no node runs on %s, so nothing can be filed now; start it with `stocktake serve`, or leave --wait out to have it received", c.home)
			}
			service, done, err := c.service(ctx, s.ask(c))
			if err != nil {
				return err
			}
			defer done()
			var filed []*web.Filed
			for _, name := range args {
				envelopes, err := s.envelopes(ctx, c, name)
				if err != nil {
					return partly(err, len(filed))
				}
				for _, e := range envelopes {
					one, err := file(ctx, service, e, *wait)
					if err != nil {
						return partly(fmt.Errorf("%s: %w", name, err), len(filed))
					}
					filed = append(filed, one)
					printFiled(c, one)
					if err := sendAttachments(ctx, c, service, name, e); err != nil {
						return &exitError{exitPartly, err}
					}
				}
			}
			return c.printJSON("filed", filed)
		}
	}}
}

func submitCommand() command {
	return command{"submit", "ENVELOPE", "file a signed document at somebody else's node", func(f *flag.FlagSet) run {
		var to listFlag
		f.Var(&to, "to", "`URLs` of nodes that may carry it; it is filed at each")
		refusal := f.String("refusal", "", "`file` for the signed refusal of a node that does not take it (default: beside the envelope)")
		proxy := f.String("proxy", "", "reach the nodes through this SOCKS5 `proxy` only, as socks5://127.0.0.1:9050; see stocktake help protection")
		wait := f.Duration("wait", 30*time.Second, "wait up to this long until a quorum of witnesses has filed it")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) != 1 || len(to) == 0 {
				return usage("name one file of signed envelopes, and with --to the nodes that may carry them")
			}
			if *refusal != "" && len(to) > 1 {
				return usage("--refusal names one file, and there are %d nodes; leave it out to have each refusal beside the envelope", len(to))
			}
			b, err := readInput(args[0], maxDraft)
			if err != nil {
				return err
			}
			envelopes, err := readEnvelopes(b)
			if err != nil {
				return fmt.Errorf("%s: %w; `stocktake sign` writes one", args[0], err)
			}
			var filed []*web.Filed
			var failed error
			refused := 0
			for _, url := range to {
				for _, e := range envelopes {
					one, err := submit(ctx, c, url, *proxy, args[0], e, *wait)
					if err == nil {
						filed = append(filed, one)
						printFiled(c, one)
						continue
					}
					failed, refused = err, refused+1
					if len(to) > 1 {
						report(c.err, "submit", err)
					}
					if err := c.keepRefusal(err, e, args[0], *refusal); err != nil {
						return err
					}
					break // what follows may build on it
				}
			}
			if err := c.printJSON("filed", filed); err != nil || failed == nil {
				return err
			}
			if len(to) > 1 {
				failed = &exitError{exitCode(failed), fmt.Errorf("%d of %d nodes did not take it", refused, len(to))}
			}
			return partly(failed, len(filed))
		}
	}}
}

func submit(ctx context.Context, c *call, url, proxy, name string, e signing.Envelope, wait time.Duration) (*web.Filed, error) {
	client, err := web.NewProxyClient(url, proxy)
	if err != nil {
		return nil, usage("--to %s: %v", url, err)
	}
	defer client.Close()
	filed, err := file(ctx, client, e, wait)
	if err == nil {
		err = sendAttachments(ctx, c, client, name, e)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	return filed, nil
}

// envelopes reads the envelopes in a file, or signs a draft.
func (s *signFlags) envelopes(ctx context.Context, c *call, name string) ([]signing.Envelope, error) {
	b, err := readInput(name, maxDraft)
	if err != nil {
		return nil, err
	}
	all, err := readEnvelopes(b)
	if err == nil {
		return all, nil
	}
	if len(b) > 0 && b[0] == '{' {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	e, err := s.signDraft(ctx, c, name, b)
	return []signing.Envelope{e}, err
}

// readEnvelopes reads one envelope, or several with one on each line, as
// `charter sign --round` writes them.
func readEnvelopes(b []byte) (all []signing.Envelope, err error) {
	e, err := signing.ParseEnvelope(b)
	if err == nil {
		return []signing.Envelope{e}, nil
	}
	if len(bytes.Fields(b)) == 0 || !bytes.Contains(bytes.TrimSpace(b), []byte("\n")) {
		return nil, err
	}
	number := 0
	for line := range bytes.Lines(b) {
		number++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if e, err = signing.ParseEnvelope(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		all = append(all, e)
	}
	return all, nil
}

// file files at a node and waits until it is final, it is known that it never
// counts, or the time is up.
func file(ctx context.Context, s web.Service, e signing.Envelope, wait time.Duration) (*web.Filed, error) {
	filed, err := s.File(ctx, e)
	for deadline := time.Now().Add(wait); err == nil && filed.State != web.StateFiled && filed.Reason == "" && time.Now().Before(deadline); {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
		filed, err = s.File(ctx, e) // filing again changes nothing and tells how it stands
	}
	return filed, err
}

func printFiled(c *call, f *web.Filed) {
	if c.json {
		return
	}
	fmt.Fprintln(c.out, f.ID)
	void := ""
	if f.Reason != "" {
		void = ", but it does not count: " + strings.ReplaceAll(f.Reason, "-", " ")
	}
	if f.State == web.StateFiled {
		c.say("filed %s, witnessed by %d, in %s at index %d%s", f.Filed, f.Witnesses, f.Log, f.Index, void)
		return
	}
	c.say("received in %s at index %d: safe on disk, not yet cosigned by a quorum of witnesses%s", f.Log, f.Index, void)
}

// partly is an error after some of the work was done.
func partly(err error, done int) error {
	if done == 0 {
		return err
	}
	return &exitError{exitPartly, err}
}

// printJSON prints a list under its name, with the version of the shape.
func (c *call) printJSON(name string, v any) error {
	if !c.json {
		return nil
	}
	return json.NewEncoder(c.out).Encode(map[string]any{"version": 1, name: v})
}

// documentID reads an argument that names a document.
func documentID(s string) (review.DocumentID, error) {
	d, err := signing.ParseDigest(s)
	if err != nil {
		return "", usage("%q is not a document ID: 64 hexadecimal digits, as `stocktake list` prints them", s)
	}
	return review.DocumentID(d.String()), nil
}

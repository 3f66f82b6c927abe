package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"

	"stocktake/node"
	"stocktake/review"
	"stocktake/signing"
)

func initCommand() command {
	return command{"init", "", "make a participant's home; with --charter, let it join the federation", func(f *flag.FlagSet) run {
		var (
			p         passwordFlags
			who       review.Participant
			addresses listFlag
			listen    listFlag
		)
		f.StringVar((*string)(&who.ID), "participant", "", "your `ID`: for a State its ISO 3166-1 alpha-3 code in lower case")
		f.StringVar(&who.Kind, "kind", "state", "state, regional-body, un-entity, civil-society, local-authority, human-rights-institution, expert-mission, academic or public-agency")
		f.StringVar(&who.Name, "name", "", "the participant's name")
		f.StringVar(&who.Country, "country", "", "ISO 3166-1 alpha-3 `code`; sets the regions (default: a State's ID)")
		f.StringVar(&who.Region, "region", "", "`code` of the region that a regional body convenes, as UN-ECA")
		f.Var(&addresses, "address", "where other nodes reach this one, as /dns4/node.example/tcp/4001; several with commas")
		f.Var(&listen, "listen", "where this node listens for others, if not at its addresses")
		http := f.String("http", node.DefaultHTTP, "where pages and API listen")
		f.BoolVar(&who.Sample, "sample", false, "an invented participant, for a rehearsal; everything about it says so")
		authorOnly := f.Bool("author-only", false, "make an author's key only: somebody else's node carries the documents")
		unprotected := f.Bool("no-password", false, "leave the private keys unencrypted")
		charter := f.String("charter", "", "the federation `file` to join")
		recovers := f.Bool("recover", false, "with --charter: make the home of a node that is gone again; put root.pem, author.pem and, unless it is lost, clerk.pem into its keys/ first")
		f.StringVar(&p.file, "password-file", "", "`file` with the password of the private keys")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 {
				return usage("init takes no argument %q", args[0])
			}
			ask := p.ask(c)
			if *unprotected {
				ask = nil
			}
			if *recovers {
				if *charter == "" {
					return usage("--recover needs --charter: a federation file, as any member's node gives it: curl http://MEMBER/api/v1/federation -o federation.jsonl")
				}
				return recoverHome(c, *charter, node.InitOptions{Participant: who, Listen: listen, HTTP: *http, Password: ask})
			}
			if *charter != "" {
				return join(ctx, c, *charter, ask)
			}
			switch {
			case who.ID == "":
				return usage("--participant is missing: your ID, for a State its ISO 3166-1 alpha-3 code in lower case, as --participant sle")
			case who.Name == "":
				return usage("--name is missing: the participant's name, as --name \"Sierra Leone\"")
			case !*authorOnly && len(addresses) == 0:
				return usage("--address is missing: where other nodes reach this one, as /ip4/203.0.113.7/tcp/4001; without a node use --author-only")
			}
			if who.Kind == "state" && who.Country == "" && len(who.ID) == 3 {
				who.Country = strings.ToUpper(string(who.ID))
			}
			card, err := node.Init(c.home, node.InitOptions{Participant: who, Addresses: addresses, Listen: listen, HTTP: *http, Author: *authorOnly, Password: ask})
			if err != nil {
				return err
			}
			c.say("%s is the home of %s now. Send %s to whoever convenes the charter; it holds public keys only.", c.home, who.Name, c.home.CardFile())
			if c.json {
				return json.NewEncoder(c.out).Encode(card)
			}
			fmt.Fprintln(c.out, c.home.CardFile())
			return nil
		}
	}}
}

func join(ctx context.Context, c *call, file string, ask signing.Password) error {
	joined, err := node.Join(ctx, c.home, file, ask)
	if err != nil {
		return err
	}
	if joined.Log == "" {
		c.say("joined federation %s as %s, without a node: sign with `stocktake sign`, have it carried with `stocktake submit --to URL`.", joined.Federation, joined.Participant)
	} else {
		c.say("joined federation %s as %s; the log is %s.", joined.Federation, joined.Participant, joined.Log)
		c.say("The root key is not needed until this log ends: move %s to a place that is offline.", c.home.KeyFile(node.RoleRoot, 0))
	}
	if c.json {
		return json.NewEncoder(c.out).Encode(joined)
	}
	fmt.Fprintln(c.out, joined.Log)
	return nil
}

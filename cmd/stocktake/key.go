package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"

	"stocktake/node"
	"stocktake/signing"
)

// epochReasons are why a log ends, for people.
var epochReasons = []struct{ name, means string }{
	{"lost", "the disk or the database is gone"},
	{"restored", "the database comes from a backup"},
	{"cloned", "two copies of the node ran"},
	{"moved", "the node runs elsewhere from now on"},
	{"stolen", "somebody else may have the log key"},
	{"forked", "the log key signed two histories"},
}

func keyEpochCommand() command {
	return command{"key epoch", "", "end the node's log and open the next, signed with the root key; for a lost disk, a restored backup, a move, a stolen key", func(f *flag.FlagSet) run {
		var p passwordFlags
		var o node.EpochOptions
		var names, listed []string
		for _, r := range epochReasons {
			names = append(names, r.name)
			listed = append(listed, r.name+" ("+r.means+")")
		}
		f.StringVar(&o.Reason, "reason", "", "why the log ends: "+strings.Join(listed, ", "))
		f.Var((*listFlag)(&o.Addresses), "address", "where other nodes reach this one from now on (default: as before)")
		f.Var((*listFlag)(&o.Listen), "listen", "where this node listens for others, if not at its addresses")
		root := f.String("root", "", "the root key: a `file`, or a KMS reference as pkcs11://… (default: keys/root.pem of the home)")
		unprotected := f.Bool("no-password", false, "leave the new private keys unencrypted")
		out := f.String("o", "", "write the opening to this `file` instead of stdout")
		f.StringVar(&p.file, "password-file", "", "`file` with the password of the private keys")
		return func(ctx context.Context, c *call, args []string) (err error) {
			switch {
			case len(args) > 0:
				return usage("key epoch takes no argument %q", args[0])
			case !slices.Contains(names, o.Reason):
				return usage("--reason %q: want one of %s", o.Reason, strings.Join(listed, ", "))
			}
			ask := p.ask(c)
			if !*unprotected {
				o.Password = ask
			}
			if *root == "" {
				o.Root, err = c.home.DocumentSigner(node.RoleRoot, ask)
			} else {
				o.Root, err = signing.OpenDocumentSigner(ctx, *root, ask)
			}
			if err != nil {
				return err
			}
			e, err := node.OpenEpoch(ctx, c.home, o)
			if err != nil {
				return err
			}
			c.say("%s takes over from %s. Before this node can reach the others, they have to know:", e.Log, e.Ends)
			c.say("  stocktake submit %s --to http://ANOTHER-MEMBERS-NODE", orDefault(*out, "OPENING"))
			c.say("  stocktake serve --home %s", c.home)
			if e.Clerk != nil {
				c.say("The clerk key was lost: a new clerk key is in %s, and the change to it, signed with the root key, stands beside the opening.", c.home.KeyFile(node.RoleClerk, 0))
			}
			if e.Retired != "" {
				c.say("The witness key was put aside as %s: what it cosigned is not known here any more.", e.Retired)
			}
			if e.Witness != "" {
				c.say("This node cosigns nothing until a charter lists its new witness key. Any member proposes that, for all to accede to: stocktake charter amend --witness %s -o draft.yaml", e.Witness)
			}
			opening := append(e.Opening.Marshal(), '\n')
			if e.Clerk != nil {
				opening = append(append(opening, e.Clerk.Marshal()...), '\n')
			}
			if !c.json {
				return c.writeOutput(*out, opening)
			}
			if *out != "" {
				if err := c.writeOutput(*out, opening); err != nil {
					return err
				}
			}
			return json.NewEncoder(c.out).Encode(map[string]any{"version": 1, "log": e.Log, "ends": e.Ends, "opening": e.Opening.Digest().String()})
		}
	}}
}

func orDefault(s, or string) string {
	if s == "" {
		return or
	}
	return s
}

// recoverHome makes the home of a node that is gone again.
func recoverHome(c *call, file string, o node.InitOptions) error {
	last, err := node.Recover(c.home, file, o)
	if err != nil {
		return err
	}
	c.say("%s is a home of %s again; its last log known is %s. Now open the next: stocktake key epoch --home %s --reason lost -o opening.json", c.home, last.Participant, last.Origin, c.home)
	if c.json {
		return json.NewEncoder(c.out).Encode(map[string]any{"version": 1, "participant": last.Participant, "log": last.Origin})
	}
	fmt.Fprintln(c.out, last.Origin)
	return nil
}

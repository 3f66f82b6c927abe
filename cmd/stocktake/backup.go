package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"

	"stocktake/node"
	"stocktake/store"
)

func backupCommand() command {
	return command{"backup", "", "write all that the node holds, but no private key, to one encrypted file; or add to the file what is new", func(f *flag.FlagSet) run {
		var to listFlag
		f.Var(&to, "to", "age `recipient` who can read it, as age1…, or a file of recipients; several with commas")
		out := f.String("o", "", "the backup's `file`; if it is there, what is new is added")
		full := f.Bool("full", false, "begin anew in place of what is there, without the text of what was erased since")
		keys := f.String("keys", "", "write the home's private keys too, to this `file` of their own")
		return func(ctx context.Context, c *call, args []string) error {
			switch {
			case len(args) > 0:
				return usage("backup takes no argument %q", args[0])
			case *out == "":
				return usage("name with -o the file to write to")
			case *keys == *out:
				return usage("--keys names the same file as -o; keep private keys elsewhere than the data")
			}
			recipients, err := recipients(to)
			if err != nil {
				return err
			}
			source, done, err := c.backupSource(ctx)
			if err != nil {
				return err
			}
			defer done()
			b, err := node.WriteBackup(ctx, c.home, node.BackupOptions{File: *out, Full: *full, To: recipients, Source: source})
			if err != nil {
				return err
			}
			if *keys != "" {
				if err := node.BackupKeys(c.home, *keys, recipients); err != nil {
					return err
				}
			}
			return c.printBackup(*out, *keys, b)
		}
	}}
}

// backupSource is the running node, or the database while none runs.
func (c *call) backupSource(ctx context.Context) (source func(context.Context, store.BackupState, io.Writer) error, done func(), err error) {
	client, ok := c.runningNode(ctx, 0)
	if !ok {
		n, err := node.Open(c.home, node.Options{Offline: true})
		if err == nil {
			return n.Backup, func() { n.Close() }, nil
		}
		if !errors.Is(err, store.ErrLocked) {
			return nil, nil, err
		}
		if client, ok = c.runningNode(ctx, startWait); !ok {
			return nil, nil, err
		}
	}
	return func(ctx context.Context, since store.BackupState, w io.Writer) error {
		state, err := json.Marshal(since)
		if err != nil {
			return err
		}
		return client.Backup(ctx, state, w)
	}, client.Close, nil
}

func (c *call) printBackup(file, keys string, b *node.BackedUp) error {
	records := uint64(0)
	for _, l := range b.State.Logs {
		records += l.Size
	}
	part := b.State.Header.Part
	c.say("%s holds %d records of %d logs as of %s, in %d bytes and %d part(s). Check it now and then:", file, records, len(b.State.Logs), b.State.Header.Created, b.Size, part)
	c.say("  stocktake backup verify %s --identity KEYFILE", file)
	if keys == "" {
		c.say("Private keys are not in it: keep root.pem, author.pem and clerk.pem of %s elsewhere, or use --keys FILE.", c.home.KeyFolder())
	} else {
		c.say("The private keys are in %s: keep it elsewhere than the backup.", keys)
	}
	if b.Erased > 0 {
		c.say("%d document(s) were erased since it was begun, and its earlier parts still have their text: begin anew with --full, and delete older copies.", b.Erased)
	}
	if c.json {
		return json.NewEncoder(c.out).Encode(map[string]any{"version": 1, "file": file, "id": b.State.Header.ID, "part": part, "records": records, "logs": len(b.State.Logs), "bytes": b.Size})
	}
	_, err := fmt.Fprintln(c.out, file)
	return err
}

// recipients reads --to.
func recipients(to []string) (all []age.Recipient, err error) {
	if len(to) == 0 {
		return nil, usage("name with --to who can read it: an age recipient as age1…; `stocktake backup key -o FILE` makes a key and prints one")
	}
	for _, s := range to {
		text := []byte(s)
		if !strings.HasPrefix(s, "age1") {
			if text, err = readInput(s, maxKeyFile); err != nil {
				return nil, err
			}
		}
		some, err := age.ParseRecipients(bytes.NewReader(text))
		if err != nil {
			return nil, usage("--to %.100s: %v", s, err)
		}
		all = append(all, some...)
	}
	return all, nil
}

// identities reads --identity.
func identities(name string) ([]age.Identity, error) {
	if name == "" {
		return nil, usage("name with --identity the file of the private age key, as `stocktake backup key` or age-keygen wrote it")
	}
	b, err := readInput(name, maxKeyFile)
	if err != nil {
		return nil, err
	}
	ids, err := age.ParseIdentities(bytes.NewReader(b))
	if err != nil {
		return nil, usage("--identity %s: %v", name, err)
	}
	return ids, nil
}

func backupKeyCommand() command {
	return command{"backup key", "", "make a key for backups; prints the recipient to use with --to", func(f *flag.FlagSet) run {
		out := f.String("o", "", "write the private key to this `file`; keep it off the node's machine")
		return func(_ context.Context, c *call, args []string) error {
			if len(args) > 0 || *out == "" {
				return usage("backup key takes -o FILE and no argument")
			}
			id, err := age.GenerateX25519Identity()
			if err != nil {
				return err
			}
			f, err := os.OpenFile(*out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(f, "# public key: %s\n%s\n", id.Recipient(), id)
			if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
				return err
			}
			c.say("%s can read backups made with --to %s. Keep it off this machine: who loses it loses the backups.", *out, id.Recipient())
			if c.json {
				return json.NewEncoder(c.out).Encode(map[string]any{"version": 1, "recipient": id.Recipient().String(), "file": *out})
			}
			_, err = fmt.Fprintln(c.out, id.Recipient())
			return err
		}
	}}
}

func backupVerifyCommand() command {
	return command{"backup verify", "FILE", "check that a backup is whole: every record, signature and tree in it against the checkpoints", func(f *flag.FlagSet) run {
		identity := f.String("identity", "", "`file` of the private age key")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) != 1 {
				return usage("name one backup")
			}
			b, ids, err := openBackup(args[0], *identity)
			if err != nil {
				return err
			}
			defer b.Close()
			v, err := node.VerifyBackup(ctx, b, ids)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return c.printVerified("whole", args[0], v)
		}
	}}
}

func openBackup(name, identity string) (*node.BackupFile, []age.Identity, error) {
	ids, err := identities(identity)
	if err != nil {
		return nil, nil, err
	}
	b, err := node.OpenBackupFile(name)
	return b, ids, err
}

func (c *call) printVerified(state, file string, v *node.Verified) error {
	if c.json {
		return json.NewEncoder(c.out).Encode(map[string]any{
			"version": 1, "file": file, "id": v.Header.ID, "parts": v.Header.Part, "created": v.Header.Created, "participant": v.Header.Participant,
			"federation": v.Header.Federation, "logs": len(v.Logs), "records": v.Records, "missing": v.Missing, "gone": v.Gone, "attachments": len(v.Attachments),
		})
	}
	_, err := fmt.Fprintf(c.out, "%-12s %s: backup of %s, federation %s, as of %s, in %d part(s)\n%-12s %d in %d logs, each log whole under its own checkpoint\n%-12s %d not arrived when it was made, %d withheld or erased\n%-12s %d\n",
		state, file, v.Header.Participant, v.Header.Federation, v.Header.Created, v.Header.Part,
		"records", v.Records, len(v.Logs), "without text", v.Missing, v.Gone, "attachments", len(v.Attachments))
	return err
}

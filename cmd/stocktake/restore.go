package main

import (
	"context"
	"flag"
	"fmt"

	"stocktake/node"
	"stocktake/store"
)

func restoreCommand() command {
	return command{"restore", "FILE", "make a home from a backup, in an empty folder; it signs nothing before `key epoch`", func(f *flag.FlagSet) run {
		identity := f.String("identity", "", "`file` of the private age key")
		keys := f.String("keys", "", "`file` that `stocktake backup --keys` wrote")
		return func(ctx context.Context, c *call, args []string) (err error) {
			if len(args) != 1 {
				return usage("name one backup")
			}
			if running(c.home) {
				return fmt.Errorf("%w: a node runs on %s; a backup is restored into an empty folder: name another one with --home", store.ErrLocked, c.home)
			}
			b, ids, err := openBackup(args[0], *identity)
			if err != nil {
				return err
			}
			defer b.Close()
			var k *node.BackupFile
			if *keys != "" {
				if k, err = node.OpenBackupFile(*keys); err != nil {
					return err
				}
				defer k.Close()
			}
			v, err := node.Restore(ctx, c.home, b, k, ids, store.Options{})
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if k == nil {
				c.say("Private keys are not in a backup: put root.pem, author.pem and clerk.pem into %s.", c.home.KeyFolder())
			}
			c.say("This home never signs the old log again. Now open the next one: stocktake key epoch --home %s --reason restored -o opening.json", c.home)
			return c.printVerified("restored", args[0], v)
		}
	}}
}

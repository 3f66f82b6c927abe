package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"stocktake/review"
)

func exportCommand() command {
	return command{"export", "ID", "write what others need to verify a document, with their own tools", func(f *flag.FlagSet) run {
		out := f.String("o", "", "write to this `folder`")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) != 1 || *out == "" {
				return usage("name one document ID, and with -o the folder to write to")
			}
			id, err := documentID(args[0])
			if err != nil {
				return err
			}
			service, done, err := c.service(ctx, nil)
			if err != nil {
				return err
			}
			defer done()
			files, err := service.Export(ctx, id)
			if err != nil {
				return err
			}
			if err := os.MkdirAll(*out, 0o755); err != nil {
				return err
			}
			for name, b := range files {
				if err := replaceFile(filepath.Join(*out, filepath.Base(name)), b); err != nil {
					return err
				}
			}
			shown, err := service.Document(ctx, id)
			if err != nil {
				return err
			}
			c.say("Check it with this program:  stocktake verify %s", *out)
			c.say("or, for signer and inclusion in a log only, with a stock tool:\n  %s", cosignCommand(*out, shown.Kind))
			_, err = fmt.Fprintln(c.out, *out)
			return err
		}
	}}
}

// cosignCommand is how cosign checks an exported document offline.
func cosignCommand(dir string, k review.Kind) string {
	at := func(name string) string { return filepath.Join(dir, name) }
	return fmt.Sprintf("cosign verify-blob-attestation --bundle %s --key %s --trusted-root %s --type %s %s",
		at(review.FileBundle), at(review.FileSigner), at(review.FileTrustedRoot), review.PredicateType(k), at(review.FileAbout))
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"stocktake/node/web"
	"stocktake/review"
)

func exportCommand() command {
	return command{"export", "[ID]", "write what others need to verify a document, or the public pages, as files", func(f *flag.FlagSet) run {
		out := f.String("o", "", "write to this `folder`")
		site := f.Bool("site", false, "write the public pages, bundles and log tiles of the running node, for any web server")
		var languages listFlag
		f.Var(&languages, "languages", "with --site, the `languages` of the pages, as en,fr,ar (default: en)")
		return func(ctx context.Context, c *call, args []string) error {
			if *out == "" {
				return usage("name with -o the folder to write to")
			}
			if *site {
				if len(args) > 0 {
					return usage("--site writes all pages and takes no document ID")
				}
				if len(languages) == 0 {
					languages = listFlag{"en"}
				}
				return exportSite(ctx, c, languages, *out)
			}
			return c.withDocument(ctx, args, func(s web.Service, id review.DocumentID) error {
				return export(ctx, c, s, id, *out)
			})
		}
	}}
}

func export(ctx context.Context, c *call, s web.Service, id review.DocumentID, dir string) error {
	files, err := s.Export(ctx, id)
	if err != nil {
		return err
	}
	files[review.FilePage] = review.VerifyPage()
	shown, err := s.Document(ctx, id)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range review.ExportedFiles() { // an older export's would not belong to these
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for name, b := range files {
		if err := replaceFile(filepath.Join(dir, filepath.Base(name)), b); err != nil {
			return err
		}
	}
	if err := exportAttachments(ctx, c, s, shown, dir); err != nil {
		return err
	}
	c.say("Check it with this program:  stocktake verify %s", dir)
	c.say("or in a browser:             %s", filepath.Join(dir, review.FilePage))
	if files[review.FilePAE] == nil {
		c.say("Its content was erased. What its author signed, and when, is proven all the same.")
	} else {
		c.say("or, for signer and inclusion in a log only, with a stock tool:\n  %s", cosignCommand(dir, shown, files[review.FileAbout] != nil))
	}
	if c.json {
		return json.NewEncoder(c.out).Encode(map[string]any{"version": 1, "folder": dir, "files": slices.Sorted(maps.Keys(files))})
	}
	_, err = fmt.Fprintln(c.out, dir)
	return err
}

// cosignCommand is how cosign checks an exported document offline. Where the
// content of what it is about is not held, its digest stands for it.
func cosignCommand(dir string, d *web.Shown, about bool) string {
	at := func(name string) string { return filepath.Join(dir, name) }
	subject := at(review.FileAbout)
	if !about {
		subject = fmt.Sprintf("--digest %s --digestAlg sha256", d.About)
	}
	return fmt.Sprintf("cosign verify-blob-attestation --bundle %s --key %s --trusted-root %s --type %s %s",
		at(review.FileBundle), at(review.FileSigner), at(review.FileTrustedRoot), review.PredicateType(d.Kind), subject)
}

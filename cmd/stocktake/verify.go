package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"stocktake/review"
	"stocktake/signing"
)

func verifyCommand() command {
	return command{"verify", "PATH...", "check exported documents, or a signed refusal, offline: who, when, does it count, what follows", func(f *flag.FlagSet) run {
		federation := f.String("federation", "", "the `ID` of the federation that you mean; another one is refused")
		pageHash := f.Bool("page-hash", false, "print the SHA-256 of "+review.FilePage+", the page that checks exports in a browser, and do nothing else")
		file := f.String("federation-file", "", "for a signed envelope: the federation's `file` (default: federation.jsonl beside it, else the home's)")
		in := f.String("stocktake", "", "say whether this stocktake `file` rests on the document: in it, beyond its cut-off, or left out")
		again := f.Bool("recompute", false, "each PATH is a stocktake file: assemble it again from the node's records and compare every byte")
		return func(ctx context.Context, c *call, args []string) error {
			if *pageHash {
				_, err := fmt.Fprintf(c.out, "%s  %s\n", review.VerifyPageHash(), review.FilePage)
				return err
			}
			if len(args) == 0 {
				return usage("name a folder that `stocktake export` wrote, or its %s", review.FileBundle)
			}
			if *again {
				for _, path := range args {
					if err := recompute(ctx, c, path); err != nil {
						return err
					}
				}
				return nil
			}
			var stocktake *review.Stocktake
			if *in != "" {
				var err error
				if stocktake, err = readStocktake(*in); err != nil {
					return err
				}
			}
			var first error
			for _, path := range args {
				if e, ok := readEnvelope(path); ok {
					if err := c.verifyEnvelope(path, e, *file, review.DocumentID(*federation)); err != nil {
						return fmt.Errorf("%s: %w", path, err)
					}
					continue
				}
				v, err := verifyPath(path)
				if err == nil && *federation != "" && string(v.Federation) != *federation {
					err = fail(exitUndecided, "it is of federation %s, not of %s", v.Federation, *federation)
				}
				if err == nil && stocktake != nil {
					v.Inclusion = stocktake.Inclusion(v)
				}
				if err == nil {
					err = printVerdict(c, v)
				}
				if err == nil {
					err = verifyAttachments(c, path, v)
				}
				if err == nil && stocktake != nil {
					err = included(*in, v.Inclusion)
				}
				if err != nil {
					if !errors.Is(err, fs.ErrNotExist) { // which names it itself
						err = fmt.Errorf("%s: %w", path, err)
					}
					if len(args) > 1 {
						report(c.err, "verify", err)
					}
					if first == nil {
						first = err
					}
				}
			}
			if first != nil && len(args) > 1 {
				return fail(exitCode(first), "not everything could be verified; see above")
			}
			return first
		}
	}}
}

// verifyPath verifies a folder, or a bundle with the files beside it.
func verifyPath(path string) (*review.Verdict, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	dir, bundle := path, review.FileBundle
	if !info.IsDir() {
		dir, bundle = filepath.Split(path)
	}
	files := map[string][]byte{}
	for _, name := range review.ExportedFiles() {
		from := name
		if name == review.FileBundle {
			from = bundle
		}
		b, err := readInput(filepath.Join(dir, from), maxInput)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		files[name] = b
	}
	v, err := review.Verify(files)
	return v, judged(err)
}

// included gives the exit code of what a stocktake says of a document.
func included(file string, in *review.Inclusion) error {
	switch in.State {
	case review.InclusionIn:
		return nil
	case review.InclusionAfter:
		return fail(exitNotFound, "%s: %s", file, in.Says)
	case review.InclusionLeftOut, review.InclusionContested:
		return fail(exitInvalid, "%s: %s", file, in.Says)
	}
	return fail(exitUndecided, "%s: %s", file, in.Says)
}

// judged gives the exit code of what verification found.
func judged(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, review.ErrUndecided), errors.Is(err, signing.ErrUnknownLog):
		return fail(exitUndecided, "%w", err)
	default:
		return fail(exitInvalid, "%w", err)
	}
}

// printVerdict prints what was found. What cannot be decided is an error after
// all that can.
func printVerdict(c *call, v *review.Verdict) error {
	var err error
	if c.json {
		err = json.NewEncoder(c.out).Encode(struct {
			Version int `json:"version"`
			*review.Verdict
		}{verdictVersion, v})
	} else {
		_, err = fmt.Fprint(c.out, v.Text())
	}
	if err == nil && v.Counts == review.CountsUndecided {
		err = fail(exitUndecided, "whether it counts cannot be decided offline: %s", v.Because)
	}
	return err
}

// verdictVersion is of the shape that --json prints.
const verdictVersion = 2

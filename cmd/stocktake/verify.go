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
	return command{"verify", "PATH...", "check exported documents, or a signed refusal, offline: who, what, when filed, by how many witnesses", func(f *flag.FlagSet) run {
		federation := f.String("federation", "", "the `ID` of the federation that you mean; another one is refused")
		file := f.String("federation-file", "", "for a signed envelope: the federation's `file` (default: federation.jsonl beside it, else the home's)")
		return func(_ context.Context, c *call, args []string) error {
			if len(args) == 0 {
				return usage("name a folder that `stocktake export` wrote, or its %s", review.FileBundle)
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
				if err != nil {
					err = fmt.Errorf("%s: %w", path, err)
					if len(args) > 1 {
						report(c.err, "verify", err)
					}
					if first == nil {
						first = err
					}
					continue
				}
				if err := printVerdict(c, v); err != nil {
					return err
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
	for _, name := range []string{review.FilePAE, review.FileBundle, review.FileSigner, review.FileTrustedRoot, review.FileAbout, review.FileFounding} {
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

func printVerdict(c *call, v *review.Verdict) error {
	if c.json {
		return json.NewEncoder(c.out).Encode(struct {
			Version int `json:"version"`
			*review.Verdict
		}{1, v})
	}
	if v.Proves != "" {
		fmt.Fprintf(c.out, "proves      %s\n", v.Proves)
	}
	title := v.Title
	if v.Sample {
		title += " (sample)"
	}
	filed := fmt.Sprintf("not yet: no quorum of %d witnesses has cosigned it here; ask for a newer export", v.Quorum)
	if v.Filed != "" {
		filed = fmt.Sprintf("%s, witnessed by %d (a quorum is %d)", v.Filed, v.Witnesses, v.Quorum)
	}
	if v.KeyEnded != "" {
		filed += fmt.Sprintf("\nkey ended   by document %s: this one counts only if it was filed before that; verify that one too", v.KeyEnded)
	}
	by := v.AuthorName
	if v.Holder != "" {
		by = v.Holder + ", delegated by " + v.AuthorName
	}
	fmt.Fprintf(c.out, "valid       %s: %s\ndocument    %s\nsigned by   %s (%s), %s key %.16s\nfiled       %s\nlog         %s, index %d\nfederation  %s, charter %d\n",
		v.Kind, title, v.ID, by, v.AuthorKind, v.Role, v.Signer, filed, v.Log, v.Index, v.Federation, v.Charter)
	return nil
}

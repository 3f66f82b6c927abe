// Cosign runs the cosign program on a document that `stocktake export` wrote,
// then on hundreds of copies with one change each: the first must verify, and
// none of the others may. It prints one line per case.
//
//	go -C testnet/interop run ./cosign [-bits N] [DIR]
//
// Without DIR it makes a sample of its own. The program is $COSIGN, or cosign
// on PATH (version 3.1.3 was tried); it is kept off the network and out of the
// user's home. -bits is how many bits of each field are flipped, 0 for all.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"stocktake/testnet/interop"
)

func main() {
	bits := flag.Int("bits", 40, "bits to flip in each field, 0 for every one")
	flag.Parse()
	if err := run(flag.Arg(0), *bits); err != nil {
		fmt.Fprintln(os.Stderr, "cosign check:", err)
		os.Exit(1)
	}
}

// command is cosign with its surroundings.
type command struct {
	program, home, kind string
}

func run(dir string, bits int) error {
	program := os.Getenv("COSIGN")
	if program == "" {
		program = "cosign"
	}
	program, err := exec.LookPath(program)
	if err != nil {
		return fmt.Errorf("%w: put cosign on PATH or name it in $COSIGN", err)
	}
	home, err := os.MkdirTemp("", "cosign-check-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	if dir == "" {
		s, err := interop.NewSample()
		if err != nil {
			return err
		}
		dir = filepath.Join(home, "sample")
		if err := errors.Join(os.Mkdir(dir, 0o755), s.WriteTo(dir)); err != nil {
			return err
		}
	}
	bundle, err := os.ReadFile(filepath.Join(dir, interop.BundleFile))
	if err != nil {
		return err
	}
	kind, err := interop.PredicateType(bundle)
	if err != nil {
		return err
	}
	cases, err := interop.Tamper(bundle, bits)
	if err != nil {
		return err
	}

	cosign := command{program, home, kind}
	files := paths(dir)
	out, err := cosign.verify(files)
	if err != nil {
		return fmt.Errorf("the document as exported does not verify: %w: %s", err, out)
	}
	fmt.Println("ok   as exported: verified")
	missed := 0
	report := func(name string, err error) {
		switch exit := (*exec.ExitError)(nil); {
		case err == nil:
			missed++
			fmt.Printf("FAIL %s: verified all the same\n", name)
		case errors.As(err, &exit) && exit.ExitCode() > 0:
			fmt.Printf("ok   %s: refused\n", name)
		default:
			missed++
			fmt.Printf("FAIL %s: %v\n", name, err)
		}
	}
	changed := filepath.Join(home, interop.BundleFile)
	for _, c := range cases {
		if err := os.WriteFile(changed, c.Bundle, 0o644); err != nil {
			return err
		}
		_, err := cosign.verify(files.with(interop.BundleFile, changed))
		report(c.Name, err)
	}
	others, err := cosign.elsewhere(files)
	if err != nil {
		return err
	}
	for _, o := range others {
		_, err := o.cosign.verify(o.files)
		report(o.name, err)
	}
	total := len(cases) + len(others)
	fmt.Printf("%d changes, %d refused\n", total, total-missed)
	if missed > 0 {
		return fmt.Errorf("%d of %d changes were not noticed", missed, total)
	}
	return nil
}

// files are the paths of an exported document's files by name.
type files map[string]string

func paths(dir string) files {
	f := make(files)
	for _, name := range []string{interop.BundleFile, interop.KeyFile, interop.RootFile, interop.AboutFile} {
		f[name] = filepath.Join(dir, name)
	}
	return f
}

func (f files) with(name, path string) files {
	other := files{}
	for n, p := range f {
		other[n] = p
	}
	other[name] = path
	return other
}

// verify runs the command that a stranger runs.
func (c command) verify(f files) (output []byte, err error) {
	cmd := exec.Command(c.program, "verify-blob-attestation",
		"--bundle", f[interop.BundleFile], "--key", f[interop.KeyFile],
		"--trusted-root", f[interop.RootFile], "--type", c.kind, f[interop.AboutFile])
	nowhere := "http://127.0.0.1:1" // a proxy that nobody runs: no request gets out
	cmd.Env = []string{"HOME=" + c.home, "PATH=" + os.Getenv("PATH"), "HTTP_PROXY=" + nowhere, "HTTPS_PROXY=" + nowhere}
	return cmd.CombinedOutput()
}

type otherCase struct {
	name   string
	cosign command
	files  files
}

// elsewhere are changes outside the bundle: to the subject, and the files of
// another document put in the place of this one's.
func (c command) elsewhere(f files) ([]otherCase, error) {
	other, err := interop.NewSample()
	if err != nil {
		return nil, err
	}
	about, err := os.ReadFile(f[interop.AboutFile])
	if err != nil {
		return nil, err
	}
	about = slices.Concat(about, []byte("\n"))
	write := func(name string, content []byte) string {
		path := filepath.Join(c.home, "other-"+name)
		err = errors.Join(err, os.WriteFile(path, content, 0o644))
		return path
	}
	wrongKind := c
	wrongKind.kind += "0"
	cases := []otherCase{
		{"a byte more in the document it is about", c, f.with(interop.AboutFile, write(interop.AboutFile, about))},
		{"the key of another signer", c, f.with(interop.KeyFile, write(interop.KeyFile, other[interop.KeyFile]))},
		{"the logs of another federation", c, f.with(interop.RootFile, write(interop.RootFile, other[interop.RootFile]))},
		{"another type of document", wrongKind, f},
	}
	return cases, err
}

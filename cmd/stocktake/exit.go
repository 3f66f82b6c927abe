package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"filippo.io/age"

	"stocktake/node"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Exit codes. They are the same for every command.
const (
	exitOK             = 0
	exitFailed         = 1
	exitUsage          = 2
	exitPartly         = 3
	exitNotFound       = 4
	exitInvalid        = 5
	exitUndecided      = 6
	exitLocked         = 7
	exitDisk           = 8
	exitNetwork        = 9
	exitNotInitialised = 10
)

const exitCodes = `Exit codes: 0 ok · 1 failed · 2 usage · 3 partly done · 4 not found · 5 signature or proof invalid
6 cannot be decided (key or checkpoint missing) · 7 locked · 8 disk · 9 network · 10 not initialised
`

// exitError is an error that knows its exit code.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func fail(code int, format string, args ...any) error {
	return &exitError{code, fmt.Errorf(format, args...)}
}

func usage(format string, args ...any) error { return fail(exitUsage, format, args...) }

// exitCode is the one place that turns errors into codes.
func exitCode(err error) int {
	var own *exitError
	var missing *review.CannotComputeError
	var network *web.NetworkError
	var identity *age.NoIdentityMatchError
	var damage *store.DamageError
	switch {
	case errors.As(err, &own):
		return own.code
	case errors.Is(err, node.ErrNotInitialised):
		return exitNotInitialised
	case errors.Is(err, web.ErrNotFound), errors.Is(err, review.ErrRates):
		return exitNotFound
	case errors.Is(err, store.ErrLocked):
		return exitLocked
	case errors.Is(err, store.ErrDiskFull), errors.Is(err, syscall.ENOSPC):
		return exitDisk
	case errors.Is(err, signing.ErrSignature), errors.Is(err, signing.ErrCheckpoint), errors.Is(err, store.ErrBackup), errors.Is(err, review.ErrAttachment), errors.As(err, &damage):
		return exitInvalid
	case errors.As(err, &missing), errors.As(err, &identity):
		return exitUndecided
	case errors.As(err, &network):
		return exitNetwork
	}
	return exitFailed
}

// noFile says where a file was looked for.
func noFile(name string) string {
	if folder, err := os.Getwd(); err == nil && !filepath.IsAbs(name) {
		name += " in " + folder
	}
	return "there is no file " + name + ": check the name"
}

// report prints an error, a line for each of its reasons, and gives its code.
func report(w io.Writer, name string, err error) int {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(w, "stocktake %s: interrupted\n", name)
		return exitFailed
	}
	var path *fs.PathError
	text := err.Error()
	if errors.As(err, &path) && errors.Is(err, fs.ErrNotExist) && text == path.Error() {
		text = noFile(path.Path)
	}
	for line := range strings.Lines(text) {
		fmt.Fprintf(w, "stocktake %s: %s\n", name, strings.TrimRight(line, "\n"))
	}
	return exitCode(err)
}

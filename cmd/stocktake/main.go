// Command stocktake runs one node of a federated peer-review network, and
// everything that a member, a reviewer or a citizen does with it.
//
// How it talks: data goes to stdout, talk to stderr. Whatever fails says in
// one line what failed, why, and what to do next, and the exit code says
// which kind of failure it was (see exit.go). With --json the data has a
// stable, versioned shape. Nothing is asked on a terminal but passwords.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := Main(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

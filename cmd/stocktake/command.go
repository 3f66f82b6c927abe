package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"stocktake/node"
	"stocktake/node/web"
)

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// command is one verb of the command line.
type command struct {
	name  string // "charter new"
	args  string // "KIND"
	about string // one line
	setup func(*flag.FlagSet) run
}

// run does the work, after the flags were read. It gets the other arguments.
type run func(ctx context.Context, c *call, args []string) error

// call is one invocation: the flags that all commands share.
type call struct {
	streams
	home  node.Home
	json  bool
	quiet bool
}

// say tells the person what happens, unless -q.
func (c *call) say(format string, args ...any) {
	if !c.quiet {
		fmt.Fprintf(c.err, format+"\n", args...)
	}
}

// Main runs one command line and returns its exit code.
func Main(ctx context.Context, args []string, s streams) int {
	if len(args) > 1 && args[0] == "help" {
		return help(args[1:], s)
	}
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		printCommands(s.out)
		return exitOK
	}
	cmd, rest, ok := find(args)
	if !ok {
		fmt.Fprintf(s.err, "stocktake: there is no command %q; `stocktake help` lists them\n", strings.Join(args[:min(2, len(args))], " "))
		return exitUsage
	}
	c := &call{streams: s}
	flags, run := c.flags(cmd)
	positional, err := parseFlags(flags, rest)
	switch {
	case errors.Is(err, flag.ErrHelp):
		printUsage(s.out, cmd, flags)
		return exitOK
	case err != nil:
		fmt.Fprintf(s.err, "stocktake %s: %v; `stocktake %s -h` lists the flags\n", cmd.name, err, cmd.name)
		return exitUsage
	}
	if err := run(ctx, c, positional); err != nil {
		return report(s.err, cmd.name, err)
	}
	return exitOK
}

// flags are those that a command knows, and what they set.
func (c *call) flags(cmd command) (*flag.FlagSet, run) {
	flags := flag.NewFlagSet(cmd.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar((*string)(&c.home), "home", defaultHome(), "the node's `folder`")
	flags.BoolVar(&c.json, "json", false, "print data as JSON")
	flags.BoolVar(&c.quiet, "q", false, "say nothing but data and errors")
	return flags, cmd.setup(flags)
}

// flagsOf are a command's flags for who describes them.
func flagsOf(cmd command) *flag.FlagSet {
	flags, _ := new(call).flags(cmd)
	return flags
}

// find picks the command with the longest matching name.
func find(args []string) (command, []string, bool) {
	for n := min(2, len(args)); n > 0; n-- {
		name := strings.Join(args[:n], " ")
		for _, c := range commands() {
			if c.name == name {
				return c, args[n:], true
			}
		}
	}
	return command{}, nil, false
}

// parseFlags takes flags before, between and after the other arguments.
func parseFlags(flags *flag.FlagSet, args []string) (positional []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		rest := flags.Args()
		if len(rest) == 0 {
			return positional, nil
		}
		if n := len(args) - len(rest); n > 0 && args[n-1] == "--" {
			return append(positional, rest...), nil
		}
		positional, args = append(positional, rest[0]), rest[1:]
	}
}

func defaultHome() string {
	if h := os.Getenv("STOCKTAKE_HOME"); h != "" {
		return h
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return ".stocktake"
	}
	return filepath.Join(user, ".stocktake")
}

// help explains a topic, or a command as its -h does.
func help(args []string, s streams) int {
	if len(args) == 1 && args[0] == "protection" {
		fmt.Fprint(s.out, web.Protection)
		return exitOK
	}
	if args[0] == "--man" {
		page, ok := manual(strings.Join(args[1:], " "))
		if !ok {
			fmt.Fprintf(s.err, "stocktake: there is no command %q; `stocktake help` lists them\n", strings.Join(args[1:], " "))
			return exitUsage
		}
		fmt.Fprint(s.out, page)
		return exitOK
	}
	cmd, rest, ok := find(args)
	if !ok || len(rest) > 0 {
		fmt.Fprintf(s.err, "stocktake: no help on %q; `stocktake help` lists the commands, and there is `stocktake help protection`\n", strings.Join(args, " "))
		return exitUsage
	}
	printUsage(s.out, cmd, flagsOf(cmd))
	return exitOK
}

func printCommands(w io.Writer) {
	fmt.Fprint(w, "stocktake: a federated peer-review network for the follow-up of an international compact\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-34s %s\n", strings.TrimSpace(c.name+" "+c.args), c.about)
	}
	fmt.Fprint(w, "\nEvery command takes --home DIR (or $STOCKTAKE_HOME), --json and -q; `stocktake COMMAND -h` tells the rest.\n`stocktake help protection`: what protects an author at risk, and what does not.\n")
}

func printUsage(w io.Writer, c command, flags *flag.FlagSet) {
	fmt.Fprintf(w, "stocktake %s\n%s\n\n", strings.TrimSpace(c.name+" "+c.args), c.about)
	flags.SetOutput(w)
	flags.PrintDefaults()
	fmt.Fprint(w, "\n"+exitCodes)
}

package main

import (
	"cmp"
	"flag"
	"fmt"
	"strings"
)

// Manual pages, in the macros of man(7), are made from the same texts as -h.

// manual is the page of one command, or of the program.
func manual(name string) (string, bool) {
	var b strings.Builder
	if name == "" {
		title(&b, "stocktake", "a federated peer-review network for the follow-up of an international compact")
		fmt.Fprint(&b, ".B stocktake\n.I command\n[\n.I flags\n]\n.SH COMMANDS\n")
		for _, c := range commands() {
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(strings.TrimSpace(c.name+" "+c.args)), roff(c.about))
		}
		footer(&b)
		return b.String(), true
	}
	cmd, rest, ok := find(strings.Fields(name))
	if !ok || len(rest) > 0 {
		return "", false
	}
	title(&b, "stocktake-"+strings.ReplaceAll(cmd.name, " ", "-"), cmd.about)
	fmt.Fprintf(&b, ".B stocktake %s\n[\n.I flags\n] %s\n.SH OPTIONS\n", roff(cmd.name), roff(cmd.args))
	flagsOf(cmd).VisitAll(func(f *flag.Flag) {
		value, usage := flag.UnquoteUsage(f)
		fmt.Fprintf(&b, ".TP\n.B %s\n", strings.TrimSpace(roff(flagName(f))+" "+roff(value)))
		if f.DefValue != "" && f.DefValue != "false" && f.Name != "home" {
			usage += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(&b, "%s\n", roff(cmp.Or(usage, f.Name)))
	})
	footer(&b)
	return b.String(), true
}

func title(b *strings.Builder, name, about string) {
	fmt.Fprintf(b, ".TH %s 1\n.SH NAME\n%s \\- %s\n.SH SYNOPSIS\n", strings.ToUpper(name), roff(name), roff(about))
}

func footer(b *strings.Builder) {
	fmt.Fprintf(b, ".SH EXIT STATUS\n%s\n.SH ENVIRONMENT\n.TP\n.B STOCKTAKE_HOME\nthe node's folder, where \\-\\-home is not given\n.TP\n.B STOCKTAKE_PASSWORD\nthe password of private keys\n", roff(strings.TrimPrefix(strings.ReplaceAll(strings.TrimSpace(exitCodes), "\n", " · "), "Exit codes: ")))
}

// roff escapes a text of one line.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "…", "...", "·", `\(bu`, "“", `\(lq`, "”", `\(rq`, "’", `\(cq`, "\n", " ").Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

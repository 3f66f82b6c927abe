package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
)

// Completions for shells are made from the table of commands: each shell gets
// the same list of lines, a command and its words, and looks the typed line up.

func completionCommand() command {
	return command{"completion", "bash|zsh|fish", "a script that completes commands and flags in a shell", func(*flag.FlagSet) run {
		return func(_ context.Context, c *call, args []string) error {
			if len(args) != 1 {
				return usage("name one shell: bash, zsh or fish")
			}
			var script string
			switch args[0] {
			case "bash":
				script = bashCompletion()
			case "zsh":
				script = "#compdef stocktake\nautoload -U +X bashcompinit && bashcompinit\n" + bashCompletion()
			case "fish":
				script = fishCompletion()
			default:
				return usage("there is no completion for %.40q; name bash, zsh or fish", args[0])
			}
			_, err := fmt.Fprint(c.out, script)
			return err
		}
	}}
}

// completed is a command as shells complete it.
type completed struct {
	command
	flags []*flag.Flag
}

func completions() (all []completed) {
	for _, cmd := range commands() {
		done := completed{command: cmd}
		flagsOf(cmd).VisitAll(func(f *flag.Flag) { done.flags = append(done.flags, f) })
		all = append(all, done)
	}
	return all
}

// flagName is a flag as people type it.
func flagName(f *flag.Flag) string {
	if len(f.Name) == 1 {
		return "-" + f.Name
	}
	return "--" + f.Name
}

// choices are the words that a command's argument may be, where it names them.
func (c completed) choices() []string {
	if strings.Contains(c.args, "|") && strings.ToLower(c.args) == c.args {
		return strings.Split(c.args, "|")
	}
	return nil
}

// firstWords are what follows the name of the program, secondWords what follows
// that.
func firstWords(all []completed) (words []string) {
	seen := map[string]bool{}
	for _, c := range all {
		word, _, _ := strings.Cut(c.name, " ")
		if !seen[word] {
			seen[word] = true
			words = append(words, word)
		}
	}
	return append(words, "help")
}

func bashCompletion() string {
	all := completions()
	var b strings.Builder
	fmt.Fprint(&b, `_stocktake() {
	local at=${COMP_WORDS[COMP_CWORD]} typed="${COMP_WORDS[1]} " words
	if [ "$COMP_CWORD" -gt 2 ]; then typed="$typed${COMP_WORDS[2]} "; fi
	case "$typed" in
`)
	line := func(name string, words ...string) {
		fmt.Fprintf(&b, "\t%q*) words=%q ;;\n", name+" ", strings.Join(words, " "))
	}
	for _, two := range []bool{true, false} { // the first that fits is taken
		for _, c := range all {
			if strings.Contains(c.name, " ") == two {
				words := append(subcommands(all, c.name), c.choices()...)
				for _, f := range c.flags {
					words = append(words, flagName(f))
				}
				line(c.name, words...)
			}
		}
	}
	for _, group := range groups(all) {
		line(group, subcommands(all, group)...)
	}
	line("help", append(firstWords(all), "--man", "protection")...)
	fmt.Fprintf(&b, `	esac
	if [ "$COMP_CWORD" -eq 1 ]; then words=%q; fi
	COMPREPLY=($(compgen -W "$words" -- "$at"))
	if [ ${#COMPREPLY[@]} -eq 0 ] && [ "$COMP_CWORD" -gt 1 ]; then COMPREPLY=($(compgen -f -- "$at")); fi
}
complete -o filenames -F _stocktake stocktake
`, strings.Join(firstWords(all), " "))
	return b.String()
}

// subcommands are the second words after a first one.
func subcommands(all []completed, first string) (words []string) {
	for _, c := range all {
		if word, rest, ok := strings.Cut(c.name, " "); ok && word == first {
			words = append(words, rest)
		}
	}
	return words
}

// groups are first words that are no command by themselves.
func groups(all []completed) (words []string) {
	for _, word := range firstWords(all) {
		alone := false
		for _, c := range all {
			alone = alone || c.name == word
		}
		if !alone && word != "help" {
			words = append(words, word)
		}
	}
	return words
}

func fishCompletion() string {
	all := completions()
	var b strings.Builder
	quote := func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" }
	fmt.Fprintf(&b, "complete -c stocktake -n __fish_use_subcommand -f -a %s\n", quote(strings.Join(firstWords(all), " ")))
	for _, c := range all {
		first, second, two := strings.Cut(c.name, " ")
		condition := "__fish_seen_subcommand_from " + first
		if two {
			fmt.Fprintf(&b, "complete -c stocktake -n %s -f -a %s -d %s\n", quote(condition+"; and test (count (commandline -opc)) -eq 2"), quote(second), quote(c.about))
			condition += "; and __fish_seen_subcommand_from " + second
		}
		if words := c.choices(); len(words) > 0 {
			fmt.Fprintf(&b, "complete -c stocktake -n %s -f -a %s\n", quote(condition), quote(strings.Join(words, " ")))
		}
		for _, f := range c.flags {
			kind := "-l"
			if len(f.Name) == 1 {
				kind = "-s"
			}
			name, usage := flag.UnquoteUsage(f)
			takes := ""
			if name != "" {
				takes = " -r"
			}
			fmt.Fprintf(&b, "complete -c stocktake -n %s %s %s%s -d %s\n", quote(condition), kind, f.Name, takes, quote(usage))
		}
	}
	return b.String()
}

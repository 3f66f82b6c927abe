package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml"

	"stocktake/node"
)

func configCommand() command {
	return command{"config", "", "the configuration that the node goes by, defaults included", func(*flag.FlagSet) run {
		return func(_ context.Context, c *call, args []string) error {
			if len(args) > 0 {
				return usage("config takes no argument %q; there are `config validate` and `config systemd`", args[0])
			}
			config, err := c.home.Config()
			if err != nil {
				return err
			}
			b, err := yaml.Marshal(config)
			if err != nil {
				return err
			}
			if c.json {
				if b, err = yaml.YAMLToJSON(b); err != nil {
					return err
				}
				return c.printJSON("config", json.RawMessage(b))
			}
			_, err = c.out.Write(b)
			return err
		}
	}}
}

func configValidateCommand() command {
	return command{"config validate", "", "whether config.yaml and what it names can be used; a line for each mistake", func(*flag.FlagSet) run {
		return func(_ context.Context, c *call, args []string) error {
			if len(args) > 0 {
				return usage("config validate takes no argument %q", args[0])
			}
			if err := c.home.Validate(); err != nil {
				return err
			}
			c.say("%s has no mistake", c.home.ConfigFile())
			return nil
		}
	}}
}

func configSystemdCommand() command {
	return command{"config systemd", "service|backup|timer", "a systemd unit for the node, for its nightly backup, or for when that is made", func(f *flag.FlagSet) run {
		u := node.Unit{}
		f.StringVar(&u.User, "user", "stocktake", "the system's `user` that runs the node and owns its home")
		f.StringVar(&u.Password, "password-file", "", "`file`, of root only, with the password of the node's keys, which systemd hands out")
		f.StringVar(&u.BackupTo, "to", "", "backup: age `recipient`, as age1…")
		f.StringVar(&u.BackupFile, "o", "", "backup: the backup's `file`")
		f.StringVar(&u.Program, "program", "", "where the program is, if not where this one is: a `path`")
		return func(_ context.Context, c *call, args []string) error {
			if len(args) != 1 {
				return usage("name one unit: service, backup or timer")
			}
			u.Home = c.home
			var err error
			if u.Program == "" {
				if u.Program, err = os.Executable(); err != nil {
					return err
				}
			}
			if args[0] == "backup" && (u.BackupTo == "" || u.BackupFile == "") {
				return usage("the backup's unit needs --to, an age recipient, and -o, the backup's file")
			}
			text, err := u.Text(args[0])
			if err != nil {
				return usage("%v", err)
			}
			if c.json {
				return c.printJSON("unit", text)
			}
			_, err = fmt.Fprint(c.out, strings.TrimLeft(text, "\n"))
			return err
		}
	}}
}

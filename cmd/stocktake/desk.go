package main

import (
	"context"
	"flag"
	"fmt"

	"stocktake/node/desk"
)

func deskCommand() command {
	return command{"desk", "NAME", "let somebody work at the member's desk, or no longer", func(f *flag.FlagSet) run {
		var p passwordFlags
		var roles listFlag
		f.Var(&roles, "role", "what they may `do`: drafter, clearer, signer; several with commas; nobody clears what they wrote")
		f.StringVar(&p.file, "password-file", "", "`file` with their password (default: $STOCKTAKE_DESK_PASSWORD, else it is asked for)")
		remove := f.Bool("remove", false, "they may no longer")
		return func(_ context.Context, c *call, args []string) error {
			if len(args) != 1 || *remove == (len(roles) > 0) {
				return usage("name one person, and with --role what they may do, or --remove")
			}
			config, err := c.home.Config()
			if err != nil {
				return err
			}
			var password []byte
			var given []desk.Role
			for _, r := range roles {
				given = append(given, desk.Role(r))
			}
			if !*remove {
				p.variable, p.prompt = "STOCKTAKE_DESK_PASSWORD", "Password for "+args[0]+" at the desk: "
				if password, err = p.ask(c)(true); err != nil {
					return err
				}
			}
			if err := desk.SetPerson(c.home.DeskFolder(), args[0], given, password); err != nil {
				return err
			}
			if config.Desk == "" {
				c.say("There is no desk yet: write desk: 127.0.0.1:8472 into %s and start the node again.", c.home.ConfigFile())
			} else {
				c.say("The desk is at http://%s/ while the node runs.", config.Desk)
			}
			_, err = fmt.Fprintln(c.out, args[0])
			return err
		}
	}}
}

package main

import (
	"cmp"
	"context"
	"flag"

	"stocktake/node"
	"stocktake/review"
)

func keyVouchCommand() command {
	return command{"key vouch", "AUTHOR PUBLIC-KEY", "as an accreditor: let an author take part whom the charter does not list, by name or only by its key", func(f *flag.FlagSet) run {
		var s signFlags
		var a review.Accreditation
		s.add(f)
		f.StringVar(&a.Name, "name", "", "`name` of the organisation; left out, the author is protected: its key is vouched for and it is not named")
		f.StringVar(&a.Type, "type", "", "what a named author is, as `local-authority` (default: civil-society)")
		f.StringVar(&a.Country, "country", "", "where it is, as `SLE`; leave it out where few could be meant")
		f.StringVar(&a.Region, "region", "", "`code` of a region where it is")
		f.StringVar(&a.Capacity, "capacity", "", "in `what` capacity it speaks; of a protected author no more than readers need")
		f.StringVar(&a.Until, "until", "", "`time` until when you answer for it, as 2030-01-01T00:00:00Z (default: until further notice)")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) != 2 {
				return usage("name the author, a. and a short name as a.observer-17, and its public key: a .pub file, or the base64")
			}
			a.Participant = review.ParticipantID(args[0])
			if a.Type = cmp.Or(a.Type, "civil-society"); a.Name == "" {
				a.Type = "protected-author"
			}
			key, err := publicKey(args[1])
			if err != nil {
				return err
			}
			a.Key = key.Base64()
			found, err := s.founding(c)
			if err != nil {
				return err
			}
			signer, author, err := s.open(ctx, c)
			if err != nil {
				return err
			}
			e, err := node.SignAccreditation(signer, author, found, a)
			if err != nil {
				return err
			}
			c.say("signed %s; it works from its filing time on: stocktake publish %s", e.Digest(), orDefault(s.out, "FILE"))
			if a.Name == "" {
				c.say("It names nobody. What it cannot protect from: stocktake help protection")
			}
			return c.writeOutput(s.out, append(e.Marshal(), '\n'))
		}
	}}
}

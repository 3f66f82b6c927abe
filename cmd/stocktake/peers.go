package main

import (
	"context"
	"flag"
	"fmt"

	"stocktake/node/web"
	"stocktake/review"
)

// peerLine is one other member's node.
type peerLine struct {
	web.PeerStatus
	Records uint64 `json:"records"` // of its logs, held here
	Known   uint64 `json:"known"`   // the longest that was heard of
}

func peersCommand() command {
	return command{"peers", "", "the other members' nodes: who is connected, and what of theirs is here", func(*flag.FlagSet) run {
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 {
				return usage("peers takes no argument %q", args[0])
			}
			service, done, err := c.service(ctx, nil)
			if err != nil {
				return err
			}
			defer done()
			s, err := service.Status(ctx)
			if err != nil {
				return err
			}
			lines := peerLines(s)
			if c.json {
				return c.printJSON("peers", lines)
			}
			for _, p := range lines {
				fmt.Fprintf(c.out, "%-20s %-14s %d of %d records here", p.Participant, p.state(), p.Records, p.Known)
				switch {
				case p.Address != "":
					fmt.Fprintf(c.out, "  %s", p.Address)
				case p.Trouble != "":
					fmt.Fprintf(c.out, "  %s", p.Trouble)
				}
				fmt.Fprintln(c.out)
			}
			if !s.Running {
				c.say("The node does not run, so nobody is connected: start it with `stocktake serve`.")
			}
			c.say("%d of %d connected", s.Up(), len(lines))
			return nil
		}
	}}
}

func (p peerLine) state() string {
	if p.Connected {
		return "connected"
	}
	return "not connected"
}

// peerLines are the peers, of a node that does not run the owners of the logs.
func peerLines(s *web.Status) []peerLine {
	lines := []peerLine{}
	at := map[review.ParticipantID]int{}
	for _, p := range s.Peers {
		at[p.Participant] = len(lines)
		lines = append(lines, peerLine{PeerStatus: p})
	}
	for _, l := range s.Logs {
		_, owner, _, _, err := l.Log.Split()
		if err != nil || owner == s.Participant {
			continue
		}
		i, listed := at[owner]
		if !listed {
			i, at[owner] = len(lines), len(lines)
			lines = append(lines, peerLine{PeerStatus: web.PeerStatus{Participant: owner}})
		}
		lines[i].Records += l.Size
		lines[i].Known += l.Known
	}
	return lines
}

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"

	"stocktake/node"
	"stocktake/node/web"
)

func statusCommand() command {
	return command{"status", "", "how the node and its federation are", func(*flag.FlagSet) run {
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 {
				return usage("status takes no argument %q", args[0])
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
			if c.json {
				return json.NewEncoder(c.out).Encode(struct {
					Version int `json:"version"`
					*web.Status
				}{1, s})
			}
			printStatus(c, s)
			return nil
		}
	}}
}

func printStatus(c *call, s *web.Status) {
	fmt.Fprintf(c.out, "node        %s (%s)\nfederation  %s, charter %d\nlog         %s, %d records, %d not filed yet\n",
		s.Name, s.Participant, s.Federation, s.Charter, s.Log, s.Size, s.Pending)
	if s.Quota > 0 {
		fmt.Fprintf(c.out, "quota       %d records, the last of them this log's own receipts\n", s.Quota)
	}
	if s.Fenced != "" {
		fmt.Fprintf(c.out, "FENCED      this node never signs its log again: %s\nto go on    %s\n", s.Fenced, strings.Replace(s.Remedy, "key epoch", "key epoch --home "+string(c.home), 1))
	}
	if s.Storage != "" {
		fmt.Fprintf(c.out, "DISK        %s\n", s.Storage)
	}
	fmt.Fprintf(c.out, "documents   %d, %d payloads missing\nsnapshot    %s\n", s.Documents, s.Missing, s.Snapshot)
	if !s.Running {
		fmt.Fprintln(c.out, "running     no: start it with `stocktake serve`")
		return
	}
	connected, behind := 0, 0
	for _, p := range s.Peers {
		if p.Connected {
			connected++
		}
	}
	for _, l := range s.Logs {
		if l.Known > l.Size {
			behind++
		}
	}
	fmt.Fprintf(c.out, "peers       %d of %d connected\n", connected, len(s.Peers))
	switch {
	case connected == 0 && len(s.Peers) > 0:
		fmt.Fprintln(c.out, "behind      unknown: no peer is connected")
	case behind > 0:
		fmt.Fprintf(c.out, "behind      in %d logs\n", behind)
		for _, l := range s.Logs {
			if l.Known > l.Size {
				fmt.Fprintf(c.out, "            %s: %d of %d\n", l.Log, l.Size, l.Known)
			}
		}
	default:
		fmt.Fprintln(c.out, "behind      no: nothing longer was heard of")
	}
	if len(s.Accredited) > 0 {
		fmt.Fprintf(c.out, "accredited  %d authors whom the charter does not list; `stocktake assemble` says who answers for them\n", len(s.Accredited))
	}
	for _, r := range s.Display {
		fmt.Fprintf(c.out, "not shown   %s: %s\n", r.What, r.Reason)
	}
	for _, r := range s.Recoveries {
		if r.Effect == "" || r.Effect > node.Now() {
			fmt.Fprintf(c.out, "KEYS        %s\nto stop it  stocktake key contest %s --home %s -o contest.json, and publish that\n", recoveryInWords(&r), r.ID, c.home)
		}
	}
	for _, f := range s.Forks {
		fmt.Fprintf(c.out, "FORK        %s\n", f)
	}
	printContradictions(c.out, s.Contradictions)
}

// printContradictions tells of witnesses that cosigned two histories and of
// participants that acceded to rival charters.
func printContradictions(w io.Writer, all []web.Contradiction) {
	words := map[string]string{web.ContradictionWitness: "WITNESS", web.ContradictionCharter: "charters"}
	for _, x := range all {
		if word, ok := words[x.Kind]; ok {
			fmt.Fprintf(w, "%-11s %s\n", word, x.Text)
			for _, id := range x.Documents {
				fmt.Fprintf(w, "            see %s\n", id)
			}
		}
	}
}

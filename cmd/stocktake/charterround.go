package main

import (
	"strconv"
	"strings"

	"stocktake/review"
)

const roundHelp = "a review round as `ID:OPENS:DUE`, as 2027:2027-01-01:2027-06-30, and after that, where wanted, :type=annual, :region=ECOWAS, :convener=ecowas, :reveal=2027-07-15, :objectives=5+6, :themes=recruitment+remittances, :title=...; several with commas"

// readRounds reads what --round says.
func readRounds(flags listFlag) (rounds []review.Round, err error) {
	for _, text := range flags {
		part := strings.Split(text, ":")
		if len(part) < 3 {
			return nil, usage("--round %q: want ID:OPENS:DUE, as 2027:2027-01-01:2027-06-30", text)
		}
		round := review.Round{ID: part[0], Title: "Round " + part[0], Scope: "global", Opens: part[1], Due: part[2]}
		for _, more := range part[3:] {
			if err := addToRound(&round, more); err != nil {
				return nil, err
			}
		}
		rounds = append(rounds, round)
	}
	return rounds, nil
}

func addToRound(round *review.Round, part string) error {
	name, value, ok := strings.Cut(part, "=")
	if !ok || value == "" {
		return usage("--round %s: %q is not a name and a value, as type=annual", round.ID, part)
	}
	switch name {
	case "type":
		round.Type = value
	case "region":
		round.Scope = "region:" + value
	case "convener":
		round.Convener = review.ParticipantID(value)
	case "reveal":
		round.Reveal = value
	case "title":
		round.Title = value
	case "themes":
		round.Themes = strings.Split(value, "+")
	case "objectives":
		for _, s := range strings.Split(value, "+") {
			n, err := strconv.Atoi(s)
			if err != nil {
				return usage("--round %s: %q is not the number of an objective", round.ID, s)
			}
			round.Objectives = append(round.Objectives, n)
		}
	default:
		return usage("--round %s: there is no %q; there are type, region, convener, reveal, objectives, themes and title", round.ID, name)
	}
	return nil
}

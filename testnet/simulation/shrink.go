package simulation

import (
	"slices"
	"time"
)

// Shrink is the shortest plan that it finds which still fails: it leaves out
// deeds, in halves, then in quarters, then one by one, then liars, their habits
// and the network's faults, and keeps each omission with which something still
// breaks. It stops when nothing more can go, or after a time. why is what breaks
// in the end.
func Shrink(p *Plan, m *Mutation, limit time.Duration) (shortest *Plan, why string) {
	end := time.Now().Add(limit)
	shortest, why = p, RunPlan(p, m)
	try := func(change func(*Plan)) bool {
		if time.Now().After(end) {
			return false
		}
		shorter := *shortest
		shorter.Deeds, shorter.Liars = slices.Clone(shortest.Deeds), slices.Clone(shortest.Liars)
		change(&shorter)
		now := RunPlan(&shorter, m)
		if now != "" {
			shortest, why = &shorter, now
		}
		return now != ""
	}
	if why == "" {
		return p, ""
	}
	for size := (len(p.Deeds) + 1) / 2; size > 0; {
		smaller := false
		for at := 0; at < len(shortest.Deeds); {
			if try(func(p *Plan) { p.Deeds = slices.Delete(p.Deeds, at, min(at+size, len(p.Deeds))) }) {
				smaller = true
			} else {
				at += size
			}
		}
		if size == 1 && !smaller {
			break
		}
		size = max(1, size/2)
		if time.Now().After(end) {
			break
		}
	}
	for i := len(shortest.Liars) - 1; i >= 0; i-- {
		if try(func(p *Plan) { p.Liars = slices.Delete(p.Liars, i, i+1) }) {
			continue
		}
		for h := len(shortest.Liars[i].Habits) - 1; h >= 0; h-- {
			try(func(p *Plan) {
				p.Liars[i].Habits = slices.Delete(slices.Clone(p.Liars[i].Habits), h, h+1)
			})
		}
	}
	try(func(p *Plan) { p.Faults.Loss, p.Faults.Repeat = 0, 0 })
	return shortest, why
}

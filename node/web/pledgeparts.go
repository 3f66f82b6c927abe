package web

import (
	"context"
	"errors"
	"slices"

	"stocktake/review"
)

// figureRow is one target, as promised or as reported.
type figureRow struct {
	Indicator, Unit      string
	Baseline, Value, Due value
	Reported             value
	On                   string
}

// parties are the other pledgors whom a pledge names, with the word of each as
// the stocktake of its author has it. Of a version that no longer stands there
// is none.
func (n *site) parties(ctx context.Context, v *view, d *review.Document, named []review.Party) ([]partyLine, error) {
	if len(named) == 0 {
		return nil, nil
	}
	if _, ok := v.members[d.Author]; ok {
		a, err := n.assembled(ctx, v, review.Scope("participant:"+string(d.Author)), "")
		if err != nil {
			return nil, err
		}
		if a, err = a.citing("parties", d.ID); err != nil {
			return nil, err
		}
		if lines := slices.DeleteFunc(tabler{view: v}.parties(a), func(l partyLine) bool { return l.Pledge.Href != "/documents/"+string(d.ID) }); len(lines) > 0 {
			return lines, nil
		}
	}
	var lines []partyLine
	for _, p := range named {
		line := partyLine{Party: ref{Text: p.Name}, State: standing{Text: v.say("word.named")}}
		if p.Participant != "" {
			line.Party = v.who(p.Participant)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// orOpen is a value of a form; "not stated" where its author left it open.
func (w words) orOpen(form, s string) value {
	if s == "" {
		return value{}
	}
	return fieldReader{words: w}.text(&schemaField{Form: form}, s)
}

func (w words) targetRows(targets []review.Target) []figureRow {
	var rows []figureRow
	for _, t := range targets {
		rows = append(rows, figureRow{
			Indicator: t.Indicator, Unit: stated(t.Unit), Baseline: w.orOpen("decimal-or-open", t.Baseline),
			Value: w.orOpen("decimal-or-open", t.Value), Due: w.orOpen("date-or-open", t.Due),
		})
	}
	return rows
}

// reportedRows puts a report's values beside the pledge's targets, where this
// node holds the pledge.
func (n *site) reportedRows(ctx context.Context, v *view, pledge review.DocumentID, values []review.Value) ([]figureRow, error) {
	targets := map[string]review.Target{}
	d, err := n.Document(ctx, pledge)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if err == nil && d.Statement != nil {
		if parsed, err := review.Parse(d.Statement); err == nil {
			if p, ok := parsed.Predicate.(*review.Pledge); ok {
				for _, t := range p.Targets {
					targets[t.ID] = t
				}
			}
		}
	}
	var rows []figureRow
	for _, r := range values {
		row := figureRow{Indicator: r.Target}
		if t, ok := targets[r.Target]; ok {
			row = v.targetRows([]review.Target{t})[0]
		}
		row.Reported, row.On = v.orOpen("decimal", r.Value), r.On
		rows = append(rows, row)
	}
	return rows, nil
}

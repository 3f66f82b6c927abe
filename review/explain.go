package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// Explanation walks a figure to the rows that make it, and each row to the
// documents that it rests on.
type Explanation struct {
	Figure
	Rows []ExplainedRow `json:"rows"`
}

// ExplainedRow is one row of a figure.
type ExplainedRow struct {
	Key   string          `json:"key"`
	Adds  string          `json:"adds,omitempty"` // to a figure that is a sum
	Cites []DocumentID    `json:"cites"`
	Row   json.RawMessage `json:"row"`
}

// ErrFigure means that a stocktake has no figure of that name.
var ErrFigure = errors.New("review: no such figure")

// Explain is how a figure comes about: of real rows, and apart of samples. The
// name is <group>/<figure>, as in "pledges/status: fulfilled"; the figure alone
// will do where one group has it only.
func (s *Stocktake) Explain(name string) ([]Explanation, error) {
	c := s.Contents()
	var found []Explanation
	var names []string
	for _, f := range c.Figures {
		full := f.Group + "/" + f.Name
		if full == name || f.Name == name {
			found = append(found, Explanation{Figure: f, Rows: []ExplainedRow{}})
		}
		if !slices.Contains(names, full) {
			names = append(names, full)
		}
	}
	switch {
	case len(found) == 0:
		if meant := nearest(name, names); meant != "" {
			return nil, fmt.Errorf("%w: %.80q; did you mean %q?", ErrFigure, name, meant)
		}
		return nil, fmt.Errorf("%w: %.80q; there are %s", ErrFigure, name, strings.Join(names, ", "))
	case slices.ContainsFunc(found, func(e Explanation) bool { return e.Group != found[0].Group }):
		return nil, fmt.Errorf("%w: several groups have %.80q; write %s/%s", ErrFigure, name, found[0].Group, name)
	}
	for _, row := range s.rowsOf(c, found[0].Group) {
		for i := range found {
			if f := &found[i]; row.Sample == f.Sample {
				if sum, ok := row.Sums[f.Name]; ok {
					f.Rows = append(f.Rows, ExplainedRow{row.Key, sum, row.Cites, row.raw})
				} else if slices.Contains(row.In, f.Name) {
					f.Rows = append(f.Rows, ExplainedRow{row.Key, "", row.Cites, row.raw})
				}
			}
		}
	}
	return found, nil
}

// rawRow is a row with its bytes.
type rawRow struct {
	Row
	raw json.RawMessage
}

// rowsOf are a group's rows, by key.
func (s *Stocktake) rowsOf(c *Contents, group string) (rows []rawRow) {
	for raw, err := range s.rows(c.Manifest, group) {
		r := rawRow{raw: raw}
		if err == nil {
			err = json.Unmarshal(raw, &r.Row)
		}
		if err != nil {
			panic(fmt.Sprintf("review: a stocktake of unknown make: %v", err))
		}
		rows = append(rows, r)
	}
	return rows
}

// said is what a row says besides what every row has, on one line.
func (r rawRow) said() string {
	fields := r.fields()
	var b []string
	for _, name := range fieldsSaid {
		if v := fields[name]; v != "" {
			b = append(b, v)
		}
	}
	return strings.Join(b, ", ")
}

// fieldsSaid tell one row from another, in the order in which people name them.
var fieldsSaid = []string{"author", "giver", "receiver", "participant", "accreditor", "about", "region", "objective", "country", "amount", "currency", "title", "name", "indicator", "rating", "state", "status", "reason"}

// fields are a row's own, as text.
func (r rawRow) fields() map[string]string {
	var all map[string]json.RawMessage
	_ = json.Unmarshal(r.raw, &all)
	fields := map[string]string{}
	for name, raw := range all {
		if name == "key" || name == "in" || name == "sums" || name == "cites" {
			continue
		}
		if s, ok := jsonString(raw); ok {
			fields[name] = plain(s)
		} else {
			fields[name] = string(raw)
		}
	}
	return fields
}

// Text is the explanation for people. title, if it is not nil, is what a
// document is called; it may be "".
func (e *Explanation) Text(title func(DocumentID) string) []byte {
	var b bytes.Buffer
	samples := ""
	if e.Sample {
		samples = " (samples)"
	}
	value := fmt.Sprint(e.Value)
	if e.Amount != "" {
		value = e.Amount + " in " + value + " rows"
	}
	fmt.Fprintf(&b, "%s/%s%s: %s\n", e.Group, plain(e.Name), samples, value)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range e.Rows {
		fmt.Fprintf(w, "  %s\t%s\n", strings.TrimSpace(row.Adds+"  "+plain(row.Key)), rawRow{raw: row.Row}.said())
		for _, id := range row.Cites {
			name := ""
			if title != nil {
				name = plain(title(id))
			}
			fmt.Fprintf(w, "    document %s\t%s\n", id, name)
		}
	}
	w.Flush()
	return b.Bytes()
}

package review

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Tables are the stocktake as files for a spreadsheet and for other programs: a
// Frictionless tabular data package (specs.frictionlessdata.io/tabular-data-package).
// figures.csv has every figure, <group>.csv the rows behind it, all of their
// fields; datapackage.json says what each column is, with the manifest's head.
// Like Text it is a function of the stocktake.
//
// Every table begins with comment lines (#) that say what it was made from and
// how to make it again. Lists and groups of fields are JSON in one cell. A cell
// that a spreadsheet would take for a formula has an apostrophe before it.
func (s *Stocktake) Tables() map[string][]byte {
	c := s.Contents()
	files := map[string][]byte{}
	p := dataPackage{
		Profile: "tabular-data-package", Name: "stocktake-" + c.Digest[:12], Title: "Stocktake: " + c.ScopeName(),
		Description: c.tableNotes(), Stocktake: c.Manifest,
	}
	p.Stocktake.Parts, p.Stocktake.Figures = []PartEntry{}, []Figure{} // they are the tables
	if c.Licence != NotStated {
		p.Licenses = []packageLicence{{c.Licence}}
	}
	table := func(name, title string, row reflect.Type, rows reflect.Value) {
		b, fields := c.csv(title, row, rows)
		files[name+".csv"] = b
		r := packageResource{
			Name: name, Title: title, Path: name + ".csv", Profile: "tabular-data-resource", Format: "csv", Mediatype: "text/csv", Encoding: "utf-8",
			Bytes: len(b), Hash: "sha256:" + digestOf(b), Dialect: packageDialect{CommentChar: "#", LineTerminator: "\r\n"}, Schema: packageSchema{Fields: fields},
		}
		if name != "figures" {
			r.Schema.PrimaryKey = "key"
		}
		p.Resources = append(p.Resources, r)
	}
	figures := reflect.ValueOf(c.Figures)
	table("figures", "All figures", figures.Type().Elem(), figures)
	for _, g := range groups {
		rows := reflect.ValueOf(g.rows(c)).Elem()
		table(g.name, g.section(c).Title, rows.Type().Elem(), rows)
	}
	files["datapackage.json"] = Canonical(p)
	return files
}

type dataPackage struct {
	Profile     string            `json:"profile"`
	Name        string            `json:"name"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Licenses    []packageLicence  `json:"licenses,omitempty"`
	Stocktake   Manifest          `json:"stocktake"`
	Resources   []packageResource `json:"resources"`
}

type packageLicence struct {
	Name string `json:"name"`
}

type packageResource struct {
	Name      string         `json:"name"`
	Title     string         `json:"title"`
	Path      string         `json:"path"`
	Profile   string         `json:"profile"`
	Format    string         `json:"format"`
	Mediatype string         `json:"mediatype"`
	Encoding  string         `json:"encoding"`
	Bytes     int            `json:"bytes"`
	Hash      string         `json:"hash"`
	Dialect   packageDialect `json:"dialect"`
	Schema    packageSchema  `json:"schema"`
}

type packageDialect struct {
	CommentChar    string `json:"commentChar"`
	LineTerminator string `json:"lineTerminator"`
}

type packageSchema struct {
	Fields     []packageField `json:"fields"`
	PrimaryKey string         `json:"primaryKey,omitempty"`
}

type packageField struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// tableNotes are the sentences that keep readers from misusing the figures.
func (c *Contents) tableNotes() string {
	var b strings.Builder
	for _, n := range c.Notes {
		b.WriteString(Notes[n] + " ")
	}
	b.WriteString("Cells that begin with an apostrophe do so to be taken for text. Amounts of different currencies must not be added.")
	return b.String()
}

// csv is one table, and what its columns are.
func (c *Contents) csv(title string, row reflect.Type, rows reflect.Value) ([]byte, []packageField) {
	var b bytes.Buffer
	for _, line := range []string{
		"stocktake " + c.Digest + ": " + c.ScopeName() + ": " + title,
		"licence of the data: " + c.Licence,
		"charter " + string(c.Charter) + ", snapshot " + c.Snapshot,
		"made again by: " + c.Command(),
	} {
		b.WriteString("# " + plain(line) + "\r\n")
	}
	columns := columnsOf(row)
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	cells := make([]string, len(columns))
	fields := make([]packageField, len(columns))
	for i, col := range columns {
		cells[i], fields[i] = col.Name, packageField{col.Name, col.Type}
	}
	_ = w.Write(cells)
	for r := range rows.Len() {
		for i, col := range columns {
			cells[i] = harmless(cell(rows.Index(r).FieldByIndex(col.index)))
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return b.Bytes(), fields
}

type column struct {
	packageField
	index []int
}

// columnsOf are the fields of a row: its key, its own in the order of its type,
// then what every row has.
func columnsOf(row reflect.Type) (columns []column) {
	for _, f := range reflect.VisibleFields(row) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" {
			continue
		}
		kind := "string"
		switch t := f.Type; {
		case t.Kind() == reflect.Bool:
			kind = "boolean"
		case t.Kind() == reflect.Int || t.Kind() == reflect.Uint64:
			kind = "integer"
		case t.Kind() == reflect.Slice:
			kind = "array"
		case t.Kind() != reflect.String:
			kind = "object"
		}
		columns = append(columns, column{packageField{name, kind}, slices.Clone(f.Index)})
	}
	place := func(c column) int {
		switch {
		case c.Name == "key":
			return 0
		case len(c.index) == 1:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(columns, func(a, b column) int { return place(a) - place(b) })
	return columns
}

func cell(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Uint64:
		return fmt.Sprint(v.Interface())
	}
	if v.IsZero() {
		return ""
	}
	b, err := json.Marshal(v.Interface())
	if err != nil {
		panic(fmt.Sprintf("review: a row of unknown make: %v", err))
	}
	return string(b)
}

// harmless keeps a spreadsheet from taking a text for a formula: by OWASP's
// list of first characters, their full-width forms too. A number stays one.
func harmless(s string) string {
	if s == "" || isDecimal(s) || !strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(s)[0]) {
		return s
	}
	return "'" + s
}

package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Draft is a form for a kind in YAML, with its help as comments: nil for an
// unknown kind. A field that may be left out is commented out with one #,
// right before it; its help is not part of it.
//
//	# Objectives. Numbers of the compact's objectives that this pledge serves.
//	# Example: [4, 15]
//	objectives: []
//
//	# Places. Where it is carried out: three-letter country codes (ISO 3166-1).
//	#implementation: [SLE]
func Draft(k Kind) []byte {
	s, ok := schemas()[k]
	if !ok {
		return nil
	}
	w := &draftWriter{}
	w.help("", s.fields.Title+". "+s.fields.Description)
	w.line("#")
	w.help("", "Lines that begin with # and a space are help. A line that begins with # and a field may be left out: remove its # to use it. Put quotes around text that contains \": \" or \" #\".")
	w.line("")
	w.line("kind: " + string(k))
	w.line("")
	w.about(s.fields.About)
	section := ""
	for _, name := range s.fields.Names() {
		f := s.fields.Properties[name]
		if f.Section != section {
			section = f.Section
			w.line("")
			w.line("# ---- " + section + " ----")
		}
		w.line("")
		w.field("", name, f, slices.Contains(s.fields.Required, name))
	}
	if HasDetails(k) {
		f := detailFields()
		w.line("")
		w.line("# ---- " + f.Section + " ----")
		w.line("")
		w.field("", draftDetails, f, false)
	}
	return w.Bytes()
}

type draftWriter struct{ bytes.Buffer }

func (w *draftWriter) line(s string) { w.WriteString(s + "\n") }

// help writes a comment in lines of at most 80 columns.
func (w *draftWriter) help(indent, text string) {
	line := indent + "#"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > 80 && line != indent+"#" {
			w.line(line)
			line = indent + "#"
		}
		line += " " + word
	}
	w.line(line)
}

func (w *draftWriter) about(kinds []string) {
	switch {
	case len(kinds) == 0:
		w.help("", "About. ID of the document that this one is about.")
		w.line("about:")
	case slices.Contains(kinds, string(KindCharter)):
		w.help("", "About. ID of the "+strings.Join(kinds, " or ")+" that this is about. Left out, it is the charter in force.")
		w.line("#about:")
	default:
		w.help("", "About. ID of the "+strings.Join(kinds, " or ")+" that this is about.")
		w.line("about:")
	}
}

// field writes a field's help and the field: with an example if it is
// commented out, else empty or with its default.
func (w *draftWriter) field(indent, name string, f *field, required bool) {
	fill := required && !f.Filled
	help := f.Title + ". " + f.Description
	if f.Filled {
		help += " Left out, the program fills it in."
	}
	if f.Lines {
		help += " For several lines write | and indent them."
	}
	w.help(indent, help)
	if len(f.Enum) > 0 {
		w.help(indent, "One of: "+strings.Join(f.Enum, ", "))
	}
	if fill && f.Default == "" && len(f.Examples) > 0 {
		w.line(indent + "# Example: " + flow(f.Examples[0]))
	}
	mark := "#"
	if fill {
		mark = ""
	}
	block := &draftWriter{}
	block.value("", name, f, fill)
	for line := range strings.Lines(block.String()) {
		w.WriteString(indent + mark + line)
	}
}

func (w *draftWriter) value(indent, name string, f *field, empty bool) {
	switch {
	case f.Type == "object":
		w.line(indent + name + ":")
		w.fields(indent+"  ", f)
	case f.Type == "array" && f.Items.Type == "object":
		w.line(indent + name + ":")
		entry := &draftWriter{}
		entry.fields("", f.Items)
		w.entry(indent+"  ", entry.String())
	case !empty && f.Lines:
		w.line(indent + name + ": |")
		var text string
		mustUnmarshal(f.Examples[0], &text)
		for line := range strings.SplitSeq(text, "\n") {
			w.line(indent + "  " + line)
		}
	case !empty:
		w.line(indent + name + ": " + flow(f.Examples[0]))
	case f.Default != "":
		w.line(indent + name + ": " + f.Default)
	case f.Type == "array":
		w.line(indent + name + ": []")
	default:
		w.line(indent + name + ":")
	}
}

func (w *draftWriter) fields(indent string, f *field) {
	for _, name := range f.Names() {
		w.field(indent, name, f.Properties[name], slices.Contains(f.Required, name))
	}
}

// entry writes fields as one entry of a list: the dash stands before the first
// line that is a field, and help above it moves in front.
func (w *draftWriter) entry(indent, fields string) {
	dashed := false
	for line := range strings.Lines(fields) {
		switch {
		case dashed:
			w.WriteString(indent + "  " + line)
		case strings.HasPrefix(line, "#"):
			w.WriteString(indent + line)
		default:
			w.WriteString(indent + "- " + line)
			dashed = true
		}
	}
}

// flow is a JSON value in YAML's flow style, without quotes where they are not
// needed.
func flow(raw json.RawMessage) string {
	var v any
	mustUnmarshal(raw, &v)
	switch v := v.(type) {
	case string:
		if plainYAML(v) {
			return v
		}
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			b, _ := json.Marshal(v[i])
			parts[i] = flow(b)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return string(raw)
}

// plainYAML reports whether a text reads as itself without quotes, within a
// list too.
func plainYAML(s string) bool {
	return s != "" && isOnly(s, ' ', '~') && (isOnly(s[:1], 'a', 'z') || isOnly(s[:1], 'A', 'Z') || isOnly(s[:1], '0', '9')) &&
		!strings.ContainsAny(s, `,[]{}"\`) && !strings.Contains(s, ": ") && !strings.Contains(s, " #")
}

func mustUnmarshal(raw []byte, v any) {
	if err := json.Unmarshal(raw, v); err != nil {
		panic(fmt.Sprintf("review: an embedded schema: %v in %s", err, strconv.Quote(string(raw))))
	}
}

package web

// contradictionLine is what documents show of a participant that said two
// things of which only one can be.
type contradictionLine struct {
	Who   ref
	Text  string
	Cites []ref
}

func (v *view) contradictions(which func(Contradiction) bool) (lines []contradictionLine) {
	for _, c := range v.status.Contradictions {
		if !which(c) {
			continue
		}
		line := contradictionLine{Who: v.who(c.Participant), Text: c.Text}
		for i, id := range c.Documents {
			line.Cites = append(line.Cites, ref{Text: v.say("document.numbered", "number", i+1), Href: "/documents/" + string(id)})
		}
		lines = append(lines, line)
	}
	return lines
}

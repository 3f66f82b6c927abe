package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Text is the verdict as people read it: a line for each answer.
func (v *Verdict) Text() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s%s\n", name, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\n            "))
	}
	if v.Proves != "" {
		line("proves", "%s", v.Proves)
	}
	title := string(v.Kind) + ": " + v.Title
	if v.Kind == "" {
		title = "a document whose content is gone; its ID, signature and times are proven all the same"
	}
	if v.Sample {
		title += " (sample)"
	}
	line("valid", "%s", title)
	line("document", "%s", v.ID)
	by := v.AuthorName
	if v.Holder != "" {
		by = v.Holder + ", delegated by " + v.AuthorName
	}
	line("signed by", "%s (%s), %s key %.16s", by, v.AuthorKind, v.Role, v.Signer)
	line("capacity", "%s", v.Capacity)
	if v.Accredited != nil {
		line("accredited", "%s", strings.Join(v.Accredited.Lines(), "\n"))
	}
	if v.Filed == "" {
		line("filed", "not yet: no quorum of %d witnesses has cosigned it in these files; ask for a newer export", v.Quorum)
	} else {
		line("filed", "%s, witnessed by %d (a quorum is %d)", v.Filed, v.Witnesses, v.Quorum)
	}
	for _, p := range v.Places {
		line("log", "%s", p.text(len(v.Places) > 1))
	}
	charter := fmt.Sprintf("charter %d", v.Charter)
	if v.CharterFiled != 0 && v.CharterFiled != v.Charter {
		charter += fmt.Sprintf("; charter %d when it was filed", v.CharterFiled)
	}
	line("federation", "%s, %s", v.Federation, charter)
	v.counted(line)
	v.followed(line)
	if in := v.Inclusion; in != nil {
		line("stocktake", "%.16s, %s: %s", in.Stocktake, in.Scope.Words(), in.Says)
	}
	return b.String()
}

func (v *Verdict) counted(line func(name, format string, args ...any)) {
	switch v.Counts {
	case CountsYes:
		line("counts", "yes")
	case CountsNo:
		line("counts", "no: %s", v.Because)
	default:
		line("counts", "cannot be decided offline: %s", v.Because)
	}
}

func (v *Verdict) followed(line func(name, format string, args ...any)) {
	if f := v.Superseded; f != nil {
		line("superseded", "by document %s, filed %s: %s", f.ID, f.Filed, f.Says)
	}
	if w := v.Withdrawn; w != nil {
		erased := ""
		if w.Erase {
			erased = "; its author asked for the content to be erased"
		}
		line("withdrawn", "by document %s, filed %s: %s%s", w.By, w.Filed, w.Reason, erased)
	}
	for _, name := range slices.Sorted(maps.Keys(v.TakenBack)) {
		w := v.TakenBack[name]
		line("taken back", "attachment %s, by document %s, filed %s: %s", name, w.By, w.Filed, w.Reason)
	}
	for _, f := range v.Disputed {
		line("disputed", "by %s, document %s, filed %s: %s: %s", f.ByName, f.ID, f.Filed, strings.ReplaceAll(f.How, "-", " "), f.Says)
	}
	for _, f := range v.Refused {
		line("refused", "by the node of %s, document %s: %s", f.ByName, f.ID, f.Says)
	}
	if k := v.KeyEnded; k != nil {
		by := "the charter"
		if k.By != "" {
			by = fmt.Sprintf("document %s (%s)", k.By, k.Action)
		}
		line("key ended", "%s by %s; what it signed and was filed before stays valid", k.At, by)
	}
	if v.AuthorEnded != "" {
		line("author", "%s takes part until %s, by the charter", v.AuthorName, v.AuthorEnded)
	}
	if v.Superseded == nil && v.Withdrawn == nil && len(v.Disputed) == 0 {
		line("follows", "nothing is known that replaces it, takes it back or disputes it")
	}
	switch {
	case v.Known == nil:
		line("known", "no node says up to where it looked for what follows")
	case v.Known.LeftOut > 0:
		line("known", "%s; %d more that belong to it are left out: ask another node", v.Known.snapshotText(), v.Known.LeftOut)
	default:
		line("known", "%s", v.Known.snapshotText())
	}
}

// text is a place in one line.
func (p Proven) text(times bool) string {
	s := fmt.Sprintf("%s, index %d", p.Log, p.Index)
	switch {
	case times && p.Filed != "":
		s += fmt.Sprintf(", filed there %s by %d", p.Filed, p.Witnesses)
	case times:
		s += ", not filed there"
	}
	if p.Forked != "" {
		s += fmt.Sprintf("; this log showed two histories, see document %s", p.Forked)
	}
	if p.Ended != "" {
		s += "; its participant began another log: " + p.Ended
	}
	return s
}

func (n *ExportNote) snapshotText() string {
	latest := "in which nothing was filed"
	if n.Latest != "" {
		latest = "the latest filed " + n.Latest
	}
	return fmt.Sprintf("to the node of %s when it exported this, from snapshot %.16s, %s", n.By, n.Snapshot, latest)
}

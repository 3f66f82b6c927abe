package review

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"stocktake/review/compact"
)

// Scope is what a stocktake covers:
//
//	global
//	region:<code>          as in region:UN-ECA
//	participant:<id>       as in participant:sle
//	objective:<number>     as in objective:4
//	theme:<code>           as in theme:safe/climate, finer themes included
//	round:<id>             of the charter, as in round:review-2026
//	corridor:<A>-<B>       two countries in alphabetical order, as in corridor:DEU-MAR
type Scope string

// ScopeGlobal covers the whole federation.
const ScopeGlobal Scope = "global"

// orGlobal is the scope, the global one if none is named.
func (s Scope) orGlobal() Scope { return cmp.Or(s, ScopeGlobal) }

// ErrScope means that a scope is not one, or names nothing that there is.
var ErrScope = errors.New("review: no such scope")

// bounds are a scope taken apart; the zero value is global.
type bounds struct {
	region    string
	one       ParticipantID
	objective int
	theme     compact.ThemeEntry
	corridor  [2]string // countries
	round     string
}

// tagged is whether the scope asks for what documents are tagged with.
func (b *bounds) tagged() bool { return b.theme.Code != "" || b.joins() }

func (b *bounds) joins() bool { return b.corridor[0] != "" }

// ParseScope is whether a text is a scope, as far as the compact can tell: which
// participants there are is the charter's to say. Its error is [ErrScope].
func ParseScope(s string) (Scope, error) {
	_, err := readScope(Scope(s))
	return Scope(s), err
}

func readScope(s Scope) (b bounds, err error) {
	no := func(format string, args ...any) (bounds, error) {
		return bounds{}, fmt.Errorf("%w: "+format, append([]any{ErrScope}, args...)...)
	}
	what, arg, _ := strings.Cut(string(s), ":")
	switch what {
	case "global":
		if s != ScopeGlobal {
			return no("%.60q; write global", string(s))
		}
	case "region":
		if _, ok := compact.Region(arg); !ok {
			return no("the compact has no region %.40q; it has %s", arg, listed(compact.Regions(), func(r compact.RegionEntry) string { return r.Code }))
		}
		b.region = arg
	case "participant":
		if !isListedID(arg) && !isAccreditedID(arg) {
			return no("%.40q is not a participant's ID; write it as the charter does, as participant:sle", arg)
		}
		b.one = ParticipantID(arg)
	case "objective":
		n, err := strconv.Atoi(arg)
		if _, ok := compact.Objective(n); err != nil || !ok || strconv.Itoa(n) != arg {
			return no("the compact has no objective %.20q; write a number from 1 to %d", arg, len(compact.Objectives()))
		}
		b.objective = n
	case "theme":
		theme, ok := compact.Theme(arg)
		if !ok {
			return no("the compact's themes have no %.60q; they are %s", arg, listed(compact.Themes(), func(t compact.ThemeEntry) string { return t.Code }))
		}
		b.theme = theme
	case "round":
		if !isName(arg) {
			return no("%.60q is no round's ID; write it as the charter does, as round:review-2026", arg)
		}
		b.round = arg
	case "corridor":
		one, other, _ := strings.Cut(arg, "-")
		switch {
		case !isCountry(one) || !isCountry(other):
			return no("corridor %.40q; write two countries by their three-letter codes, as corridor:DEU-MAR", arg)
		case one == other:
			return no("corridor %.40q; a corridor joins two countries, and this is one", arg)
		case one > other:
			return no("corridor %.40q; write the two in alphabetical order: corridor:%s-%s", arg, other, one)
		}
		b.corridor = [2]string{one, other}
	default:
		return no("%.60q; write global, region:<code>, participant:<id>, objective:<number>, round:<id>, theme:<code> or corridor:<country>-<country>", string(s))
	}
	return b, nil
}

func listed[T any](all []T, name func(T) string) string {
	return strings.Join(collect(all, name), ", ")
}

// Words is the scope as people call it, a participant by its ID.
func (s Scope) Words() string {
	b, err := readScope(s)
	switch {
	case err != nil:
		return string(s)
	case b.region != "":
		r, _ := compact.Region(b.region)
		return r.Name
	case b.one != "":
		return string(b.one)
	case b.objective != 0:
		o, _ := compact.Objective(b.objective)
		return fmt.Sprintf("objective %d, %s", b.objective, o.Title)
	case b.theme.Code != "":
		return fmt.Sprintf("theme %s, %s", b.theme.Code, b.theme.Title)
	case b.round != "":
		return "round " + b.round
	case b.joins():
		return fmt.Sprintf("the corridor between %s and %s", countryName(b.corridor[0]), countryName(b.corridor[1]))
	}
	return "the whole federation"
}

// countryName is a country's, or its code where it is invented.
func countryName(iso3 string) string {
	if c, ok := compact.Country(iso3); ok {
		return c.Name
	}
	return iso3
}

// within reads a scope and asks the charter for its participant or round.
func (r *Reading) within(s Scope) (bounds, error) {
	b, err := readScope(s)
	if _, known := r.chain.rounds[b.round]; b.round != "" && !known {
		charter, _ := r.chain.InForce()
		return b, fmt.Errorf("%w: the charter has no round %.40q; it has %s", ErrScope, b.round, listed(charter.Rounds, func(d Round) string { return d.ID }))
	}
	if err != nil || b.one == "" {
		return b, err
	}
	if _, ok := r.chain.Participant(b.one); !ok {
		known := slices.Sorted(maps.Keys(r.chain.participants))
		more := ""
		if len(known) > maxNamed {
			known, more = known[:maxNamed], " and others"
		}
		return b, fmt.Errorf("%w: the charter lists no participant %.40q, and no accreditor answers for one; there are %s%s",
			ErrScope, string(b.one), listed(known, func(id ParticipantID) string { return string(id) }), more)
	}
	return b, nil
}

// covers is whether the scope has a participant in it: all, but for a region
// its members on the day of the cut-off and whoever convenes it, for a round those
// to whom it is put and whoever convenes it, and for a corridor those of its two
// countries.
func (v *view) covers(id ParticipantID) bool {
	p := v.chain.participants[id]
	switch {
	case v.one != "":
		return id == v.one
	case v.region != "":
		return p.Region == v.region || slices.Contains(v.regions[id], v.region)
	case v.round != "":
		d := v.chain.rounds[v.round]
		return v.chain.convenes(id, d) || v.concerns(d, p)
	case v.joins():
		return slices.Contains(v.corridor[:], p.Country)
	}
	return true
}

// hears is whether what a participant says may be in the scope: of a corridor
// whoever speaks of it, else whom it covers.
func (v *view) hears(id ParticipantID) bool { return v.joins() || v.covers(id) }

// ofRound is whether what was filed for a round, or for none, is in the scope.
func (v *view) ofRound(round string) bool { return v.round == "" || v.round == round }

// touches is whether objectives are in the scope: of a thematic round its own.
func (v *view) touches(objectives []int) bool {
	if own := v.chain.rounds[v.round].Objectives; v.round != "" && len(own) > 0 {
		return slices.ContainsFunc(objectives, func(n int) bool { return slices.Contains(own, n) })
	}
	return v.objective == 0 || slices.Contains(objectives, v.objective)
}

// speaks is whether a document, in the version that stands, is of the scope's
// theme or corridor: it says so itself or, where it says nothing of the sort,
// what it is about does.
func (v *view) speaks(e *entry) bool {
	for depth := 0; v.tagged() && depth < maxThreadDepth && e != nil && e.doc != nil; depth++ {
		if s := standing(e); s != nil {
			e = s
		}
		if p, ok := e.doc.Predicate.(themed); ok && v.theme.Code != "" && len(p.themes()) > 0 {
			return slices.ContainsFunc(p.themes(), v.theme.Has)
		}
		if p, ok := e.doc.Predicate.(routed); ok && v.joins() && p.corridor() != nil {
			return p.corridor().joins(v.corridor[0], v.corridor[1])
		}
		e = v.docs[e.doc.About()]
	}
	return !v.tagged()
}

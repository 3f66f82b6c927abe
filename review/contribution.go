package review

import (
	"slices"
	"strconv"
)

// A pledge, a plan or a framework may serve what others said at another level:
// contributesTo. Names are digests, so no document names itself or a later one.
// A circle can close through versions only: mine serves yours, and a later
// version of yours serves mine. The version that would close it is refused.

// contributing is a predicate that says what it serves.
type contributing interface {
	predicate
	contributes() []DocumentID
}

// contributable are the kinds that others contribute to.
var contributable = []Kind{KindPledge, KindPlan, KindFramework, KindComment}

func contributions(p contributing) []citation {
	var all []citation
	for i, id := range p.contributes() {
		all = append(all, citation{contributionPointer(i), id, contributable})
	}
	return all
}

func contributionPointer(i int) string { return "/contributesTo/" + strconv.Itoa(i) }

func checkContributions(r *Refusal, p contributing) {
	for i, id := range p.contributes() {
		checkNotReplaced(r, p.common(), contributionPointer(i), id)
	}
}

// recommends is whether a document asks for something: of comments, only a
// recommendation does.
func recommends(d *Document) bool {
	comment, ok := d.Predicate.(*Comment)
	return !ok || comment.Type == commentRecommendation
}

// circles is what a document serves that serves one of its own versions, found
// on the way from each link to what that serves in turn.
func circles(p contributing, find finder) (r Refusal) {
	own := ownVersions(p.common().Supersedes, find)
	for i, id := range p.contributes() {
		d, ok := find(id)
		switch {
		case !ok:
		case !recommends(d):
			r.add(contributionPointer(i), "not-a-recommendation", "type", typeOf(d))
		case leadsTo(id, own, find):
			r.add(contributionPointer(i), "circular", "id", string(id))
		}
	}
	return r
}

// ownVersions are those before a document, the latest first.
func ownVersions(id DocumentID, find finder) (versions []DocumentID) {
	for id != "" && len(versions) < maxCircle {
		versions = append(versions, id)
		d, ok := find(id)
		if !ok {
			break
		}
		id = d.Supersedes
	}
	return versions
}

// leadsTo is whether what a document serves, and so on, has one of some
// documents among it.
func leadsTo(from DocumentID, wanted []DocumentID, find finder) bool {
	way := []DocumentID{from}
	for i := 0; i < len(way) && i < maxCircle && len(wanted) > 0; i++ {
		if slices.Contains(wanted, way[i]) {
			return true
		}
		d, ok := find(way[i])
		if !ok {
			continue
		}
		if p, ok := d.Predicate.(contributing); ok {
			for _, next := range p.contributes() {
				if !slices.Contains(way, next) {
					way = append(way, next)
				}
			}
		}
	}
	return false
}

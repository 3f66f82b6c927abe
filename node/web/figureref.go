package web

import (
	"net/url"
	"strings"

	"stocktake/review"
)

// figureAddress leads to the rows that make a figure, and to what they rest
// on; of a whole group if there is no name.
func figureAddress(q AssembleRequest, group, name string, sample bool) string {
	v := stocktakeQuery(q)
	v.Set("group", group)
	if name != "" {
		v.Set("name", name)
	}
	if sample {
		v.Set("sample", "true")
	}
	return "/stocktake/figure?" + encoded(v)
}

// stocktakeAddress is that of a stocktake's page.
func stocktakeAddress(q AssembleRequest) string {
	if v := stocktakeQuery(q); len(v) > 0 {
		return "/stocktake?" + encoded(v)
	}
	return "/stocktake"
}

// stocktakeQuery is what names a stocktake of this node in an address.
func stocktakeQuery(q AssembleRequest) url.Values {
	v := url.Values{}
	if q.Scope != review.ScopeGlobal {
		v.Set("scope", string(q.Scope))
	}
	if q.Cutoff != "" {
		v.Set("cutoff", q.Cutoff)
	}
	return v
}

// encoded is a query in which a space is no plus sign, which HTML writes as an
// entity.
func encoded(v url.Values) string { return strings.ReplaceAll(v.Encode(), "+", "%20") }

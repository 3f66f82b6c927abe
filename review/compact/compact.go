// Package compact is the agreed frame as data: the 23 objectives of the Global
// Compact for Safe, Orderly and Regular Migration, its principles and themes,
// the regions with their dated memberships, and the codes of countries and
// currencies that documents may use.
//
// A charter names the compact in force by [Digest], so what a region or a code
// means is fixed with the rest of what a stocktake is made from. The package
// holds no rule about documents; README.md says where each table comes from
// and what in it nobody has checked.
//
// Every function returns its caller's own copy.
package compact

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gowebpki/jcs"
)

//go:embed data/*.json
var files embed.FS

// ObjectiveEntry is one of the compact's objectives.
type ObjectiveEntry struct {
	N            int    `json:"n"`            // 1 to 23
	Title        string `json:"title"`        // English
	RoundTable   int    `json:"roundTable"`   // 1 to 4: where the review forum takes it up
	Verification string `json:"verification"` // how far the title's wording was checked
}

// CountryEntry is an entry of ISO 3166-1: a code that documents may use, which
// says nothing about status.
type CountryEntry struct {
	ISO3 string `json:"iso3"` // alpha-3
	Name string `json:"name"` // English, the United Nations' spelling where it has one
}

// document is the compact as one value; its RFC 8785 form is Document.
type document struct {
	frame
	Countries  []CountryEntry   `json:"countries"`
	Currencies []string         `json:"currencies"`
	Objectives []ObjectiveEntry `json:"objectives"`
	Regions    []RegionEntry    `json:"regions"`
	Themes     []ThemeEntry     `json:"themes"`
}

type frame struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	Principles    []string `json:"principles"`
	UNCommissions []string `json:"unCommissions"`
}

var loaded = sync.OnceValue(func() *document {
	var d document
	decode("frame", &d.frame)
	decode("countries", &d.Countries)
	decode("currencies", &d.Currencies)
	decode("objectives", &d.Objectives)
	decode("regions", &d.Regions)
	decode("themes", &d.Themes)
	return &d
})

// decode reads an embedded table; one that does not decode is a broken build.
func decode(name string, v any) {
	b, err := files.ReadFile("data/" + name + ".json")
	if err != nil {
		panic(err)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		panic(fmt.Sprintf("compact: data/%s.json: %v", name, err))
	}
}

// canonical is Document, made once.
var canonical = sync.OnceValue(func() []byte {
	b, err := encode(loaded())
	if err != nil {
		panic(fmt.Sprintf("compact: no RFC 8785 form: %v", err))
	}
	return b
})

func encode(d *document) ([]byte, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(b)
}

// Document is the whole compact as RFC 8785 JSON: an object with the members
// id, name, countries, currencies, objectives, principles, regions, themes and
// unCommissions.
func Document() []byte { return bytes.Clone(canonical()) }

// Digest is the hexadecimal SHA-256 of Document: the charter's "compact".
func Digest() string { return digest() }

var digest = sync.OnceValue(func() string {
	sum := sha256.Sum256(canonical())
	return hex.EncodeToString(sum[:])
})

// Name is the compact's full English name.
func Name() string { return loaded().Name }

// Objectives lists the objectives in order.
func Objectives() []ObjectiveEntry { return slices.Clone(loaded().Objectives) }

// Objective is objective n; ok is false where the compact has none.
func Objective(n int) (o ObjectiveEntry, ok bool) {
	all := loaded().Objectives
	if n < 1 || n > len(all) {
		return ObjectiveEntry{}, false
	}
	return all[n-1], true
}

// Principles lists the codes of the ten guiding principles in the compact's
// order, as in "gender-responsive".
func Principles() []string { return slices.Clone(loaded().Principles) }

// Countries lists the countries by code.
func Countries() []CountryEntry { return slices.Clone(loaded().Countries) }

// Country is the country of an upper-case ISO 3166-1 alpha-3 code. Codes that
// users may assign themselves (AAA-AAZ, QMA-QZZ, XAA-XZZ, ZZA-ZZZ) are nobody's.
func Country(iso3 string) (c CountryEntry, ok bool) {
	all := loaded().Countries
	i, ok := slices.BinarySearchFunc(all, iso3, func(c CountryEntry, code string) int {
		return strings.Compare(c.ISO3, code)
	})
	if !ok {
		return CountryEntry{}, false
	}
	return all[i], true
}

// Currency reports whether code is an upper-case ISO 4217 code of money; codes
// of metals, of bond market units, for tests and for "no currency" are not.
func Currency(code string) bool {
	_, ok := slices.BinarySearch(loaded().Currencies, code)
	return ok
}

package compact

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"sort"
	"testing"

	"github.com/gowebpki/jcs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoundTablesAreThoseOfTheReviewForum(t *testing.T) {
	want := map[int][]int{
		1: {2, 5, 6, 12, 18},
		2: {4, 8, 9, 10, 11, 13, 21},
		3: {14, 15, 16, 19, 20, 22},
		4: {1, 3, 7, 17, 23},
	}
	got := map[int][]int{}
	for i, o := range Objectives() {
		require.Equal(t, i+1, o.N)
		require.NotEmpty(t, o.Title)
		require.Contains(t, []string{"stored UN form", "memory, agrees with third-party short titles"}, o.Verification)
		got[o.RoundTable] = append(got[o.RoundTable], o.N)
	}
	assert.Equal(t, want, got)
}

func TestObjectivesOutsideTheCompactAreNotFound(t *testing.T) {
	for _, n := range []int{-1, 0, 24, 1 << 40} {
		_, ok := Objective(n)
		assert.False(t, ok, n)
	}
	o, ok := Objective(23)
	assert.True(t, ok)
	assert.Equal(t, 23, o.N)
}

func TestEveryMemberIsACountryAndEveryTableIsSorted(t *testing.T) {
	assert.True(t, slices.IsSortedFunc(Countries(), func(a, b CountryEntry) int { return bytes.Compare([]byte(a.ISO3), []byte(b.ISO3)) }))
	assert.True(t, slices.IsSorted(loaded().Currencies))
	assert.True(t, sort.SliceIsSorted(Regions(), func(i, j int) bool { return Regions()[i].Code < Regions()[j].Code }))
	date := regexp.MustCompile(`^20[0-9]{2}-[01][0-9]-[0-3][0-9]$`)
	for _, r := range Regions() {
		require.NotEmpty(t, r.Name, r.Code)
		require.NotEmpty(t, r.Basis, r.Code)
		last := ""
		for _, m := range r.Members {
			_, ok := Country(m.ISO3)
			assert.True(t, ok, "%s: %s is no country", r.Code, m.ISO3)
			assert.Less(t, last, m.ISO3, r.Code)
			last = m.ISO3
			for _, d := range []string{m.From, m.Until} {
				assert.True(t, d == "" || date.MatchString(d), "%s: %s", r.Code, d)
			}
		}
	}
	assert.Len(t, Regions(), 25)
	assert.Len(t, Countries(), 249)
}

func TestOnlyListsCheckedAgainstAPublicSourceAreVerified(t *testing.T) {
	var verified []string
	for _, r := range Regions() {
		if r.Verified {
			verified = append(verified, r.Code)
			assert.NotContains(t, r.Basis, "memory")
		} else {
			assert.Contains(t, r.Basis, "memory", r.Code)
		}
	}
	assert.Equal(t, []string{"ASEAN", "EU"}, verified)
}

// 31 States sit in two or more UN commissions, so that a sum over the five
// regional stocktakes counts them more than once.
func TestThirtyOneCountriesSitInSeveralUNCommissions(t *testing.T) {
	seats := map[string]int{}
	for _, code := range UNCommissions() {
		r, ok := Region(code)
		require.True(t, ok, code)
		for _, m := range r.Members {
			seats[m.ISO3]++
		}
	}
	several := 0
	for _, n := range seats {
		if n > 1 {
			several++
		}
	}
	assert.Equal(t, 31, several)
}

func TestMembershipsAreDated(t *testing.T) {
	for _, c := range []struct {
		iso3, region, on string
		member           bool
	}{
		{"MLI", "ECOWAS", "2024-10-10", true},
		{"MLI", "ECOWAS", "2025-01-29", true},
		{"MLI", "ECOWAS", "2025-01-30", false},
		{"NER", "ECOWAS", "", false},
		{"BFA", "UN-ECA", "", true},
		{"TLS", "ASEAN", "2025-10-25", false},
		{"TLS", "ASEAN", "2025-10-26", true},
		{"TLS", "ASEAN", "", true},
		{"GBR", "EU", "2020-01-31", true},
		{"GBR", "EU", "2020-02-01", false},
		{"PRT", "UN-ECLAC", "2022-07-07", true},
		{"XSA", "UN-ECA", "", false},
	} {
		assert.Equal(t, c.member, slices.Contains(RegionsOf(c.iso3, c.on), c.region), c)
	}
	assert.Equal(t, []string{"EU", "UN-ECE", "UN-ECLAC"}, RegionsOf("PRT", ""))
}

func TestNamesAreTheUnitedNationsSpelling(t *testing.T) {
	for code, name := range map[string]string{
		"TUR": "Türkiye", "SWZ": "Eswatini", "MKD": "North Macedonia", "CIV": "Côte d'Ivoire", "VNM": "Viet Nam",
		"CPV": "Cabo Verde", "CZE": "Czechia", "KOR": "Republic of Korea", "BOL": "Bolivia (Plurinational State of)",
	} {
		c, ok := Country(code)
		assert.True(t, ok)
		assert.Equal(t, name, c.Name)
	}
	for _, code := range []string{"", "tur", "XSA", "XXX", "ZZZ", "TURK"} {
		_, ok := Country(code)
		assert.False(t, ok, code)
	}
}

func TestCurrenciesAreMoney(t *testing.T) {
	for _, code := range []string{"EUR", "USD", "CAD", "XOF", "ZWG"} {
		assert.True(t, Currency(code), code)
	}
	for _, code := range []string{"", "eur", "XXX", "XTS", "XAU", "not-stated", "USDT"} {
		assert.False(t, Currency(code), code)
	}
}

// The digest stands in every charter: a change of the data is a new compact,
// and shows here.
func TestDigestIsOfTheCanonicalForm(t *testing.T) {
	again, err := jcs.Transform(Document())
	require.NoError(t, err)
	assert.Equal(t, Document(), again)
	sum := sha256.Sum256(Document())
	assert.Equal(t, hex.EncodeToString(sum[:]), Digest())
	assert.Len(t, Principles(), 10)
}

func TestCallersCannotChangeTheCompact(t *testing.T) {
	before := Digest()
	r, _ := Region("EU")
	r.Members[0].ISO3 = "XXX"
	Regions()[0].Members[0].ISO3 = "XXX"
	Themes()[0].Code = "x"
	Countries()[0].ISO3, Objectives()[0].Title, Principles()[0] = "XXX", "x", "x"
	Document()[0] = 'x'
	sum := sha256.Sum256(mustCanonical(t))
	assert.Equal(t, before, hex.EncodeToString(sum[:]))
}

func mustCanonical(t *testing.T) []byte {
	t.Helper()
	b, err := encode(loaded())
	require.NoError(t, err)
	return b
}

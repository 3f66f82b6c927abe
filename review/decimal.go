package review

import (
	"maps"
	"math/big"
	"slices"
	"strings"
)

// decimal is an exact sum of decimals: digits over ten to the power of scale.
// Its zero value is 0.
type decimal struct {
	digits big.Int
	scale  int
}

// add adds a decimal as documents write it, as in "1250000.50".
func (d *decimal) add(s string) { d.addTimes(s, 1) }

func (d *decimal) addTimes(s string, times int) {
	whole, fraction, _ := strings.Cut(s, ".")
	var n big.Int
	n.SetString(whole+fraction, 10)
	n.Mul(&n, big.NewInt(int64(times)))
	switch {
	case len(fraction) > d.scale:
		d.digits.Mul(&d.digits, tenTo(len(fraction)-d.scale))
		d.scale = len(fraction)
	case len(fraction) < d.scale:
		n.Mul(&n, tenTo(d.scale-len(fraction)))
	}
	d.digits.Add(&d.digits, &n)
}

func tenTo(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// String has as many decimal places as the most precise summand.
func (d *decimal) String() string { return written(&d.digits, d.scale) }

func written(n *big.Int, scale int) string {
	if scale == 0 {
		return n.String()
	}
	sign, digits := "", n.String()
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}

// decimalSum is a decimal whose summands may be taken back: it keeps how many
// there are of each number of decimal places.
type decimalSum struct {
	decimal
	places map[int]int
}

// add adds a decimal n times: 1, or -1 to take it back.
func (d *decimalSum) add(s string, n int) {
	d.addTimes(s, n)
	_, fraction, _ := strings.Cut(s, ".")
	if d.places[len(fraction)] += n; d.places[len(fraction)] == 0 {
		delete(d.places, len(fraction))
	}
}

// String has as many decimal places as the most precise summand that is left.
func (d *decimalSum) String() string {
	if len(d.places) == 0 {
		return "0"
	}
	scale := slices.Max(slices.Collect(maps.Keys(d.places)))
	return written(new(big.Int).Quo(&d.digits, tenTo(d.scale-scale)), scale)
}

// fourPlaces writes a number rounded half to even to four decimal places.
func fourPlaces(r *big.Rat) string {
	scaled := new(big.Rat).Mul(r, big.NewRat(10_000, 1))
	digits, rest := new(big.Int).QuoRem(scaled.Num(), scaled.Denom(), new(big.Int))
	twice := new(big.Int).Abs(rest.Lsh(rest, 1))
	if c := twice.Cmp(scaled.Denom()); c > 0 || c == 0 && digits.Bit(0) == 1 {
		digits.Add(digits, big.NewInt(int64(scaled.Sign())))
	}
	return (&decimal{digits: *digits, scale: 4}).String()
}

// rat is a decimal as documents write it; ok is false of what states none.
func rat(s string) (r *big.Rat, ok bool) {
	if !isDecimal(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

package review

import (
	"maps"
	"math/big"
	"slices"
	"strings"
)

// decimal is an exact decimal number: digits over ten to the power of scale.
// Its zero value is 0.
type decimal struct {
	digits big.Int
	scale  int
}

// parseDecimal reads a decimal as documents write it, as in "1250000.50".
func parseDecimal(s string) *decimal {
	whole, fraction, _ := strings.Cut(s, ".")
	d := &decimal{scale: len(fraction)}
	d.digits.SetString(whole+fraction, 10)
	return d
}

// add adds a decimal as documents write it.
func (d *decimal) add(s string) { d.plus(parseDecimal(s)) }

func (d *decimal) addTimes(s string, times int) {
	n := parseDecimal(s)
	n.digits.Mul(&n.digits, big.NewInt(int64(times)))
	d.plus(n)
}

// plus keeps as many decimal places as the most precise summand has.
func (d *decimal) plus(n *decimal) {
	d.widen(n.scale)
	d.digits.Add(&d.digits, n.digitsAt(d.scale))
}

func (d *decimal) minus(n *decimal) {
	d.widen(n.scale)
	d.digits.Sub(&d.digits, n.digitsAt(d.scale))
}

// times is the exact product.
func (d *decimal) times(n *decimal) *decimal {
	product := &decimal{scale: d.scale + n.scale}
	product.digits.Mul(&d.digits, &n.digits)
	return product
}

func (d *decimal) cmp(n *decimal) int {
	scale := max(d.scale, n.scale)
	return d.digitsAt(scale).Cmp(n.digitsAt(scale))
}

func (d *decimal) sign() int { return d.digits.Sign() }

func (d *decimal) widen(scale int) {
	if scale > d.scale {
		d.digits.Mul(&d.digits, tenTo(scale-d.scale))
		d.scale = scale
	}
}

// digitsAt are the digits at a scale that is not below the decimal's own.
func (d *decimal) digitsAt(scale int) *big.Int {
	return new(big.Int).Mul(&d.digits, tenTo(scale-d.scale))
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

package review

import (
	"math/big"
	"strings"
)

// decimal is an exact sum of decimals: digits over ten to the power of scale.
// Its zero value is 0.
type decimal struct {
	digits big.Int
	scale  int
}

// add adds a decimal as documents write it, as in "1250000.50".
func (d *decimal) add(s string) {
	whole, fraction, _ := strings.Cut(s, ".")
	var n big.Int
	n.SetString(whole+fraction, 10)
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
func (d *decimal) String() string {
	if d.scale == 0 {
		return d.digits.String()
	}
	sign, digits := "", d.digits.String()
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	if missing := d.scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return sign + digits[:len(digits)-d.scale] + "." + digits[len(digits)-d.scale:]
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

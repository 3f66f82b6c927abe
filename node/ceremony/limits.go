package ceremony

// MaxCard bounds one participant's public part: a name and a handful of keys.
const MaxCard = 16 << 10

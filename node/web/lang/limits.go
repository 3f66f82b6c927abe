package lang

// maxHeader is how long an Accept-Language header may be. Browsers send less
// than 200 bytes; of a longer one nothing is read.
const maxHeader = 1 << 10

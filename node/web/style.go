package web

// StyleSheet is the pages' own: what else a node shows people looks the same.
func StyleSheet() []byte { return styleSheet }

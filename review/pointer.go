package review

import (
	"strconv"
	"strings"
)

var (
	pointerEscape   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescape = strings.NewReplacer("~1", "/", "~0", "~")
)

func pointerTo(pointer, name string) string { return pointer + "/" + pointerEscape.Replace(name) }

// path is a pointer that is written down only where something is wrong there.
type path []pathStep

// pathStep goes to a field or, without a name, to an entry.
type pathStep struct {
	name  string
	index int
}

func (p path) String() string {
	pointer := ""
	for _, s := range p {
		if s.name == "" {
			s.name = strconv.Itoa(s.index)
		}
		pointer = pointerTo(pointer, s.name)
	}
	return pointer
}

func parentPointer(pointer string) string { return pointer[:strings.LastIndexByte(pointer, '/')] }

func splitPointer(pointer string) []string {
	if pointer == "" {
		return nil
	}
	names := strings.Split(pointer[1:], "/")
	for i, name := range names {
		names[i] = pointerUnescape.Replace(name)
	}
	return names
}

// placeOf is where a form shows what a pointer names: orders and indexes, -1
// for what it does not show.
func placeOf(pointer string, f *field) []int {
	var place []int
	for _, name := range splitPointer(pointer) {
		switch {
		case f == nil:
			return append(place, -1)
		case f.Type == "array":
			index, _ := strconv.Atoi(name)
			place, f = append(place, index), f.Items
		case f.Properties[name] == nil:
			return append(place, -1)
		default:
			f = f.Properties[name]
			place = append(place, f.Order)
		}
	}
	return place
}

// placeName is a pointer as people read it: "targets #2 due" for /targets/1/due.
func placeName(pointer string) string {
	names := splitPointer(pointer)
	for i, name := range names {
		if n, err := strconv.Atoi(name); err == nil && n >= 0 {
			names[i] = "#" + strconv.Itoa(n+1)
		} else if len(name) > 60 || !plainName(name) {
			names[i] = quote(name)
		}
	}
	return strings.Join(names, " ")
}

func plainName(name string) bool {
	for _, c := range []byte(name) {
		if !isOnly(string(c), 'a', 'z') && !isOnly(string(c), 'A', 'Z') && !isOnly(string(c), '0', '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return name != ""
}

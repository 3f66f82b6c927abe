package lang

// The plural rules of CLDR 48 for whole numbers from 0. "many" of French and
// Spanish is of whole millions ("1 000 000 de documents").

func other(int) string { return "other" }

func oneOther(n int) string {
	if n == 1 {
		return "one"
	}
	return "other"
}

func french(n int) string {
	switch {
	case n < 2:
		return "one"
	case n%1_000_000 == 0:
		return "many"
	}
	return "other"
}

func spanish(n int) string {
	switch {
	case n == 1:
		return "one"
	case n != 0 && n%1_000_000 == 0:
		return "many"
	}
	return "other"
}

func russian(n int) string {
	last, lastTwo := n%10, n%100
	switch {
	case last == 1 && lastTwo != 11:
		return "one"
	case last >= 2 && last <= 4 && (lastTwo < 12 || lastTwo > 14):
		return "few"
	}
	return "many"
}

func arabic(n int) string {
	lastTwo := n % 100
	switch {
	case n == 0:
		return "zero"
	case n == 1:
		return "one"
	case n == 2:
		return "two"
	case lastTwo >= 3 && lastTwo <= 10:
		return "few"
	case lastTwo >= 11:
		return "many"
	}
	return "other"
}

// Forms are the plural forms that a language's whole numbers take.
func (l *Language) Forms() []string {
	switch l.Tag {
	case "fr", "es":
		return []string{"one", "many", "other"}
	case "ru":
		return []string{"one", "few", "many"}
	case "ar":
		return []string{"zero", "one", "two", "few", "many", "other"}
	case "zh":
		return []string{"other"}
	}
	return []string{"one", "other"}
}

package ceremony

import "stocktake/node/web/lang"

// Refusal is why members cannot agree on what was asked for: a sentence, which
// commands say in English and the desk in the language of who reads.
type Refusal struct {
	lang.Sentence
	hint string // which command shows more, where there is one
}

func (r *Refusal) Error() string {
	said := lang.Default().Text(r.Key, r.Arguments...)
	if r.hint == "" {
		return said
	}
	return said + "; " + r.hint
}

func refuse(key string, arguments ...any) *Refusal {
	return &Refusal{Sentence: lang.Sentence{Key: key, Arguments: arguments}}
}

// lists says what `charter show` lists.
func (r *Refusal) lists(what string) *Refusal {
	r.hint = "`stocktake charter show` lists " + what
	return r
}

package ceremony

import (
	"stocktake/review"
	"stocktake/signing"
)

// accreditedKeys is why a charter may not list a key: an accredited author has
// it, and what that filed so far would not count any more.
func accreditedKeys(chain *review.Chain, next *review.Charter) error {
	for _, p := range next.Participants {
		for _, k := range p.Keys {
			key, err := signing.ParseDocumentKeyBase64(k.Key)
			if err != nil {
				continue
			}
			if owner, _, ok := chain.KeyOwner(key); ok && owner.Accredited() {
				return refuse("cannot.accredited-key", "who", p.ID, "role", phrase(k.Role), "author", owner)
			}
		}
	}
	return nil
}

package ceremony

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"stocktake/review"
)

// Card is a participant's public part: what the convener of a charter needs
// from each member. It is card.json.
type Card struct {
	Participant review.Participant `json:"participant"`
	Witness     string             `json:"witness,omitempty"` // Ed25519 key, base64; absent without a node
}

// ReadCard reads a card.json.
func ReadCard(name string) (Card, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return Card{}, err
	}
	c, err := ParseCard(b)
	if err != nil {
		return Card{}, fmt.Errorf("%s is not a participant's card, which `stocktake init` writes into its home: %w", name, err)
	}
	return c, nil
}

// ParseCard is what a card.json says.
func ParseCard(b []byte) (c Card, err error) {
	if len(b) > MaxCard {
		return c, fmt.Errorf("%d bytes, a card has at most %d", len(b), MaxCard)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, err
	}
	if c.Participant.ID == "" {
		return c, refuse("cannot.card-nobody")
	}
	return c, nil
}

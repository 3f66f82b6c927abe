package node

import (
	"context"

	"stocktake/node/desk"
	"stocktake/review"
	"stocktake/signing"
)

// DeskFolder is where the desk keeps its people and drafts.
func (h Home) DeskFolder() string { return h.path("desk") }

// Desk is the member's desk. It signs with the author's key of the home, where
// that is there, by a password that is given for each signature.
func (n *Node) Desk() (*desk.Desk, error) {
	return desk.Open(desk.Options{
		Dir: n.home.DeskFolder(), Node: n, Author: n.config.Participant, Logger: n.logger, Salt: NewSalt, Strip: StripMetadata, Checkup: n.checkup,
		Founding: func() (*review.Founding, error) {
			b, err := n.Federation(context.Background())
			if err != nil {
				return nil, err
			}
			return review.ReadFounding(b)
		},
		Sign: n.home.signAsAuthor,
	})
}

// signAsAuthor signs with the author's key of the home, which the password opens.
func (h Home) signAsAuthor(payload, password []byte) (signing.Envelope, error) {
	signer, err := h.DocumentSigner(RoleAuthor, func(bool) ([]byte, error) { return password, nil })
	if err != nil {
		return signing.Envelope{}, err
	}
	return signer.Sign(payload)
}

// checkup is what `stocktake doctor` says, for the desk.
func (n *Node) checkup(ctx context.Context) ([]desk.Line, error) {
	status, err := n.Status(ctx)
	if err != nil {
		return nil, err
	}
	federation, err := n.Federation(ctx)
	if err != nil {
		return nil, err
	}
	var lines []desk.Line
	for _, f := range n.home.Checkup(status, federation) {
		lines = append(lines, desk.Line{OK: f.OK, What: f.What, Text: f.said, Do: f.mend})
	}
	return lines, nil
}

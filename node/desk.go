package node

import (
	"context"
	"os"
	"time"

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
		Dir: n.home.DeskFolder(), Node: n, Author: n.config.Participant, Logger: n.logger, Salt: NewSalt, Strip: StripMetadata, Health: n.health,
		Founding: func() (*review.Founding, error) {
			b, err := n.Federation(context.Background())
			if err != nil {
				return nil, err
			}
			return review.ReadFounding(b)
		},
		Sign: func(payload, password []byte) (signing.Envelope, error) {
			signer, err := n.home.DocumentSigner(RoleAuthor, func(bool) ([]byte, error) { return password, nil })
			if err != nil {
				return signing.Envelope{}, err
			}
			return signer.Sign(payload)
		},
	})
}

// health is what the desk says of this machine.
func (n *Node) health() []desk.Line {
	backup := desk.Line{What: "Last backup", State: "none was made with `stocktake backup`", Attention: true}
	if entries, err := os.ReadDir(n.home.path("backups")); err == nil {
		var last time.Time
		for _, e := range entries {
			if info, err := e.Info(); err == nil && info.ModTime().After(last) {
				last = info.ModTime()
			}
		}
		if !last.IsZero() {
			age := time.Since(last)
			backup.State, backup.Attention = last.UTC().Format("2 January 2006, 15:04 UTC"), age > backupDue
		}
	}
	return []desk.Line{backup, {What: "This machine's clock", State: time.Now().UTC().Format("2 January 2006, 15:04:05 UTC")}}
}

// backupDue is when the desk says that a backup is old: a nightly one failed twice.
const backupDue = 50 * time.Hour

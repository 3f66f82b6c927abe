package node

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"stocktake/node/ceremony"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// WitnessCardFile is the card of a new witness key, for `charter amend`.
func (h Home) WitnessCardFile() string { return h.path("witness.json") }

// forgetful is whether a home may not know all that its witness key cosigned:
// the database was lost, put back or copied, whatever its operator calls it.
func (h Home) forgetful(db *store.Store, ended review.Origin, epoch int, reason string) (bool, error) {
	if _, err := os.Lstat(h.retiredWitness(epoch)); err == nil { // by an attempt that was interrupted
		return true, nil
	}
	if slices.Contains([]string{"lost", "restored", "cloned"}, reason) || db.Head(ended).Size == 0 {
		return true, nil
	}
	copied, err := h.copied(db)
	return copied != "", err
}

// retiredWitness is where the witness key of the epoch before one goes.
func (h Home) retiredWitness(epoch int) string {
	return h.path("keys/witness-retired-e" + strconv.Itoa(epoch-1) + ".pem")
}

// retireWitness puts the witness key aside for good: it might cosign what
// contradicts what it cosigned before. Where the charter lists the participant
// as a witness, a new key takes its place in the home, with a card to have it
// listed: until a charter does, the node cosigns nothing.
func (h Home) retireWitness(f *review.Founding, log review.LogEntry, ask signing.Password) (retired, card string, err error) {
	from, to := h.KeyFile(RoleWitness, log.Epoch), h.retiredWitness(log.Epoch)
	switch _, err := os.Lstat(to); {
	case err == nil: // already
		retired = to
	case !errors.Is(err, fs.ErrNotExist):
		return "", "", err
	default:
		if err := os.Rename(from, to); err == nil {
			retired = to
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", "", err
		}
	}
	charter, _ := f.Chain.InForce()
	if !slices.ContainsFunc(charter.Witnesses, func(w review.Witness) bool { return w.Participant == log.Participant && w.Until == "" }) {
		return retired, "", nil
	}
	s, err := h.newNoteKey(RoleWitness, log.Epoch, ask)
	if err != nil {
		return retired, "", err
	}
	p, _ := f.Chain.Participant(log.Participant)
	b, err := json.MarshalIndent(ceremony.Card{Participant: p, Witness: s.Key().String()}, "", "  ")
	if err != nil {
		return retired, "", err
	}
	return retired, h.WitnessCardFile(), replaceFile(h.WitnessCardFile(), append(b, '\n'), 0o644)
}

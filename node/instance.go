package node

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"stocktake/store"
)

// A node's instance is a random name that stands in HOME/instance and in the
// database, and is left out of backups. A database that comes from a backup,
// or from elsewhere, so betrays itself before it signs anything, even where no
// peer answers: a log that went on since would get a second history.

// instanceKey is its name in the database's bookkeeping.
const instanceKey = "instance"

// renewInstance gives a database a new name.
func (h Home) renewInstance(db *store.Store) error {
	if err := db.Recovered(); err != nil {
		return err
	}
	id := NewSalt()
	if err := db.SetMeta(instanceKey, []byte(id)); err != nil {
		return err
	}
	return replaceFile(h.InstanceFile(), []byte(id+"\n"), 0o600)
}

// copied is why a database is not the one that this home last ran on; "" if it
// is. A home without any instance gets one.
func (h Home) copied(db *store.Store) (reason string, err error) {
	stored, err := db.Meta(instanceKey)
	if err != nil {
		return "", err
	}
	file, err := os.ReadFile(h.InstanceFile())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	written := strings.TrimSpace(string(file))
	switch {
	case written == "" && stored == nil:
		return "", h.renewInstance(db)
	case written == "":
		return "the file instance of this home is missing: the database comes from a backup or was copied", nil
	case written != string(stored):
		return "the file instance of this home is not the database's: this is a copy of it or an earlier state", nil
	}
	return "", nil
}

package desk

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/scrypt"
)

// Role is what a person at the desk may do.
type Role string

// The roles. Nobody clears what they wrote themselves, whatever roles they have.
const (
	Drafter Role = "drafter" // writes
	Clearer Role = "clearer" // reads what another wrote, and lets it be signed or sends it back
	Signer  Role = "signer"  // signs what was cleared, with the key's password
)

// Person may log in.
type Person struct {
	Name  string `json:"name"`
	Roles []Role `json:"roles"`
	Salt  []byte `json:"salt"`
	Hash  []byte `json:"hash"` // scrypt of the password, N=2^15 r=8 p=1 (RFC 7914)
}

func (p *Person) is(r Role) bool { return slices.Contains(p.Roles, r) }

// PeopleFile is where a desk keeps who may log in.
func PeopleFile(dir string) string { return filepath.Join(dir, "people.json") }

// SetPerson lets somebody log in, with a new password and these roles; none
// ends it. It may be called while a desk is open.
func SetPerson(dir, name string, roles []Role, password []byte) error {
	if name == "" || len(name) > 40 || strings.TrimSpace(name) != name || strings.ContainsFunc(name, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return fmt.Errorf("%.60q is no name: write 1 to 40 characters, without spaces at its ends", name)
	}
	for _, r := range roles {
		if r != Drafter && r != Clearer && r != Signer {
			return fmt.Errorf("there is no role %.40q: write %s, %s or %s", r, Drafter, Clearer, Signer)
		}
	}
	if len(roles) > 0 && len(password) < minPassword {
		return fmt.Errorf("a password of %d characters is too short: use %d or more", len(password), minPassword)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	all, err := readPeople(PeopleFile(dir))
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(p Person) bool { return p.Name == name })
	if len(roles) > 0 {
		p := Person{Name: name, Roles: roles, Salt: make([]byte, 16)}
		rand.Read(p.Salt)
		p.Hash = hash(password, p.Salt)
		all = append(all, p)
	}
	if len(all) > maxPeople {
		return fmt.Errorf("%d people, the limit is %d: take away who has left", len(all), maxPeople)
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(PeopleFile(dir), append(b, '\n'))
}

const minPassword = 10

func hash(password, salt []byte) []byte {
	b, err := scrypt.Key(password, salt, 1<<15, 8, 1, sha256.Size)
	if err != nil {
		panic(err) // the parameters are constant
	}
	return b
}

func readPeople(file string) (all []Person, err error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && len(b) > maxPeopleFile {
		err = fmt.Errorf("%d bytes, the limit is %d", len(b), maxPeopleFile)
	}
	if err == nil {
		err = json.Unmarshal(b, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return all, nil
}

// people checks passwords, one at a time: each takes 32 MiB and a tenth of a
// second of a core, by design.
type people struct {
	file string
	mu   sync.Mutex
}

// find is a person by name and password; nil if it is neither.
func (p *people) find(name, password string) (*Person, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	all, err := readPeople(p.file)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(p Person) bool { return p.Name == name })
	if i < 0 { // as slow as a wrong password
		hash([]byte(password), make([]byte, 16))
		return nil, nil
	}
	if subtle.ConstantTimeCompare(hash([]byte(password), all[i].Salt), all[i].Hash) != 1 {
		return nil, nil
	}
	return &all[i], nil
}

// named is who has a name now; nil if nobody does any more.
func (p *people) named(name string) *Person {
	all, err := readPeople(p.file)
	if err != nil {
		return nil
	}
	if i := slices.IndexFunc(all, func(p Person) bool { return p.Name == name }); i >= 0 {
		return &all[i]
	}
	return nil
}

// replaceFile writes a file whole or not at all, for this user only.
func replaceFile(name string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

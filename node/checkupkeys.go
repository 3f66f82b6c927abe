package node

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"stocktake/signing"
)

// keys looks at the private keys at rest.
func (c *checkup) keys() {
	files, _ := filepath.Glob(filepath.Join(c.home.KeyFolder(), "*.pem"))
	before := len(c.findings)
	for _, name := range append([]string{string(c.home), c.home.KeyFolder()}, files...) {
		if info, err := os.Stat(name); err == nil && tooOpen(info.Mode()) {
			mode := "700"
			if !info.IsDir() {
				mode = "600"
			}
			c.attention("keys", "chmod "+mode+" "+name, "others on this machine may read %s", name)
		}
	}
	open := 0
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil && !signing.Encrypted(b) {
			open++
		}
	}
	if open > 0 && !c.settings.Demo {
		c.attention("keys", "keep the disk encrypted; new keys get a password unless --no-password is given", "%d of %d private keys have no password", open, len(files))
	}
	if _, err := os.Stat(c.home.KeyFile(RoleRoot, 0)); err == nil && c.settings.Federation != "" && !c.settings.Demo {
		c.attention("keys", "move it to a place that is offline", "the root key is still at %s", c.home.KeyFile(RoleRoot, 0))
	}
	if len(c.findings) == before {
		c.ok("keys", "%d private keys, each with a password, for this user only", len(files))
	}
}

// tooOpen is whether anybody but the owner may read or write.
func tooOpen(m fs.FileMode) bool { return runtime.GOOS != "windows" && m.Perm()&0o077 != 0 }

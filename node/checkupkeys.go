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
			c.attention("keys", asIs("chmod "+mode+" "+name), "health.keys-open", "file", name)
		}
	}
	open := 0
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil && !signing.Encrypted(b) {
			open++
		}
	}
	if open > 0 && !c.settings.Demo {
		c.attention("keys", todo("health.keys-do-password"), "health.keys-plain", "number", open, "all", len(files))
	}
	if _, err := os.Stat(c.home.KeyFile(RoleRoot, 0)); err == nil && c.settings.Federation != "" && !c.settings.Demo {
		c.attention("keys", todo("health.keys-do-move"), "health.keys-root", "file", c.home.KeyFile(RoleRoot, 0))
	}
	if len(c.findings) == before {
		c.ok("keys", "health.keys-ok", "number", len(files))
	}
}

// tooOpen is whether anybody but the owner may read or write.
func tooOpen(m fs.FileMode) bool { return runtime.GOOS != "windows" && m.Perm()&0o077 != 0 }

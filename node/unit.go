package node

import (
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
)

// Unit is what systemd needs to run a home's node, hardened: it writes to its
// home and nowhere else, and gains nothing.
type Unit struct {
	Home       Home
	Program    string
	User       string
	Password   string // file that systemd hands out as a credential; empty: the keys have no password
	BackupTo   string
	BackupFile string
}

// Text is one of the units: service, backup or timer.
func (u Unit) Text(name string) (string, error) {
	t := unitTemplates.Lookup(name)
	if t == nil {
		return "", fmt.Errorf("there is no unit %.40q; name service, backup or timer", name)
	}
	for _, path := range []*string{(*string)(&u.Home), &u.Program, &u.Password, &u.BackupFile} {
		if *path == "" {
			continue
		}
		full, err := filepath.Abs(*path)
		if err != nil {
			return "", err
		}
		if strings.ContainsFunc(full, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`%"'\$`, r) }) {
			return "", fmt.Errorf("%.200q: choose a path without spaces, quotes and signs that systemd reads in its own way", full)
		}
		*path = full
	}
	for _, word := range []string{u.User, u.BackupTo} {
		if strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`%"'\$`, r) }) {
			return "", fmt.Errorf("%.80q is not one word", word)
		}
	}
	var b strings.Builder
	err := t.Execute(&b, u)
	return b.String(), err
}

// LowPort is whether the pages' port is one that only root opens.
func (u Unit) LowPort() bool {
	c, err := u.Home.Config()
	if err != nil {
		return false
	}
	_, port, _ := net.SplitHostPort(c.HTTP)
	n, _ := strconv.Atoi(port)
	return n > 0 && n < 1024
}

// BackupFolder is where backups are written.
func (u Unit) BackupFolder() string { return filepath.Dir(u.BackupFile) }

var unitTemplates = template.Must(template.New("units").Parse(`
{{define "service"}}[Unit]
Description=stocktake node at {{.Home}}
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
User={{.User}}
ExecStart={{.Program}} serve --home {{.Home}}{{if .Password}} --password-file ${CREDENTIALS_DIRECTORY}/password{{end}}
{{- if .Password}}
LoadCredential=password:{{.Password}}
{{- end}}
Restart=on-failure
RestartSec=5
TimeoutStopSec=30
LimitNOFILE=65536
Environment=GOMEMLIMIT=400MiB
ReadWritePaths={{.Home}}
{{- if .LowPort}}
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
{{- else}}
CapabilityBoundingSet=
PrivateUsers=yes
{{- end}}
{{template "hardening"}}
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK

[Install]
WantedBy=multi-user.target
{{end}}

{{define "backup"}}[Unit]
Description=backup of the stocktake node at {{.Home}}

[Service]
Type=oneshot
User={{.User}}
ExecStart={{.Program}} backup --home {{.Home}} -o {{.BackupFile}} --to {{.BackupTo}}
ReadWritePaths={{.Home}} {{.BackupFolder}}
CapabilityBoundingSet=
PrivateUsers=yes
{{template "hardening"}}
PrivateNetwork=yes
RestrictAddressFamilies=AF_UNIX
{{end}}

{{define "timer"}}[Unit]
Description=nightly backup of the stocktake node at {{.Home}}

[Timer]
OnCalendar=*-*-* 02:30:00
RandomizedDelaySec=30min
Persistent=yes
Unit=stocktake-backup.service

[Install]
WantedBy=timers.target
{{end}}

{{define "hardening"}}UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
DevicePolicy=closed
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
{{- end}}
`))

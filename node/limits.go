package node

// Bounds on what comes from outside.
const (
	// maxConfig is far above any config.yaml that a person wrote.
	maxConfig = 64 << 10
	// maxCard is one participant's public part: a name and a handful of keys.
	maxCard = 16 << 10
)

// maxSocketPath is what the smallest of the systems' sockaddr_un holds, with
// its final zero byte (macOS: 104).
const maxSocketPath = 103

// Bounds of backups.
const (
	// backupWindow bounds the memory for unpacking a backup; it is packed with
	// half of that.
	backupWindow = 8 << 20
	// maxBackupNotes is how many backup files one home continues: one for each
	// day of a week, twice.
	maxBackupNotes = 14
)

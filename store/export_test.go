package store

import "time"

// waitForRepairs returns when no repair is under way.
func (s *Store) waitForRepairs() {
	for {
		s.mu.RLock()
		n := len(s.repairing)
		s.mu.RUnlock()
		if n == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

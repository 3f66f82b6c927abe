package main

import (
	"os"
	"path/filepath"
)

// writeOutput writes to a file, whole or not at all, or to stdout for "" and "-".
func (c *call) writeOutput(name string, b []byte) error {
	if name == "" || name == "-" {
		_, err := c.out.Write(b)
		return err
	}
	return replaceFile(name, b)
}

func replaceFile(name string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".stocktake-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return err
}

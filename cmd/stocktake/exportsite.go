package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// exportSite copies the pages of the running node into a folder that it makes. It
// works beside it and gives it its name at the end, so a folder of that name is
// always a whole copy.
func exportSite(ctx context.Context, c *call, languages []string, dir string) error {
	switch _, err := os.Lstat(dir); {
	case err == nil:
		return fmt.Errorf("%s is there already: name a new folder, and put it in the old one's place", dir)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	client, ok := c.runningNode(ctx, 0)
	if !ok {
		return fmt.Errorf("no node runs on %s: start it with `stocktake serve --home %s`, since it makes the pages", c.home, c.home)
	}
	defer client.Close()
	dir = filepath.Clean(dir)
	part, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+"-unfinished-*")
	if err != nil {
		return err
	}
	files, err := client.CopySite(ctx, languages, func(name string, b []byte) error {
		local, err := filepath.Localize(name)
		if err != nil {
			return fmt.Errorf("%q is no file name here", name)
		}
		file := filepath.Join(part, local)
		return errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, b, 0o644))
	})
	if err == nil {
		err = errors.Join(os.Chmod(part, 0o755), os.Rename(part, dir))
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(part))
	}
	if c.json {
		return json.NewEncoder(c.out).Encode(map[string]any{"version": 1, "folder": dir, "files": files})
	}
	c.say("%d files. Begin with %s, or put the folder on any web server.", files, filepath.Join(dir, "index.html"))
	_, err = fmt.Fprintln(c.out, dir)
	return err
}

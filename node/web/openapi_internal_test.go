package web

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryRouteOfTheAPIIsDescribed(t *testing.T) {
	n := newSite(absentNode{}, Options{Events: NewEvents("boot"), Backup: func(context.Context, []byte, io.Writer) error { return nil }})
	n.routes()
	b, err := n.openapi()
	require.NoError(t, err)
	var d struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Parameters  []struct {
				Name, Description string
				Schema            map[string]any
			}
		}
	}
	require.NoError(t, json.Unmarshal(b, &d))
	var described, routed, ids []string
	for path, operations := range d.Paths {
		for method, o := range operations {
			described = append(described, strings.ToUpper(method)+" "+path)
			ids = append(ids, o.OperationID)
			for _, p := range o.Parameters {
				require.NotEmpty(t, p.Description, "%s of %s", p.Name, path)
				require.NotEmpty(t, p.Schema, "%s of %s", p.Name, path)
			}
		}
	}
	for _, pattern := range n.patterns {
		if strings.Contains(pattern, " /api/") {
			routed = append(routed, pattern)
		}
	}
	slices.Sort(described)
	slices.Sort(routed)
	slices.Sort(ids)
	require.Equal(t, routed, described)
	require.Len(t, slices.Compact(ids), len(routed), "an operation's name is its own")
}

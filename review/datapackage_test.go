package review

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTablesSayWhatTheStocktakeSays reads the tables as a stranger would, by
// datapackage.json alone, and finds every row and figure in them.
func TestTablesSayWhatTheStocktakeSays(t *testing.T) {
	f := randomCorpus(t, rand.New(rand.NewPCG(3, 1)), 150)
	s := f.assemble(ScopeGlobal)
	c, files := s.Contents(), s.Tables()
	var p dataPackage
	require.NoError(t, json.Unmarshal(files["datapackage.json"], &p))
	assert.Equal(t, c.Snapshot, p.Stocktake.Snapshot)
	require.Len(t, p.Resources, len(groups)+1)
	require.Len(t, files, len(groups)+2)
	for _, r := range p.Resources {
		b := files[r.Path]
		assert.Equal(t, r.Bytes, len(b))
		assert.Equal(t, r.Hash, "sha256:"+digestOf(b))
		head := string(b[:bytes.Index(b, []byte("made again by"))])
		for _, want := range []string{c.Digest, string(c.Charter), c.Snapshot, c.Licence} {
			assert.Contains(t, head, want, r.Name)
		}
		reader := csv.NewReader(bytes.NewReader(b))
		reader.Comment = '#'
		lines, err := reader.ReadAll()
		require.NoError(t, err, r.Name)
		want := s.rowsOf(c, r.Name)
		if r.Name == "figures" {
			require.Len(t, lines, len(c.Figures)+1)
			continue
		}
		require.Len(t, lines, len(want)+1, r.Name)
		for i, line := range lines[1:] {
			var row map[string]any
			require.NoError(t, json.Unmarshal(want[i].raw, &row))
			maps.DeleteFunc(row, func(_ string, v any) bool { return v == 0.0 || v == false })
			assert.Equal(t, row, rowAgain(t, r.Schema.Fields, line), r.Name)
		}
	}
}

// rowAgain makes a row of a line, by what its columns are; zeros are left out.
func rowAgain(t *testing.T, fields []packageField, line []string) map[string]any {
	row := map[string]any{}
	for i, f := range fields {
		cell := strings.TrimPrefix(line[i], "'")
		var v any = cell
		if f.Type != "string" && cell != "" {
			require.NoError(t, json.Unmarshal([]byte(cell), &v), "%s is %s", cell, f.Type)
		}
		if v != "" && v != 0.0 && v != false {
			row[f.Name] = v
		}
	}
	return row
}

func TestNoCellIsTakenForAFormula(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+a": "'+a", "-a": "'-a", "@a": "'@a", "\ta": "'\ta", "＝1": "'＝1", "-5": "-5", "-0.5": "-0.5", "": "", "a=1": "a=1",
		"-5 percent": "'-5 percent", "+5": "'+5",
	} {
		assert.Equal(t, want, harmless(in), in)
	}
}

// TestOutputIsTheSameEverywhere: no format depends on the time zone or the
// language of the machine.
func TestOutputIsTheSameEverywhere(t *testing.T) {
	f := randomCorpus(t, rand.New(rand.NewPCG(5, 5)), 80)
	all := func() map[string][]byte {
		s := f.assemble(ScopeGlobal)
		files := s.Tables()
		files["json"], files["text"], files["html"] = s.File(), s.Text(), s.HTML()
		return files
	}
	want := all()
	local := time.Local
	defer func() { time.Local = local }()
	for i, language := range []string{"C", "ar_EG.UTF-8", "tr_TR.UTF-8"} {
		t.Setenv("LC_ALL", language)
		t.Setenv("LANG", language)
		time.Local = time.FixedZone("away", []int{-11, 0, 14}[i]*3600)
		got := all()
		for _, name := range slices.Sorted(maps.Keys(want)) {
			assert.Equal(t, digestOf(want[name]), digestOf(got[name]), "%s in %s, zone %d", name, language, i)
		}
	}
}

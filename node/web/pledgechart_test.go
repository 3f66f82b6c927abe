package web

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web/lang"
	"stocktake/review"
)

// TestAChartKeepsOrderAndBounds holds that a higher value lies higher, a later
// day further on, and everything within the drawing.
func TestAChartKeepsOrderAndBounds(t *testing.T) {
	for _, values := range [][2]string{{"12", "100"}, {"41", "10"}, {"-3.5", "0"}, {"7", "7"}} {
		target := review.Target{Baseline: values[0], BaselineOn: "2020-01-01", Value: values[1], Due: "2030-12-31"}
		c := pledgeChart{Values: []reportedValue{{Value: values[0], On: "2024-06-30"}, {Value: values[1], On: "2026-06-30"}}}
		require.True(t, c.draw(words{lang.Default()}, target))
		require.True(t, c.Lines)
		assert.Less(t, c.From.X, c.Values[0].X)
		assert.Less(t, c.Values[0].X, c.Values[1].X)
		assert.Less(t, c.Values[1].X, c.To.X)
		assert.Equal(t, c.From.Y, c.Values[0].Y, "the same value is as high on every day")
		assert.Equal(t, c.To.Y, c.Values[1].Y)
		for _, p := range []point{c.From, c.To, c.Values[0].point, c.Values[1].point} {
			assert.True(t, p.X >= chartMargin && p.X <= chartWidth && p.Y >= 0 && p.Y <= chartHeight-chartFoot, "%+v", p)
		}
	}
	for _, nothing := range []review.Target{
		{Baseline: "not-stated", Value: "not-stated", Due: "not-stated"}, {Baseline: "3", Value: "5", Due: "not-stated"}, {Baseline: "3", Value: "5", Due: "2030-01-01"},
	} {
		c := pledgeChart{}
		assert.False(t, c.draw(words{lang.Default()}, nothing), "%+v", nothing)
	}
}

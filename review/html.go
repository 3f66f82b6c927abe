package review

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
)

//go:embed stocktake.html
var stocktakePage string

var stocktakeTemplate = template.Must(template.New("stocktake").Funcs(template.FuncMap{
	"note": func(key string) string { return Notes[key] },
	"id":   func(cell string) bool { return isHex(cell, 64) },
}).Parse(stocktakePage))

// HTML is the stocktake as one page that stands alone: no script, no link to
// anywhere. Like Text it is a function of the stocktake.
func (s *Stocktake) HTML() []byte {
	var b bytes.Buffer
	if err := stocktakeTemplate.Execute(&b, s.Contents()); err != nil {
		panic(fmt.Sprintf("review: stocktake.html: %v", err))
	}
	return b.Bytes()
}

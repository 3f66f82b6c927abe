package review

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Drafts use the plain part of YAML: fields, lists, texts, comments. Anchors,
// aliases, tags, merges, directives and several documents in one file only let
// a draft say something else than it shows, so they are refused.

// parseYAML reads a draft's top level. Field names may still be repeated.
func parseYAML(b []byte) (*ast.MappingNode, *FieldError) {
	if len(b) > maxDraft {
		return nil, refuse("", "draft-too-large", "size", strconv.Itoa(len(b)), "limit", strconv.Itoa(maxDraft))
	}
	if !utf8.Valid(b) {
		return nil, refuse("", "not-utf8")
	}
	text := strings.TrimPrefix(string(b), "\uFEFF") // which Windows editors put first
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	tokens := lexer.Tokenize(text)
	if err := checkTokens(tokens); err != nil {
		return nil, err
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, syntaxError(err)
	}
	if len(file.Docs) != 1 {
		return nil, refuse("", "several-drafts")
	}
	switch root := file.Docs[0].Body.(type) {
	case nil:
		return nil, refuse("", "empty-draft")
	case *ast.MappingNode:
		return root, nil
	}
	return nil, refuse("", "not-a-draft")
}

// checkTokens bounds what the parser, which recurses for each level and each
// field of a level, is going to see, and refuses what drafts do not use.
func checkTokens(tokens token.Tokens) *FieldError {
	entries, flow := 0, 0
	var block []int // columns of the open levels
	for _, t := range tokens {
		switch t.Type {
		case token.AnchorType, token.AliasType, token.TagType, token.MergeKeyType, token.MappingKeyType, token.DirectiveType:
			return at(t, refuse("", "yaml-feature", "character", quote(t.Value)))
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		case token.CollectEntryType:
			entries++
		case token.SequenceEntryType:
			entries++
			if flow <= 0 {
				block = openLevel(block, t.Position.Column)
			}
		case token.MappingValueType:
			entries++
			if flow <= 0 && t.Prev != nil {
				block = openLevel(block, t.Prev.Position.Column)
			}
		}
		if flow+len(block) > maxDepth {
			return at(t, refuse("", "too-deep", "limit", strconv.Itoa(maxDepth)))
		}
		if entries > maxDraftEntries {
			return at(t, refuse("", "too-many-entries", "limit", strconv.Itoa(maxDraftEntries)))
		}
	}
	return nil
}

func openLevel(block []int, column int) []int {
	for len(block) > 0 && block[len(block)-1] >= column {
		block = block[:len(block)-1]
	}
	return append(block, column)
}

func at(t *token.Token, e *FieldError) *FieldError {
	if t != nil && t.Position != nil {
		e.Line = t.Position.Line
	}
	return e
}

// syntaxError tells the common slips from the rest.
func syntaxError(err error) *FieldError {
	var e yaml.Error
	if !errors.As(err, &e) {
		return refuse("", "yaml-syntax", "why", quote(err.Error()))
	}
	code := "yaml-syntax"
	switch why := e.GetMessage(); {
	case strings.Contains(why, "mapping value is not allowed"):
		code = "yaml-colon"
	case strings.Contains(why, "'\t'"):
		code = "yaml-tab"
	case strings.Contains(why, "end character"):
		code = "yaml-quote"
	}
	return at(e.GetToken(), refuse("", code, "why", quote(e.GetMessage())))
}

func keyText(entry *ast.MappingValueNode) string { return entry.Key.GetToken().Value }

func lineOf(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// scalarText is a scalar as written, without quotes; "" if nothing stands there.
func scalarText(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value
	}
	return ""
}

// isPlain reports whether a scalar stands without quotes.
func isPlain(n ast.Node) bool {
	t := n.GetToken().Type
	return t != token.SingleQuoteType && t != token.DoubleQuoteType && t != token.LiteralType && t != token.FoldedType
}

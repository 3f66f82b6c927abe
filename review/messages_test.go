package review

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// usedCodes are the codes that the package's source gives to refusals, and
// every other text in it.
func usedCodes(t *testing.T) (codes, texts map[string]string) {
	files := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	codes, texts = map[string]string{}, map[string]string{}
	// The functions that take a code, and which argument it is.
	takes := map[string]int{"refuse": 1, "add": 1, "fault": 1, "one": 0}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || name == "messages.go" {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					texts[text] = files.Position(n.Pos()).String()
				}
			case *ast.AssignStmt:
				name, ok := n.Lhs[0].(*ast.Ident)
				lit, isLit := n.Rhs[0].(*ast.BasicLit)
				if ok && isLit && name.Name == "code" {
					code, _ := strconv.Unquote(lit.Value)
					codes[code] = files.Position(lit.Pos()).String()
				}
			case *ast.CallExpr:
				name := ""
				switch f := n.Fun.(type) {
				case *ast.Ident:
					name = f.Name
				case *ast.SelectorExpr:
					name = f.Sel.Name
				}
				if i, ok := takes[name]; ok && i < len(n.Args) {
					if lit, ok := n.Args[i].(*ast.BasicLit); ok {
						code, _ := strconv.Unquote(lit.Value)
						codes[code] = files.Position(lit.Pos()).String()
					}
				}
			}
			return true
		})
	}
	for _, f := range forms {
		codes[f.code] = "forms"
	}
	return codes, texts
}

func TestEveryCodeHasAMessageAndEveryMessageACode(t *testing.T) {
	codes, texts := usedCodes(t)
	assert.Greater(t, len(codes), 60, "the codes are not found any more")
	for code, place := range codes {
		assert.NotEmpty(t, messages[code], "%s: %s has no message", place, code)
	}
	for key := range messages {
		code, closer, _ := strings.Cut(key, " ")
		assert.NotEmpty(t, texts[code], "no refusal has the code %s", code)
		name, _, _ := strings.Cut(closer, "=")
		assert.True(t, closer == "" || texts[name] != "", "no refusal has the argument of %q", key)
	}
}

// The tables below show each reason that a document or a draft can be refused
// for; a rule without a row there is not a rule.
func TestEveryReasonToRefuseADocumentIsProven(t *testing.T) {
	t.Run("statements", TestParseTakesOnlyTheOneFormOfAStatement)
	t.Run("rules", TestEveryRuleRefusesWhatBreaksIt)
	t.Run("money", TestEveryRuleAboutMoneyRefusesWhatBreaksIt)
	t.Run("drafts", TestReadDraftRefusesWithTheLine)
	t.Run("payloads", TestFromDraftRefusesWhatParseRefuses)
	t.Run("reviews", TestEveryReviewRuleRefusesWhatBreaksIt)
	t.Run("the door of a review", TestTheDoorOfAReviewSaysWhy)
	t.Run("what an application rests on", TestAnApplicationRestsOnAReviewThatIsFinal)
	codes, _ := usedCodes(t)
	for code, place := range codes {
		file, _, _ := strings.Cut(place, ":")
		switch file {
		case "document.go", "schema.go", "schemaerror.go", "fielderror.go", "forms", "rules.go", "charterrules.go", "yaml.go", "readdraft.go",
			"money.go", "expenditure.go", "facility.go", "register.go", "rates.go",
			"round.go", "mandate.go", "consultation.go", "seal.go", "progress.go", "decision.go", "policyproposal.go", "adoption.go", "translation.go", "followup.go":
			assert.True(t, proven[code], "%s: %s", place, code)
		}
	}
}

func TestMessagesAreOnePlainLineThatSaysWhatToDo(t *testing.T) {
	for key, message := range messages {
		assert.Less(t, len(message), 160, key)
		assert.NotContains(t, message, "\n", key)
		assert.NotRegexp(t, regexp.MustCompile(`\.$`), message, key)
		assert.NotRegexp(t, regexp.MustCompile(`(?i)\b(invalid|illegal|error|bad|fatal|failed|please)\b`), message, key)
	}
}

func TestMessageNamesFieldAndLine(t *testing.T) {
	assert.Equal(t, "line 7: targets #2 due: \"soon\" is not a date: write year-month-day, as 2026-05-04",
		FieldError{Pointer: "/targets/1/due", Line: 7, Code: "not-a-date", Args: map[string]string{"value": `"soon"`}}.Message())
	assert.Equal(t, "some-code-of-tomorrow", FieldError{Code: "some-code-of-tomorrow"}.Message())
}

// An argument's value is not searched for arguments again.
func TestMessageTakesArgumentsAsTheyAre(t *testing.T) {
	e := FieldError{Code: "too-early", Args: map[string]string{"date": "{limit}", "earlier": "created", "limit": "{date}"}}
	assert.Equal(t, "{limit} is before created ({date}): correct one of the two", e.Message())
}

func TestPointersHoldAnyFieldName(t *testing.T) {
	for _, name := range []string{"", "a", "a/b", "~", "~1", "/", "a~0b"} {
		pointer := pointerTo("/x", name)
		assert.Equal(t, []string{"x", name}, splitPointer(pointer))
		assert.Equal(t, "/x", parentPointer(pointer))
	}
}

func TestNearestFindsSlipsOfThePen(t *testing.T) {
	known := []string{"objectives", "objectivesBasis", "due", "to", "title"}
	for name, want := range map[string]string{
		"objectivs": "objectives", "Objectives": "objectives", "objectives_basis": "objectivesBasis", "objectives-basis": "objectivesBasis",
		"Due": "due", "tittle": "title", "titel": "title",
		"deadline": "", "x": "", "": "", "budget": "", strings.Repeat("objectives", 5): "",
	} {
		assert.Equal(t, want, nearest(name, known), name)
	}
}

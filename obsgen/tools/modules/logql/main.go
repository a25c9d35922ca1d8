// Command logql judges LogQL with Loki's own parser: JSON lines in, JSON lines out, one answer a question.
//
// A question is {"id": any string, "expr": "…"}; an answer repeats the id. Loki compiles templates, patterns and
// regular expressions of a pipeline only when the query runs: here they are compiled too, so that an alert which
// Loki would load and then never evaluate is refused.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/grafana/loki/v3/pkg/logql/syntax"
)

const loki = "github.com/grafana/loki/v3"

type question struct {
	ID   string `json:"id"`
	Expr string `json:"expr"`
}

type answer struct {
	ID    string `json:"id"`
	OK    bool   `json:"ok"`
	Fault *fault `json:"error,omitempty"`
	*facts
}

// fault has a line and a column, both from 1 and in characters, where Loki tells them.
type fault struct {
	Message string `json:"message"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--loki-version" {
		fmt.Println(version())
		return
	}
	// Loki's reader of JSON paths prints what it finds wrong, which must not come between the answers
	out := os.Stdout
	os.Stdout = os.Stderr
	if err := serve(os.Stdin, out); err != nil {
		fmt.Fprintln(os.Stderr, "logql:", err)
		os.Exit(2)
	}
}

// version is that of the Loki which the parser comes from, as the linker noted it.
func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == loki {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return "unknown"
}

func serve(in io.Reader, out io.Writer) error {
	decoder, buffer := json.NewDecoder(in), bufio.NewWriter(out)
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	for {
		var asked question
		err := decoder.Decode(&asked)
		if errors.Is(err, io.EOF) {
			return buffer.Flush()
		}
		if err == nil {
			err = encoder.Encode(judge(asked))
		}
		if err != nil {
			return errors.Join(err, buffer.Flush())
		}
	}
}

func judge(asked question) answer {
	found, err := read(asked.Expr)
	if err != nil {
		return answer{ID: asked.ID, Fault: placed(err.Error(), asked.Expr)}
	}
	return answer{ID: asked.ID, OK: true, facts: found}
}

func read(text string) (found *facts, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			found, err = nil, fmt.Errorf("parser failed: %v", problem)
		}
	}()
	expr, err := syntax.ParseExpr(text)
	if err != nil {
		return nil, err
	}
	// first the facts: compiling sorts and joins parts of the tree in place
	found = factsOf(expr)
	if err := compile(expr); err != nil {
		return nil, err
	}
	return found, nil
}

// compile builds all that Loki builds before it evaluates a query, and throws it away.
func compile(expr syntax.Expr) error {
	var problem error
	expr.Walk(func(node syntax.Expr) bool {
		var err error
		switch one := node.(type) {
		case *syntax.PipelineExpr:
			_, err = one.Pipeline()
		case *syntax.RangeAggregationExpr:
			_, err = one.Extractors()
		}
		if problem == nil {
			problem = err
		}
		return problem == nil
	})
	return problem
}

var position = regexp.MustCompile(`^parse error (?:at line (\d+), col (\d+))?\s*: (?s:(.*))$`)

// placed reads the place out of Loki's message. Of a token that took a look ahead Loki tells the column but line 0.
func placed(message, text string) *fault {
	match := position.FindStringSubmatch(message)
	if match == nil {
		return &fault{Message: message}
	}
	line, _ := strconv.Atoi(match[1])
	column, _ := strconv.Atoi(match[2])
	if line == 0 && !strings.Contains(text, "\n") {
		line = 1
	}
	if line == 0 || column == 0 {
		return &fault{Message: match[3]}
	}
	return &fault{Message: match[3], Line: line, Column: column}
}

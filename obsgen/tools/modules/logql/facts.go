package main

import (
	"fmt"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/grafana/loki/v3/pkg/logql/log"
	"github.com/grafana/loki/v3/pkg/logql/syntax"
)

// facts are what checks want to know of a query, in the order in which Loki walks it. Durations are milliseconds.
type facts struct {
	Metric       bool       `json:"metric"`
	Selectors    [][]match  `json:"selectors"`
	Ranges       []window   `json:"ranges"`
	Groupings    []grouping `json:"groupings"`
	LineFilters  []match    `json:"lineFilters"`
	LabelFilters []match    `json:"labelFilters"`
	Parsers      []match    `json:"parsers"`
	Canonical    string     `json:"canonical"`
}

// match is `name op value`; a line filter has no name, a parser no op.
type match struct {
	Name  string `json:"name,omitempty"`
	Op    string `json:"op,omitempty"`
	Value string `json:"value"`
}

type window struct {
	Operation string   `json:"operation"`
	Window    int64    `json:"window"`
	Offset    int64    `json:"offset"`
	Unwrap    string   `json:"unwrap,omitempty"`
	Convert   string   `json:"convert,omitempty"`
	Parameter *float64 `json:"parameter,omitempty"`
}

type grouping struct {
	Operation string   `json:"operation"`
	Without   bool     `json:"without"`
	Labels    []string `json:"labels"`
}

func factsOf(expr syntax.Expr) *facts {
	found := &facts{
		Selectors: [][]match{}, Ranges: []window{}, Groupings: []grouping{}, LineFilters: []match{},
		LabelFilters: []match{}, Parsers: []match{}, Canonical: expr.String(),
	}
	switch expr.(type) {
	case syntax.SampleExpr, syntax.VariantsExpr:
		found.Metric = true
	}
	expr.Walk(func(node syntax.Expr) bool {
		found.add(node)
		return true
	})
	return found
}

func (f *facts) add(node syntax.Expr) {
	switch one := node.(type) {
	case *syntax.MatchersExpr:
		f.Selectors = append(f.Selectors, matchers(one.Mts))
	case *syntax.RangeAggregationExpr:
		f.Ranges = append(f.Ranges, windowOf(one))
		f.group(one.Operation, one.Grouping)
	case *syntax.VectorAggregationExpr:
		f.group(one.Operation, one.Grouping)
	case *syntax.LineFilterExpr:
		f.LineFilters = append(f.LineFilters, match{Name: one.Op, Op: one.Ty.String(), Value: one.Match})
	case *syntax.LabelFilterExpr:
		f.filter(one.LabelFilterer)
	case *syntax.LineParserExpr:
		f.Parsers = append(f.Parsers, match{Name: one.Op, Value: one.Param})
	case *syntax.LogfmtParserExpr:
		f.Parsers = append(f.Parsers, match{Name: syntax.OpParserTypeLogfmt})
	case *syntax.LineFmtExpr:
		f.Parsers = append(f.Parsers, match{Name: syntax.OpFmtLine, Value: one.Value})
	}
}

func matchers(of []*labels.Matcher) []match {
	found := []match{}
	for _, one := range of {
		found = append(found, match{one.Name, one.Type.String(), one.Value})
	}
	return found
}

func windowOf(one *syntax.RangeAggregationExpr) window {
	found := window{
		Operation: one.Operation,
		Window:    one.Left.Interval.Milliseconds(),
		Offset:    one.Left.Offset.Milliseconds(),
		Parameter: one.Params,
	}
	if one.Left.Unwrap != nil {
		found.Unwrap, found.Convert = one.Left.Unwrap.Identifier, one.Left.Unwrap.Operation
	}
	return found
}

// group notes a grouping that is written: one that is not, Loki reads as `by ()`, which keeps nothing either.
func (f *facts) group(operation string, by *syntax.Grouping) {
	if by != nil {
		f.Groupings = append(f.Groupings, grouping{operation, by.Without, append([]string{}, by.Groups...)})
	}
}

func (f *facts) filter(one log.LabelFilterer) {
	switch leaf := one.(type) {
	case *log.BinaryLabelFilter:
		f.filter(leaf.Left)
		f.filter(leaf.Right)
	case *log.NoopLabelFilter:
		f.leaf(leaf.Name, leaf.Type, leaf.Value)
	case *log.StringLabelFilter:
		f.leaf(leaf.Name, leaf.Type, leaf.Value)
	case *log.LineFilterLabelFilter:
		f.leaf(leaf.Name, leaf.Type, leaf.Value)
	case *log.NumericLabelFilter:
		f.leaf(leaf.Name, leaf.Type, fmt.Sprint(leaf.Value))
	case *log.DurationLabelFilter:
		f.leaf(leaf.Name, leaf.Type, leaf.Value.String())
	case *log.BytesLabelFilter:
		f.leaf(leaf.Name, leaf.Type, fmt.Sprint(leaf.Value))
	case *log.IPLabelFilter:
		f.LabelFilters = append(f.LabelFilters, match{Value: leaf.String()})
	}
}

func (f *facts) leaf(name string, op fmt.Stringer, value string) {
	f.LabelFilters = append(f.LabelFilters, match{name, op.String(), value})
}

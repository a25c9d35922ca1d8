"""The language of texts in components: what it does, and what it cannot be made to do."""

from __future__ import annotations

from typing import Any

import pytest
from hang import ends
from hypothesis import given
from hypothesis import strategies as st

from obsgen.components.templating import MAX_TEXT, TemplateError, evaluate, is_template

CONTEXT: dict[str, Any] = {
    "name": "chat",
    "options": {"mode": "plain", "slots": 3, "fast": True, "none": None},
    "names": ["a", "b"],
    "label": lambda name: f"[{name}]",
    "cluster": {"region": None},
}


def refusal(text: str, *, expression: bool = False) -> TemplateError:
    with pytest.raises(TemplateError) as refused:
        evaluate(text, CONTEXT, expression=expression)
    return refused.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no template", "no template"),
        ("{{ $labels.pod }} of << name >>", "{{ $labels.pod }} of chat"),
        ("<< options.slots >>", 3),
        ("<< options.fast >>", True),
        ("<< options['mode'] >>", "plain"),
        ("<< names >>", ["a", "b"]),
        ("<< -options.slots >>", -3),
        ("<<- name ->>", "chat"),
        ("x << options.fast >>", "x true"),
        ("x << 0.1 * 3 >>", "x 0.3"),
        ("<< 0.5 * 2 >> s", "1 s"),
        ("<# a note #><< name >>", "chat"),
        ("<< label('pod') >>", "[pod]"),
        ("<< names | join(', ') >>", "a, b"),
        ("<< name | upper >>", "CHAT"),
        ("<< name | replace('c', 'w') >>", "what"),
        ("<< 2.345 | round(2) >>", 2.35),
        ("<< missing.deep | default('x') if false else name >>", "chat"),
        ("<% if options.fast %>fast<% else %>slow<% endif %>", "fast"),
        ("<% if options.mode == 'x' %>x\n<% endif %>rest\n", "rest\n"),
        ("line\n  << name >>\n", "line\n  chat\n"),
    ],
)
def test_texts_are_rendered_and_lone_expressions_keep_their_type(text: str, value: object) -> None:
    assert evaluate(text, {**CONTEXT, "missing": {}}) == value


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("options.fast", True),
        ("options.slots > 2 and not false", True),
        ("'a' in names", True),
        ("name is none", False),
    ],
)
def test_conditions_are_bare_expressions(condition: str, value: bool) -> None:
    assert evaluate(condition, CONTEXT, expression=True) is value


@pytest.mark.parametrize(
    "text",
    [
        "<< name.__class__ >>",
        "<< name['__class__'] >>",
        "<< ''.__class__.__mro__ >>",
        "<< names|map(attribute='__class__')|list >>",
        "<< name|attr('__class__') >>",
        "<< label.__globals__ >>",
        "<< label['__globals__'] >>",
        "<< self >>",
        "<< self._TemplateReference__context >>",
        "<< cycler.__init__.__globals__.os >>",
        "<< lipsum.__globals__ >>",
        "<< options.items() >>",
        "<< name.format(name) >>",
        "<< 'x'.join(names) >>",
        "<< names.append(1) >>",
        "<< options.pop('mode') >>",
        "<< label(name.__class__) >>",
        "<% for x in names %>x<% endfor %>",
        "<% set x = 1 %>",
        "<% include 'x' %>",
        "<% import 'x' as y %>",
        "<% extends 'x' %>",
        "<% macro m() %><% endmacro %>",
        "<% call label() %><% endcall %>",
        "<% filter upper %>x<% endfilter %>",
        "<% block b %><% endblock %>",
        "<% with x = 1 %><% endwith %>",
        "<% raw %>x<% endraw %><< names[0:1] >>",
        "<% if range(9) %><% endif %>",
    ],
)
def test_nothing_but_names_values_and_filters_is_within_reach(text: str) -> None:
    assert len(str(refusal(text))) < 200


@pytest.mark.parametrize(
    ("text", "told", "hint"),
    [
        ("<< nmae >>", "'nmae' is undefined", "did you mean 'name'?"),
        ("<< options.mood >>", "no attribute 'mood'", ""),
        ("<< name", "broken template", ""),
        ("<< 1 + >>", "broken template", ""),
        ("<% for %>", "broken template", ""),
        ("<% unknown %>", "unknown tag 'unknown'", "conditions in <% if … %>"),
        ("<% for x in names %>x<% endfor %>", "'for' is not allowed", "forEach"),
        ("<< name | shout >>", "no filter 'shout'", ""),
        ("<< name.upper() >>", "only the functions of the context", "use a filter"),
        ("<< name.upper >>", "gives a function", "call it"),
        ("x << label >>", "gives a function", "call it"),
        ("x << options.none >>", "gives nothing", "default("),
        ("x << options >>", "more than one value", "join"),
        ("<< 'x' if false >>", "evaluated to false", ""),
        ("<< names[7] >>", "no element 7", ""),
        ("<< 1 // 0 >>", "the expression fails", ""),
        ("<< name + 1 >>", "the expression fails", ""),
        ("<< label() >>", "the expression fails", ""),
        ("<< 1 | replace(2, 3) >>", "the expression fails", ""),
        ("<< name | round >>", "the expression fails", ""),
        ("<< name | default(nmae) >>", "'nmae' is undefined", "name"),
    ],
)
def test_a_faulty_text_is_told_in_the_authors_words(text: str, told: str, hint: str) -> None:
    problem = refusal(text)
    assert told.lower() in str(problem).lower()
    assert hint in problem.hint


# Texts with the mark ^ where what is at fault in them stands.
SPOTS = [
    "first\n<< name >> and << ^nmae >>\n<< other >>",
    "nmae\r\n\r\n<< name >>\r\nthe nmae is << ^nmae >>",
    "<< name >>\n\nx << options.^mood >>\n",
    "<< name >>\n\n^<< 1 + >>\n",
    "<< name >>\n<% if options.fast %>\n<% ^for x in names %><% endfor %>\n<% endif %>",
    "<< name >>\nx << name | ^shout >>",
    "<< name >>\nx\ny ^<< label >>",
    "<< name >>\n^<< options.none >> y",
    "<< name >>\n^<< 1 // 0 >> y",
    "<<\n  options.^mood\n>>",
    "<% if name %>\n  << asked('^oops') >>\n<% endif %>",
    "one\ntwo\n<% if ^nmae %>x<% endif %>",
]


@pytest.mark.parametrize("marked", SPOTS)
def test_what_is_at_fault_is_found_in_the_text(marked: str) -> None:
    text, offset = marked.replace("^", ""), marked.index("^")

    def asked(name: str) -> str:
        raise TemplateError(f"no signal '{name}'")

    with pytest.raises(TemplateError) as refused:
        evaluate(text, {**CONTEXT, "asked": asked})
    assert refused.value.spot[0] == offset
    assert refused.value.spot[1] >= 1


@given(st.lists(st.text("ab <>%\n", max_size=8), max_size=5), st.lists(st.text("ab \n", max_size=8), max_size=5))
def test_an_undefined_name_is_found_wherever_it_stands(before: list[str], after: list[str]) -> None:
    head = "".join(part.replace("<<", "").replace("<%", "").rstrip("<") for part in before)
    with pytest.raises(TemplateError) as refused:
        evaluate(f"{head}<< nmae >>{''.join(after)}", CONTEXT)
    assert refused.value.spot == (len(head) + 3, 4)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a >> << b", "not one expression"),
        ("name >> x", "not one expression"),
        ("", "expected an expression"),
        ("name name", "got 'name'"),
        ("x = 1", "got '='"),
    ],
)
def test_a_condition_is_one_expression(text: str, told: str) -> None:
    assert told in str(refusal(text, expression=True)).lower()


@pytest.mark.parametrize(
    "text",
    [
        "<< 'x' * 1000000000 >>",
        "<< 10 ** 10 ** 10 >>",
        "<< '%01000000000d' % 1 >>",
        "<< 'aaaaaaaaaa'" + " | replace('a', 'aaaaaaaaaa')" * 9 + " >>",
        "<< 'aaaaaaaaaa'" + " | join('bbbbbbbbbb')" * 9 + " >>",
        "<< 'aaaa'" + " | join('bbbb')" * 150 + " >>",
        "<< name" + " | join(name)" * 150 + " >>",
        "<< 5 | round(-1000000000) >>",
        "<< 5.5 | round(1000000000, 'ceil') >>",
        "<< " + "9999999999 * " * 600 + "1 >>",
        "<< " + "(" * 20_000 + "1" + ")" * 20_000 + " >>",
        "<< " + "1 + " * 20_000 + "1 >>",
        "<< " + "not " * 20_000 + "1 >>",
        "<< " + "[" * 20_000 + "]" * 20_000 + " >>",
        "<< name" + ".a" * 20_000 + " >>",
        "<% if 1 %>" * 500 + "<% endif %>" * 500,
        "<< '" + "x" * MAX_TEXT + "y' >>",
        "<< name >>" * 100_000,
    ],
    ids=lambda text: text[:30],
)
def test_a_text_that_would_eat_the_machine_is_refused_at_once(text: str) -> None:
    with ends():
        refusal(text)


@given(st.text(alphabet="<>%#{}[]()'\"|.,+-*/_ \nabn019=~!", max_size=40).map(lambda text: f"<< {text} >>"))
def test_whatever_is_written_renders_or_is_refused(text: str) -> None:
    try:
        told = str(evaluate(text, CONTEXT))
    except TemplateError as problem:
        told = f"refused: {problem}"
    assert " at 0x" not in told, "an address of this run's memory"


@given(st.text(max_size=60).filter(lambda text: not is_template(text)))
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert evaluate(text, {}) == text


@given(st.text(max_size=30))
def test_values_are_never_rendered_again(value: str) -> None:
    assert evaluate("a << value >> z", {"value": value}) == f"a {value} z"

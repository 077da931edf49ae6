"""Protobuf's text format, as the reader sees it and as protobuf's own reader sees it."""

from __future__ import annotations

import tracemalloc
from collections.abc import MutableSequence
from typing import Any

import pytest
from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from fillerkit.errors import Place, PrototxtError
from fillerkit.prototxt.bind import bind
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import Field, Kind, parse
from fillerkit.schema.caffe_pb2 import NetParameter

Tree = list[tuple[str, Any]]


def tree(text: str) -> Tree:
    """Every field as (name, literal), or (name, tree) for a block."""
    return _content(parse(Source("net.prototxt", text)))


def _content(block: Field) -> Tree:
    return [
        (field.name, _content(field) if field.kind is Kind.BLOCK else field.literal)
        for field in block.fields
    ]


def value(text: str) -> str:
    """The literal of a text's only field."""
    ((_, literal),) = tree(text)
    assert isinstance(literal, str)
    return literal


def read(text: str) -> NetParameter:
    net, source = NetParameter(), Source("net.prototxt", text)
    bind(parse(source), net, source)
    return net


def test_an_empty_text_has_no_fields() -> None:
    assert tree("") == []


@pytest.mark.parametrize(
    "text",
    [
        "# all\nname: 1",
        "name: 1 # the rest of the line",
        "name: # between\n1",
        "name: 1\n#the end, without a line break",
        "# } { \" ' [\nname: 1",
    ],
)
def test_a_comment_goes_to_the_end_of_its_line(text: str) -> None:
    assert tree(text) == [("name", "1")]


def test_a_number_sign_inside_a_string_is_no_comment() -> None:
    assert value("name: 'a # b'") == "a # b"


@pytest.mark.parametrize("text", ["a { b: 1 }", "a: { b: 1 }", "a < b: 1 >", "a: < b: 1 >"])
def test_a_block_is_written_with_braces_or_angle_brackets_and_a_colon_or_none(text: str) -> None:
    assert tree(text) == [("a", [("b", "1")])]


def test_blocks_of_both_kinds_nest() -> None:
    assert tree("a < b { c < d: 1 > } >") == [("a", [("b", [("c", [("d", "1")])])])]


def test_a_block_may_be_empty() -> None:
    assert tree("a {} b <>") == [("a", []), ("b", [])]


@pytest.mark.parametrize("separator", [" ", ",", ";", "\n", " , ", " ;\n"])
def test_a_comma_or_a_semicolon_may_follow_a_field(separator: str) -> None:
    expected = [("a", "1"), ("b", [("c", "2")]), ("d", "3")]
    assert tree(separator.join(["a: 1", "b { c: 2 }", "d: 3"])) == expected


def test_a_separator_may_stand_after_the_last_field_of_a_block() -> None:
    assert tree("a { b: 1, }; ") == [("a", [("b", "1")])]


@pytest.mark.parametrize("text", ["a: 1;; b: 2", "; a: 1", "a { ; }", "a: 1 , ;"])
def test_a_separator_follows_a_field_and_only_one(text: str) -> None:
    with pytest.raises(PrototxtError, match="name of a field"):
        tree(text)


def test_a_list_of_scalars_is_one_field_an_element() -> None:
    assert tree("a: [1, -2, 'x', WORD]") == [("a", "1"), ("a", "-2"), ("a", "x"), ("a", "WORD")]


def test_a_list_of_blocks_is_one_field_an_element() -> None:
    expected = [("a", [("b", "1")]), ("a", [("b", "2")])]
    assert tree("a: [{ b: 1 }, < b: 2 >]") == expected


def test_a_list_of_blocks_needs_no_colon() -> None:
    assert tree("a [{ b: 1 }, { b: 2 }]") == [("a", [("b", "1")]), ("a", [("b", "2")])]


def test_a_list_inside_the_blocks_of_a_list_is_read() -> None:
    assert tree("a: [{ b: [1, 2] }, {}]") == [("a", [("b", "1"), ("b", "2")]), ("a", [])]


@pytest.mark.parametrize("text", ["a: []", "a: [ ];", "a []"])
def test_an_empty_list_is_a_field_of_nothing(text: str) -> None:
    root = parse(Source("net.prototxt", text))
    assert [(field.name, field.kind) for field in root.fields] == [("a", Kind.NOTHING)]


def test_a_separator_may_follow_a_list() -> None:
    assert tree("a: [1, 2], b: [{}]; c: 3") == [("a", "1"), ("a", "2"), ("b", []), ("c", "3")]


@pytest.mark.parametrize("text", ['name: "it\'s"', "name: 'it\\'s'"])
def test_strings_stand_in_quotes_of_either_kind(text: str) -> None:
    assert value(text) == "it's"


def test_strings_that_stand_side_by_side_are_one() -> None:
    assert value('name: "a" \'b\'\n  # in pieces\n  "c"') == "abc"


def test_adjacent_strings_inside_a_list_are_one_element() -> None:
    assert tree("a: ['x' 'y', 'z']") == [("a", "xy"), ("a", "z")]


@pytest.mark.parametrize(
    ("escaped", "meant"),
    [
        (r"\n\r\t", "\n\r\t"),
        (r"\a\b\f\v", "\a\b\f\v"),
        (r"\\ \' \" \?", "\\ ' \" ?"),
        (r"\101\7\12x", "A\x07\nx"),
        (r"\1011", "A1"),
        (r"\x41\x4a\x4", "AJ\x04"),
        (r"\X41", "A"),
        (r"\303\251", "é"),
        (r"\xc3\xa9", "é"),
        (r"\u00e9", "é"),
        (r"\U0001F600", "😀"),
        (r"\\n", r"\n"),
        (r"é\n", "é\n"),
    ],
)
def test_an_escape_means_its_character(escaped: str, meant: str) -> None:
    assert value(f'name: "{escaped}"') == meant


def test_a_character_may_be_split_over_adjacent_strings() -> None:
    assert value(r"""name: "\xc3" "\xa9" """) == "é"


@pytest.mark.parametrize("escape", [r"\q", r"\8", r"\x", r"\xg", r"\u12", r"\U0001", r"\400"])
def test_an_escape_that_does_not_exist_is_refused_and_shown(escape: str) -> None:
    with pytest.raises(PrototxtError) as caught:
        value(f'name: "{escape}"')
    assert escape[:2] in caught.value.message
    assert caught.value.place == Place("net.prototxt", 1, 7)


@pytest.mark.parametrize("escape", [r"\ud800", r"\U00110000"])
def test_an_escape_that_makes_no_character_is_refused_in_words_for_people(escape: str) -> None:
    with pytest.raises(PrototxtError) as caught:
        value(f'name: "{escape}"')
    assert caught.value.place == Place("net.prototxt", 1, 7)
    assert "codec" not in caught.value.message
    assert "chr()" not in caught.value.message


@pytest.mark.parametrize(
    "number",
    [
        "0",
        "12",
        "0x1F",
        "0XaB",
        "017",
        "1.5",
        "1.5f",
        "2F",
        ".5",
        "1.",
        "1.f",
        "1e-3",
        "1E+3",
        ".5e2",
    ],
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_number_is_kept_as_it_is_written(sign: str, number: str) -> None:
    (field,) = parse(Source("net.prototxt", f"a: {sign}{number}")).fields
    assert (field.kind, field.literal) == (Kind.NUMBER, sign + number)


@pytest.mark.parametrize("word", ["inf", "-inf", "nan", "-nan", "Infinity", "TEST", "_x9"])
def test_a_word_is_kept_as_it_is_written(word: str) -> None:
    (field,) = parse(Source("net.prototxt", f"a: {word}")).fields
    assert (field.kind, field.literal) == (Kind.WORD, word)


def test_a_sign_may_stand_apart_from_its_number() -> None:
    assert value("a: - 3") == "-3"


def test_a_byte_order_mark_is_passed_over() -> None:
    assert tree("\ufeffname: 'a'") == [("name", "a")]


def test_lines_may_end_as_on_windows() -> None:
    assert tree("# net\r\nname: 'a'\r\nb {\r\n}\r\n") == [("name", "a"), ("b", [])]


def test_fields_need_no_space_between_them() -> None:
    assert tree('name:"a"b{c:1}d:E') == [("name", "a"), ("b", [("c", "1")]), ("d", "E")]


def test_a_field_remembers_where_its_name_and_its_value_stand() -> None:
    root = parse(Source("net.prototxt", "a {\n  b :  'x'\n}"))
    field = root.fields[0].fields[0]
    assert (field.offset, field.value_offset) == (6, 11)


def test_each_element_of_a_list_remembers_where_it_stands() -> None:
    root = parse(Source("net.prototxt", "a: [1, 22, 3]"))
    assert [field.value_offset for field in root.fields] == [4, 7, 11]


def test_a_path_finds_the_last_field_under_it() -> None:
    root = parse(Source("net.prototxt", "a { b: 1 b: 2 } a { b: 3 b: 4 }"))
    found = root.find("a.b")
    assert found is not None
    assert found.literal == "4"


def test_a_path_that_leads_nowhere_finds_nothing() -> None:
    root = parse(Source("net.prototxt", "a { b: 1 }"))
    assert root.find("a.c") is None
    assert root.find("b") is None


def test_an_empty_path_is_the_field_itself() -> None:
    root = parse(Source("net.prototxt", "a: 1"))
    assert root.find("") is root


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('layer {\n  name: "a"\n', 3, 1, ["'layer'", "line 1", "'}'"]),
        ("a <\n b: 1", 2, 6, ["'a'", "line 1", "'>'"]),
        ("a {\n b {\n }\n", 4, 1, ["'a'", "line 1", "'}'"]),
        ("name: 'a'\n}", 2, 1, ["'}'"]),
        ("a { }\n >", 2, 2, ["'>'"]),
        ("a { b: 1 >", 1, 10, ["'>'"]),
        ('layer { name: "a\n}', 1, 15, ["not closed", '"']),
        ("layer { name: 'a", 1, 15, ["not closed", "'"]),
        ('name: "a\\\nb"', 1, 7, ["not closed"]),
        ("name: @", 1, 7, ["'@'"]),
        ("a: 1\n\u200bb: 2", 2, 1, ["u200b"]),
        ("a: 1 \0", 1, 6, ["x00"]),
        ("name: \u201ca\u201d", 1, 7, ["typographic", "\u201c", "straight"]),
        ("name: \u2018a\u2019", 1, 7, ["typographic", "\u2018", "straight"]),
        ("a: 10px", 1, 4, ["number", "'10px'"]),
        ("a: 1layer {}", 1, 4, ["number", "'1layer'"]),
        ("a: 1.2.3", 1, 4, ["number", "'1.2.3'"]),
        ("a: 1_000", 1, 4, ["number", "'1_000'"]),
        ("a: 0x", 1, 4, ["number", "'0x'"]),
        ("a: 1e", 1, 4, ["number", "'1e'"]),
        ('name "a"', 1, 6, ["':'", "'name'", '"a"']),
        ("name 1", 1, 6, ["':'", "'name'", "'1'"]),
        ("name", 1, 5, ["':'", "'name'", "end of file"]),
        ("name:\n}", 2, 1, ["value", "'name'", "'}'"]),
        ("name:", 1, 6, ["value", "'name'", "end of file"]),
        ("a: - b: 1", 1, 7, [":"]),
        ("a: [1 2]", 1, 7, ["','", "']'", "'2'"]),
        ("a: [1, ]", 1, 8, ["value", "']'"]),
        ("a: [1, 2", 1, 9, ["']'", "end of file"]),
        ("a: [{} {}]", 1, 8, ["','", "']'", "'{'"]),
        ("a: [{}, 1]", 1, 9, ["'{'", "'1'"]),
        ("a: [[1]]", 1, 5, ["value", "'['"]),
        ("1: 2", 1, 1, ["name of a field", "'1'"]),
        ("// in C's way", 1, 1, ["'/'"]),
        ("[a.b]: 1", 1, 1, ["extension"]),
        ("\r\na: 1\r\n}", 3, 1, ["'}'"]),
        ("\t\t}", 1, 3, ["'}'"]),
    ],
)
def test_an_error_says_where_and_what(text: str, line: int, column: int, words: list[str]) -> None:
    with pytest.raises(PrototxtError) as caught:
        tree(text)
    assert caught.value.place == Place("net.prototxt", line, column)
    for word in words:
        assert word in caught.value.message


def test_a_byte_order_mark_does_not_count_as_a_column() -> None:
    with pytest.raises(PrototxtError) as caught:
        tree("\ufeff}")
    assert (caught.value.line, caught.value.column) == (1, 1)


@pytest.mark.parametrize("part", ["x", r"\n", "x" * 9 + r"\n"])
@pytest.mark.parametrize("end", ['"', ""], ids=["closed", "open"])
def test_a_string_takes_little_more_memory_than_it_is_long(part: str, end: str) -> None:
    source = Source("net.prototxt", f'name: "{part * 100_000}{end}')
    tracemalloc.start()
    try:
        if end:
            parse(source)
        else:
            with pytest.raises(PrototxtError, match="not closed"):
                parse(source)
        assert tracemalloc.get_traced_memory()[1] < 20 * len(source.text)
    finally:
        tracemalloc.stop()


def test_a_long_token_does_not_flood_the_message() -> None:
    with pytest.raises(PrototxtError) as caught:
        tree("a " + "b" * 100_000)
    assert len(caught.value.message) < 200


DEEP = 40_000


@pytest.mark.parametrize("text", ["a {" * DEEP, "a: [{" * DEEP, "a <" * DEEP])
def test_a_hostile_text_that_never_closes_is_an_error_and_no_crash(text: str) -> None:
    with pytest.raises(PrototxtError, match="missing"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "layer {" * DEEP + "}" * DEEP,
        "layer: [{" * DEEP + "}]" * DEEP,
        "layer <" * DEEP + ">" * DEEP,
    ],
)
def test_a_hostile_text_that_nests_deeply_is_an_error_and_no_crash(text: str) -> None:
    with pytest.raises(PrototxtError, match="LayerParameter has no field 'layer'"):
        read(text)


SOUP = [
    *"#\\-{}<>[]:,;\"'\n\0\ufeff\udcff",
    *("layer", "name", "dim", "input", "state", "phase", "TEST", "inf"),
    *("1", "1.5f", "0x", '"a"', "'b'"),
]


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(SOUP)).map(" ".join),
    )
)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        read(text)
    except PrototxtError as error:
        assert error.line is not None
        assert 1 <= error.line <= text.count("\n") + 1


# What protobuf's own Python reader and ours must agree on: to accept or not, and the value.
AGREED = [
    'name: "a"',
    "name: 'a'",
    'name: "a" \'b\' "c"',
    'name:"a"layer{}',
    'name : "a"',
    r'name: "\n\t\\\'\"\a\b\f\r\v"',
    r'name: "\101\7\12"',
    r'name: "\x41\x4"',
    r'name: "\u00e9\U0001F600"',
    r'name: "\xc3\xa9"',
    r'name: "\377"',
    'name: "é"',
    'name: "#a" # comment',
    'name: "tab\tin"',
    'name: "a\nb"',
    'name: "a',
    "name: a",
    'name "a"',
    "name:",
    "name",
    'NAME: "a"',
    'name: "a" name: "b"',
    'name: "a";',
    'name: "a", force_backward: true',
    'name: "a";;',
    ';name: "a"',
    'name: ["a"]',
    "name: []",
    "input_dim: 1 input_dim: 2",
    "input_dim: [1, 2]",
    "input_dim: [1, 2,]",
    "input_dim: [1 2]",
    "input_dim: []",
    "input_dim: [[1]]",
    "input_dim: 0x1F input_dim: -0x10 input_dim: 010 input_dim: -010 input_dim: 00",
    "input_dim: 08",
    "input_dim: -3",
    "input_dim: 1.0",
    "input_dim: 1e3",
    "input_dim: 2147483648",
    "input_dim: -2147483648",
    "input_dim: 1a",
    "input_dim: 1layer {}",
    "layer { loss_weight: 1.5f loss_weight: 1f loss_weight: .5 loss_weight: 1. }",
    "layer { loss_weight: 1.f loss_weight: 1e-3 loss_weight: 1E+3F }",
    "layer { loss_weight: inf loss_weight: -inf loss_weight: -Infinity loss_weight: INF }",
    "layer { loss_weight: [1.5, -inf, .5f] }",
    "layer { loss_weight: 1e400 }",
    "layer { loss_weight: 1e }",
    "layer { loss_weight: 1.2.3 }",
    "layer { loss_weight: 0x10 }",
    "layer { loss_weight: . }",
    "layer { loss_weight: --1 }",
    'layer { loss_weight: "1" }',
    "force_backward: true",
    "force_backward: t",
    "force_backward: False",
    "force_backward: 0",
    "force_backward: TRUE",
    "force_backward: 2",
    'force_backward: "true"',
    "state { phase: TEST }",
    "state: { phase: 1 }",
    "state < phase: TEST >,",
    "state: < phase: TEST >;",
    "state { phase: TEST >",
    "state { phase: 7 }",
    'state { phase: "TEST" }',
    "state { phase: test }",
    "state: [ { phase: TEST } ]",
    "state [ { phase: TEST } ]",
    "state: TEST",
    "state {} state {}",
    "state { phase: TEST } }",
    "state { phase: TEST",
    "state { phase TEST }",
    'layer: [ { name: "a" }, < name: "b" > ]',
    'layer [ { name: "a" }, { name: "b" } ]',
    "layer [ ]",
    "layer: [ ]",
    "layer: [ {}; {} ]",
    "layer: [ {}, ]",
    'layer { bottom: ["a" \'b\', "c"] }',
    "layer { phase: TEST loss_weight: 1 , loss_weight: 2 ; }",
    "// comment",
    "[a.b]: 1",
    "name: @",
    "\r\nname: 'a'\r\n# c\r\n",
]
# Where ours differs from protobuf's Python reader, it does as the C++ one, which is in Caffe.
DELIBERATE = {
    "input_dim: - 3": "in C++ a sign is a token of its own",
    "layer { loss_weight: - 1.5 }": "in C++ a sign is a token of its own",
    "input_dim: +3": "Python's int() takes a plus, C++ does not",
    "input_dim: 1_000": "Python's int() takes underscores, C++ does not",
    "input_dim: 0o17": "Python's int() takes 0o, C++ does not",
    "input_dim: 0b1": "Python's int() takes 0b, C++ does not",
    "layer { loss_weight: inff }": "Python takes an f after inf, C++ does not",
    "layer { loss_weight: nanf }": "Python takes an f after nan, C++ does not",
    r'name: "\?"': "C's escape for a question mark, which Python leaves as two characters",
    r'name: "\X41"': "C++ takes \\X for \\x, Python leaves it as it is",
    r'name: "\q"': "C++ refuses an escape that does not exist, Python leaves it as it is",
    "\ufeffname: 'a'": "C++ passes over a byte order mark",
}


def ours(text: str) -> NetParameter | None:
    try:
        return read(text)
    except PrototxtError:
        return None


def protobufs(text: str) -> NetParameter | None:
    try:
        return text_format.Parse(text, NetParameter())
    except text_format.ParseError:
        return None


@pytest.mark.parametrize("text", AGREED)
def test_protobufs_own_reader_agrees(text: str) -> None:
    if "1E+3F" in text and protobufs("layer { loss_weight: 1E+3F }") is None:
        pytest.skip("this protobuf does not read 1E+3F")
    assert ours(text) == protobufs(text)


@pytest.mark.filterwarnings("ignore:.*invalid escape sequence")
@pytest.mark.parametrize("text", DELIBERATE)
def test_protobufs_own_reader_disagrees_only_where_that_is_meant(text: str) -> None:
    assert ours(text) != protobufs(text)


@pytest.mark.parametrize("text", ["layer { loss_weight: nan }", "layer { loss_weight: -nan }"])
def test_both_readers_take_nan(text: str) -> None:
    for net in (ours(text), protobufs(text)):
        assert net is not None
        (weight,) = net.layer[0].loss_weight
        assert weight != weight


INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: st.integers(0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: st.integers(0, 2**64 - 1),
}
SCALARS: dict[int, st.SearchStrategy[Any]] = {
    **INTEGERS,
    FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
    FieldDescriptor.CPPTYPE_FLOAT: st.floats(width=32, allow_nan=False),
    FieldDescriptor.CPPTYPE_DOUBLE: st.floats(allow_nan=False),
    FieldDescriptor.CPPTYPE_STRING: st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
}


def scalar(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    if field.enum_type is not None:
        return st.sampled_from(sorted(field.enum_type.values_by_number))
    return SCALARS[field.cpp_type]


def fill(message: Message, draw: st.DrawFn) -> None:
    """Give a few fields of a message, and of the messages in it, values."""
    descriptor: Any = message.DESCRIPTOR
    fields = list(descriptor.fields)
    if descriptor.name != "ClipParameter":  # the one message whose fields are required
        chosen = st.sampled_from(sorted(fields, key=lambda field: field.number))
        fields = draw(st.lists(chosen, max_size=4, unique_by=lambda field: field.name))
    for field in fields:
        repeated = isinstance(getattr(message, field.name), MutableSequence)
        for _ in range(draw(st.integers(1, 3)) if repeated else 1):
            here = getattr(message, field.name)
            if field.message_type is not None:
                child = here.add() if repeated else here
                child.SetInParent()
                fill(child, draw)
            elif repeated:
                here.append(draw(scalar(field)))
            else:
                setattr(message, field.name, draw(scalar(field)))


@st.composite
def nets(draw: st.DrawFn) -> NetParameter:
    net = NetParameter()
    fill(net, draw)
    return net


@given(net=nets(), as_utf8=st.booleans(), as_one_line=st.booleans(), brackets=st.booleans())
def test_a_net_that_protobuf_writes_is_read_back(
    net: NetParameter, as_utf8: bool, as_one_line: bool, brackets: bool
) -> None:
    text = text_format.MessageToString(
        net,
        as_utf8=as_utf8,
        as_one_line=as_one_line,
        pointy_brackets=brackets,
        use_short_repeated_primitives=brackets,
    )
    assert read(text) == net

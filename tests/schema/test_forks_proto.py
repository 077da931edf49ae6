"""``forks.proto`` reads all that Caffe 1.0 and its forks write as text.

The facts are those in ``proto/forks/``: what each fork adds, field by field.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import make_forks
import pytest
from google.protobuf import descriptor_pool, message_factory, text_format
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.message import Message

from fillerkit.schema import caffe_pb2, forks_pb2

CAFFE = FileDescriptorProto.FromString(caffe_pb2.DESCRIPTOR.serialized_pb)
OURS = FileDescriptorProto.FromString(forks_pb2.DESCRIPTOR.serialized_pb)

PROTO = make_forks.ROOT / "proto"
READ = make_forks.read_forks(PROTO / "forks")
# Types under the names that they have in ours: what a text says is the same with any name.
FORKS = {fork: make_forks.renamed(one, make_forks.same_types(READ)) for fork, one in READ.items()}
NUMBERS = json.loads((PROTO / "forks" / "numbers.json").read_text(encoding="utf-8"))

NET = """
name: "net"
layer {
  name: "conv" type: "Convolution" bottom: "data" top: "conv" loss_weight: 0.1
  param { name: "w" share_mode: PERMISSIVE lr_mult: 2 }
  blobs { shape { dim: 2 dim: 300 } data: 0.1 diff: 3 double_data: 0.1 }
  convolution_param {
    num_output: 2 kernel_size: 3 engine: CUDNN
    weight_filler { type: "gaussian" std: 0.01 variance_norm: AVERAGE }
  }
}
layers { name: "v1" type: INNER_PRODUCT layer { name: "v0" type: "conv" pool: AVE } }
"""

# Texts of each scalar type that its forks can write: the ends of its range, and every spelling.
TEXTS = {
    "int32": ["-2147483648", "2147483647"],
    "uint32": ["0", "4294967295"],
    "int64": ["-9223372036854775808", "9223372036854775807"],
    "float": ["0.5", "-1e-10", "3", "3.", ".5", "1.5f", "inf"],
    "double": ["0.5", "-1e-300", "3"],
    "bool": ["true", "false", "1", "0"],
    "string": ['"text"', "'text'"],
    "bytes": ['"text"'],
}


def messages(file: FileDescriptorProto) -> Iterator[tuple[str, DescriptorProto]]:
    """Every message of a file by name, a nested one with its message's name before it."""
    for message in file.message_type:
        yield message.name, message
        for nested in message.nested_type:
            yield f"{message.name}.{nested.name}", nested


def enums(file: FileDescriptorProto) -> dict[str, dict[str, int]]:
    """Every enum of a file by name."""
    named = [(enum.name, enum) for enum in file.enum_type]
    for name, message in messages(file):
        named += [(f"{name}.{enum.name}", enum) for enum in message.enum_type]
    return {name: {value.name: value.number for value in enum.value} for name, enum in named}


def fields(file: FileDescriptorProto) -> dict[str, dict[str, FieldDescriptorProto]]:
    """Every field of a file by message and name, types without the package."""
    found: dict[str, dict[str, FieldDescriptorProto]] = {}
    for name, message in messages(file):
        for declared in message.field:
            field = FieldDescriptorProto.FromString(declared.SerializeToString())
            field.type_name = field.type_name.removeprefix(f".{file.package}.")
            found.setdefault(name, {})[field.name] = field
    return found


CAFFE_FIELDS, OUR_FIELDS = fields(CAFFE), fields(OURS)
CAFFE_ENUMS, OUR_ENUMS = enums(CAFFE), enums(OURS)


def instance(name: str) -> Message:
    """An empty message of our schema."""
    kind: Any = forks_pb2
    for part in name.split("."):
        kind = getattr(kind, part)
    message: Message = kind()
    return message


def read(name: str, text: str) -> Message:
    """A message of our schema, from its text."""
    return text_format.Parse(text, instance(name))


def test_our_file_and_package_are_not_named_like_caffes() -> None:
    assert forks_pb2.DESCRIPTOR.name == "fillerkit/schema/forks.proto"
    assert forks_pb2.DESCRIPTOR.package == "fillerkit.forks"


@pytest.mark.parametrize("message", CAFFE_FIELDS)
def test_all_of_caffes_fields_are_there_unchanged(message: str) -> None:
    ours = {name: OUR_FIELDS[message][name] for name in CAFFE_FIELDS[message]}
    assert ours == CAFFE_FIELDS[message]


@pytest.mark.parametrize("enum", CAFFE_ENUMS)
def test_all_of_caffes_enum_values_are_there_unchanged(enum: str) -> None:
    assert {name: OUR_ENUMS[enum][name] for name in CAFFE_ENUMS[enum]} == CAFFE_ENUMS[enum]
    assert next(iter(OUR_ENUMS[enum])) == next(iter(CAFFE_ENUMS[enum]))


@pytest.mark.parametrize("message", OUR_FIELDS)
def test_added_fields_have_the_numbers_of_the_table_from_100000_on(message: str) -> None:
    caffes = CAFFE_FIELDS.get(message, {})
    added = {name: f.number for name, f in OUR_FIELDS[message].items() if name not in caffes}
    assert all(number >= make_forks.FIRST_NUMBER for number in added.values())
    assert len(set(added.values())) == len(added)
    assert added.items() <= NUMBERS["fields"].get(message, {}).items()


def test_added_enum_values_have_the_numbers_of_the_table() -> None:
    for enum, values in OUR_ENUMS.items():
        caffes = CAFFE_ENUMS.get(enum, {})
        added = {name: number for name, number in values.items() if name not in caffes}
        assert added.items() <= NUMBERS["values"].get(enum, {}).items()
        assert len(set(values.values())) == len(values)


@pytest.mark.parametrize("fork", FORKS)
def test_every_field_of_a_fork_takes_the_text_that_the_fork_takes(fork: str) -> None:
    for message, declared in FORKS[fork].messages.items():
        for name, field in declared.items():
            if field.type in TEXTS:
                texts = [f": {text}" for text in TEXTS[field.type]]
            elif field.type in OUR_ENUMS:
                values = {
                    **FORKS[fork].enums.get(field.type, {}),
                    **CAFFE_ENUMS.get(field.type, {}),
                }
                assert values
                texts = [f": {value}" for value in values]
            else:
                texts = [" { }"]
            for text in texts:
                assert len(read(message, f"{name}{text}").ListFields()) == 1
            if field.label == "repeated":
                both = read(message, f"{name}{texts[0]} {name}{texts[-1]}")
                assert len(getattr(both, name)) == 2


@pytest.mark.parametrize("fork", FORKS)
def test_every_message_inside_a_fork_takes_the_fields_the_fork_gives_it(fork: str) -> None:
    for message, declared in FORKS[fork].messages.items():
        for name, field in declared.items():
            for inner in FORKS[fork].messages.get(field.type, {}):
                assert inner in OUR_FIELDS[OUR_FIELDS[message][name].type_name]


@pytest.mark.parametrize("fork", FORKS)
def test_a_default_is_the_one_of_the_first_fork_that_has_the_field(fork: str) -> None:
    earlier = list(FORKS)[: list(FORKS).index(fork)]
    for message, declared in FORKS[fork].messages.items():
        for name, field in declared.items():
            first = not any(name in FORKS[other].messages.get(message, {}) for other in earlier)
            ours = OUR_FIELDS[message][name]
            if field.default is None or not first or ours.label == ours.LABEL_REPEATED:
                continue
            assert getattr(instance(message), name) == getattr(
                read(message, f"{name}: {make_forks.quoted(field)}"), name
            )


def test_a_field_that_is_required_in_every_fork_that_has_its_message_is_required() -> None:
    assert not read("PSROIPoolingParameter", "output_dim: 21").IsInitialized()
    assert read(
        "PSROIPoolingParameter", "output_dim: 21 group_size: 7 spatial_scale: 1"
    ).IsInitialized()


def test_a_field_that_only_one_of_the_forks_that_have_its_message_requires_is_optional() -> None:
    assert instance("CenterLossParameter").IsInitialized()


def test_int32_in_one_fork_and_uint32_in_another_reads_both() -> None:
    assert OUR_FIELDS["UpsampleParameter"]["scale"].type == FieldDescriptorProto.TYPE_INT64


def test_one_value_in_one_fork_and_several_in_another_is_several() -> None:
    resize = OUR_FIELDS["TransformationParameter"]["resize_param"]
    assert resize.label == FieldDescriptorProto.LABEL_REPEATED


def test_two_messages_that_one_field_has_are_one() -> None:
    both = "ctc_loss_param { blank_index: 0 } name: 'ours'"
    assert read("LayerParameter", both) != read("LayerParameter", "ctc_loss_param { time_step: 9 }")


def test_enum_values_of_two_forks_with_one_number_have_two() -> None:
    operations = OUR_ENUMS["EltwiseParameter.EltwiseOp"]
    assert (operations["SORT"], operations["STOCHASTIC_SUM"]) == (3, make_forks.FIRST_NUMBER)


def test_what_no_fork_has_is_an_error() -> None:
    with pytest.raises(text_format.ParseError, match="no field named"):
        read("LayerParameter", "dim: 3")


def test_bytes_of_caffes_fields_are_the_same_with_either_schema() -> None:
    caffes = text_format.Parse(NET, caffe_pb2.NetParameter()).SerializeToString()
    ours = forks_pb2.NetParameter.FromString(caffes)
    assert ours == read("NetParameter", NET)
    assert ours.SerializeToString() == caffes


def test_a_foreign_caffe_proto_loads_beside_both() -> None:
    theirs = FileDescriptorProto.FromString(CAFFE.SerializeToString())
    theirs.name, theirs.package = "foreign/caffe.proto", "caffe"
    for message in theirs.message_type:
        for field in message.field:
            if field.type_name:
                field.type_name = f".caffe.{field.type_name.removeprefix('.fillerkit.caffe.')}"
    pool = descriptor_pool.DescriptorPool()
    for file in (CAFFE, OURS, theirs):
        pool.AddSerializedFile(file.SerializeToString())
    names = [
        f"{package}.NetParameter" for package in ("fillerkit.caffe", "fillerkit.forks", "caffe")
    ]
    kinds = [message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in names]
    assert len({text_format.Parse(NET, kind()).SerializeToString() for kind in kinds}) == 1


def test_it_needs_no_other_module_of_ours_but_the_one_that_makes_classes(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from fillerkit.schema.forks_pb2 import NetParameter\n"
        "assert NetParameter().DESCRIPTOR.full_name == 'fillerkit.forks.NetParameter'\n"
        "ours = {name for name in sys.modules if name.startswith('fillerkit.')}\n"
        "assert ours == {f'fillerkit.schema{end}' for end in ('', '.lazy', '.forks_pb2')}, ours\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_a_name_is_made_once_and_an_unknown_one_is_not_there() -> None:
    assert forks_pb2.NetParameter is forks_pb2.NetParameter
    assert forks_pb2.Phase.Name(forks_pb2.TEST) == "TEST"
    with pytest.raises(AttributeError, match="no 'NetParamter'"):
        getattr(forks_pb2, "NetParamter")  # noqa: B009


def test_what_is_committed_is_what_the_facts_make() -> None:
    for name, text in make_forks.generate().items():
        assert (make_forks.ROOT / name).read_text(encoding="utf-8") == text


def schema(**messages: dict[str, make_forks.Field]) -> make_forks.Schema:
    """What a fork adds, made up."""
    return make_forks.Schema(dict(messages))


def test_a_number_once_given_stays() -> None:
    caffe, field = make_forks.Schema(), make_forks.Field("optional", "bool")
    before = make_forks.merge(caffe, {"ssd": schema(A={"gone": field, "stays": field})})
    after = make_forks.merge(caffe, {"ssd": schema(A={"new": field, "stays": field})})
    table = make_forks.extend_numbers({}, caffe, before)
    assert table["fields"] == {"A": {"gone": 100000, "stays": 100001}}
    grown = make_forks.extend_numbers(table, caffe, after)
    assert grown["fields"] == {"A": {"gone": 100000, "new": 100002, "stays": 100001}}


def test_types_that_are_one_across_several_fields_are_one_everywhere() -> None:
    forks = {
        "ssd": schema(
            A={"x": make_forks.Field("optional", "X"), "z": make_forks.Field("optional", "Z")}
        ),
        "tsn": schema(
            A={"x": make_forks.Field("optional", "Y"), "z": make_forks.Field("optional", "X")}
        ),
    }
    assert make_forks.same_types(forks) == {"X": "Z", "Y": "Z"}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("uint32", "float", "float"), ("int32", "uint32", "int64"), ("float", "double", "double")],
)
def test_numbers_of_two_types_become_the_one_that_reads_both(
    one: str, other: str, expected: str
) -> None:
    claims = {"ssd": make_forks.Field("optional", one), "tsn": make_forks.Field("optional", other)}
    merged = make_forks.merge_field("A.x", claims, claims, {})
    assert merged.declaration.type == expected


def test_types_that_no_one_type_reads_are_refused_by_name() -> None:
    forks = {
        fork: schema(A={"x": make_forks.Field("optional", kind)})
        for fork, kind in {"ssd": "string", "tsn": "float"}.items()
    }
    with pytest.raises(make_forks.SchemaError, match=r"A\.x is string in one fork and float"):
        make_forks.merge(make_forks.Schema(), forks)


def test_a_field_of_caffe_is_not_added_again() -> None:
    field = make_forks.Field("optional", "float")
    with pytest.raises(make_forks.SchemaError, match=r"ssd: A\.x is Caffe's own"):
        make_forks.merge(schema(A={"x": field}), {"ssd": schema(A={"x": field})})

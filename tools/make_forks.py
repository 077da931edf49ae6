"""Write ``proto/forks.proto`` from ``proto/caffe.proto`` and the facts in ``proto/forks/``.

    python tools/make_forks.py

Each ``proto/forks/FORK.json`` says what one fork adds to Caffe 1.0: ``messages`` (fields with their
label, type and default) and ``enums``. ``known.json`` and ``wild.json`` hold such facts for several
forks, by name; ``fillerkit.json`` says what we add ourselves, in the same way. ``numbers.json`` is
the table of the numbers given so far; it only ever grows. The header of what is written
(``HEADER``) states the rules by which forks that differ become one.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
FIRST_NUMBER = 100_000

# The order in which forks decide: a default, the type that a name means.
FORKS = {
    "ssd": "weiliu89/caffe, branch ssd",
    "py-r-fcn": "microsoft/caffe, the Caffe of py-R-FCN",
    "fast-rcnn": "rbgirshick/caffe-fast-rcnn",
    "pspnet": "hszhao/PSPNet, with DeepLab's layers",
    "segnet": "alexgkendall/caffe-segnet",
    "enet": "TimoSaemann/caffe-enet",
    "mobilenet-yolo": "eric612/MobileNet-YOLO",
    "rfcn-priv": "soeaver/py-RFCN-priv",
    "happynear": "happynear/caffe-windows, branch ms",
    "tsn": "yjxiong/caffe, branch action_recog",
    "nvidia": "NVIDIA/caffe",
    "intel": "intel/caffe",
    "augmentation": "twtygqyy/caffe-augmentation",
    "centerloss": "the CenterLoss that has cluster_num",
    "ndsb2015": "Caffe of the National Data Science Bowl 2015",
    "tmm2018-drfn": "Caffe of DRFN (TMM 2018)",
    "apl": "forestagostinelli/Learned-Activation-Functions-Source",
    "appearance-flow": "tinghuiz/appearance-flow",
    "deepskeleton": "zeakey/DeepSkeleton",
    "brocolli": "inisis/caffe, that is brocolli-caffe: its own layers",
    "pose-action": "zimenglan-sysu-512/pose_action_caffe",
    # known.json
    "c3d": "facebook/C3D, v1.0",
    "caffe-lstm": "junhyukoh/caffe-lstm",
    "caffe-yolo": "yeahkun/caffe-yolo",
    "cascade-rcnn": "zhaoweicai/cascade-rcnn",
    "chwick": "ChWick/caffe: CTC, Reverse and ReverseTime",
    "cpm": "CMU-Perceptual-Computing-Lab/caffe_train",
    "crfasrnn": "torrvision/crfasrnn",
    "crnn": "yalecyu/crnn.caffe",
    "deeplab": "DeepLab, before dilation was Caffe's",
    "dynamic-network-surgery": "yiwenguo/Dynamic-Network-Surgery",
    "flownet2": "lmb-freiburg/flownet2",
    "mscnn": "zhaoweicai/mscnn",
    "openpose": "CMU-Perceptual-Computing-Lab/openpose_caffe_train and caffe_rtpose",
    "panoramic": "gdlg/panoramic-object-detection",
    "refinedet": "sfzhang15/RefineDet",
    "ristretto": "pmgysel/caffe",
    "shufflenet": "farmingyard/ShuffleNet",
    "spatial-transformer": "daerduoCarey/SpatialTransformerLayer",
    "synopsys": "foss-for-synopsys-dwc-arc-processors/synopsys-caffe",
    "cc4": "dlunion/CC4.0: Lstm, CTC, Transpose",
    "caffe-dilation": "fyu/caffe-dilation",
    "chairs": "ArthurWang123/caffe, branch chairs_deconv",
    "lgm-loss": "WeitaoVan/L-GM-loss",
    "crn": "hyojinie/crn: NetVLAD",
    "caffe-lowlevel": "Liusifei/caffe-lowlevel",
    "steganalysis": "GuanshuoXu/caffe_deep_learning_for_steganalysis",
    "face-alignment": "shaoxiaohu/Face_Alignment_Two_Stage_Re-initialization",
    "highway-networks": "flukeskywalker/highway-networks",
    "model-compressing": "32l/Neural-Network-Model-Compressing",
    "hbp": "ChaojianYu/Hierarchical-Bilinear-Pooling",
    "caffe-videosr": "Ding-Liu/caffe-videoSR",
    "segaware": "aharley/segaware",
    "deml": "chenbinghui1/Hybrid-Attention-based-Decoupled-Metric-Learning",
    "fpga-caffe": "dicecco1/fpga_caffe",
    "openvino": "openvinotoolkit/training_toolbox_caffe",
    "si-convnet": "akanazawa/si-convnet",
    "cbfinn": "cbfinn/caffe",
    "mask-transformer": "daerduoCarey/caffe",
    "pose-drl": "aleksispi/pose-drl",
    "c3d-1.1": "facebook/C3D, v1.1",
    "video-caffe": "chuckcho/video-caffe",
    "3d-caffe": "yulequan/3D-Caffe, branch 3D-Caffe",
    "deconvnet": "HyeonwooNoh/caffe, the Caffe of DeconvNet",
    "caffe-yolov2-gklz1982": "gklz1982/caffe-yolov2",
    "caffeonspark": "yahoo/caffe, the Caffe of CaffeOnSpark",
    "hashnet": "thuml/HashNet",
    "textboxes": "MhLiao/TextBoxes_plusplus",
    "r-c3d": "VisionLearningGroup/R-C3D",
    "rrpn": "mjq11302010044/RRPN",
    "caffe-heatmap": "tpfister/caffe-heatmap",
    # wild.json
    "dss": "Andrew-Qibin/DSS",
    "caffe-pro": "ethanhe42/caffe-pro, the Caffe of channel pruning",
    "caffe-lstm-ocr": "dlunion/CaffeLSTM-OCR",
    "deblurnet": "Tyler-D/DeBlurNet",
    "denseblock": "Tongcheng/caffe, as DN_CaffeScript and senlinuc/caffe_ocr write it",
    "caffe-yolov2": "the Region layer with a RegionParameter, of Caffe ports of Darknet",
    # Ours goes last: where a fork has a field of the name, the fork decides.
    "fillerkit": "fillerkit itself: what fillers read that Caffe does not have",
}

HEADER = """\
// What Caffe 1.0 and its forks can write in a prototxt: all of caffe.proto, and what forks add.
// Made by tools/make_forks.py from caffe.proto and the facts in forks/*.json; do not edit.
//
// What Caffe 1.0 has is as in caffe.proto, numbers too, so bytes of such fields read the same with
// either schema. What forks add is for text only: a text has names and no numbers, and forks use
// the same numbers for different things, so every added field has a number of our own, from
// 100000 on. Those and the values of enums are in forks/numbers.json, never changed nor used again.
// Bytes that a fork wrote do not read with these.
//
// A comment names the forks that have a field. Where they differ:
// - type: the one that reads the text of all: int64 for int32 with uint32, float for an integer
//   with a float, double for any of these with a double. Messages of one name are one message with
//   the fields of all; so are messages of different names that one field has, and enums.
// - optional in one, repeated in another: repeated, with no default; the first element is meant.
// - required: only where every fork that has the message requires the field.
// - default: the one of the fork that is first in the list below; the comment says the others.
// - enum values keep the number that the first fork gives, unless another name has it by then.
//
"""


class SchemaError(Exception):
    """Facts that cannot be made one schema."""


@dataclass
class Field:
    """What one schema says of one field."""

    label: str
    type: str
    default: str | None = None
    packed: bool = False


@dataclass
class Schema:
    """Messages and enums; a nested one has its message's name and a dot before its own."""

    messages: dict[str, dict[str, Field]] = field(default_factory=dict)
    # A value is None where only its name is known.
    enums: dict[str, dict[str, int | None]] = field(default_factory=dict)
    # Numbers of fields, of Caffe 1.0 only.
    numbers: dict[str, dict[str, int]] = field(default_factory=dict)


class Added(NamedTuple):
    """One field that forks add, as it is written, and what to say of it."""

    declaration: Field
    forks: list[str]
    remarks: list[str]


Enums = dict[str, dict[str, int | None]]
Numbers = dict[str, dict[str, dict[str, int]]]


# -- reading ------------------------------------------------------------------

_FIELD = re.compile(
    r"\s*(optional|repeated|required) (\S+) (\w+) = (\d+)"
    r"(?: \[(?:default = ([^\]]+)|(packed) = true)\])?;"
)
_OPEN = re.compile(r"\s*(message|enum) (\w+) \{")
_VALUE = re.compile(r"\s*(\w+) = (\d+);")


def read_caffe(text: str) -> Schema:
    """Read caffe.proto, which has one declaration a line and no nested messages."""
    schema = Schema()
    scope: list[str] = []
    for line in text.splitlines():
        if found := _OPEN.match(line):
            scope.append(found[2])
            name = ".".join(scope)
            if found[1] == "message":
                schema.messages[name], schema.numbers[name] = {}, {}
            else:
                schema.enums[name] = {}
        elif line.strip() == "}":
            scope.pop()
        elif found := _FIELD.match(line):
            label, kind, name, number, default, packed = found.groups()
            default = None if default is None else default.strip('"')
            schema.messages[scope[-1]][name] = Field(label, kind, default, packed is not None)
            schema.numbers[scope[-1]][name] = int(number)
        elif found := _VALUE.match(line):
            schema.enums[".".join(scope)][found[1]] = int(found[2])
    for message, fields in schema.messages.items():
        for declared in fields.values():
            if f"{message}.{declared.type}" in schema.enums:
                declared.type = f"{message}.{declared.type}"
    return schema


def facts_schema(facts: dict[str, Any]) -> Schema:
    """One fork's facts as a schema."""
    messages = {
        message: {
            name: Field(fact["label"], fact["type"], fact.get("default"), fact.get("packed", False))
            for name, fact in fields.items()
        }
        for message, fields in facts["messages"].items()
    }
    return Schema(messages, facts.get("enums", {}))


def read_forks(directory: Path) -> dict[str, Schema]:
    """Read every fork's facts, in the order in which forks decide."""
    found: dict[str, Schema] = {}
    for path in sorted(directory.glob("*.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        if path.stem == "numbers":
            continue
        each = {path.stem: facts} if "messages" in facts else facts
        if twice := found.keys() & each.keys():
            raise SchemaError(f"{path.name}: facts of {', '.join(sorted(twice))} are already there")
        found |= {name: facts_schema(one) for name, one in each.items()}
    if unlike := found.keys() ^ FORKS.keys():
        raise SchemaError(f"FORKS and the facts differ in {', '.join(sorted(unlike))}")
    return {name: found[name] for name in FORKS}


# -- merging ------------------------------------------------------------------

_INTEGERS = {"int32", "int64", "uint32", "uint64"}
_NUMERIC = _INTEGERS | {"float", "double"}
_SCALARS = _NUMERIC | {"bool", "string", "bytes"}


def same_types(forks: dict[str, Schema]) -> dict[str, str]:
    """Messages and enums that one field has in different forks: each to the one it becomes."""
    became: dict[str, str] = {}

    def last(kind: str) -> str:
        return last(became[kind]) if kind in became else kind

    first: dict[tuple[str, str], str] = {}
    for schema in forks.values():
        for message, fields in schema.messages.items():
            for name, declared in fields.items():
                kind = first.setdefault((message, name), declared.type)
                one, other = last(kind), last(declared.type)
                if one != other and not {one, other} & _SCALARS:
                    became[other] = one
    return {kind: last(kind) for kind in became}


def renamed(schema: Schema, became: dict[str, str]) -> Schema:
    """The schema with the types in ``became`` under the names that they become."""
    result = Schema()
    for message, fields in schema.messages.items():
        into = result.messages.setdefault(became.get(message, message), {})
        for name, declared in fields.items():
            kind = became.get(declared.type, declared.type)
            into[name] = Field(declared.label, kind, declared.default, declared.packed)
    for enum, values in schema.enums.items():
        result.enums.setdefault(became.get(enum, enum), {}).update(values)
    return result


def common_type(one: str, other: str, where: str) -> str:
    """The type that reads the text of both."""
    if one == other:
        return one
    if {one, other} <= _INTEGERS:
        return "int64"
    if {one, other} <= _NUMERIC:
        return "double" if "double" in {one, other} else "float"
    raise SchemaError(f"{where} is {one} in one fork and {other} in another")


def said_by(claims: dict[str, str]) -> str:
    """What forks claim, grouped: ``2 in segnet, enet; 1 in mobilenet-yolo``."""
    forks_of: dict[str, list[str]] = {}
    for fork, claim in claims.items():
        forks_of.setdefault(claim, []).append(fork)
    return "; ".join(f"{claim} in {', '.join(forks)}" for claim, forks in forks_of.items())


def stored_default(declared: Field, enums: Enums) -> object:
    """What the field reads as where it is not set."""
    text, kind = declared.default, declared.type
    if declared.label == "repeated":
        return None
    if kind in _INTEGERS:
        return int(text or 0)
    if kind in {"float", "double"}:
        return struct.unpack("f", struct.pack("f", float(text or 0)))[0]
    if kind == "bool":
        return text == "true"
    if kind in {"string", "bytes"}:
        return text or ""
    return text or next(iter(enums.get(kind, {})), None)


def shown(value: object) -> str:
    """A default as a comment writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value or '""'
    return f"{value:.7g}" if isinstance(value, float) else str(value)


def merge_field(
    where: str,
    claims: dict[str, Field],
    havers: Iterable[str],
    enums: Enums,
) -> Added:
    """Make one field of what forks say of it; ``havers`` are the forks that have its message."""
    remarks = []
    labels = {fork: claim.label for fork, claim in claims.items()}
    if "repeated" in labels.values():
        label = "repeated"
    elif set(labels.values()) == {"required"} and set(havers) <= claims.keys():
        label = "required"
    else:
        label = "optional"
    if "repeated" in labels.values() and set(labels.values()) != {"repeated"}:
        remarks.append(f"{said_by(labels)}.")

    types = {fork: claim.type for fork, claim in claims.items()}
    kind = reduce(lambda one, other: common_type(one, other, where), types.values())
    if len(set(types.values())) > 1:
        remarks.append(f"{said_by(types)}.")

    first = next(iter(claims.values()))
    values = {fork: stored_default(claim, enums) for fork, claim in claims.items()}
    if len({value for value in values.values() if value is not None}) > 1:
        remarks.append(f"Default {said_by({fork: shown(v) for fork, v in values.items()})}.")
    default = first.default if label == "optional" else None
    packed = label == "repeated" and all(claim.packed for claim in claims.values())
    return Added(Field(label, kind, default, packed), list(claims), remarks)


@dataclass
class Merged:
    """All that forks add: fields by message, values by enum, with the forks that have each."""

    fields: dict[str, dict[str, Added]]
    values: dict[str, dict[str, list[str]]]
    preferred: dict[str, dict[str, int | None]]


def merge(caffe: Schema, forks: dict[str, Schema]) -> Merged:
    """Merge what every fork adds to ``caffe``."""
    became = same_types(forks)
    forks = {fork: renamed(schema, became) for fork, schema in forks.items()}

    merged = Merged({}, {}, {})
    for fork, schema in forks.items():
        for enum, values in schema.enums.items():
            for value, number in values.items():
                if value not in caffe.enums.get(enum, {}):
                    merged.values.setdefault(enum, {}).setdefault(value, []).append(fork)
                    merged.preferred.setdefault(enum, {}).setdefault(value, number)

    claims: dict[str, dict[str, dict[str, Field]]] = {}
    for fork, schema in forks.items():
        for message, fields in schema.messages.items():
            for name, declared in fields.items():
                if name in caffe.messages.get(message, {}):
                    raise SchemaError(f"{fork}: {message}.{name} is Caffe's own")
                claims.setdefault(message, {}).setdefault(name, {})[fork] = declared
    known_enums = merged.preferred | caffe.enums
    for message, fields_of in claims.items():
        havers = [fork for fork, schema in forks.items() if message in schema.messages]
        merged.fields[message] = {
            name: merge_field(f"{message}.{name}", claim, havers, known_enums)
            for name, claim in fields_of.items()
        }
    return merged


# -- numbers ------------------------------------------------------------------


def first_free(taken: Iterable[int]) -> int:
    """The next number of ours."""
    return max([FIRST_NUMBER - 1, *(number for number in taken if number >= FIRST_NUMBER)]) + 1


def extend_numbers(table: Numbers, caffe: Schema, merged: Merged) -> Numbers:
    """Give a number to all that has none; what ``table`` says stays."""
    result: Numbers = {
        kind: {name: dict(entries) for name, entries in table.get(kind, {}).items()}
        for kind in ("fields", "values")
    }
    for message, fields in merged.fields.items():
        given = result["fields"].setdefault(message, {})
        for name in fields:
            given.setdefault(name, first_free(given.values()))
    for enum, values in merged.values.items():
        given = result["values"].setdefault(enum, {})
        caffes = caffe.enums.get(enum, {})
        for value in values:
            number = merged.preferred[enum][value]
            if number is None or number in {*caffes.values(), *given.values()}:
                number = first_free(given.values())
            given.setdefault(value, number)
    return {
        kind: {name: entries[name] for name in sorted(entries)} for kind, entries in result.items()
    }


# -- writing ------------------------------------------------------------------


def quoted(declared: Field) -> str:
    """A default as a .proto writes it."""
    return (
        f'"{declared.default}"' if declared.type in {"string", "bytes"} else declared.default or ""
    )


def local_name(kind: str, message: str) -> str:
    """A type's name as seen from inside ``message``."""
    return kind.removeprefix(f"{message}.")


def field_lines(message: str, name: str, added: Added, number: int) -> Iterator[str]:
    """One added field: remarks above, forks after it, or above too where a line would not do."""
    declared = added.declaration
    options = ""
    if declared.default is not None:
        options = f" [default = {quoted(declared)}]"
    elif declared.packed:
        options = " [packed = true]"
    kind = local_name(declared.type, message)
    line = f"{declared.label} {kind} {name} = {number}{options};"
    forks = ", ".join(added.forks)
    comments = list(added.remarks)
    if len(line) + len(forks) + 4 <= 98:
        line = f"{line}  // {forks}"
    else:
        comments.insert(0, f"{forks}.")
    yield from (f"// {comment}" for comment in comments)
    yield line


def value_lines(values: dict[str, list[str]], numbers: dict[str, int]) -> Iterator[str]:
    """Added values of an enum, in the order that decides which is its default."""
    for value, forks in values.items():
        yield f"{value} = {numbers[value]};  // {', '.join(forks)}"


class Writer:
    """Writes forks.proto from what is merged."""

    def __init__(self, caffe: Schema, merged: Merged, numbers: Numbers) -> None:
        self.caffe, self.merged, self.numbers = caffe, merged, numbers

    def enum(self, name: str) -> Iterator[str]:
        """An enum of forks only."""
        yield f"enum {name.rpartition('.')[2]} {{"
        for line in value_lines(self.merged.values[name], self.numbers["values"][name]):
            yield f"  {line}"
        yield "}"

    def additions(self, message: str) -> Iterator[str]:
        """What forks add within a message: nested types that are theirs alone, then fields."""
        for enum in self.merged.values:
            if enum.rpartition(".")[0] == message and enum not in self.caffe.enums:
                yield from self.enum(enum)
        for nested in self.merged.fields:
            if nested.rpartition(".")[0] == message:
                yield from self.message(nested)
        second = self.second(message)
        yield from self.fields(message, lambda name: name not in second)

    def fields(self, message: str, wanted: Callable[[str], bool]) -> Iterator[str]:
        """The fields that forks add to a message, by number."""
        numbers = self.numbers["fields"].get(message, {})
        fields = self.merged.fields.get(message, {})
        for name in sorted(filter(wanted, fields), key=numbers.__getitem__):
            yield from field_lines(message, name, fields[name], numbers[name])

    def second(self, message: str) -> set[str]:
        """Fields that forks add to a layer for parameters that another field holds already.

        They stand before all others: many scripts have a copy of pycaffe's ``param_name_dict``,
        which takes a message's last field for that of the type.
        """
        if message != "LayerParameter":
            return set()
        held = {declared.type for declared in self.caffe.messages[message].values()}
        numbers, second = self.numbers["fields"][message], set()
        added = self.merged.fields[message]
        for name in sorted(added, key=numbers.__getitem__):
            kind = added[name].declaration.type
            if kind in held and kind.endswith("Parameter"):
                second.add(name)
            held.add(kind)
        return second

    def message(self, name: str) -> Iterator[str]:
        """A message of forks only."""
        yield f"message {name.rpartition('.')[2]} {{"
        yield from (f"  {line}" for line in self.additions(name))
        yield "}"

    def caffes_part(self, text: str) -> Iterator[str]:
        """caffe.proto from its first message on, with the additions at the end of each scope."""
        scope: list[str] = []
        body = text.partition("package fillerkit.caffe;\n")[2]
        for line in body.splitlines():
            if found := _OPEN.match(line):
                scope.append(found[2])
                yield line
                yield from self.at_the_start_of(scope)
                continue
            if line.strip() == "}":
                yield from self.at_the_end_of(scope)
                scope.pop()
            yield line

    def at_the_start_of(self, scope: list[str]) -> Iterator[str]:
        """The additions to a layer that stand before Caffe's own fields."""
        name, indent = ".".join(scope), "  " * len(scope)
        second = self.second(name)
        lines = list(self.fields(name, second.__contains__))
        if lines:
            yield f"{indent}// Of forks, before Caffe's: param_name_dict takes a type's last field."
            yield from (indent + line for line in lines)
            yield ""

    def at_the_end_of(self, scope: list[str]) -> Iterator[str]:
        """The additions to the message or enum of Caffe that ``scope`` names."""
        name, indent = ".".join(scope), "  " * len(scope)
        if name in self.caffe.enums:
            lines = list(
                value_lines(self.merged.values.get(name, {}), self.numbers["values"].get(name, {}))
            )
        else:
            lines = list(self.additions(name))
            if lines:
                yield ""
                yield f"{indent}// Of forks."
        yield from (indent + line for line in lines)

    def forks_part(self) -> Iterator[str]:
        """Messages and enums of forks only, under the fork that is first to have each."""
        section = ""
        order = list(FORKS)
        for fork, name in sorted(self.own_types(), key=lambda owned: order.index(owned[0])):
            if fork != section:
                section = fork
                yield from ("", f"// {'-' * 77}", f"// {fork}", f"// {'-' * 77}")
            yield ""
            yield from self.message(name) if name in self.merged.fields else self.enum(name)

    def own_types(self) -> Iterator[tuple[str, str]]:
        """Top-level messages and enums that Caffe does not have, each with its first fork."""
        for message, fields in self.merged.fields.items():
            if message not in self.caffe.messages and "." not in message:
                yield next(iter(fields.values())).forks[0], message
        for enum, values in self.merged.values.items():
            if enum not in self.caffe.enums and "." not in enum:
                yield next(iter(values.values()))[0], enum


def generate(root: Path = ROOT) -> dict[str, str]:
    """Everything that is made: the text of each file by its path from ``root``."""
    text = (root / "proto" / "caffe.proto").read_text(encoding="utf-8")
    caffe, forks = read_caffe(text), read_forks(root / "proto" / "forks")
    merged = merge(caffe, forks)
    table = root / "proto" / "forks" / "numbers.json"
    known = json.loads(table.read_text(encoding="utf-8")) if table.exists() else {}
    numbers = extend_numbers(known, caffe, merged)
    writer = Writer(caffe, merged, numbers)
    lines = [
        "// The forks, in the order in which they decide:",
        *(f"// - {name}: {repository}" for name, repository in FORKS.items()),
        *("", 'syntax = "proto2";', "", "package fillerkit.forks;"),
        *writer.caffes_part(text),
        *writer.forks_part(),
    ]
    return {
        "proto/forks.proto": HEADER + "\n".join(lines) + "\n",
        "proto/forks/numbers.json": json.dumps(numbers, indent=1) + "\n",
    }


def main() -> None:
    """Write what is made."""
    for name, text in generate().items():
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

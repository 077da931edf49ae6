"""Fields held against the schema: names, types, values."""

from __future__ import annotations

import math
import struct

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from fillerkit.errors import Place, PrototxtError
from fillerkit.prototxt.bind import bind
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import parse
from fillerkit.schema.forks_pb2 import (
    TEST,
    TRAIN,
    FillerParameter,
    LayerParameter,
    NetParameter,
    SolverParameter,
    V1LayerParameter,
)


def into(message: Message, text: str) -> None:
    source = Source("net.prototxt", text)
    bind(parse(source), message, source)


def net(text: str) -> NetParameter:
    message = NetParameter()
    into(message, text)
    return message


def layer(text: str) -> LayerParameter:
    message = LayerParameter()
    into(message, text)
    return message


def filler(text: str) -> FillerParameter:
    message = FillerParameter()
    into(message, text)
    return message


def refusal(message: Message, text: str) -> PrototxtError:
    with pytest.raises(PrototxtError) as caught:
        into(message, text)
    return caught.value


def test_scalars_repeated_fields_and_blocks_fill_a_message() -> None:
    bound = layer(
        'name: "c" bottom: "a" bottom: "b" convolution_param { num_output: 3 pad: [1, 2] }'
    )
    expected = LayerParameter(name="c", bottom=["a", "b"])
    expected.convolution_param.num_output = 3
    expected.convolution_param.pad.extend([1, 2])
    assert bound == expected


def test_what_the_text_does_not_say_stays_unset() -> None:
    assert not layer("inner_product_param { }").inner_product_param.HasField("num_output")


def test_an_empty_block_is_there() -> None:
    bound = layer("inner_product_param { }")
    assert bound.HasField("inner_product_param")
    assert not bound.HasField("pooling_param")


def test_repeated_blocks_are_added_in_order() -> None:
    assert [each.name for each in net('layer { name: "a" } layer { name: "b" }').layer] == [
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("7", 7),
        ("0x1F", 31),
        ("0X1f", 31),
        ("017", 15),
        ("0", 0),
        ("00", 0),
        ("4294967295", 2**32 - 1),
    ],
)
def test_an_integer_is_decimal_hexadecimal_or_octal(literal: str, value: int) -> None:
    assert layer(f"pooling_param {{ kernel_size: {literal} }}").pooling_param.kernel_size == value


@pytest.mark.parametrize(
    ("literal", "value"), [("-7", -7), ("-0x10", -16), ("-010", -8), ("-2147483648", -(2**31))]
)
def test_a_signed_integer_may_be_negative(literal: str, value: int) -> None:
    assert net(f"input_dim: {literal}").input_dim[:] == [value]


def test_a_64_bit_integer_takes_all_its_bits() -> None:
    bound = net(f"input_shape {{ dim: {2**63 - 1} dim: {-(2**63)} }}")
    assert bound.input_shape[0].dim[:] == [2**63 - 1, -(2**63)]


@pytest.mark.parametrize(
    ("message", "text", "limits"),
    [
        (NetParameter(), "input_dim: 2147483648", "-2147483648 to 2147483647"),
        (NetParameter(), "input_dim: -2147483649", "-2147483648 to 2147483647"),
        (LayerParameter(), "slice_param { slice_dim: -1 }", "0 to 4294967295"),
        (LayerParameter(), "slice_param { slice_dim: 4294967296 }", "0 to 4294967295"),
        (SolverParameter(), "random_seed: 9223372036854775808", "9223372036854775807"),
        (NetParameter(), f"input_dim: {'9' * 5000}", "-2147483648 to 2147483647"),
    ],
)
def test_an_integer_out_of_range_is_refused_with_the_range(
    message: Message, text: str, limits: str
) -> None:
    assert limits in refusal(message, text).message


@pytest.mark.parametrize("literal", ["1.0", "1e3", "1f", "ten", "'1'", "true", "inf", "08", "-09"])
def test_what_is_no_integer_is_refused_with_field_and_value(literal: str) -> None:
    error = refusal(NetParameter(), f"input_dim: {literal}")
    assert "'input_dim'" in error.message
    assert "integer" in error.message
    assert literal.strip("'") in error.message
    assert error.place == Place("net.prototxt", 1, 12)


def test_digits_that_octal_does_not_have_are_explained() -> None:
    assert "octal" in refusal(NetParameter(), "input_dim: 08").message


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("1", 1.0),
        ("-1.5", -1.5),
        ("1.5f", 1.5),
        ("2F", 2.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e-3", struct.unpack("f", struct.pack("f", 1e-3))[0]),
        ("2.5E+2", 250.0),
        ("inf", math.inf),
        ("-inf", -math.inf),
        ("Infinity", math.inf),
        ("1e39", math.inf),
        ("1e400", math.inf),
        ("0.5", 0.5),
        ("-0", 0.0),
    ],
)
def test_a_float_is_the_nearest_float32(literal: str, value: float) -> None:
    assert filler(f"value: {literal}").value == value


@pytest.mark.parametrize("literal", ["nan", "-nan", "NaN"])
def test_a_float_may_be_nan(literal: str) -> None:
    assert math.isnan(filler(f"value: {literal}").value)


@given(st.floats(width=32, allow_nan=False))
def test_the_shortest_text_of_a_float_gives_its_bits_back(value: float) -> None:
    assert struct.pack("f", filler(f"value: {value!r}").value) == struct.pack("f", value)


@pytest.mark.parametrize("literal", ["one", "'1'", "0x10", "true", "010", "010.5", "inff"])
def test_what_is_no_float_is_refused_with_field_and_value(literal: str) -> None:
    error = refusal(FillerParameter(), f"value: {literal}")
    assert "'value'" in error.message
    assert literal.strip("'") in error.message
    assert error.place == Place("net.prototxt", 1, 8)


@pytest.mark.parametrize("literal", ["true", "True", "t", "1"])
def test_a_bool_is_true_in_every_spelling_of_protobuf(literal: str) -> None:
    assert net(f"force_backward: {literal}").force_backward is True


@pytest.mark.parametrize("literal", ["false", "False", "f", "0"])
def test_a_bool_is_false_in_every_spelling_of_protobuf(literal: str) -> None:
    bound = net(f"force_backward: {literal}")
    assert bound.HasField("force_backward")
    assert bound.force_backward is False


@pytest.mark.parametrize("literal", ["TRUE", "yes", "2", "-1", "'true'", "1.0"])
def test_what_is_no_bool_is_refused_with_field_and_value(literal: str) -> None:
    error = refusal(NetParameter(), f"force_backward: {literal}")
    assert "'force_backward' takes true or false" in error.message
    assert literal.strip("'") in error.message


@pytest.mark.parametrize("literal", ["TEST", "1", "0x1"])
def test_an_enum_is_given_by_name_or_number(literal: str) -> None:
    assert net(f"state {{ phase: {literal} }}").state.phase == TEST


def test_an_enum_of_0_is_set_too() -> None:
    bound = net("state { phase: TRAIN }")
    assert bound.state.HasField("phase")
    assert bound.state.phase == TRAIN


def test_an_enum_inside_a_message_is_known_by_its_name() -> None:
    assert filler("variance_norm: AVERAGE").variance_norm == FillerParameter.AVERAGE


@pytest.mark.parametrize("literal", ["BOTH", "2", "-1", "1.0", "TRAIN_TEST"])
def test_an_unknown_enum_value_is_refused_with_the_known_ones(literal: str) -> None:
    error = refusal(NetParameter(), f"state {{ phase: {literal} }}")
    assert "'phase'" in error.message
    assert literal in error.message
    assert "TEST, TRAIN" in error.message
    assert error.place == Place("net.prototxt", 1, 16)


def test_an_enum_in_quotes_is_refused_with_the_mistake() -> None:
    assert "without quotes" in refusal(NetParameter(), 'state { phase: "TEST" }').message


def test_an_enum_in_other_letters_is_refused_with_the_nearest() -> None:
    error = refusal(FillerParameter(), "variance_norm: fan_out")
    assert "did you mean 'FAN_OUT'" in error.message


def test_a_v1_type_that_is_not_in_the_enum_is_kept_for_the_layer_of_today() -> None:
    layer = V1LayerParameter()
    bind(parse(Source("net", "type: MULTI_STAGE_MEANFIELD")), layer, Source("net", ""))
    assert layer.newer.type == "MULTI_STAGE_MEANFIELD"
    assert not layer.HasField("type")


def test_a_field_that_only_todays_layers_have_is_kept_in_a_layer_of_v1() -> None:
    layer = V1LayerParameter()
    text = "type: CROP crop_param { axis: 1 }"
    bind(parse(Source("net", text)), layer, Source("net", text))
    assert layer.newer.crop_param.axis == 1


def test_what_keeps_them_is_no_field_of_a_text() -> None:
    assert "no field 'newer'" in refusal(V1LayerParameter(), "newer { }").message


def test_a_v1_type_in_the_current_spelling_is_refused() -> None:
    error = refusal(V1LayerParameter(), 'type: "Convolution"')
    assert '"Convolution"' in error.message
    assert "bare name" in error.message


@pytest.mark.parametrize("literal", ["lenet", "5", "true", "-1.5"])
def test_a_string_needs_quotes(literal: str) -> None:
    error = refusal(NetParameter(), f"name: {literal}")
    assert f'name: "{literal}"' in error.message
    assert error.place == Place("net.prototxt", 1, 7)


def test_a_string_is_text_of_any_script() -> None:
    assert net("name: 'сеть 网 \\xc3\\xa9'").name == "сеть 网 é"


@pytest.mark.parametrize("text", ["name: 'caf\udce9'", "name: 'caf\udce9\\n'"])
def test_a_string_in_another_encoding_than_utf8_is_refused(text: str) -> None:
    error = refusal(NetParameter(), text)
    assert "UTF-8" in error.message
    assert "codec" not in error.message
    assert error.place == Place("net.prototxt", 1, 7)


def test_a_comment_may_be_in_any_encoding() -> None:
    assert net("# caf\udce9\nname: 'a' # \udcff").name == "a"


def test_a_field_given_twice_is_refused_at_its_second_place() -> None:
    error = refusal(NetParameter(), 'name: "a"\n  name: "b"')
    assert "'name' is given twice" in error.message
    assert error.place == Place("net.prototxt", 2, 3)


def test_a_block_given_twice_is_refused_too() -> None:
    error = refusal(NetParameter(), "state { }\nstate { }")
    assert "'state' is given twice" in error.message
    assert error.line == 2


def test_a_repeated_field_is_taken_as_often_as_it_comes() -> None:
    assert net("input_dim: 1 input_dim: [2, 3] input_dim: 4").input_dim[:] == [1, 2, 3, 4]


@pytest.mark.parametrize("text", ["name: ['a']", "name: []", "state: [{ }]"])
def test_a_list_is_for_repeated_fields_only(text: str) -> None:
    assert text.partition(":")[0] in refusal(NetParameter(), text).message


@pytest.mark.parametrize("literal", ["TEST", "1", "'x'"])
def test_a_value_where_a_block_is_wanted_is_refused(literal: str) -> None:
    error = refusal(NetParameter(), f"state: {literal}")
    assert "'state' takes a block" in error.message
    assert error.place == Place("net.prototxt", 1, 8)


def test_a_block_where_a_value_is_wanted_is_refused() -> None:
    error = refusal(NetParameter(), "name { }")
    assert "'name' takes a value" in error.message
    assert error.place == Place("net.prototxt", 1, 6)


def test_an_unknown_field_is_refused_with_the_nearest_of_its_message() -> None:
    error = refusal(LayerParameter(), "convolution_param {\n  num_outputs: 3\n}")
    assert "ConvolutionParameter has no field 'num_outputs'" in error.message
    assert "'num_output'" in error.message
    assert error.place == Place("net.prototxt", 2, 3)


def test_an_unknown_field_that_may_be_no_slip_is_told_how_to_be_passed_over() -> None:
    error = refusal(LayerParameter(), "convolution_param { stripe_mode: true }")
    assert error.message == (
        "ConvolutionParameter has no field 'stripe_mode'; did you mean 'stride'?; a field of a "
        "fork is passed over with allow_unknown_fields=True"
    )
    slip = refusal(LayerParameter(), "convolution_param { num_outputs: 3 }")
    assert "allow_unknown_fields" not in slip.message


def test_an_unknown_field_like_none_of_a_small_message_is_refused_with_all_of_them() -> None:
    error = refusal(LayerParameter(), "relu_param { alpha: 0.1 }")
    assert "negative_slope" in error.message


def test_an_unknown_value_that_ends_in_a_known_one_is_told_as_that() -> None:
    error = refusal(LayerParameter(), "convolution_param {\n weight_filler { weight_std: 0.01 }\n}")
    assert error.message == "FillerParameter has no field 'weight_std'; did you mean 'std'?"
    assert error.place == Place("net.prototxt", 2, 18)


def test_an_unknown_block_is_not_told_as_what_it_ends_in() -> None:
    assert "did you mean" not in refusal(LayerParameter(), "qqqq_param { }").message
    assert "did you mean" not in refusal(LayerParameter(), "qqqq_type { }").message


def test_a_field_in_other_letters_is_unknown() -> None:
    assert "did you mean 'name'?" in refusal(NetParameter(), "Name: 'a'").message


def test_a_field_of_another_message_is_unknown_where_it_stands() -> None:
    error = refusal(NetParameter(), "layer { input_dim: 1 }")
    assert "LayerParameter has no field 'input_dim'" in error.message


def test_the_first_mistake_of_several_is_the_one_told() -> None:
    error = refusal(NetParameter(), "name: 1\nnmae: 2\nstate: 3")
    assert error.line == 1


@pytest.mark.parametrize(("text", "missing"), [("min: 0", "max"), ("max: 1", "min")])
def test_a_clip_needs_both_its_limits(text: str, missing: str) -> None:
    error = refusal(LayerParameter(), f'name: "c"\n clip_param {{ {text} }}')
    assert f"'{missing}'" in error.message
    assert error.line == 2


def test_a_clip_with_both_limits_is_read() -> None:
    bound = layer("clip_param { min: -1 max: 1 }").clip_param
    assert (bound.min, bound.max) == (-1, 1)

"""Parameters that share their values by name."""

from __future__ import annotations

import numpy as np
import pytest

import fillerkit as fk

INPUT = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
"""


def product(
    name: str, *params: str, bottom: str = "data", outputs: int = 4, filler: str = "gaussian"
) -> str:
    specs = " ".join(f"param {{ {param} }}" for param in params)
    return f"""
layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {specs}
  inner_product_param {{ num_output: {outputs} weight_filler {{ type: "{filler}" }} }} }}
"""


def net(*layers: str) -> fk.Net:
    return fk.load_net(INPUT + "".join(layers))


def refusal(*layers: str) -> fk.LayerError:
    with pytest.raises(fk.LayerError) as caught:
        net(*layers)
    return caught.value


def test_the_first_layer_that_bears_a_name_owns_it() -> None:
    shared = net(product("p", 'name: "w"'), product("q", 'name: "w"'))
    first, second = shared.layers[1].params[0], shared.layers[2].params[0]
    assert (first.owner, first.share_name) == (None, "w")
    assert (second.owner, second.share_name) == ((1, 0), "w")


def test_a_blob_without_a_name_is_its_own() -> None:
    shared = net(product("p", 'name: "w"'), product("q", 'name: "w"'))
    assert [layer.params[1].owner for layer in shared.layers[1:]] == [None, None]


def test_an_empty_name_is_no_name() -> None:
    apart = net(product("p", 'name: ""'), product("q", 'name: ""'))
    assert apart.layers[2].params[0].owner is None


def test_shared_blobs_hold_the_same_values() -> None:
    blobs = net(product("p", 'name: "w"'), product("q", 'name: "w"')).fill(seed=1)
    assert np.shares_memory(blobs["p"].weight, blobs["q"].weight)


def test_the_values_are_the_owners() -> None:
    alone = net(product("p")).fill(seed=1)
    shared = net(product("p", 'name: "w"'), product("q", 'name: "w"')).fill(seed=1)
    assert (shared["q"].weight == alone["p"].weight).all()


def test_a_blob_that_shares_takes_its_draws_all_the_same() -> None:
    shared = net(product("p", 'name: "w"'), product("q", 'name: "w"'), product("r"))
    apart = net(product("p"), product("q"), product("r"))
    assert (shared.fill(seed=1)["r"].weight == apart.fill(seed=1)["r"].weight).all()


def test_shared_values_are_counted_once() -> None:
    assert net(product("p", 'name: "w"'), product("q", 'name: "w"')).count == 4 * 6 + 4 + 4


def test_a_third_layer_shares_with_the_first() -> None:
    shared = net(*(product(name, 'name: "w"') for name in "pqr"))
    assert [layer.params[0].owner for layer in shared.layers[1:]] == [None, (1, 0), (1, 0)]


def test_weights_and_biases_may_share_under_two_names() -> None:
    both = ['name: "w"', 'name: "b"']
    shared = net(product("p", *both), product("q", *both))
    assert [param.owner for param in shared.layers[2].params] == [(1, 0), (1, 1)]


def test_a_bias_may_own_what_another_layers_bias_shares() -> None:
    shared = net(product("p", "", 'name: "b"'), product("q", "", 'name: "b"'))
    assert [param.owner for param in shared.layers[2].params] == [None, (1, 1)]


def test_shapes_have_to_agree() -> None:
    error = refusal(product("p", 'name: "w"'), product("q", 'name: "w"', outputs=5))
    for word in ("'w'", "'p'", "4x6", "5x6"):
        assert word in error.message
    assert error.layer == "q"
    assert error.field == "param"


def test_where_the_count_agrees_permissive_sharing_is_offered() -> None:
    layers = product("p", 'name: "w"'), product("q", 'name: "w"', bottom="p", outputs=6)
    assert "PERMISSIVE" in refusal(*layers).message
    other = product("p", 'name: "w"'), product("q", 'name: "w"', outputs=5)
    assert "PERMISSIVE" not in refusal(*other).message


def test_permissive_sharing_needs_the_count_only() -> None:
    shared = net(
        product("p", 'name: "w"'),
        product("q", 'name: "w" share_mode: PERMISSIVE', bottom="p", outputs=6),
    )
    blobs = shared.fill(seed=1)
    assert blobs["q"].weight.shape == (6, 4)
    assert (blobs["q"].weight.ravel() == blobs["p"].weight.ravel()).all()


def test_the_mode_of_the_one_that_shares_counts_not_the_owners() -> None:
    refusal(
        product("p", 'name: "w" share_mode: PERMISSIVE'),
        product("q", 'name: "w"', bottom="p", outputs=6),
    )


def test_permissive_sharing_needs_the_count() -> None:
    error = refusal(
        product("p", 'name: "w"'),
        product("q", 'name: "w" share_mode: PERMISSIVE', bottom="p", outputs=5),
    )
    assert "5x4" in error.message


@pytest.mark.parametrize("rate", ["lr_mult", "decay_mult"])
def test_rates_given_twice_have_to_agree(rate: str) -> None:
    error = refusal(product("p", f'name: "w" {rate}: 1'), product("q", f'name: "w" {rate}: 2'))
    for word in (rate, "'w'", "'p'", "2 here", "1 there"):
        assert word in error.message


@pytest.mark.parametrize("rate", ["lr_mult", "decay_mult"])
@pytest.mark.parametrize("rates", [("2", "2"), ("2", ""), ("", "2")])
def test_a_rate_given_on_either_side_holds_for_both(rate: str, rates: tuple[str, str]) -> None:
    specs = [f"{rate}: {value}" if value else "" for value in rates]
    shared = net(product("p", f'name: "w" {specs[0]}'), product("q", f'name: "w" {specs[1]}'))
    assert [getattr(layer.params[0], rate) for layer in shared.layers[1:]] == [2, 2]


def test_a_rate_that_is_given_must_agree_though_it_is_the_default() -> None:
    assert (
        "lr_mult"
        in refusal(
            product("p", 'name: "w" lr_mult: 2'), product("q", 'name: "w" lr_mult: 1')
        ).message
    )


def test_a_third_layer_has_to_agree_with_the_second_too() -> None:
    error = refusal(
        product("p", 'name: "w"'),
        product("q", 'name: "w" lr_mult: 2'),
        product("r", 'name: "w" lr_mult: 3'),
    )
    assert error.layer == "r"


def test_without_rates_both_are_1() -> None:
    (param, _) = net(product("p")).layers[1].params
    assert (param.lr_mult, param.decay_mult) == (1, 1)


def test_rates_of_a_blob_that_does_not_share_are_its_own() -> None:
    (weight, bias) = net(product("p", "lr_mult: 1 decay_mult: 1", "lr_mult: 2")).layers[1].params
    assert (weight.lr_mult, bias.lr_mult, bias.decay_mult) == (1, 2, 1)


def test_two_blobs_of_one_layer_may_share() -> None:
    square = fk.load_net(
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 1] } } }'
        'layer { name: "s" type: "Scale" bottom: "data" top: "s" '
        'param { name: "same" } param { name: "same" } scale_param { bias_term: true } }'
    )
    assert [param.owner for param in square.layers[1].params] == [None, (1, 0)]
    blobs = square.fill(seed=1)["s"]
    assert (blobs.bias == blobs.weight).all()
    assert (blobs.bias == 1).all()

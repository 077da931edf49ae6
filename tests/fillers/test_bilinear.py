"""The bilinear filler."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import fillerkit as fk


def upsampling(kernel: int, channels: int = 2) -> fk.Net:
    return fk.load_net(f"""
        layer {{ name: "data" type: "Input" top: "data"
                 input_param {{ shape {{ dim: [1, {channels}, 5, 5] }} }} }}
        layer {{ name: "x" type: "Deconvolution" bottom: "data" top: "x"
                 convolution_param {{ num_output: {channels} group: {channels} bias_term: false
                                      kernel_size: {kernel}
                                      weight_filler {{ type: "bilinear" }} }} }}
    """)


def kernels(size: int) -> NDArray[np.floating]:
    return upsampling(size).fill(seed=1)["x"].weight


@given(st.integers(1, 40))
def test_a_value_falls_off_linearly_from_the_center(size: int) -> None:
    factor = ceil(size / 2)
    center = (size - 1) / (2 * factor)
    ramp = 1 - abs(np.arange(size) / factor - center)
    np.testing.assert_allclose(kernels(size)[0, 0], np.outer(ramp, ramp), rtol=1e-5)


@given(st.integers(1, 20))
def test_the_kernels_that_overlap_add_up_to_1(factor: int) -> None:
    kernel = kernels(2 * factor - factor % 2)[0, 0]
    covered = np.zeros((6 * factor, 6 * factor))
    size = len(kernel)
    for y in range(0, len(covered) - size + 1, factor):
        for x in range(0, len(covered) - size + 1, factor):
            covered[y : y + size, x : x + size] += kernel
    inside = slice(2 * factor, 3 * factor)
    np.testing.assert_allclose(covered[inside, inside], 1, rtol=1e-5)


def test_every_channel_has_the_same_kernel() -> None:
    weight = kernels(4)
    assert weight.shape == (2, 1, 4, 4)
    assert (weight[0] == weight[1]).all()


def test_a_kernel_of_4_is_the_one_of_the_books() -> None:
    ramp = np.array([0.25, 0.75, 0.75, 0.25])
    assert (kernels(4)[0, 0] == np.outer(ramp, ramp)).all()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
def test_its_mean_and_std_are_those_of_the_kernel(size: int) -> None:
    net = upsampling(size)
    weight, theory = net.fill(seed=1)["x"].weight, net.layers[1].params[0].distribution
    assert theory.mean == pytest.approx(weight.mean(), rel=1e-6)
    assert theory.std == pytest.approx(weight.std(), rel=1e-5, abs=1e-7)


def test_it_takes_no_draws() -> None:
    assert (upsampling(3).fill(seed=1)["x"].weight == upsampling(3).fill(seed=2)["x"].weight).all()


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("InnerProduct", "inner_product_param { num_output: 4 FILLER }", "4x75"),
        (
            "Convolution",
            "convolution_param { num_output: 4 kernel_size: [3, 4] FILLER }",
            "4x3x3x4",
        ),
    ],
)
def test_a_blob_without_a_square_kernel_is_refused(kind: str, body: str, words: str) -> None:
    layer = body.replace("FILLER", '\nweight_filler { type: "bilinear" }')
    with pytest.raises(fk.FillerError, match=f"square kernel.*{words}") as caught:
        fk.load_net(
            'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3, 5, 5] } } }'
            f'layer {{ name: "x" type: "{kind}" bottom: "d" top: "x" {layer} }}'
        )
    assert caught.value.line == 2


def test_sparse_is_refused() -> None:
    with pytest.raises(fk.FillerError, match="sparse"):
        fk.load_net("""
            layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3, 5, 5] } } }
            layer { name: "x" type: "Deconvolution" bottom: "d" top: "x"
                    convolution_param { num_output: 4 kernel_size: 3
                                        weight_filler { type: "bilinear" sparse: 1 } } }
        """)

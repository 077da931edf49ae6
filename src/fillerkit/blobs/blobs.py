"""Filled blobs: a read-only mapping from a layer's name to its arrays."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, overload

import numpy as np

from fillerkit import formats
from fillerkit.encoding import recorded
from fillerkit.errors import UsageError, check_kind, did_you_mean
from fillerkit.formats.stored import Alias, Array, Key, Start, Stored
from fillerkit.layers.net_layer import Layered, Model, owner_key
from fillerkit.layers.shapes import shown
from fillerkit.printable import printable


class LayerBlobs(Sequence[Array]):
    """The parameter blobs of one layer, by index or by name: ``[0]``, ``[1]``, ``.weight``.

    The names are those of `fillerkit.Param`. Blobs of a file that names none have only indices.
    """

    def __init__(self, arrays: Sequence[Array], names: Sequence[str]) -> None:
        self._arrays = tuple(arrays)
        self.names = tuple(names)

    @overload
    def __getitem__(self, index: int) -> Array: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Array, ...]: ...
    def __getitem__(self, index: int | slice) -> Array | tuple[Array, ...]:
        return self._arrays[index]

    def __len__(self) -> int:
        return len(self._arrays)

    def __getattr__(self, name: str) -> Array:
        if not name.startswith("_") and name in self.names:
            return self._arrays[self.names.index(name)]
        known = ", ".join(known for known in self.names if known) or "indices only"
        raise AttributeError(f"no blob '{name}' here, but {known}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in self.names if name)]

    def __repr__(self) -> str:
        inside = ", ".join(
            f"{name or index}: {'x'.join(map(str, array.shape)) or 'scalar'}"
            for index, (name, array) in enumerate(zip(self.names, self._arrays, strict=True))
        )
        return f"LayerBlobs({printable(inside)})"


Found = TypeVar("Found")


def blobs_in(layers: Mapping[str, Found], layer: str) -> Found:
    """What there is of a layer; a KeyError names the nearest."""
    try:
        return layers[layer]
    except KeyError:
        nearest = did_you_mean(str(layer), layers)
        raise KeyError(f"no layer '{layer}' with blobs{nearest}") from None


class Blobs(Mapping[str, LayerBlobs]):
    """All blobs of a net, by layer; only layers that have blobs are in it.

    Attributes
    ----------
    stored : Stored
        The blobs and what is known of them, as a file has them: `origin` (net, seed, phase, ...),
        `starts`, and `model`, which is there for a filled net and a ``.caffemodel``.
    """

    def __init__(
        self,
        owned: Mapping[tuple[str, int], tuple[str, Array]],
        aliases: Mapping[tuple[str, int], Sequence[Alias]],
        origin: Mapping[str, Any],
        starts: Mapping[tuple[str, int], Start] | None = None,
        model: Model | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        self.stored = Stored(owned, aliases, dict(origin), dict(starts or {}), model, tuple(notes))
        self._layers = {
            layer: LayerBlobs([array for _, array in blobs], [name for name, _ in blobs])
            for layer, blobs in self.stored.by_layer().items()
        }

    @property
    def origin(self) -> Mapping[str, Any]:
        """Where the values come from."""
        return self.stored.origin

    @property
    def starts(self) -> Mapping[Key, Start]:
        """By layer and index, what a blob was filled with."""
        return self.stored.starts

    @property
    def model(self) -> Model | None:
        """The net's layers, where they are known."""
        return self.stored.model

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found on the way of reading a file that a person should be told."""
        return self.stored.notes

    @classmethod
    def of(
        cls, net: Layered, arrays: Mapping[str, Sequence[Array]], *, any_shape: bool = False
    ) -> Blobs:
        """Values of your own as the blobs of a net, to be saved in any format.

        Parameters
        ----------
        net
        arrays
            For every layer with parameters its blobs, in order. Where the net shares a blob, and
            its array is the owner's memory, files keep it once.
        any_shape
            Take arrays of other shapes than the net's blobs have.

        Raises
        ------
        UsageError
            A layer has another number of blobs, or blobs of other shapes, or is not the net's.

        Examples
        --------
        >>> import fillerkit as fk
        >>> net = fk.load_net('''
        ...   layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 } } }
        ...   layer { name: "bias" type: "Bias" bottom: "data" top: "out" bias_param { axis: 0 } }
        ... ''')
        >>> fk.Blobs.of(net, {"bias": [np.ones(4, np.float32)]})["bias"].bias
        array([1., 1., 1., 1.], dtype=float32)
        """
        owned: dict[tuple[str, int], tuple[str, Array]] = {}
        aliases: dict[tuple[str, int], list[Alias]] = {}
        keys = [layer.key for layer in net.layers if layer.params]
        for name in arrays:
            if name not in keys and len(arrays[name]):
                raise UsageError(
                    f"the net has no layer '{name}' with blobs{did_you_mean(name, keys)}"
                )
        for position, layer in enumerate(net.layers):
            given = arrays.get(layer.key, ()) if layer.params else ()
            if len(given) != len(layer.params):
                raise UsageError(
                    f"layer '{layer.key}' has {len(layer.params)} blobs, not {len(given)}"
                )
            for index, (param, array) in enumerate(zip(layer.params, given, strict=True)):
                fits = any_shape or np.shape(array) == param.shape
                if not fits or not isinstance(array, np.ndarray):
                    raise UsageError(
                        f"layer '{layer.key}': blob {index} is an array of shape {param.shape}, "
                        f"not {type(array).__name__} of {np.shape(array)}"
                    )
                key = owner_key(net.layers, (position, index))
                if param.owner is not None and _is_same(array, arrays[key[0]][key[1]]):
                    alias = Alias(layer.key, index, param.name, array.shape)
                    aliases.setdefault(key, []).append(alias)
                else:
                    owned[layer.key, index] = param.name, array
        return cls(owned, aliases, recorded(net.encoding), model=net.model)

    def __getitem__(self, layer: str) -> LayerBlobs:
        return blobs_in(self._layers, layer)

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    def __repr__(self) -> str:
        count = sum(array.size for _, array in self.stored.owned.values())
        seed = f", seed {self.origin['seed']}" if "seed" in self.origin else ""
        return f"Blobs({len(self)} layer{'s' * (len(self) != 1)}, {count:,} values{seed})"

    def _repr_html_(self) -> str:
        """What a notebook shows: a table of the blobs."""
        from fillerkit.blobs.html import table

        columns = ("layer", "blob", "shape", "type", "filled with")
        return table(repr(self), columns, self._rows())

    def _rows(self) -> Iterator[Sequence[str]]:
        for layer, of_layer in self.items():
            first = layer
            for index, (name, array) in enumerate(zip(of_layer.names, of_layer, strict=True)):
                start = self.starts.get((layer, index))
                words = start.words if start else ""
                yield first, name or str(index), shown(array.shape), array.dtype.name, words
                first = ""

    def owned(self) -> Iterator[tuple[str, int, str, Array, tuple[Alias, ...]]]:
        """Every blob with values of its own: layer, index, name, values, who shares them."""
        for (layer, index), (name, array) in self.stored.owned.items():
            yield layer, index, name, array, tuple(self.stored.aliases.get((layer, index), ()))

    def save(
        self,
        path: str | os.PathLike[str],
        format: str | None = None,
        *,
        names: str | None = None,
    ) -> None:
        """Write all blobs to a new file, whole or not at all.

        Parameters
        ----------
        path
            The format follows its suffix: ``.npz``, ``.caffemodel``, ``.h5`` (Caffe's
            ``.caffemodel.h5``), ``.safetensors``, ``.pt``.
        format
            The format's name (``"npz"``, ...), where the suffix does not tell.
        names
            Of a ``.safetensors``: ``"torch"`` for the keys of `fillerkit.torch.state_dict`
            (``conv1.weight``), Caffe's unless given (``conv1/0``).
        """
        formats.save(path, formats.content_of(self.stored), format, names)


def check_blobs(name: str, value: object) -> None:
    """Refuse an argument that is to be blobs and is not."""
    wanted = (
        "blobs: net.fill(seed=1) makes them, fillerkit.load(path) reads a file's, "
        "fillerkit.torch.blobs(state) takes a state dict's"
    )
    check_kind(name, value, Blobs, wanted)


def load(
    path: str | os.PathLike[str],
    format: str | None = None,
    encoding: str | None = None,
    proto: str | os.PathLike[str] | None = None,
) -> Blobs:
    """Read the blobs of a file, memory-mapped where the format allows.

    Parameters
    ----------
    path
        A file that fillerkit or Caffe wrote, of any age; or an ``.npz`` or ``.safetensors`` with
        keys ``<layer>/<index>``; or a PyTorch state dict. Or a folder with shards and a
        ``model.safetensors.index.json``, or the path of such an index.
    format
        ``"npz"``, ``"caffemodel"``, ``"h5"``, ``"safetensors"`` or ``"pt"``, where the suffix does
        not tell.
    encoding
        What names are in that are not UTF-8: ``"gbk"``, ``"latin-1"``, ... Unless given it is
        GB18030, or Latin-1 where that cannot be, and the result's `notes` tell it. Written again
        as a ``.caffemodel`` or ``.h5``, the names have the same bytes.
    proto
        The ``caffe.proto`` of the fork that wrote a ``.caffemodel``: types and fields of layers are
        read, and written again, by its numbers. See `load_net`. Other formats do not have any.

    Returns
    -------
    Blobs
        Its arrays are read-only.

    Raises
    ------
    FormatError
        The file is not there, or not of its format, or damaged.
    """
    wanted = "the path of a weight file; fillerkit.load_net reads a net, net.fill(seed=1) fills it"
    check_kind("path", path, (str, os.PathLike), wanted)
    return Blobs(**vars(formats.load(path, format, encoding, proto)))


def _is_same(one: Array, other: Array) -> bool:
    """Whether two arrays are the same values in memory in C order, whatever their shapes."""
    there = [array.__array_interface__["data"][0] for array in (one, other)]
    flat = one.flags.c_contiguous and other.flags.c_contiguous
    return bool(flat and there[0] == there[1] and one.size == other.size)

"""Caffe 1.0's messages as Python classes, generated from ``proto/caffe.proto``.

``caffe_pb2`` holds one class for each message: what prototxt text is parsed into and what the
binary formats are read and written with. It is registered with protobuf as package
``fillerkit.caffe``, file ``fillerkit/schema/caffe.proto``, so that Caffe's own ``caffe_pb2`` can be
imported in the same process; the bytes on disk are the same. Never edit it: change the ``.proto``
and run ``python tools/make_schema.py``.
"""

OURS = 100_000
"""From here on, numbers of fields are fillerkit's own: for text only, in no file of bytes."""

EACH = "_each"
"""The end of the name of a field that a fork has once for each axis, and Caffe once."""

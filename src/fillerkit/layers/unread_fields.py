"""Fields that a fork's layers act upon and the layers of the same type here do not.

Every other field that a plan does not read is reviewed in ``tests/layers/reviewed_fields.toml``: no
shape, blob or draw depends on it in any fork that was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fillerkit.schema.forks_pb2 import LayerParameter

_CONVOLUTIONS = (
    "Convolution",
    "Deconvolution",
    "ConvolutionDepthwise",
    "DepthwiseConvolution",
    "Im2col",
)
_LISTED = ("ImageData", "ImageLabelmapData", "ImageSegData")
_IMAGES = (
    "AnnotatedData",
    "Data",
    "DenseImageData",
    "ImageData",
    "ImageLabelmapData",
    "ImageSegData",
    "MemoryData",
    "VideoData",
    "WindowData",
)

UNREAD: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "annotated_data_param.seg_resize_height": ("MobileNet-YOLO", ("AnnotatedData",)),
    "annotated_data_param.seg_resize_width": ("MobileNet-YOLO", ("AnnotatedData",)),
    "annotated_data_param.yolo_data_type": ("MobileNet-YOLO", ("AnnotatedData",)),
    "batch_norm_param.bias_term": ("Intel", ("BatchNorm",)),
    "batch_norm_param.use_weight_bias": ("Intel", ("BatchNorm",)),
    "convolution_param.kernel_depth": ("C3D", _CONVOLUTIONS),
    "convolution_param.temporal_pad": ("C3D", _CONVOLUTIONS),
    "convolution_param.temporal_stride": ("C3D", _CONVOLUTIONS),
    "data_param.parser_threads": ("NVIDIA", ("AnnotatedData", "Data")),
    "data_param.side": ("Synopsys", ("AnnotatedData", "Data")),
    "data_param.threads": ("NVIDIA", ("AnnotatedData", "Data")),
    "deformable_psroi_pooling_param.pooled_size": ("py-RFCN-priv", ("DeformablePSROIPooling",)),
    "image_data_param.label_type": ("DeepLab", _LISTED),
    "image_data_param.min_height": ("Intel", _LISTED),
    "image_data_param.min_width": ("Intel", _LISTED),
    "image_data_param.rand_skip": ("DeepLab", ("ImageSegData",)),
    "image_data_param.short_side": ("NVIDIA", _LISTED),
    "image_data_param.shuffle": ("DeepLab", ("ImageSegData",)),
    "inner_distance_param.update_center_only": ("happynear", ("InnerDistance",)),
    "interp_param.use_blob_size": ("py-RFCN-priv", ("Interp",)),
    "pooling_param.axis": ("Intel", ("Pooling",)),
    "pooling_param.blobs_a_min": ("happynear", ("Pooling",)),
    "pooling_param.blobs_lr": ("happynear", ("Pooling",)),
    "pooling_param.hole": ("DeepLab", ("Pooling",)),
    "pooling_param.kernel_depth": ("C3D", ("Pooling",)),
    "pooling_param.kernel_size_3d": ("Intel", ("Pooling",)),
    "pooling_param.pad_3d": ("Intel", ("Pooling",)),
    "pooling_param.stride_3d": ("Intel", ("Pooling",)),
    "pooling_param.temporal_pad": ("C3D", ("Pooling",)),
    "pooling_param.temporal_stride": ("C3D", ("Pooling",)),
    "reshape_param.pixelshuffler": ("Intel", ("Reshape",)),
    "transform_param.center_crop": ("happynear", _IMAGES),
    "transform_param.erase_ratio": ("happynear", _IMAGES),
    "transform_param.min_side": ("caffe-augmentation", _IMAGES),
    "transform_param.pad": ("Intel", _IMAGES),
    "transform_param.random_aspect_ratio_param": ("Intel", _IMAGES),
    "transform_param.random_resize_param": ("Intel", _IMAGES),
    "transform_param.random_seed": ("NVIDIA", _IMAGES),
    "video_data_param.grayscale": ("TSN", ("VideoData",)),
    "video_data_param.rand_skip": ("C3D", ("VideoData",)),
    "video_data_param.shuffle": ("TSN", ("VideoData",)),
    "video_data_param.skip_frames": ("SSD", ("VideoData",)),
    "video_data_param.video_file": ("SSD", ("VideoData",)),
    "video_data_param.video_type": ("SSD", ("VideoData",)),
}
"""By message and field: whose Caffe acts upon it, and the types that do not read it here."""


def unread_fields(layer: LayerParameter) -> Iterator[tuple[str, str]]:
    """The fields of `UNREAD` that a layer sets, each with whose Caffe acts upon it."""
    for field, (owner, types) in UNREAD.items():
        if layer.type in types and _is_set(layer, *field.split(".")):
            yield field, owner


def _is_set(layer: LayerParameter, message: str, name: str) -> bool:
    """Whether a field is set to something.

    A default says nothing, but for true: whoever writes it names the fork.
    """
    if not layer.HasField(message):
        return False
    for field, value in getattr(layer, message).ListFields():
        if field.name == name:
            return value is True or value != field.default_value
    return False

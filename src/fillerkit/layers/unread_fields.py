"""What of a layer's messages nothing here reads.

`UNREAD` are fields that a fork's layers act upon and the layers of the same type here do not.

Every other field that a plan does not read is reviewed in ``tests/layers/reviewed_fields.toml``: no
shape, blob or draw depends on it in any fork that was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from google.protobuf.message import Message

from fillerkit.layers.registry import layer_types
from fillerkit.schema import EACH
from fillerkit.schema.forks_pb2 import LayerParameter

_CONVOLUTIONS = (
    "CConvolution",
    "Convolution",
    "Deconvolution",
    "ConvolutionDepthwise",
    "DepthwiseConvolution",
    "DNSConvolution",
    "INQConvolution",
    "Im2col",
    "Im2dist",
    "NdConvolution",
    "OCLCRHWCN",
    "Ticonv",
    "Tiedconv",
)
_IN_3D = ("Convolution3D", "Deconvolution3D")
_POOLINGS = ("NdPooling", "OCLPoolingHWCN", "Pooling", "Pooling3D")
_OF_TWO_AXES = (*(kind for kind in _CONVOLUTIONS if kind != "NdConvolution"), *_IN_3D)
_LISTED = ("ImageData", "ImageLabelmapData", "ImageSegData")
_IMAGES = (
    "AnnotatedData",
    "Data",
    "DataHeatmap",
    "DenseImageData",
    "DetectionData",
    "EvalData",
    "ImageData",
    "ImageGtData",
    "ImageLabelmapData",
    "ImageSegData",
    "MILData",
    "MemoryData",
    "VideoData",
    "WindowData",
)
_TRANSFORMED = (*_IMAGES, "Transformation")

UNREAD: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "annotated_data_param.seg_resize_height": ("MobileNet-YOLO", ("AnnotatedData",)),
    "annotated_data_param.seg_resize_width": ("MobileNet-YOLO", ("AnnotatedData",)),
    "annotated_data_param.yolo_data_type": ("MobileNet-YOLO", ("AnnotatedData",)),
    "batch_norm_param.bias_term": ("Intel", ("BatchNorm",)),
    "batch_norm_param.use_weight_bias": ("Intel", ("BatchNorm",)),
    "convolution3d_param.group": ("C3D", _IN_3D),
    "convolution_param.filter_group": ("C3D", (*_CONVOLUTIONS, "Deconvolution3D")),
    "convolution_param.kernel_depth": ("C3D", _CONVOLUTIONS),
    "convolution_param.kernel_shape": ("video-caffe", _OF_TWO_AXES),
    "convolution_param.pad_shape": ("video-caffe", _OF_TWO_AXES),
    "convolution_param.stride_shape": ("video-caffe", _OF_TWO_AXES),
    "convolution_param.temporal_pad": ("C3D", _CONVOLUTIONS),
    "convolution_param.temporal_stride": ("C3D", _CONVOLUTIONS),
    "data_param.parser_threads": ("NVIDIA", ("AnnotatedData", "Data", "VideoData")),
    "data_param.side": ("Synopsys", ("AnnotatedData", "Data", "VideoData")),
    "data_param.threads": ("NVIDIA", ("AnnotatedData", "Data", "VideoData")),
    "deformable_psroi_pooling_param.pooled_size": ("py-RFCN-priv", ("DeformablePSROIPooling",)),
    "detection_data_param.shuffle": ("Cascade R-CNN", ("DetectionData",)),
    "image_data_param.min_height": ("Intel", _LISTED),
    "image_data_param.min_width": ("Intel", _LISTED),
    "image_data_param.new_dim": ("channel pruning", _LISTED),
    "image_data_param.rand_skip": ("DeepLab", ("ImageSegData",)),
    "image_data_param.short_side": ("NVIDIA", _LISTED),
    "image_data_param.shuffle": ("DeepLab", ("ImageSegData",)),
    "image_gt_data_param.shuffle": ("MS-CNN", ("ImageGtData",)),
    "inner_distance_param.update_center_only": ("happynear", ("InnerDistance",)),
    "mil_data_param.randomize": ("visual-concepts", ("MILData",)),
    "pooling_param.axis": ("Intel", _POOLINGS),
    "pooling_param.blobs_a_min": ("happynear", _POOLINGS),
    "pooling_param.blobs_lr": ("happynear", _POOLINGS),
    "pooling_param.hole": ("DeepLab", _POOLINGS),
    "pooling_param.kernel_depth": ("C3D", ("NdPooling", "OCLPoolingHWCN", "Pooling")),
    "pooling_param.kernel_shape": ("video-caffe", ("OCLPoolingHWCN", "Pooling3D")),
    "pooling_param.kernel_size_3d": ("Intel", _POOLINGS),
    "pooling_param.kernel_size_each": ("3D-Caffe", ("NdPooling", "OCLPoolingHWCN", "Pooling3D")),
    "pooling_param.pad_3d": ("Intel", _POOLINGS),
    "pooling_param.pad_each": ("3D-Caffe", ("NdPooling", "OCLPoolingHWCN", "Pooling3D")),
    "pooling_param.pad_shape": ("video-caffe", ("OCLPoolingHWCN", "Pooling3D")),
    "pooling_param.stride_3d": ("Intel", _POOLINGS),
    "pooling_param.stride_each": ("3D-Caffe", ("NdPooling", "OCLPoolingHWCN", "Pooling3D")),
    "pooling_param.stride_shape": ("video-caffe", ("OCLPoolingHWCN", "Pooling3D")),
    "pooling_param.temporal_pad": ("C3D", ("NdPooling", "OCLPoolingHWCN", "Pooling")),
    "pooling_param.temporal_stride": ("C3D", ("NdPooling", "OCLPoolingHWCN", "Pooling")),
    "reshape_param.pixelshuffler": ("Intel", ("Reshape",)),
    "transform_param.center_crop": ("happynear", _TRANSFORMED),
    "transform_param.erase_ratio": ("happynear", _TRANSFORMED),
    "transform_param.min_side": ("caffe-augmentation", _TRANSFORMED),
    "transform_param.pad": ("Intel", _TRANSFORMED),
    "transform_param.random_seed": ("NVIDIA", _TRANSFORMED),
}
"""By message and field, or message: whose Caffe acts upon it, and the types here that do not."""

READ_BESIDES: Mapping[str, tuple[str, ...]] = {
    "augmentation_param": ("DataAugmentation", "FlowAugmentation"),
    "bbox_reg_param": ("BoxOutput", "DetectionLoss", "ProposalTarget"),
    "bias_param": ("Scale",),
    "convolution3d_param": ("Deconvolution3D",),
    "convolution_param": (*_CONVOLUTIONS, *_IN_3D),
    "coord_to_bbox_masks_param": ("CoordsToBboxesMasks",),
    "correlation_param": ("Correlation1D",),
    "cr_param": ("OCLCRHWCN", "OCLHWCNInnerProduct", "OCLPoolingHWCN"),
    "ctc_decoder_param": ("CTCGreedyDecoder",),
    "data_param": ("AnnotatedData", "VideoData"),
    "detectnet_augmentation_param": ("DetectNetTransformation",),
    "detectnet_groundtruth_param": ("DetectNetTransformation",),
    "heatmap_data_param": ("DataHeatmap",),
    "highway_conv_param": ("CuDNNHighway",),
    "image_data_param": ("ImageLabelmapData", "ImageSegData"),
    "inner_product_param": (
        "CInnerProduct",
        "DNSInnerProduct",
        "INQInnerProduct",
        "OCLHWCNInnerProduct",
    ),
    "load_data_image_param": ("LoadImageData",),
    "mask_param": ("MaskTransformer",),
    "norm_param": ("L2Norm", "Normalize"),
    "pooling_param": ("NdPooling", "OCLPoolingHWCN", "Pooling3D"),
    "prior_box_param": ("PriorBoxClustered",),
    "pt_param": ("PointTransformer",),
    "quantization_param": ("Convolution", "InnerProduct"),
    "recurrent_param": ("LSTM", "RNN"),
    "reduction_param": ("BatchReduction",),
    "region_loss_param": ("Region",),
    "relu_param": ("Convolution", "NegReLU"),
    "resize_param": _IMAGES,
    "roi_pooling_param": ("ROIAlign",),
    "rotate_align_param": ("RotateROIAlign",),
    "rotate_pooling_param": ("RotateROIPooling",),
    "scale_param": ("GlobalLSEMargin",),
    "sigmoid_param": ("SigmoidCrossEntropyLoss",),
    "smooth_l1_loss_param": ("SmoothL1LossOHEM",),
    "smoothl1_param": ("SmoothL1Loss",),
    "softmax_param": ("FocalLoss", "InfogainLoss", "SoftmaxWithLoss", "SoftmaxWithLossOHEM"),
    "st_param": ("SpatialTransformer",),
    "transform_param": (*_TRANSFORMED, "DetectNetTransformation", "DetectionOutput", "HDF5Data"),
}
"""By message: the types that read it, here or in a fork, though it is not named for them."""


def unread_fields(layer: LayerParameter) -> Iterator[tuple[str, str]]:
    """The fields of `UNREAD` that a layer sets, each with whose Caffe acts upon it."""
    for field, owner in _unread_of(layer.type):
        if _is_set(layer, *field.split(".")):
            yield field.removesuffix(EACH), owner


@cache
def _unread_of(kind: str) -> tuple[tuple[str, str], ...]:
    """The rows of `UNREAD` for one type: each field, and whose Caffe acts upon it."""
    return tuple((field, owner) for field, (owner, types) in UNREAD.items() if kind in types)


def added_fields(layer: LayerParameter) -> Iterator[str]:
    """The fields that a layer of a type of fillerkit's sets and only a schema that is given has."""
    if type(layer) is not LayerParameter and _is_own(layer.type):
        yield from dict.fromkeys(_added(layer, LayerParameter.DESCRIPTOR))


def _added(message: Message, known: Any, path: str = "") -> Iterator[str]:
    for field, value in message.ListFields():
        ours, name = known.fields_by_name.get(field.name), path + field.name
        if ours is None:
            yield name
        elif ours.message_type is not None and field.message_type is not None:
            for inner in [value] if isinstance(value, Message) else value:
                yield from _added(inner, ours.message_type, f"{name}.")


def _is_own(kind: str) -> bool:
    """Whether a type is one of fillerkit's, not of a package that is installed besides."""
    known = layer_types.get(kind)
    return known is not None and known.plan.__module__.startswith("fillerkit.")


def unread_messages(layer: LayerParameter) -> Iterator[str]:
    """The messages that a layer of a type of fillerkit's sets and no Caffe reads for that type."""
    if not _is_own(layer.type):
        return
    told = {field for field, _ in unread_fields(layer)}
    for field, _ in layer.ListFields():
        message = field.name
        if field.message_type is None or not message.endswith("_param"):
            continue
        read = is_namesake(message, layer.type) or layer.type in READ_BESIDES.get(message, ())
        if not read and message != "loss_param" and message not in told:
            yield message


def is_namesake(message: str, kind: str) -> bool:
    """Whether a message is named for a type: ``roi_pooling_param`` for ROIPooling."""
    return message.removesuffix("_param").replace("_", "") == kind.lower()


def _is_set(layer: LayerParameter, message: str, name: str = "") -> bool:
    """Whether a message, or one of its fields, is set to something.

    A default says nothing, but for true: whoever writes it names the fork.
    """
    if not layer.HasField(message) or not name:
        return layer.HasField(message)
    for field, value in getattr(layer, message).ListFields():
        if field.name == name:
            return value is True or value != field.default_value
    return False

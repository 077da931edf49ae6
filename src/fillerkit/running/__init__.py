"""A net that runs: a `Net` and its `Blobs` as a ``torch.nn.Module``, with Caffe's own semantics.

Needs PyTorch (``pip install 'fillerkit[torch]'``). `fillerkit.torch.module` is this package's
`module`.
"""

from fillerkit.registry import import_modules
from fillerkit.running.build import module as module
from fillerkit.running.build import refusal as refusal
from fillerkit.running.build import traceable as traceable
from fillerkit.running.layer_module import LayerModule as LayerModule
from fillerkit.running.net_module import NetModule as NetModule
from fillerkit.running.net_module import Step as Step
from fillerkit.running.outputs import Outputs as Outputs
from fillerkit.running.registry import Operation as Operation
from fillerkit.running.registry import operations as operations
from fillerkit.running.registry import runs as runs

import_modules(__name__)

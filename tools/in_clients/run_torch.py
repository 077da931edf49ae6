"""PyTorch, without fillerkit: a state dict by its names."""

import collections

import torch
from client_files import FOLDER, tell

found = {}
seen = collections.Counter()
for name, tensor in torch.load(FOLDER / "net.pt", weights_only=True).items():
    layer, _, parameter = name.rpartition(".")
    if parameter != "num_batches_tracked":
        found[f"{layer}/{seen[layer]}"] = tensor.numpy()
        seen[layer] += 1
tell({}, found)

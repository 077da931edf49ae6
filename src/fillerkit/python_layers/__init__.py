"""Layers of a net that are Python classes: their code is imported, set up and asked for shapes.

All modules of this room are public. `fillerkit.python_layers.load` reads a net and runs this code;
`layer` has the base of the classes, `blob` the blobs that they get, `instances` the classes of one
net, and `finder` what their ``import caffe`` finds.
"""

"""Nets: from a net's text to its layers, every shape known, and what can be done with them."""

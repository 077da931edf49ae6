"""Filling: from layers and a stream of draws, or the weights of a file, to values."""

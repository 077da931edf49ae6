"""Blobs with their values: looked at, compared, measured."""

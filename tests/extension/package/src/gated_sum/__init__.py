"""A layer type and a filler of one's own, as an installable package."""

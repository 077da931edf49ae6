"""The library that everything here stands on, or the error that says how to install it."""

from fillerkit.libraries import library

library("torch", "a net that runs", "torch")

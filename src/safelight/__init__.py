"""Safelight: watch, steer and trust every long operation of a computer-vision team."""

__version__ = "0.1.0"

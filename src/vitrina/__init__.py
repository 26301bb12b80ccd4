"""Vitrina: pulls, validates and publishes a state's anti-corruption data as a static portal."""

__version__ = "0.1.0"

"""The version, alone: `adamproof` itself and its rooms read it here."""

__version__ = "0.1.0"

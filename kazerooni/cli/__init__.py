"""The command line: one module per command, which parses, calls and prints; it holds no rule of scoring."""

from kazerooni.cli.app import main

__all__ = ["main"]

"""Versions: the revisions, each in a module of its own; released ones are never changed."""

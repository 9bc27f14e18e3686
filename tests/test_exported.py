"""The everyday names of `kazerooni`."""

import inspect

import kazerooni
from kazerooni import _HOME_OF


def test_all_is_true() -> None:
    """`__all__` is sorted, names what can be imported and nothing else, and every name carries a docstring."""
    assert kazerooni.__all__ == sorted({*_HOME_OF, "__version__"})
    for name in _HOME_OF:
        assert inspect.getdoc(getattr(kazerooni, name)), name

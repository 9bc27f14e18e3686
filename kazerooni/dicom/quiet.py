"""Quiet: keep pydicom from quoting what a header says, in warnings or logs; notices tell what matters."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_quiet: ContextVar[bool] = ContextVar("_is_quiet", default=False)


def _passes(_: logging.LogRecord) -> bool:
    return not _is_quiet.get()


logging.getLogger("pydicom").addFilter(_passes)


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """Drop the warnings and log records that pydicom makes inside this context."""
    token = _is_quiet.set(True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        _is_quiet.reset(token)

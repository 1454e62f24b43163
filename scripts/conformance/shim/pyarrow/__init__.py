"""A read-only stand-in for the few pyarrow calls that the upstream checkers make.

Debian packages no pyarrow. Files are really read, by the hyparquet library through Node; writing is refused.
Used only by scripts/conformance.mjs, and only where the real pyarrow cannot be imported.
"""


def array(*_args, **_kwargs):
    raise NotImplementedError("the stand-in for pyarrow only reads")


def int64():
    raise NotImplementedError("the stand-in for pyarrow only reads")

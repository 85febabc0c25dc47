"""Addresses in pages: links keep `?big=1` and `?lang=en`, and files carry their version."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from flask import Flask, request, url_for

KEPT: Final = {"big": "1", "lang": "en"}
"""What pages pass on in their links."""

_VERSION_LENGTH: Final = 10


def is_big_print() -> bool:
    """Whether the address asks for large print."""
    return request.args.get("big") == "1"


def link(endpoint: str, **values: Any) -> str:
    """The address of a view, in the print and language of this page."""
    return url_for(endpoint, **(_kept() | values))


def below(path: str) -> str:
    """A path of ours as browsers must ask for it: below the place where the service is reached."""
    return f"{request.script_root}{path}"


def here(**values: Any) -> str:
    """The address of this page with another print or language (`None`: the usual one)."""
    if request.endpoint is None:
        return link("respondent.entry", **values)
    asked = {name: request.args[name] for name in ("receipt",) if name in request.args}
    return url_for(request.endpoint, **(asked | (request.view_args or {}) | _kept() | values))


def make_asset_address(app: Flask) -> Callable[[str], str]:
    """A function from the name of a static file to its address, which changes with its contents."""

    @cache
    def version(name: str) -> str:
        return hashlib.sha256(Path(str(app.static_folder), name).read_bytes()).hexdigest()[:_VERSION_LENGTH]

    return lambda name: url_for("static", filename=name, v=version(name))


def _kept() -> dict[str, str]:
    return {name: value for name, value in KEPT.items() if request.args.get(name) == value}

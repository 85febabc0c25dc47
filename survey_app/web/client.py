"""Where a request comes from."""

from urllib.parse import urlsplit

from flask import request


def client_address() -> str:
    """The address of the client; behind trusted proxies the one that they saw (`web.proxies`)."""
    return request.remote_addr or ""


def is_from_own_page() -> bool:
    """Whether the browser says that a page of ours sent the form; a page of another site can't make it say so."""
    fetched_from = request.headers.get("Sec-Fetch-Site")
    if fetched_from:
        return fetched_from == "same-origin"
    origin = urlsplit(request.headers.get("Origin", ""))
    return bool(origin.netloc) and (origin.scheme, origin.netloc) == (request.scheme, request.host)


def is_own_path(target: str) -> bool:
    """Whether a redirect to `target` stays here: a path of ours, as browsers read it."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc

"""Headers of every answer: one origin, nothing kept, nothing passed on, no frame round it."""

from typing import Final

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
STATIC_ENDPOINT: Final = "static"
ONE_YEAR_S: Final = 31_536_000

_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for web views that do not know frame-ancestors
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def guard_answers(app: Flask) -> None:
    """Sets the headers on all answers of the application."""
    app.after_request(_with_headers)


def _with_headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    response.headers["Cache-Control"] = _cache_control(response)
    return response


def _cache_control(response: Response) -> str:
    """Pages are never stored. A file of ours may be, for good, when its address names its version."""
    if request.endpoint == STATIC_ENDPOINT and response.status_code in (200, 304) and "v" in request.args:
        return f"public, max-age={ONE_YEAR_S}, immutable"
    return "no-store"

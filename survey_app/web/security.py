"""Headers of every answer: one origin, nothing kept, nothing passed on, no frame round it."""

from typing import Final

from flask import Flask, Response, request

from survey_app.web.access import Gate, gate_of_request

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
STAFF_CONTENT_SECURITY_POLICY: Final = "; ".join(
    ("default-src 'self'", "object-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'")
)
STATIC_ENDPOINT: Final = "static"
ONE_YEAR_S: Final = 31_536_000
STRICT_TRANSPORT: Final = f"max-age={ONE_YEAR_S}"

_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for web views that do not know frame-ancestors
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


# a page of the staff's has no code in its address, and its forms must show where they come from
_STAFF_HEADERS: Final = _HEADERS | {
    "Content-Security-Policy": STAFF_CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
}


def guard_answers(app: Flask) -> None:
    """Sets the headers on all answers of the application."""
    app.after_request(_with_headers)


def _with_headers(response: Response) -> Response:
    # no page sets any of them itself
    response.headers.extend(_STAFF_HEADERS if gate_of_request() in (Gate.STAFF, Gate.ENTRANCE) else _HEADERS)
    response.headers["Cache-Control"] = _cache_control(response)
    if request.is_secure:  # over http a browser must not heed it, and an office without https would be locked out
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    return response


def _cache_control(response: Response) -> str:
    """Pages are never stored. A file of ours may be, for good, when its address names its version."""
    if request.endpoint == STATIC_ENDPOINT and response.status_code in (200, 304) and "v" in request.args:
        return f"public, max-age={ONE_YEAR_S}, immutable"
    return "no-store"

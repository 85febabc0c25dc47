"""A form that came when nobody was signed in any more: carried through the sign-in, then shown and sent again by its author.

It is kept in the page alone, signed, never on the server. It is taken up only where the browser says that a page of ours sent it: another
site could otherwise have somebody sign in and send the other site's words. Files can't be carried; they are named, to be chosen again.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer

from survey_app.web.addresses import below
from survey_app.web.client import is_own_path
from survey_app.web.sessions import name_of_old_session

_SALT: Final = "junheng/kept-form/1"
_NOT_TYPED: Final = frozenset({"started", "nonce", "parcel", "sure"})
_NOT_KEPT: Final = frozenset({"csrf_token"})


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Where the form was sent, its fields in order, the files that came along (field, file name), and who had filled it in."""

    path: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    author: str | None

    @property
    def typed(self) -> tuple[tuple[str, str], ...]:
        """The fields that somebody filled in."""
        return tuple((name, value) for name, value in self.fields if value.strip() and name not in _NOT_TYPED)

    def is_of(self, name: str) -> bool:
        """Whether the account may send it on: it filled it in, or nobody knows who did."""
        return self.author in (None, name)


def form_of_request() -> KeptForm:
    """The form that this request brought."""
    path = below(request.full_path.rstrip("?"))
    return KeptForm(path, tuple(_fields()), tuple(_files()), name_of_old_session())


def sign_form(form: KeptForm) -> str:
    """The form as text for a hidden field."""
    text = _serializer().dumps(asdict(form))
    return text if isinstance(text, str) else text.decode()


def read_form(text: str) -> KeptForm | None:
    """The form that a hidden field brought back; None where it is not one that we signed."""
    try:
        kept = _serializer().loads(text)
        form = KeptForm(kept["path"], _pairs(kept["fields"]), _pairs(kept["files"]), kept["author"])
    except (BadData, KeyError, TypeError, ValueError):
        return None
    return form if is_own_path(form.path) else None


def _fields() -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT)


def _files() -> Iterable[tuple[str, str]]:
    return ((name, file.filename) for name, file in request.files.items(multi=True) if file.filename)


def _pairs(kept: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in kept)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=_SALT)

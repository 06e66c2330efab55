"""What can go wrong for a reason a person should hear. Pure: no HTTP here (`web` owns the numbers).

Every error carries a stable `code`, a sentence in Malay and in English, and its facts as fields, so that answers, logs
and screens never parse prose.
"""

from typing import NamedTuple


class Text(NamedTuple):
    """One sentence in both of the office's languages."""

    ms: str
    en: str


class FieldError(NamedTuple):
    """What is wrong with one field of a form; `field` is its name in the request body."""

    field: str
    code: str
    text: Text


class DomainError(Exception):
    """The family. Catch its members; raise only its members."""

    def __init__(self, code: str, text: Text, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.facts = facts


class NotFound(DomainError):
    """There is no such thing, or it is not the asker's: the two are never told apart."""

    def __init__(self, code: str = "not_found", text: Text | None = None, **facts: object) -> None:
        super().__init__(code, text or Text("Rekod tidak dijumpai.", "No such record."), **facts)


class Refused(DomainError):
    """Understood, and not allowed in this state or by this rule. The facts name what would be allowed."""


class Conflict(DomainError):
    """The asker decided on something that has changed since."""


class Denied(DomainError):
    """The asker is known, and may not do this at all."""

    def __init__(self, code: str = "denied", text: Text | None = None, **facts: object) -> None:
        super().__init__(
            code,
            text or Text("Tuan/puan tidak dibenarkan berbuat demikian.", "You are not allowed to do this."),
            **facts,
        )


class Unknown(DomainError):
    """The asker is not known: no token, or one that is expired, forged or ended."""

    def __init__(self, code: str = "login_required", text: Text | None = None, **facts: object) -> None:
        super().__init__(code, text or Text("Sila log masuk.", "Please log in."), **facts)


class TooMany(DomainError):
    """Too many requests; `retry_after` says in how many seconds to come back."""

    def __init__(self, retry_after: int, code: str = "rate_limited", text: Text | None = None) -> None:
        super().__init__(
            code,
            text
            or Text("Terlalu banyak percubaan. Sila cuba sebentar lagi.", "Too many attempts. Please try again later."),
            retry_after=retry_after,
        )
        self.retry_after = retry_after


class Invalid(DomainError):
    """Fields that cannot be accepted as they are, each with its own sentence."""

    def __init__(self, errors: list[FieldError], code: str = "invalid") -> None:
        super().__init__(
            code,
            Text("Sila betulkan maklumat yang bertanda.", "Please correct the marked fields."),
        )
        self.errors = errors

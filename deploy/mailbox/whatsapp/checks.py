"""What the real Graph API would refuse. Each check raises `Refusal` with the code that the real one answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import phonenumbers
from phonenumbers import PhoneNumberType

LONGEST_BODY = 1_024
LONGEST_OPAQUE = 512
LONGEST_TEXT = 4_096
MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
APPROVED = "APPROVED"
PAUSED = {"PAUSED": 132015, "DISABLED": 132016}
SAID: Mapping[int, str] = {
    4: "Application request limit reached",
    100: "Invalid parameter",
    190: "Invalid OAuth access token",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "This message was not delivered to maintain healthy ecosystem engagement",
    131051: "Unsupported message type",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
    132005: "Template hydrated text too long",
    132012: "Parameter format does not match format in the created template",
    132015: "Template is paused",
    132016: "Template is disabled",
}
_FORBIDDEN = re.compile(r"[\n\r\t]| {4,}")
_VARIABLE = re.compile(r"\{\{(\d+)\}\}")


class Refusal(Exception):
    """The answer is an error of this code. `retry_after` in seconds stands in a header where there is one."""

    def __init__(self, code: int, details: str, *, status: int = 400, retry_after: str | None = None) -> None:
        super().__init__(code, details)
        self.code, self.details, self.status, self.retry_after = code, details, status, retry_after

    def body(self) -> dict[str, Any]:
        """As the Graph API says it."""
        text = f"(#{self.code}) {SAID.get(self.code, 'Error')}"
        kind = "OAuthException"
        data = {"messaging_product": "whatsapp", "details": self.details}
        return {
            "error": {"message": text, "type": kind, "code": self.code, "error_data": data, "fbtrace_id": "mailbox"}
        }


class Template(msgspec.Struct):
    """A message template with its approval."""

    name: str
    language: str
    category: str
    body: str
    status: str = APPROVED

    @property
    def variables(self) -> int:
        """How many parameters its body takes."""
        return len(set(_VARIABLE.findall(self.body)))

    def filled(self, values: list[str]) -> str:
        """The text as a person reads it."""
        return _VARIABLE.sub(lambda found: values[int(found[1]) - 1], self.body)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that nothing speaks against."""

    to: str
    text: str
    template: str | None
    opaque: str | None


def read_templates(file: Path) -> dict[tuple[str, str], Template]:
    """What was handed in for approval, all of it approved."""
    if not file.exists():
        return {}
    handed_in: list[dict[str, Any]] = msgspec.json.decode(file.read_bytes())
    found = [
        Template(
            one["name"],
            one["language"],
            one["category"],
            next(part["text"] for part in one["components"] if part["type"] == "BODY"),
        )
        for one in handed_in
    ]
    return {(one.name, one.language): one for one in found}


def read(body: Any, templates: Mapping[tuple[str, str], Template], window_open: Callable[[str], bool]) -> Sent:
    """The message of a request. Raises `Refusal`."""
    if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
        raise Refusal(100, "messaging_product must be whatsapp")
    if body.get("recipient_type", "individual") != "individual":
        raise Refusal(100, "recipient_type must be individual")
    to = _number(body.get("to"))
    opaque = body.get("biz_opaque_callback_data")
    if opaque is not None and (not isinstance(opaque, str) or len(opaque) > LONGEST_OPAQUE):
        raise Refusal(100, "biz_opaque_callback_data is not text of at most 512 characters")
    match body.get("type"):
        case "template":
            template, text = _template(body.get("template"), templates)
            return Sent(to, text, template, opaque)
        case "text":
            return Sent(to, _text(body.get("text"), window_open(to)), None, opaque)
        case None:
            raise Refusal(131008, "type is missing")
        case _:
            raise Refusal(131051, "this message type is not known here")


def _number(to: Any) -> str:
    if not isinstance(to, str) or not to:
        raise Refusal(131008, "to is missing")
    if not (to.isascii() and to.isdigit()):
        raise Refusal(100, "to must be digits only, with the country code and without a plus")
    try:
        parsed = phonenumbers.parse(f"+{to}")
    except phonenumbers.NumberParseException as error:
        raise Refusal(131009, "to is not a telephone number") from error
    if not phonenumbers.is_valid_number(parsed) or phonenumbers.number_type(parsed) not in MOBILE:
        raise Refusal(131026, "not a mobile number that WhatsApp knows")
    return to


def _template(said: Any, templates: Mapping[tuple[str, str], Template]) -> tuple[str, str]:
    if not isinstance(said, dict) or not isinstance(said.get("name"), str):
        raise Refusal(131008, "template.name is missing")
    language = said.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    if not isinstance(code, str):
        raise Refusal(131008, "template.language.code is missing")
    template = templates.get((said["name"], code))
    if template is None:
        raise Refusal(132001, f"template name ({said['name']}) does not exist in {code}", status=404)
    if template.status != APPROVED:
        raise Refusal(PAUSED.get(template.status, 132001), f"template is {template.status}")
    values = _values(said.get("components"))
    if len(values) != template.variables:
        raise Refusal(132000, f"body: {len(values)} parameters given, {template.variables} expected")
    if any(_FORBIDDEN.search(value) for value in values):
        raise Refusal(132012, "a parameter holds a line break, a tab or more than three blanks in a row")
    text = template.filled(values)
    if len(text) > LONGEST_BODY:
        raise Refusal(132005, f"the text has {len(text)} characters, {LONGEST_BODY} are allowed")
    return template.name, text


def _values(components: Any) -> list[str]:
    if components is None:
        return []
    if not isinstance(components, list) or not all(isinstance(one, dict) for one in components):
        raise Refusal(132012, "components must be a list of objects")
    values = []
    for component in components:
        if component.get("type") != "body" or not isinstance(component.get("parameters"), list):
            raise Refusal(132012, "this template has a body and nothing else")
        for parameter in component["parameters"]:
            if not isinstance(parameter, dict) or parameter.get("type") != "text":
                raise Refusal(132012, "every parameter of this template is text")
            value = parameter.get("text")
            if not isinstance(value, str) or not value.strip():
                raise Refusal(131008, "a parameter's text is missing")
            values.append(value)
    return values


def _text(said: Any, window_open: bool) -> str:
    text = said.get("body") if isinstance(said, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise Refusal(131008, "text.body is missing")
    if len(text) > LONGEST_TEXT:
        raise Refusal(131009, f"text.body has more than {LONGEST_TEXT} characters")
    if not window_open:
        raise Refusal(131047, "more than 24 hours have passed since the recipient last wrote")
    return text

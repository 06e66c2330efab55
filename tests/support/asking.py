"""Requests made from a service's own OpenAPI document: its paths, and the examples of what they take."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support import keys
from tests.unit.shared.blobs import files

Document = dict[str, Any]
ADDRESSES = (f"10.{a}.{b}.{c}" for a, b, c in itertools.product(range(250), range(250), range(1, 250)))
"""A fresh one for whoever must not meet the limits."""


@dataclass(frozen=True)
class Operation:
    """A method and path of a service, as documented."""

    service: str
    method: str
    path: str
    said: Document = field(compare=False, hash=False)
    document: Document = field(compare=False, hash=False)

    @property
    def name(self) -> str:
        return f"{self.service} {self.method} {self.path}"

    def at(self, places: Mapping[str, str]) -> str:
        """The path with its places filled."""
        return self.path.format(**places)

    def body(self) -> dict[str, Any]:
        """Keyword arguments of a request with the documented example, or a small picture where a file is taken."""
        content = self.said.get("requestBody", {}).get("content", {})
        if "multipart/form-data" in content:
            return {"files": {"file": ("skrin.png", files.a_png(), "image/png")}}
        if "application/json" not in content:
            return {}
        return {"json": example_of(content["application/json"], self.document)}

    def needed_headers(self) -> dict[str, str]:
        """Required header parameters, filled to the letter but with nothing that opens anything."""
        return {
            one["name"]: "nothing-that-opens-anything"
            for one in self.said.get("parameters", [])
            if one["in"] == "header" and one.get("required")
        }

    def needed_query(self) -> dict[str, str]:
        """Required query parameters, as their examples have them."""
        return {
            one["name"]: str(one["schema"]["examples"][0])
            for one in self.said.get("parameters", [])
            if one["in"] == "query" and one.get("required")
        }


def operations(service: str, document: Document) -> Iterator[Operation]:
    """All of a document."""
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            yield Operation(service, method.upper(), path, said, document)


def resolved(schema: Document, document: Document) -> Document:
    """A schema, or what it refers to."""
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def example_of(content: Document, document: Document) -> Any:
    """The example of a media type: its own, or its schema's first. Raises `LookupError` where there is none."""
    if "example" in content:
        return content["example"]
    for schema in _candidates(content.get("schema", {}), document):
        if "examples" in schema:
            return schema["examples"][0]
    raise LookupError("no example")


def _candidates(schema: Document, document: Document) -> Iterator[Document]:
    whole = resolved(schema, document)
    yield whole
    for one in whole.get("anyOf", []):
        yield resolved(one, document)


def same_but_for_the_instance(one: httpx2.Response, other: httpx2.Response) -> bool:
    """Whether two problems cannot be told apart, but by the id of their request."""
    kept = [answer.json() | {"instance": None} for answer in (one, other)]
    headers = [
        {n: v for n, v in answer.headers.items() if n not in ("x-request-id", "date")} for answer in (one, other)
    ]
    return one.status_code == other.status_code and kept[0] == kept[1] and headers[0] == headers[1]


def through_the_portal(address: str | None = None) -> dict[str, str]:
    """As the portal says where a visitor comes from."""
    return {"X-Service-Token": keys.SERVICE_TOKEN, "Forwarded": f"for={address or next(ADDRESSES)}"}


def said_clearly(answer: httpx2.Response, about: str) -> dict[str, Any]:
    """A 4xx that tells in both languages what is wrong, and nothing else."""
    assert 400 <= answer.status_code < 500, f"{about}: {answer.status_code} {answer.text[:500]}"
    assert answer.headers["content-type"] == "application/problem+json", about
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["code"], about
    assert problem["messages"]["ms"] != problem["messages"]["en"] == problem["detail"], about
    assert all(one["ms"] and one["en"] for one in problem["errors"]), about
    return problem

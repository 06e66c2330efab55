"""What several of workflow's routes answer with, and what the office decides about itself, each with an example."""

from typing import Any

from pydantic import BaseModel, ConfigDict

PIC = {"id": "019aa7c4-5b1e-7c3d-9f57-2b8f1c0e4d6a", "name": "Azman bin Yusof"}


def example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Label(BaseModel):
    """A label in both languages."""

    ms: str
    en: str


class Named(BaseModel):
    """A member of staff."""

    id: str
    name: str


class Assigned(BaseModel):
    """What became of one of many: its new version, or the problem's code, sentences and facts."""

    number: str
    ok: bool
    version: int | None = None
    problem: dict[str, Any] | None = None


class Added(BaseModel):
    """The id of what was added."""

    model_config = example(id=PIC["id"])

    id: str


class Routing(BaseModel):
    """Module slug -> ids of the PICs who take it."""

    model_config = example(modules={"gl": [PIC["id"]]})

    modules: dict[str, list[str]]


class SolutionView(BaseModel):
    """What a solved complaint taught; `published` ones anybody finds."""

    id: str
    number: str
    module: str
    symptom: str
    cause: str
    steps: str
    published: bool
    author: str


class Solutions(BaseModel):
    """Every solution, newest first."""

    model_config = example(
        items=[
            {
                "id": "HD-2026-000123-C",
                "number": "HD-2026-000123-C",
                "module": "gl",
                "symptom": "Baucar tidak dapat diluluskan",
                "cause": "Tempoh perakaunan ditutup",
                "steps": "Buka semula tempoh, kemudian luluskan baucar",
                "published": False,
                "author": "Azman bin Yusof",
            }
        ]
    )

    items: list[SolutionView]

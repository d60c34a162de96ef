"""TOML files that people write for the reports, read strictly: every mistake at once, with file, line and key."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from fixtures.target.positions import Positions
from fixtures.target.problems import ConfigurationError, Problem, nearest

LONGEST = 60  # characters of a found value


class Table(BaseModel):
    """A table of such a file: every key known, every value of its own type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Read = TypeVar("Read", bound=BaseModel)


def document(path: Path, example: str) -> tuple[dict[str, Any], str]:
    """The file as plain data, and its text. `example` says what would be right. Raises ConfigurationError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or problem
        raise ConfigurationError(f"{path}: cannot be read ({why}); give the path of {example}") from None
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as problem:
        line = re.search(r"at line (\d+)", str(problem))
        raise ConfigurationError(f"{path.name}{f':{line[1]}' if line else ''}: not TOML: {problem}") from None


def validated(plain: Any, model: type[Read], path: Path, text: str, within: tuple[str, ...] = ()) -> Read:
    """The data as the model; `within` is the table of the file that it comes from. Raises ConfigurationError."""
    try:
        return model.model_validate(plain)
    except ValidationError as error:
        positions = Positions(text)
        lines = []
        for detail in error.errors(include_url=False):
            problem = _problem(detail, within, model)
            line = positions.line(problem.key) or positions.line((*problem.key, 0))
            lines.append((line or 0, problem.told(f"{path.name}:{line}" if line else path.name)))
        raise ConfigurationError("\n".join(told for _, told in sorted(lines))) from None


def _problem(detail: ErrorDetails, within: tuple[str, ...], model: type[BaseModel]) -> Problem:
    key, kind = (*within, *detail["loc"]), detail["type"]
    if kind == "missing":
        return Problem(key, "nothing", "this key, which is required")
    if kind == "extra_forbidden":
        known = _keys(model, detail["loc"][:-1])
        return Problem(key, "an unknown key", f"one of {', '.join(known)}", nearest(str(key[-1]), known))
    wanted = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    found = "an empty text" if detail["input"] == "" else _shown(detail["input"])
    return Problem(key, found, "a text that is not empty" if kind == "string_too_short" else wanted)


def _keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys of the table at this place; tables stand in arrays of one model at most."""
    for part in (part for part in location if isinstance(part, str)):
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        model = next((one for one in getattr(annotation, "__args__", ()) if _is_model(one)), model)
    return list(model.model_fields)


def _is_model(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, BaseModel)


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"

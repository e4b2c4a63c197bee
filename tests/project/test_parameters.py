"""Every parameter of the public interface is described, and so is what a function itself raises.

Public is what docs/reference/python.md lists, and what `adamproof` itself offers.  A parameter is described in the
docstring of its function or of its class (or of a class that this one extends); those of the kernel, whose text is in
the digest of recorded checks, and of reports, in the section of the page.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import adamproof

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
ON_THE_PAGE = ("adamproof.kernel.", "adamproof.checking.")
DIRECTIVE = re.compile(r"^\.\. automodule:: (\S+)\n((?:   :.*\n)*)", re.MULTILINE)


def listed() -> Iterator[tuple[str, str, Any]]:
    """Section, name and object of everything that the page lists."""
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE):
        for module_name, options in DIRECTIVE.findall(section):
            module = import_module(module_name)
            wanted = re.search(r":members:(.*)", options)
            names = re.findall(r"\w+", wanted.group(1)) if wanted else []
            defined = [name for name, found in vars(module).items() if getattr(found, "__module__", "") == module_name]
            for name in names or getattr(module, "__all__", [one for one in defined if not one.startswith("_")]):
                yield section, f"{module_name}.{name}", getattr(module, name)


def documented() -> Iterator[tuple[str, Any, str]]:
    """Functions, classes and methods, with all that describes their parameters."""
    for section, name, found in listed():
        page = section if name.startswith(ON_THE_PAGE) else ""
        if inspect.isfunction(found):
            yield name, found, page + (found.__doc__ or "")
        elif inspect.isclass(found):
            whole = page + " ".join(base.__doc__ or "" for base in found.__mro__[:-1])
            if not issubclass(found, BaseException) and not hasattr(found, "__members__"):
                yield name, found, whole
            for method, value in vars(found).items():
                function = inspect.unwrap(getattr(value, "__func__", value))
                if inspect.isfunction(function) and not method.startswith("_"):
                    yield f"{name}.{method}", function, f"{whole} {function.__doc__ or ''}"


ALL = {name: (found, text) for name, found, text in documented()}


def undescribed(found: Any, text: str) -> list[str]:
    names = [name for name in inspect.signature(found).parameters if name not in ("self", "cls")]
    return [name for name in names if not re.search(rf"(?<![\w.]){re.escape(name)}(?![\w(])", text)]


def unsaid(found: Any, text: str) -> list[str]:
    """The exceptions that a function raises in its own body and its docstring does not name."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(found)))
    raised = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None]
    called = [one.func if isinstance(one, ast.Call) else one for one in raised]
    names = {one.id for one in called if isinstance(one, ast.Name) and one.id[0].isupper()}
    return sorted(name for name in names if name not in text)


def test_the_page_lists_what_the_package_offers() -> None:
    objects = [found for _, _, found in listed()]
    assert adamproof.get in objects and adamproof.check in objects
    assert len(ALL) > 150


@pytest.mark.parametrize("name", ALL)
def test_every_parameter_is_described(name: str) -> None:
    assert undescribed(*ALL[name]) == []


@pytest.mark.parametrize("name", [name for name, (found, _) in ALL.items() if inspect.isfunction(found)])
def test_what_is_raised_is_said(name: str) -> None:
    assert unsaid(*ALL[name]) == []


def test_the_check_notices_what_is_missing() -> None:
    def one(steps: int, rate: float) -> None:
        """steps: how many."""
        if steps < 0:
            raise ValueError(rate)

    assert undescribed(one, one.__doc__ or "") == ["rate"]
    assert unsaid(one, one.__doc__ or "") == ["ValueError"]
    assert unsaid(one, "Raises ValueError.") == []

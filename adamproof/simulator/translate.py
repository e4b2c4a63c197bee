"""The functions of `kernels` as CUDA C: the text is translated, so that the GPU runs what the other engines run.

Those of the update are there twice: in the namespace `single` with numbers of single precision.

Understood is what `kernels` uses: assignments to names and tuples of names, `return`, arithmetic, bit operations,
comparisons, calls, numbers, and the module's constants.  Anything else raises SimulationError.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from . import kernels
from .errors import SimulationError
from .precision import UPDATE

WORD = "unsigned long long"
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.BitXor: "^", ast.BitAnd: "&", ast.BitOr: "|",
    ast.LShift: "<<", ast.RShift: ">>", ast.Gt: ">", ast.Lt: "<", ast.Eq: "==", ast.USub: "-",
}  # fmt: skip
# What does on numbers in C what NumPy's functions do on arrays.  As there, maximum and minimum keep a NaN.
HEAD = """
__device__ static inline double number_of(unsigned long long bits) { return __longlong_as_double((long long)bits); }
__device__ static inline unsigned long long bits_of(double number) {
    return (unsigned long long)__double_as_longlong(number);
}
__device__ static inline double where(bool condition, double yes, double no) { return condition ? yes : no; }
__device__ static inline double absolute(double a) { return fabs(a); }
__device__ static inline double maximum(double a, double b) { return a > b || a != a ? a : b; }
__device__ static inline double minimum(double a, double b) { return a < b || a != a ? a : b; }
"""
HEAD_OF_SINGLE = """
__device__ static inline float where(bool condition, float yes, float no) { return condition ? yes : no; }
__device__ static inline float absolute(float a) { return fabsf(a); }
__device__ static inline float sqrt(float a) { return sqrtf(a); }
__device__ static inline float copysign(float a, float b) { return copysignf(a, b); }
"""
OWN_TEXT = frozenset({"number_of", "bits_of"})


def source() -> str:
    """All functions of `kernels`, as inline functions in C++ that may run on the device.

    They belong into a namespace of their own, since CUDA has an exp of its own.
    """
    functions = [
        function
        for name, function in vars(kernels).items()
        if isinstance(function, FunctionType) and function.__module__ == kernels.__name__ and name not in OWN_TEXT
    ]
    update = [function for function in functions if function.__name__ in UPDATE]
    single = ["namespace single {", HEAD_OF_SINGLE, *_together(update, "float"), "}"]
    return "\n".join([HEAD, *_together(functions, "double"), *single])


def _together(functions: list[FunctionType], real: str) -> list[str]:
    """Functions that call one another, with their numbers in a type."""
    prototypes = [_declared(_tree(function), real) + ";" for function in functions]
    structures = [text for function in functions if (text := _structure(_tree(function), real))]
    return [*structures, *prototypes, *(translated(function, real=real) for function in functions)]


def translated(function: Callable[..., Any], name: str | None = None, real: str = "double") -> str:
    """One function, under another name if one is given.  Raises SimulationError for what is not understood.

    real: the type of its numbers.
    """
    tree = _tree(function)
    body = _Body(tree, real)
    tree.name = name or tree.name
    return body.text()


def _tree(function: Callable[..., Any]) -> ast.FunctionDef:
    try:
        text = inspect.getsource(function)
        module = ast.parse(inspect.cleandoc("\n" + text) if text[0].isspace() else text)
    except (OSError, TypeError, SyntaxError) as error:
        raise SimulationError(f"the GPU engine cannot read the source of {function!r}") from error
    tree = module.body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise SimulationError(f"{function!r} is not a function defined with def, which the GPU engine needs")
    return tree


def _returned(tree: ast.FunctionDef, real: str) -> list[str]:
    """The types of what a function gives back; several if it is a tuple."""
    notes = tree.returns
    if isinstance(notes, ast.Subscript) and isinstance(notes.slice, ast.Tuple):
        return [_type(note, real) for note in notes.slice.elts]
    return [_type(notes, real)]


def _type(note: ast.expr | None, real: str) -> str:
    return WORD if isinstance(note, ast.Name) and note.id == "Word" else real


def _structure(tree: ast.FunctionDef, real: str) -> str:
    types = _returned(tree, real)
    if len(types) == 1:
        return ""
    members = " ".join(f"{type} _{place};" for place, type in enumerate(types))
    return f"struct {tree.name}_values {{ {members} }};"


def _declared(tree: ast.FunctionDef, real: str) -> str:
    types = _returned(tree, real)
    result = types[0] if len(types) == 1 else f"{tree.name}_values"
    arguments = ", ".join(f"{_type(argument.annotation, real)} {argument.arg}" for argument in tree.args.args)
    return f"__device__ static inline {result} {tree.name}({arguments})"


class _Body:
    """The translation of one function."""

    def __init__(self, tree: ast.FunctionDef, real: str) -> None:
        self.tree, self.name, self.real = tree, tree.name, real
        self.known = {argument.arg for argument in tree.args.args}
        self.lines: list[str] = []

    def text(self) -> str:
        for statement in self.tree.body:
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                self.statement(statement)
        return "\n".join([_declared(self.tree, self.real) + " {", *(f"    {line}" for line in self.lines), "}"])

    def statement(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Return) and statement.value is not None:
            value = statement.value
            parts = [self.expression(part) for part in value.elts] if isinstance(value, ast.Tuple) else []
            self.lines.append(f"return {{{', '.join(parts)}}};" if parts else f"return {self.expression(value)};")
        elif isinstance(statement, ast.Assign) and isinstance(target := statement.targets[0], ast.Name):
            self.assign(target.id, self.expression(statement.value))
        elif isinstance(statement, ast.Assign) and isinstance(target := statement.targets[0], ast.Tuple):
            together = f"values_{len(self.lines)}"
            self.lines.append(f"const auto {together} = {self.expression(statement.value)};")
            for place, name in enumerate(target.elts):
                self.assign(self.expression(name, assigned=True), f"{together}._{place}")
        else:
            raise self.refused(statement)

    def assign(self, name: str, value: str) -> None:
        self.lines.append(f"{'' if name in self.known else 'auto '}{name} = {value};")
        self.known.add(name)

    def expression(self, node: ast.expr, assigned: bool = False) -> str:
        if isinstance(node, ast.Name):
            return node.id if assigned or node.id in self.known else self.constant(node)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return self.number(float(str(node.value)))
        if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATORS:
            return f"(-{self.expression(node.operand)})"
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return f"({self.expression(node.left)} {OPERATORS[type(node.op)]} {self.expression(node.right)})"
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in OPERATORS:
            operator = OPERATORS[type(node.ops[0])]
            return f"({self.expression(node.left)} {operator} {self.expression(node.comparators[0])})"
        if isinstance(node, ast.Call) and not node.keywords:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if callable(getattr(kernels, name, None)):
                return f"{name}({', '.join(self.expression(argument) for argument in node.args)})"
        raise self.refused(node)

    def constant(self, node: ast.Name) -> str:
        value = getattr(kernels, node.id, None)
        if isinstance(value, np.uint64):
            return f"{int(value)}ULL"
        if isinstance(value, float):
            return self.number(value)
        raise self.refused(node)

    def number(self, value: float) -> str:
        return f"{value!r}{'f' if self.real == 'float' else ''}"

    def refused(self, node: ast.AST) -> SimulationError:
        text = ast.unparse(node)
        return SimulationError(f"{self.name} has {text!r}, which the GPU engine cannot translate: use another engine")

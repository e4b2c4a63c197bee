"""A parser of what `adamproof.kernel.text.show` prints, back to the same term.

It shares no code with the printer.  A symbol table says what each free name stands for: a sort for a
variable, a :class:`Function` for a function symbol.  Terms are read at a wanted sort, because 2 is
written alike as a real and as an integer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from adamproof.kernel.terms import (
    BINDERS,
    QUANTIFIERS,
    RELATIONS,
    SIGNATURES,
    VARIABLE_SORTS,
    Function,
    Term,
    as_real,
    bind,
    make,
    number,
)

TOKEN = re.compile(r"\s*(?:(\d+)|([A-Za-z][A-Za-z0-9_]*)|(->|==|<=|!=|[<+\-*/^(),.:]))")
Table = Mapping[str, "str | Function"]


class ParseError(Exception):
    """The text is not what the printer writes."""


def parse(text: str, table: Table) -> Term:
    """The proposition or real term that prints as this text."""
    for start in (_Parser.proposition, lambda parser: parser.sum("real")):
        parser = _Parser(text, table)
        try:
            term = start(parser)
        except ParseError as error:
            reason = error
            continue
        if parser.position == len(parser.tokens):
            return term
        reason = ParseError(f"unexpected {parser.peek()!r}")
    raise ParseError(f"{reason} in {text!r}")


class _Parser:
    def __init__(self, text: str, table: Table) -> None:
        self.tokens: list[str] = []
        self.table = table
        self.bound: dict[str, Term] = {}
        self.position = 0
        start = 0
        while start < len(text):
            match = TOKEN.match(text, start)
            if not match:
                raise ParseError(f"cannot read {text[start:]!r}")
            self.tokens.append(match.group().strip())
            start = match.end()

    def peek(self, ahead: int = 0) -> str:
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        found = self.peek()
        if not found or (wanted and found not in wanted):
            raise ParseError(f"expected {' or '.join(wanted) or 'a token'}, found {found!r}")
        self.position += 1
        return found

    # --- propositions ---

    def proposition(self) -> Term:
        if self.peek() == "forall" and self.peek(2) == ":":
            self.take("forall")
            name = self.take()
            self.take(":")
            sort = self.take(*VARIABLE_SORTS)
            self.take(".")
            return self.scope(f"forall_{sort}", name, lambda: (self.proposition(),))
        left = self.statement()
        if self.peek() != "->":
            return left
        self.take("->")
        return make("implies", left, self.proposition())

    def statement(self) -> Term:
        """A relation, an Integrable, or a proposition in parentheses."""
        start = self.position
        if self.peek() == "Integrable":
            self.take()
            self.take("(")
            term = make("Integrable", self.sum("real"))
            self.take(")")
            return term
        try:
            left = self.sum("real")
            return make(self.take(*RELATIONS), left, self.sum("real"))
        except ParseError:
            self.position = start
        self.take("(")
        inner = self.proposition()
        self.take(")")
        return inner

    def scope(self, op: str, name: str, read: object) -> Term:
        """A binder: the name stands for a new variable while its parts are read."""
        sort = BINDERS[op][1] if op in BINDERS else QUANTIFIERS[op]
        variable = make("var", f"bound{len(self.bound)}x{self.position}", sort)
        if name in self.bound:
            raise ParseError(f"the bound name {name} hides another")
        self.bound[name] = variable
        parts = read()  # type: ignore[operator]
        del self.bound[name]
        return bind(op, variable, *parts)

    # --- terms ---

    def sum(self, sort: str) -> Term:
        parts = [self.signed(sort, self.minus())]
        while self.peek() in ("+", "-"):
            parts.append(self.signed(sort, self.take() == "-"))
        return make("add", *parts) if len(parts) > 1 else parts[0]

    def minus(self) -> bool:
        if self.peek() != "-":
            return False
        self.take()
        return True

    def signed(self, sort: str, negative: bool) -> Term:
        """A product; after a minus sign a lone number is a negative number, anything else (-1) times it."""
        start = self.position
        factors = [self.factor(sort)]
        bare = self.tokens[start].isdigit() and factors[0].op in ("rat", "int")
        while self.peek() in ("*", "/"):
            if self.take() == "*":
                factors.append(self.factor(sort))
            else:
                factors.append(make("inv", self.factor(sort)))
        if negative and bare and len(factors) == 1:
            return make(factors[0].op, -factors[0].args[0])
        if negative:
            factors.insert(0, number(-1) if sort == "real" else make("int", -1))
        return make("mul", *factors) if len(factors) > 1 else factors[0]

    def factor(self, sort: str) -> Term:
        base = self.primary(sort)
        if self.peek() != "^":
            return base
        self.take("^")
        return make("pow", base, self.primary("int"))

    def primary(self, sort: str) -> Term:
        token = self.take()
        if token == "(":
            inner = self.sum(sort)
            self.take(")")
            return inner
        if token.isdigit():
            if sort == "int":
                return make("int", int(token))
            if self.peek() == "/" and self.peek(1).isdigit() and self.peek(2) != "^":
                self.take("/")
                return number(Fraction(int(token), int(self.take())))
            return number(int(token))
        if not token[0].isalpha():
            raise ParseError(f"unexpected {token!r}")
        if token in BINDERS:
            return self.binder(token)
        if token in SIGNATURES:
            return make(token, *self.arguments(SIGNATURES[token][0]))
        return self.name(token, sort)

    def binder(self, op: str) -> Term:
        self.take("(")
        name = self.take()

        def parts() -> tuple[Term, ...]:
            read = []
            for sort in (*BINDERS[op][0], "real"):
                self.take(",")
                read.append(self.sum(sort))
            return tuple(read)

        term = self.scope(op, name, parts)
        self.take(")")
        return term

    def name(self, token: str, sort: str) -> Term:
        if token in self.bound:
            return self.leaf(self.bound[token], sort)
        meaning = self.table.get(token)
        if meaning is None:
            raise ParseError(f"unknown name {token}")
        if type(meaning) is Function:
            return make("app", meaning, *self.arguments(meaning.sorts))
        return self.leaf(make("var", token, meaning), sort)

    @staticmethod
    def leaf(variable: Term, sort: str) -> Term:
        if variable.sort == "int" and sort == "real":
            return as_real(variable)
        if variable.sort != sort:
            raise ParseError(f"{variable.args[0]} is not of sort {sort}")
        return variable

    def arguments(self, sorts: tuple[str, ...]) -> tuple[Term, ...]:
        args = []
        for position, sort in enumerate(sorts):
            self.take("," if position else "(")
            args.append(self.sum(sort))
        self.take(")")
        return tuple(args)

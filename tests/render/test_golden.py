"""How formulas look, shape by shape."""

from __future__ import annotations

import pytest

from adamproof.kernel import text
from adamproof.kernel.terms import Function, function, make
from adamproof.render import latex, show, statement, unicode
from tests.kernel.parser import parse

REALS = ["a", "b", "c", "x", "y", "b1", "b2", "eps", "gamma", "rho", "delta", "R", "s0", "L0", "R2", "long_name"]
TABLE: dict[str, str | Function] = {
    **dict.fromkeys(REALS, "real"),
    **dict.fromkeys(["n", "t", "j", "N"], "int"),
    "u": "point",
    "m": function("m", ["int"]),
    "v": function("v", ["int"]),
    "xs": function("xs", ["int", "int"]),
    "g": function("g", ["int", "int", "point"]),
    "X": function("X", ["point"]),
    "f": function("f", ["real"]),
    "h1": function("h1", ["int"]),
}

GOLDEN = [
    # signs and sums
    ("-x", "−x", "-x"),
    ("a - b", "a − b", "a - b"),
    ("a - (b - c)", "a − (b − c)", r"a - \left(b - c\right)"),
    ("(a - b) - c", "a − b − c", "a - b - c"),
    ("a + (b + c)", "a + b + c", "a + b + c"),
    ("-(a + b)", "−(a + b)", r"-\left(a + b\right)"),
    ("-a - b", "−a − b", "-a - b"),
    ("-3*x", "−3·x", r"-3 \, x"),
    ("x*(-3)", "x·(−3)", r"x \, \left(-3\right)"),
    ("a*(-b)", "a·(−b)", r"a \, \left(-b\right)"),
    ("-(-x)", "−(−x)", r"-\left(-x\right)"),
    ("a*(-b/c)*x", "a·(−b/c)·x", r"a \, \left(-\frac{b}{c}\right) \, x"),
    ("-2/3*x", "−(2/3)·x", r"-\frac{2}{3} \, x"),
    # products and fractions
    ("a*(b + c)", "a·(b + c)", r"a \, \left(b + c\right)"),
    ("a*(b*c)", "a·b·c", r"a \, b \, c"),
    ("2*3*x", "2·3·x", r"2 \cdot 3 \, x"),
    ("2*(1/2)", "2·(1/2)", r"2 \cdot \frac{1}{2}"),
    ("1/2*x", "(1/2)·x", r"\frac{1}{2} \, x"),
    ("a/b", "a/b", r"\frac{a}{b}"),
    ("inv(x)", "1/x", r"\frac{1}{x}"),
    ("-1/x", "−1/x", r"-\frac{1}{x}"),
    ("a/(b*c)", "a/(b·c)", r"\frac{a}{b \, c}"),
    ("a/b/c", "a/(b·c)", r"\frac{a}{b \, c}"),
    ("(a/b)*c", "(a/b)·c", r"\frac{a \, c}{b}"),
    ("a/b*c", "(a/b)·c", r"\frac{a \, c}{b}"),
    ("a*b/c*x/y", "(a·b/c)·x/y", r"\frac{a \, b \, x}{c \, y}"),
    ("a/(b/c)", "a/(b/c)", r"\frac{a}{\frac{b}{c}}"),
    ("(a + b)/(a - b)", "(a + b)/(a − b)", r"\frac{a + b}{a - b}"),
    ("(1/2)/x", "(1/2)/x", r"\frac{\frac{1}{2}}{x}"),
    ("a/(1/2)", "a/(1/2)", r"\frac{a}{\frac{1}{2}}"),
    ("1/(-x)", "1/(−x)", r"\frac{1}{-x}"),
    ("x*inv(x)", "x/x", r"\frac{x}{x}"),
    ("inv(inv(x))", "1/(1/x)", r"\frac{1}{\frac{1}{x}}"),
    # powers
    ("x^2", "x²", "x^{2}"),
    ("x^10", "x¹⁰", "x^{10}"),
    ("x^(-2)", "x⁻²", "x^{-2}"),
    ("x^n", "x^n", "x^{n}"),
    ("x^(-n)", "x^(−n)", "x^{-n}"),
    ("x^(t - n)", "x^(t−n)", "x^{t - n}"),
    ("(x^n)^j", "(x^n)^j", r"\left(x^{n}\right)^{j}"),
    ("(x^2)^3", "(x²)³", r"\left(x^{2}\right)^{3}"),
    ("(-x)^2", "(−x)²", r"\left(-x\right)^{2}"),
    ("-x^2", "−x²", "-x^{2}"),
    ("(-3)^2", "(−3)²", r"\left(-3\right)^{2}"),
    ("(a*b)^2", "(a·b)²", r"\left(a \, b\right)^{2}"),
    ("(1/2)^2", "(1/2)²", r"\left(\frac{1}{2}\right)^{2}"),
    ("(a/b)^2", "(a/b)²", r"\left(\frac{a}{b}\right)^{2}"),
    ("rpow(x, 1/2)", "x^(1/2)", r"x^{\frac{1}{2}}"),
    # heads
    ("sqrt(a + b)", "√(a + b)", r"\sqrt{a + b}"),
    ("sqrt(x)^2", "(√(x))²", r"\left(\sqrt{x}\right)^{2}"),
    ("abs(x - y)^2", "|x − y|²", r"\left|x - y\right|^{2}"),
    ("a*ln(x)", "a·ln(x)", r"a \, \ln\left(x\right)"),
    ("ln(x)^2", "(ln(x))²", r"\left(\ln\left(x\right)\right)^{2}"),
    ("sign(x)*x", "sign(x)·x", r"\operatorname{sign}\left(x\right) \, x"),
    # names, indices and calls
    ("b1*b2 + eps", "β₁·β₂ + ε", r"\beta_{1} \, \beta_{2} + \varepsilon"),
    ("gamma*rho*delta", "γ·ρ·δ", r"\gamma \, \rho \, \delta"),
    ("L0 + s0", "L₀ + s₀", "L_{0} + s_{0}"),
    ("long_name", "long_name", r"\mathrm{long\_name}"),
    ("m(t)", "m_t", "m_{t}"),
    ("m(0)", "m_0", "m_{0}"),
    ("m(t + 1)", "m_{t+1}", "m_{t + 1}"),
    ("m(-1)", "m_{−1}", "m_{-1}"),
    ("m(t)^2", "m_t²", "m_{t}^{2}"),
    ("xs(t, j)", "xs_{t,j}", r"\mathrm{xs}_{t,j}"),
    ("g(t, j, u)", "g_{t,j}(u)", r"g_{t,j}\left(u\right)"),
    ("f(x + y)", "f(x + y)", r"f\left(x + y\right)"),
    ("h1(t)", "h₁_t", "{h_{1}}_{t}"),
    ("t*x", "t·x", r"t \, x"),
    # binders
    ("Sum(k, 1, t, b1^(t - k)*m(k))", "Σ_{k=1}^{t} β₁^(t−k)·m_k", r"\sum_{k=1}^{t} \beta_{1}^{t - k} \, m_{k}"),
    ("Sum(k, 0, t - 1, m(k))", "Σ_{k=0}^{t−1} m_k", r"\sum_{k=0}^{t - 1} m_{k}"),
    ("Sum(k, 1, t, m(k) + a)", "Σ_{k=1}^{t} (m_k + a)", r"\sum_{k=1}^{t} \left(m_{k} + a\right)"),
    ("a*Sum(k, 1, t, m(k))", "a·Σ_{k=1}^{t} m_k", r"a \, \sum_{k=1}^{t} m_{k}"),
    ("Sum(k, 1, t, m(k))*a", "(Σ_{k=1}^{t} m_k)·a", r"\left(\sum_{k=1}^{t} m_{k}\right) \, a"),
    ("Sum(k, 1, t, m(k))/a", "(Σ_{k=1}^{t} m_k)/a", r"\frac{\sum_{k=1}^{t} m_{k}}{a}"),
    ("a - Sum(k, 1, t, m(k)) + b", "a − Σ_{k=1}^{t} m_k + b", r"a - \sum_{k=1}^{t} m_{k} + b"),
    ("Sum(k, 1, t, m(k))^2", "(Σ_{k=1}^{t} m_k)²", r"\left(\sum_{k=1}^{t} m_{k}\right)^{2}"),
    (
        "Sum(k, 1, t, Sum(i, 1, k, m(i)))",
        "Σ_{k=1}^{t} Σ_{i=1}^{k} m_i",
        r"\sum_{k=1}^{t} \sum_{i=1}^{k} m_{i}",
    ),
    ("E(w, X(w)^2)", "E_w[X(w)²]", r"\mathbb{E}_{w}\left[X\left(w\right)^{2}\right]"),
    ("E(w, X(w))^2", "E_w[X(w)]²", r"\mathbb{E}_{w}\left[X\left(w\right)\right]^{2}"),
    ("Integral01(s, f(s)*s)", "∫₀¹ f(s)·s ds", r"\int_{0}^{1} f\left(s\right) \, s \, \mathrm{d}s"),
    (
        "a*Integral01(s, s)*b",
        "a·(∫₀¹ s ds)·b",
        r"a \, \left(\int_{0}^{1} s \, \mathrm{d}s\right) \, b",
    ),
    # propositions
    ("a == b", "a = b", "a = b"),
    ("a != b", "a ≠ b", r"a \ne b"),
    ("a < b", "a < b", "a < b"),
    ("a - b <= c/x", "a − b ≤ c/x", r"a - b \le \frac{c}{x}"),
    ("0 <= a -> a <= b -> a != c", "0 ≤ a ⇒ a ≤ b ⇒ a ≠ c", r"0 \le a \implies a \le b \implies a \ne c"),
    ("(0 <= a -> a <= b) -> a < c", "(0 ≤ a ⇒ a ≤ b) ⇒ a < c", r"\left(0 \le a \implies a \le b\right) \implies a < c"),
    (
        "forall k: int. 0 <= k -> m(k + 1) == b1*m(k)",
        "∀ k ∈ ℤ: 0 ≤ k ⇒ m_{k+1} = β₁·m_k",
        r"\forall k \in \mathbb{Z} \colon 0 \le k \implies m_{k + 1} = \beta_{1} \, m_{k}",
    ),
    ("(forall s: real. s <= a) -> a < b", "(∀ s ∈ ℝ: s ≤ a) ⇒ a < b", None),
    ("0 <= a -> forall w: point. X(w) <= a", "0 ≤ a ⇒ ∀ w ∈ Ω: X(w) ≤ a", None),
    ("Integrable(E(w, X(w)))", "E_w[X(w)] is integrable", None),
    # Lemma B.2
    (
        "abs(m(t))/(sqrt(v(t)) + eps) <= (1 - b1)/(sqrt(1 - b2)*sqrt(1 - b1^2/b2))",
        "|m_t|/(√(v_t) + ε) ≤ (1 − β₁)/(√(1 − β₂)·√(1 − β₁²/β₂))",
        r"\frac{\left|m_{t}\right|}{\sqrt{v_{t}} + \varepsilon} \le "
        r"\frac{1 - \beta_{1}}{\sqrt{1 - \beta_{2}} \, \sqrt{1 - \frac{\beta_{1}^{2}}{\beta_{2}}}}",
    ),
]


@pytest.mark.parametrize(("source", "in_unicode", "in_latex"), GOLDEN, ids=[row[0] for row in GOLDEN])
def test_shape(source: str, in_unicode: str, in_latex: str | None) -> None:
    term = parse(source, TABLE)
    assert unicode.show(term) == in_unicode
    if in_latex is not None:
        assert latex.show(term) == in_latex
    assert show(term, "ascii") == text.show(term)


def test_latex_braces_are_balanced() -> None:
    for source, _, _ in GOLDEN:
        written = latex.show(parse(source, TABLE))
        assert written.count("{") == written.count("}")
        assert written.count(r"\left") - written.count(r"\leftarrow") == written.count(r"\right")


def test_a_table_of_names_replaces_the_default() -> None:
    term = parse("b1 + R2", TABLE)
    assert unicode.show(term, {"R2": "R²"}) == "b₁ + R²"
    assert latex.show(term, {"R2": "R^2", "b1": r"\beta"}) == r"\beta + R^2"


def test_names_that_would_look_alike_are_refused() -> None:
    beta1 = make("var", "beta1", "real")
    with pytest.raises(ValueError, match="b1, beta1 look alike in print"):
        unicode.show(make("add", parse("b1", TABLE), beta1))
    with pytest.raises(ValueError, match="look alike in print"):
        latex.show(parse("a + b", TABLE), {"a": "z", "b": "z"})
    with pytest.raises(ValueError, match="look alike in print"):
        statement([make("<=", beta1, parse("a", TABLE))], parse("b1 <= a", TABLE))


def test_an_index_that_could_be_a_name_is_written_as_an_argument() -> None:
    m1 = make("var", "m1", "real")
    assert latex.show(make("add", m1, parse("m(1)", TABLE))) == r"m_{1} + m\left(1\right)"
    assert unicode.show(make("add", m1, parse("m(1)", TABLE))) == "m₁ + m(1)"


def test_bound_names_avoid_free_ones_and_how_they_are_written() -> None:
    k = make("var", "k", "int")
    total = make("Sum", make("int", 1), k, make("app", TABLE["m"], make("bound", 0, "int")))
    assert unicode.show(total) == "Σ_{i=1}^{k} m_i"
    assert unicode.show(parse("Sum(k, 1, t, a*m(k))", TABLE), {"a": "k"}) == "Σ_{i=1}^{t} k·m_i"


def test_statement_in_each_style() -> None:
    hypotheses = [parse("0 <= b1", TABLE), parse("b1 < 1", TABLE)]
    conclusion = parse("m(t)^2 <= R^2*v(t)", TABLE)
    assert statement(hypotheses, conclusion) == "If\n  0 ≤ β₁\n  β₁ < 1\nthen\n  m_t² ≤ R²·v_t"
    assert statement(hypotheses, conclusion, "ascii") == "If\n  0 <= b1\n  b1 < 1\nthen\n  m(t)^2 <= R^2*v(t)"
    assert statement(hypotheses, conclusion, "latex") == (
        "\\begin{aligned}\n"
        "\\text{If} \\quad & 0 \\le \\beta_{1}, \\\\\n"
        "& \\beta_{1} < 1, \\\\\n"
        "\\text{then} \\quad & m_{t}^{2} \\le R^{2} \\, v_{t}.\n"
        "\\end{aligned}"
    )
    assert statement([], conclusion) == "m_t² ≤ R²·v_t"


def test_styles_are_checked() -> None:
    term = parse("a", TABLE)
    with pytest.raises(ValueError, match="no style 'html'"):
        show(term, "html")
    with pytest.raises(ValueError, match="takes no names"):
        show(term, "ascii", {"a": "b"})

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 1. How far can one step of Adam move a coordinate?
#
# At the end of this notebook you will know
#
# - what $u_t$ is, and what the proof needs a bound on it for;
# - two proofs that $u_t \le R$ whenever $\beta_1^2 < \beta_2$, and which assumptions each of them really uses;
# - which gradients make $u_t$ as large as it can be, so that the bound cannot be improved;
# - why the bound itself recommends $\beta_1 = \beta_2$;
# - where an argument that rests on this bound stops.
#
# Three words are used strictly here. *Proved*: a small kernel, in a process of its own, has recomputed every step
# of a proof file. *Numerically supported*: true in random models at 50 digits. *Observed*: seen in a run.

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

import adamproof
from adamproof.bounds import magnitudes
from adamproof.report import notebook

# %% [markdown]
# ## What is $u_t$?
#
# Adam keeps two moving averages of the stochastic gradient $g_t$, coordinate by coordinate (here without bias
# correction):
#
# $$m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g_t, \qquad v_t = \beta_2 v_{t-1} + (1-\beta_2)\, g_t^2, \qquad m_0 = v_0 = 0 .$$
#
# The usual way to write its step is $x_{t+1} = x_t - \gamma\, m_t/(\sqrt{v_t}+\varepsilon)$. Split the fraction into its
# sign and its size:
#
# $$x_{t+1} = x_t - \gamma\; u_t\, \mathrm{Sign}(m_t), \qquad u_t = \frac{|m_t|}{\sqrt{v_t}+\varepsilon} .$$
#
# So Adam is *sign descent with a random magnitude* $u_t$. The signs can be compared with those of the
# gradient (notebook 2). The magnitudes depend on the whole history of gradients, so we look for a bound that holds whatever these
# were. First: is that split exact, even where $m_t = 0$?

# %%
notebook.report(adamproof.check("sign-form"))

# %% [markdown]
# It is. Now the lemma. It is the one result of the source's appendix whose label we know, B.2, and the public summary
# states both the bound and its condition.

# %%
b2_lemma = adamproof.get("B.2")
notebook.claim(b2_lemma)

# %% [markdown]
# Open the assumptions above: there is nothing about the gradients. Not that they are bounded, not that they are
# unbiased, not where they come from. The bound holds for *every* sequence of real numbers $g_1, g_2, \dots$

# %%
checked = adamproof.check(b2_lemma)
notebook.report(checked)

# %% [markdown]
# Look at the column "assumptions not used". A statement may list more than its proof needs, and the referee tells you:
# the first proof never uses $\beta_1 \ge 0$. Negative momentum would satisfy the same bound.

# %% [markdown]
# ## First proof: an invariant
#
# *Is there a quantity that every step preserves?* We want $m_t^2 \le R^2 v_t$ for all $t$. It holds at $t = 0$, where both
# sides vanish. And one step keeps it, because of an identity. With $m' = \beta_1 m + (1-\beta_1) g$ and
# $v' = \beta_2 v + (1-\beta_2) g^2$,
#
# $$R^2 v' - m'^2 \;=\; \beta_2\,(R^2 v - m^2) \;+\; (\beta_2 - \beta_1^2)\left(m - \tfrac{\beta_1(1-\beta_1)}{\beta_2-\beta_1^2}\, g\right)^2 .$$
#
# The first bracket is not negative by the induction hypothesis, the second is a square, and its factor is positive
# exactly because $\beta_1^2 < \beta_2$. Nothing else happens in this proof. Let SymPy expand the identity, with $R^2$ taken from the lemma:

# %%
import sympy

from adamproof.lemmas.notation import b1, b2

R_squared = b2_lemma.constants["R_squared"]
m, v, g = sympy.symbols("m v g")
m_next, v_next = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
square = (m - b1 * (1 - b1) / (b2 - b1**2) * g) ** 2
sympy.simplify(R_squared * v_next - m_next**2 - b2 * (R_squared * v - m**2) - (b2 - b1**2) * square)

# %% [markdown]
# That SymPy says $0$ is not why the lemma counts as proved; SymPy is not trusted here. These are the steps that the kernel
# has recomputed in exact arithmetic:

# %%
notebook.proof(checked, "by an invariant")

# %% [markdown]
# ## Second proof: unroll, Cauchy-Schwarz, geometric sum
#
# The invariant is quick, but where does $R$ come from? Unroll both averages:
#
# $$m_t = (1-\beta_1)\sum_{k\le t}\beta_1^{t-k} g_k, \qquad v_t = (1-\beta_2)\sum_{k\le t}\beta_2^{t-k} g_k^2 .$$
#
# Write $\beta_1^{t-k} g_k = \bigl(\beta_1^{t-k}\beta_2^{-(t-k)/2}\bigr)\cdot\bigl(\beta_2^{(t-k)/2} g_k\bigr)$ and apply
# Cauchy-Schwarz. The second factors make $v_t$; the first make a geometric sum with ratio $\rho = \beta_1^2/\beta_2$. Hence
# $m_t^2 \le R_t^2\, v_t$ with a bound that belongs to the time $t$:

# %%
notebook.formula(R_t=adamproof.get("update-magnitude-tight").constants["R_t"], R=b2_lemma.constants["R"])

# %% [markdown]
# If $\rho < 1$ the sum is at most $1/(1-\rho)$, and $R_t$ increases to $R$. If $\rho \ge 1$ it grows without limit: the
# condition of the lemma is the condition for a geometric series to converge.

# %%
notebook.proof(checked, "by Cauchy-Schwarz")

# %% [markdown]
# ## Can it be improved?
#
# Cauchy-Schwarz is an equality when its two factors are proportional. Here that asks for
# $g_k \propto (\beta_2/\beta_1)^k$. *Do such gradients attain $R_t$ at some time, or at every time?*

# %%
notebook.claim(adamproof.get("update-magnitude-tight"), "supremum")

# %% [markdown]
# At **every** time. So $R_t$ is not an upper bound that happens to be good; with $\varepsilon = 0$ it is the largest value
# of $u_t$, exactly. This converse is ours (the summary says only that the bound loosens). The picture shows it: the dots
# are $u_t$ computed from the recursion with these gradients, the curve is $R_t$ from the lemma.


# %%
def magnitude_along(beta1, beta2, gradients):
    """u_1, u_2, ... of Adam with epsilon = 0 for one coordinate."""
    m = v = 0.0
    for g in gradients:
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        yield abs(m) / np.sqrt(v)


def R_at(beta1, beta2, times):
    return [float(magnitudes(str(beta1), str(beta2), steps=t).R_t.high) for t in times]


def attained(beta1=0.9, beta2=0.95):
    times = np.arange(1, 41)
    normal = np.random.default_rng(0).standard_normal(times.size)
    figure, axes = plt.subplots(figsize=(7, 3.4))
    axes.plot(times, R_at(beta1, beta2, times), color="#0072B2", label="$R_t$, proved")
    extremal = (beta2 / beta1) ** times
    axes.plot(
        times, list(magnitude_along(beta1, beta2, extremal)), "o", ms=4, color="#D55E00", label="extremal gradients"
    )
    axes.plot(times, list(magnitude_along(beta1, beta2, normal)), "-", lw=1, color="#777777", label="normal gradients")
    limit = magnitudes(str(beta1), str(beta2)).R
    if limit is not None:
        axes.axhline(float(limit.high), color="black", lw=0.8, ls="--", label="$R$")
    axes.set(xlabel="time $t$", ylabel="$u_t$", ylim=(0, None), title=f"beta1 = {beta1:.4g}, beta2 = {beta2:.4g}")
    axes.legend(fontsize=8)
    plt.show()


notebook.explore(attained, beta1=(0.5, 0.98, 0.01, 0.9), beta2=(0.5, 0.98, 0.01, 0.95))

# %% [markdown]
# (Run with ipywidgets, the picture has two sliders. Move $\beta_2$ below $\beta_1^2$: the dashed line disappears, since
# there is no $R$, and the dots climb.) Here are three settings side by side; the last one is beyond the boundary.

# %%
rows = []
for beta1, beta2 in (("0.9", "0.999"), ("0.9", "0.9"), ("0.9", "0.8")):
    ends = [magnitudes(beta1, beta2, steps=t) for t in (1, 10, 100)]
    R = ends[0].R
    rows.append((beta1, beta2, *(float(one.R_t.high) for one in ends), "none" if R is None else float(R.high)))
notebook.table(("beta1", "beta2", "R_1", "R_10", "R_100", "R"), rows)

# %% [markdown]
# The first row is PyTorch's default. There $R_t$ climbs from $0.1/\sqrt{0.001} \approx 3.16$ to more than 7. *Do ordinary
# gradients get there?* Three kinds, with these betas:

# %%
kinds = {
    "constant": np.ones(5000),
    "normal": np.random.default_rng(0).standard_normal(5000),
    "alternating in sign": np.resize([1.0, -1.0], 5000),
}
rows = []
for name, gradients in kinds.items():
    u = np.fromiter(magnitude_along(0.9, 0.999, gradients), float)
    rows.append((name, u[0], u[:100].max(), u[1000:].max(), np.median(u[1000:])))
notebook.table(("gradients", "u_1", "largest, t <= 100", "largest, t > 1000", "median, t > 1000"), rows)

# %% [markdown]
# At $t = 1$ there is no choice: $m_1 = (1-\beta_1) g_1$ and $v_1 = (1-\beta_2) g_1^2$, so $u_1 = R_1$ for every $g_1 \ne 0$. As long as $v_t$
# is still filling up, $u_t$ stays large; constant gradients come close to $R$. (With bias correction the first step is at most 1; exercise 2.) Later,
# normal gradients stay far below $R$, and gradients that alternate in sign make $u_t$ almost vanish, since $m_t$ averages them away.
#
# ## Which betas does the bound like?
#
# Write $R^2$ differently:
#
# $$R^2 \;=\; 1 + \frac{(\beta_1-\beta_2)^2}{(1-\beta_2)(\beta_2-\beta_1^2)} .$$

# %%
identity = adamproof.get("magnitude-identity")
notebook.report(adamproof.check(identity))

# %% [markdown]
# So $R \ge 1$, with equality **exactly** at $\beta_1 = \beta_2$. Equal betas are a choice that later experiments on
# language models arrived at by tuning; here they fall out of a square. (Careful: this says what is best for the
# *bound*. It is a hint about Adam, not a theorem about it.)

# %%
from adamproof.bounds.plots import map_of_R

map_of_R().figure()

# %% [markdown]
# Read the map from the black line outwards. On it $R = 1$. Below it, where $\beta_2 > \beta_1$ (the default $(0.9, 0.999)$ lies
# there), $R$ grows slowly, like $\sqrt{(1-\beta_1)/(1-\beta_2)}$ up to a constant. Above it $R$ explodes within a factor of two of $1-\beta_2$:
# the dashed boundary $\beta_1^2 = \beta_2$ is where $1-\beta_2 \approx 2(1-\beta_1)$.
#
# ## How do we know that the check can fail?
#
# A referee who accepts everything is no referee. Each lemma comes with *mutants*: the same statement, slightly
# wrong. The same script runs on each and must fail, and a model must show that the mutant is false.

# %%
notebook.mutants(checked)

# %% [markdown]
# The first mutant is $R$ times $0.99$. Since the bound is attained, one percent is already too much: at
# $\beta_1 = \beta_2 = 1/2$ with constant gradients, $u_7 \approx 0.996 > 0.99$.
#
# ## What the bound is for, and where it stops
#
# Let $F$ be the loss, in $d$ coordinates. In one step it falls by $\gamma \sum_j u_{t,j} |\partial_j F(x_t)|$, up to two errors: wrong signs cost
# at most $2\gamma R\sqrt d$ times the length of $m_t - \nabla F(x_t)$, and curvature costs a multiple of $\gamma^2R^2d$. (Notebooks 2 to 4
# prove this and add the steps up.) All that enters the errors about the magnitudes is $0 \le u_{t,j} \le R$. So the proof works when $R$ is
# finite and does not grow, and it stops in four places:
#
# 1. **$\beta_1^2 \ge \beta_2$.** There is no $R$: some gradients make $u_t$ as large as you like.
# 2. **Betas that depend on the number of steps $T$.** For these errors to vanish $\beta_1$ has to approach 1 as $T$ grows, hence $\beta_2$ too, and $R$ depends on how they go there.
#    The source's own choice lets $R$ grow:

# %%
source, equal = ("1-T^-1/2", "1-T^-3/4"), ("1-T^-1/2", "1-T^-1/2")
rows = [(f"10^{k}", *(float(magnitudes(*one, steps=10**k).R.high) for one in (source, equal))) for k in (2, 4, 6, 8)]
notebook.table(("T", "R, 1 - beta1 = T^(-1/2), 1 - beta2 = T^(-3/4)", "R, both T^(-1/2)"), rows)

# %% [markdown]
# 3. **The worst case.** $R$ is attained, but by gradients that grow like $(\beta_2/\beta_1)^k$, which bounded gradients cannot keep up for long. Notebook 5
#    replaces $R$ by a bound on the average over time, and thereby repairs the second point.
# 4. **From below.** B.2 does not say that $u_t$ is ever large. Where $u_t \approx 0$, as for the alternating gradients, Adam hardly moves, and a small
#    $\sum_j u_{t,j} |\partial_j F|$ does not mean a small gradient. The source assumes a lower bound (its Condition 2); notebook 5 shows what that costs.
#
# ## Exercises
#
# 1. In the cell that defines `rows`, add your own favourite betas. For which of them is $R_{100}$ still far from $R$?
# 2. `adamproof.get("bias-corrected")` claims the same bound *with* bias correction. Check it, and read its claim
#    "first step": how large can the first corrected step be? Compare with `magnitudes("0.9", "0.999", steps=1).corrected.decimals(6)`.
# 3. Find gradients that bring $u_t$ above 2 at a time $t > 1000$ with PyTorch's default betas. (Use `magnitude_along`. Long quiet phases,
#    then a burst, come close to the extremal sequence. Why?)

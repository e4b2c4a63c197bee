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
# # 2. One step goes down, up to two errors
#
# At the end of this notebook you will know
#
# - what it costs to move along $\mathrm{Sign}(m)$ instead of the gradient, why that is at most $2|a-m|$, and why 2 cannot be lowered;
# - the descent inequality that the whole theorem is a sum of;
# - how tight it is along a run, early and late.
#
# Notation: $a_t = \nabla F(x_t)$ is the true gradient, $m_t$ the momentum, $u_t \ge 0$ the magnitudes of notebook 1.
# The public summary speaks of a descent inequality without stating it, so everything here is *reconstructed*: the
# wording and the proofs are ours.

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

import adamproof
from adamproof.report import notebook
from adamproof.simulator import Noise, State, adam, cosh, simulate

# %% [markdown]
# ## What does a wrong sign cost?
#
# Look at one coordinate. Along the true sign we would gain $|a|$. We use the sign of $m$ instead. If $m$ has the right
# sign we lose nothing; if it has the wrong sign we get $-|a|$, so we lose $2|a|$. But a wrong sign means that $0$ lies
# between $a$ and $m$, hence $|a| \le |a-m|$. In both cases

# %%
alignment = adamproof.get("sign-alignment")
notebook.claim(alignment, "one coordinate")

# %% [markdown]
# where $x$ is the gradient and $y$ the momentum. Why 2 and not something smaller? Draw both sides for $a = 1$:

# %%
m = np.linspace(-2, 3, 1001)
both = [notebook.sides(alignment, "one coordinate", {"x": 1, "y": value}, {}) for value in m]
left, right = np.transpose(both)

figure, axes = plt.subplots(figsize=(7, 3.4))
axes.plot(m, right, color="#0072B2", label="$a\\,\\mathrm{Sign}(m)$: what the step gains")
axes.plot(m, left, color="#D55E00", ls="--", label="$|a| - 2|a-m|$: what is promised")
axes.plot([0], [-1], "o", color="black", ms=5, label="they meet: $m \\to 0$ with the wrong sign")
axes.set(xlabel="momentum $m$ (the gradient is $a = 1$)", ylim=(-4, 1.5))
axes.legend(fontsize=8)
plt.show()

# %% [markdown]
# At $m = 0^-$ the two meet. So any constant below 2 fails there, and the mutant with $1.99$ has a counterexample
# of just this kind:

# %%
checked = adamproof.check(alignment)
notebook.mutants(checked)

# %% [markdown]
# Over all coordinates, weighted with magnitudes $0 \le u_j \le R$, Cauchy-Schwarz turns the sum of the errors into a norm.
# This is where the dimension enters the theorem, as $\sqrt d$:

# %%
notebook.claim(alignment, "bounded magnitudes")

# %% [markdown]
# ## How far does the function fall?
#
# For a smooth function, a step $h$ changes $F$ by at most $\langle a, h\rangle + \tfrac12 L |h|^2$. Neural networks do
# not seem to have one $L$: in measurements, curvature grows with the gradient. The source assumes *$(L_0, L_1, q)$-smoothness*:
#
# $$|\nabla F(x) - \nabla F(y)| \le \bigl(L_0 + L_1 |\nabla F(x)|^q\bigr)\,|x-y| \qquad\text{whenever } L_1|x-y| \le 1 .$$
#
# The usual argument survives, with the modulus at the start of the step:

# %%
notebook.claim(adamproof.get("smooth-descent"), "A3")

# %% [markdown]
# Open the assumptions. Two of them are facts about integrals, the fundamental theorem of calculus along the segment.
# The kernel knows no derivatives, so such facts enter as *cited axioms* with a source, and every verdict lists them:

# %%
smooth = adamproof.check("smooth-descent")
notebook.table(("cited", "where it is proved"), smooth.claims[0].citations)

# %% [markdown]
# ## The descent inequality
#
# Put the two together. With $h_j = -\gamma u_j \mathrm{Sign}(m_j)$, the first-order term gains $\gamma |u \circ a|_1$ and
# loses $2\gamma R\sqrt d\,|a-m|_2$; the second-order term is at most $\tfrac12\gamma^2R^2d\,(L_0+L_1|a|^q)$:
#
# $$F(x_{t+1}) \le F(x_t) - \underbrace{\gamma\,|u_t\circ a_t|_1}_{\text{gain}} + \underbrace{2\gamma R\sqrt d\,|a_t-m_t|_2}_{\text{momentum error}} + \underbrace{\tfrac12\gamma^2R^2d\,(L_0+L_1|a_t|_2^q)}_{\text{curvature}} .$$

# %%
descent = adamproof.get("descent")
notebook.claim(descent, "magnitudes at most R")

# %% [markdown]
# (The kernel's variables are plain names: `Fx` is $F(x_t)$, `Fy` is $F(x_{t+1})$, and the norms are written out as sums.)
# Two things to notice. It is *pathwise*: no expectation, no noise model, no Condition of any kind. And Adam enters
# only through $0 \le u_j \le R$; every method that steps along $\mathrm{Sign}(m)$ with bounded magnitudes satisfies it. Lemma
# B.2 makes it Adam's:

# %%
descent_checked = adamproof.check(descent)
notebook.proof(descent_checked, "Adam")

# %% [markdown]
# ## Along a run
#
# An inequality can be true and useless. *How much of it is slack?* Take $F(x) = \sum_j (\cosh x_j - 1)$ in four dimensions.
# It is not $L$-smooth, but it is $(L_0, L_1, q)$-smooth with $L_0 = L_1 = 2$, $q = 1$. The simulator keeps every state:

# %%
noise = Noise("gaussian", s0=1.0)  # E|xi|^2 = 1
problem = cosh(4, start=2.0, noise=noise)
algorithm = adam(0.01, beta1=0.9, beta2=0.95, epsilon=1e-8)
steps = 300
run = simulate(problem, algorithm, steps, seed=3, snapshots=range(1, steps + 1), engine="numpy")
states = [State.start(run.task), *(run.snapshots[t] for t in range(1, steps + 1))]

# %% [markdown]
# For each step we evaluate both sides of the lemma's own claim. The formula is not typed again: `notebook.sides` puts the
# numbers of the run into the statement that was proved.


# %%
def both_sides(t):
    """F(x_{t+1}), its bound by the descent inequality, and F(x_t)."""
    before, after = states[t - 1], states[t]
    a = problem.gradient(before.x)[0]
    now, then = (float(problem.value(state.x)[0]) for state in (before, after))
    constants = problem.constants
    variables = {
        "b1": algorithm.beta1, "b2": algorithm.beta2, "eps": algorithm.epsilon, "gamma": algorithm.learning_rate,
        "L0": constants.L0, "L1": constants.L1, "q": constants.q, "d": 4, "t": t, "Fx": now, "Fy": then,
    }  # fmt: skip
    functions = {
        "a": lambda j: a[j - 1],
        "m": lambda t, j: after.m[0, j - 1],
        "v": lambda t, j: after.v[0, j - 1],
    }
    return (*notebook.sides(descent, "Adam", variables, functions), now)


then, bound, now = np.transpose([both_sides(t) for t in range(1, steps + 1)])
print("steps in which the inequality fails:", int((then > bound).sum()), "of", steps)

# %%
times = np.arange(1, steps + 1)
error = [np.linalg.norm(states[t].m[0] - problem.gradient(states[t - 1].x)[0]) for t in times]
size = [np.linalg.norm(problem.gradient(states[t - 1].x)[0]) for t in times]

figure, (top, bottom) = plt.subplots(2, 1, figsize=(7, 5.4), sharex=True, layout="constrained")
top.plot(times, then - now, color="#0072B2", lw=1.2, label="$F(x_{t+1}) - F(x_t)$, observed")
top.plot(times, bound - now, color="#D55E00", lw=1.2, ls="--", label="its bound, proved")
top.axhline(0, color="black", lw=0.6)
top.set(ylabel="change of $F$ in one step")
top.legend(fontsize=8)
bottom.semilogy(times, size, color="black", lw=1.2, label="$|a_t|_2$")
bottom.semilogy(times, error, color="#009E73", lw=1.2, ls="-.", label="momentum error $|a_t - m_t|_2$")
bottom.set(xlabel="step $t$", ylabel="length")
bottom.legend(fontsize=8)
plt.show()

# %% [markdown]
# Read the two panels together. At first the momentum starts from $0$ and has to catch up, so the error is as large as the
# gradient and the bound is weak. Once $m_t$ follows $a_t$, the promised fall and the real one are close. Near the minimum the gradient
# is smaller than the error: the signs of $m_t$ are then noise, and the inequality promises nothing more, nor could it.
#
# So the question that decides how small the gradient gets is: **how large is the momentum error?** That is notebook 3.
#
# ## Exercises
#
# 1. Set `s0=0.0` in the run. Which part of the slack goes away, and which stays?
# 2. Set the learning rate to `0.2`. One assumption of the claim, $\gamma R\sqrt d L_1 \le 1$, then fails. Compute $R$ with
#    `magnitudes("0.9", "0.95").R.decimals(6)` (from `adamproof.bounds`) and find the largest learning rate that the theorem allows.
# 3. `descent.mutants` lists its mutants. Which of them shows that the factor 2 is needed? (`notebook.mutants(descent_checked)`.)

(* What was proved, as a mathematician would write it: m and v by recursion over time, sums over d coordinates, an
   objective with a gradient, Adam's step as it is usually given.  Written by hand; each theorem is derived here from
   the exported one.  The axioms stay what they are: those of Coq's real numbers. *)

From Coq Require Import Reals ZArith Lia Lra.
From Coq Require FunctionalExtensionality.
From Adamproof Require Import Prelude.
From Adamproof Require Update_magnitude Descent Main_theorem Main_theorem_averaged Corollary_3_3 Rate.
Open Scope R_scope.

(* --- vocabulary ------------------------------------------------------------------------------ *)

(* f 1 + ... + f n. *)
Fixpoint sum (n : nat) (f : nat -> R) : R :=
  match n with
  | O => 0
  | S k => sum k f + f n
  end.

Definition average (n : nat) (f : nat -> R) : R := sum n f / INR n.

(* The moving average of g 1, g 2, ... with rate beta, from 0. *)
Fixpoint moving (beta : R) (g : nat -> R) (t : nat) : R :=
  match t with
  | O => 0
  | S k => beta * moving beta g k + (1 - beta) * g t
  end.

(* Vectors have the coordinates 1, ..., d. *)
Definition vector : Type := nat -> R.
Definition norm (d : nat) (h : vector) : R := sqrt (sum d (fun i => h i ^ 2)).
Definition dot (d : nat) (y z : vector) : R := sum d (fun i => y i * z i).
Definition plus (y h : vector) : vector := fun i => y i + h i.
Definition scale (s : R) (h : vector) : vector := fun i => s * h i.

(* The R of Lemma B.2. *)
Definition magnitude (b1 b2 : R) : R := (1 - b1) / (sqrt (1 - b2) * sqrt (1 - b1 ^ 2 / b2)).

(* Adam's moving averages of a gradient g (time, coordinate), and |m| / (sqrt v + eps). *)
Definition first_moment (b1 : R) (g : nat -> vector) (t : nat) : vector := fun i => moving b1 (fun k => g k i) t.
Definition second_moment (b2 : R) (g : nat -> vector) (t : nat) : vector := fun i => moving b2 (fun k => g k i ^ 2) t.
Definition update (b1 b2 eps : R) (g : nat -> vector) (t : nat) : vector :=
  fun i => Rabs (first_moment b1 g t i) / (eps + sqrt (second_moment b2 g t i)).

(* --- from this vocabulary to the kernel's ---------------------------------------------------- *)

Lemma pointwise (A B : Type) (f g : A -> B) : (forall x, f x = g x) -> f = g.
Proof. apply FunctionalExtensionality.functional_extensionality. Qed.

Lemma sum_is : sum = (fun n f => Sum 1 (Z.of_nat n) (fun k => f (Z.to_nat k))).
Proof.
  apply pointwise; intros n; apply pointwise; intros f.
  induction n as [|n IH].
  - rewrite fact_sum_empty; [reflexivity | simpl; lra].
  - rewrite (fact_sum_last 1 (Z.of_nat (S n))) by (apply IZR_le; lia).
    replace (Z.of_nat (S n) + -1)%Z with (Z.of_nat n) by lia.
    rewrite Nat2Z.id; simpl; rewrite IH; reflexivity.
Qed.

Lemma minus_is : Rminus = (fun x y => x + -1 * y).
Proof. do 2 (apply pointwise; intro); ring. Qed.

Lemma moving_is beta g k : 0 <= IZR k ->
  moving beta g (Z.to_nat (k + 1)) = beta * moving beta g (Z.to_nat k) + (1 + -1 * beta) * g (Z.to_nat (k + 1)).
Proof.
  intros above; apply le_IZR in above; replace (Z.to_nat (k + 1)) with (S (Z.to_nat k)) by lia; simpl; ring.
Qed.

Lemma after k : 1 <= IZR k -> (1 <= Z.to_nat k)%nat.
Proof. intros above; apply le_IZR in above; lia. Qed.

Lemma next k : 1 <= IZR k -> Z.to_nat (k + 1) = S (Z.to_nat k).
Proof. intros above; apply le_IZR in above; lia. Qed.

Lemma abs_sign m : Rabs m * sign m = m.
Proof.
  destruct (Rtotal_order m 0) as [below | [-> | above]].
  - rewrite fact_sign_neg, Rabs_left by lra; ring.
  - rewrite fact_sign_zero by lra; ring.
  - rewrite fact_sign_pos, Rabs_right by lra; ring.
Qed.

Lemma count_is n : INR n = IZR (Z.of_nat n).
Proof. apply INR_IZR_INZ. Qed.

Lemma norm_scale d s h : 0 <= s -> norm d (scale s h) = s * norm d h.
Proof.
  intros above; unfold norm, scale.
  replace (sum d (fun i => (s * h i) ^ 2)) with (s ^ 2 * sum d (fun i => h i ^ 2)).
  - rewrite sqrt_mult_alt by apply pow2_ge_0; rewrite sqrt_pow2 by assumption; reflexivity.
  - induction d as [|d IH]; simpl in *; [ring | rewrite Rmult_plus_distr_l, IH; ring].
Qed.

Lemma magnitude_is b1 b2 :
  magnitude b1 b2 = (1 + -1 * b1) * / sqrt (1 + -1 * b2) * / sqrt (1 + -1 * b1 ^ 2 * / b2).
Proof.
  unfold magnitude, Rdiv; rewrite Rinv_mult, minus_is.
  replace (-1 * (b1 ^ 2 * / b2)) with (-1 * b1 ^ 2 * / b2) by ring; ring.
Qed.

Lemma magnitude_square b1 b2 : b1 ^ 2 < b2 -> b2 < 1 ->
  magnitude b1 b2 ^ 2 = (1 + -1 * b1) ^ 2 * / (1 + -1 * b2) * / (1 + -1 * b1 ^ 2 * / b2).
Proof.
  intros close small; pose proof (pow2_ge_0 b1).
  assert (inner : 0 <= 1 + -1 * b1 ^ 2 * / b2).
  { assert (b1 ^ 2 * / b2 <= 1); [|lra].
    apply Rmult_le_reg_r with b2; [lra|]; rewrite Rmult_assoc, Rinv_l by lra; lra. }
  rewrite magnitude_is, !Rpow_mult_distr, !pow_inv; do 2 f_equal; f_equal.
  - apply pow2_sqrt; lra.
  - apply pow2_sqrt; exact inner.
Qed.

Lemma magnitude_over b1 b2 : b1 ^ 2 < b2 -> b2 < 1 ->
  magnitude b1 b2 / (1 - b1) = / sqrt (1 + -1 * b2) * / sqrt (1 + -1 * b1 ^ 2 * / b2).
Proof.
  intros close small; assert (b1 < 1).
  { destruct (Rle_or_lt 1 b1) as [large|]; [|assumption].
    assert (1 * 1 <= b1 * b1) by (apply Rmult_le_compat; lra); lra. }
  rewrite magnitude_is; unfold Rdiv; replace (1 + -1 * b1) with (1 - b1) by ring.
  rewrite Rmult_assoc, (Rmult_comm _ (/ (1 - b1))), <- !Rmult_assoc, (Rmult_comm (_ * _) (/ (1 - b1))).
  rewrite <- !Rmult_assoc, Rinv_l by lra; ring.
Qed.

Lemma dot_flip d : dot d = (fun y z => dot d z y).
Proof.
  do 2 (apply pointwise; intro); unfold dot; f_equal.
  apply pointwise; intros i; ring.
Qed.

(* --- Lemma B.2 ------------------------------------------------------------------------------- *)

Theorem B_2 (b1 b2 eps : R) (g : nat -> R) (t : nat) :
  b1 ^ 2 < b2 -> b2 < 1 -> 0 <= eps ->
  Rabs (moving b1 g t) / (sqrt (moving b2 (fun k => g k ^ 2) t) + eps) <= magnitude b1 b2.
Proof.
  intros close small regular.
  pose proof (Update_magnitude.by_an_invariant b1 b2 eps (fun k => g (Z.to_nat k)) (fun k => moving b1 g (Z.to_nat k))
    (Z.of_nat t) (fun k => moving b2 (fun k => g k ^ 2) (Z.to_nat k))) as exported.
  simpl in exported; rewrite Nat2Z.id in exported.
  rewrite magnitude_is, (Rplus_comm _ eps); apply exported; try assumption; try reflexivity.
  all: first [ apply moving_is | apply (IZR_le 0); lia ].
Qed.

(* --- the objective --------------------------------------------------------------------------- *)

(* The fundamental theorem of calculus along every segment, which is cited, not proved: G is the gradient of f. *)
Definition gradient (I : integral01) (d : nat) (f : vector -> R) (G : vector -> vector) : Prop :=
  forall y h, Integrable01 I (fun s => dot d (G (plus y (scale s h))) h)
    /\ f (plus y h) - f y = Integral01 I (fun s => dot d (G (plus y (scale s h))) h).

(* A3: (L0, L1, q)-smoothness. *)
Definition smooth (d : nat) (G : vector -> vector) (L0 L1 q : R) : Prop :=
  forall y h, L1 * norm d h <= 1 ->
    norm d (fun i => G (plus y h) i - G y i) <= (L0 + L1 * rpow (norm d (G y)) q) * norm d h.

Lemma smooth_along d G L0 L1 q : smooth d G L0 L1 q -> forall y h s, 0 <= s -> L1 * s * norm d h <= 1 ->
  norm d (fun i => G (plus y (scale s h)) i - G y i) <= s * (L0 + L1 * rpow (norm d (G y)) q) * norm d h.
Proof.
  intros is_smooth y h s above short; specialize (is_smooth y (scale s h)).
  rewrite norm_scale in is_smooth by assumption.
  replace (s * (L0 + L1 * rpow (norm d (G y)) q) * norm d h)
    with ((L0 + L1 * rpow (norm d (G y)) q) * (s * norm d h)) by ring.
  apply is_smooth; lra.
Qed.

(* --- the descent inequality ------------------------------------------------------------------ *)

Theorem descent (I : integral01) (d : nat) (f : vector -> R) (G : vector -> vector) (L0 L1 q b1 b2 eps gamma : R)
  (g : nat -> vector) (t : nat) (y : vector) :
  gradient I d f G -> smooth d G L0 L1 q ->
  b1 ^ 2 < b2 -> b2 < 1 -> 0 <= eps -> 0 <= gamma -> 0 <= L0 -> 0 <= L1 -> 0 <= q ->
  gamma * magnitude b1 b2 * sqrt (INR d) * L1 <= 1 ->
  let m := first_moment b1 g t in
  let v := second_moment b2 g t in
  f (plus y (fun i => - gamma * m i / (eps + sqrt (v i)))) <=
    f y - gamma * sum d (fun i => Rabs (G y i) * Rabs (m i) / (eps + sqrt (v i)))
    + 2 * magnitude b1 b2 * gamma * sqrt (INR d) * norm d (fun i => G y i - m i)
    + 1 / 2 * magnitude b1 b2 ^ 2 * INR d * gamma ^ 2 * (L0 + L1 * rpow (norm d (G y)) q).
Proof.
  intros is_gradient is_smooth close small regular up up0 up1 upq short m v.
  set (h := fun i => - gamma * m i / (eps + sqrt (v i))).
  destruct (is_gradient y h) as [integrable primitive].
  pose proof (smooth_along _ _ _ _ _ is_smooth y h) as along.
  rewrite magnitude_square by assumption.
  rewrite magnitude_is, count_is in *; unfold dot, norm, Rdiv in *; rewrite minus_is, sum_is in *; cbv beta in *.
  eapply Rle_trans.
  - apply (Descent.adam I (f y) (f (plus y h)) L0 L1 (fun i => G y (Z.to_nat i)) b1 b2 (Z.of_nat d) eps
      (fun k i => g (Z.to_nat k) (Z.to_nat i)) (fun i s => G (plus y (scale s h)) (Z.to_nat i)) gamma
      (fun i => h (Z.to_nat i)) (fun k i => first_moment b1 g (Z.to_nat k) (Z.to_nat i)) q (Z.of_nat t)
      (fun k i => second_moment b2 g (Z.to_nat k) (Z.to_nat i))); try assumption; rewrite ?Nat2Z.id.
    (* The hypotheses come in the order in which the proof meets them. *)
    all: first [ reflexivity | apply (IZR_le 0); lia
      | apply (fun i k => moving_is b2 (fun k => g k (Z.to_nat i) ^ 2) k)
      | apply (fun i k => moving_is b1 (fun k => g k (Z.to_nat i)) k)
      | intros s low high near; apply along; assumption
      | intros k _ _; unfold h, Rdiv; fold m v; rewrite <- (abs_sign (m (Z.to_nat k))) at 1; ring
      | lra ].
  - rewrite Nat2Z.id; fold m v; unfold Rdiv; right; rewrite <- ?Rmult_assoc; ring.
Qed.

(* --- Adam -------------------------------------------------------------------------------------- *)

Section adam.
  Variables (Omega : Type) (P : probability Omega) (I : integral01).
  Variables (d : nat) (f : vector -> R) (G : vector -> vector) (floor : R).
  (* Stochastic gradients and iterates: time, coordinate, outcome. *)
  Variables (g x : nat -> nat -> Omega -> R).
  Variables (b1 b2 eps gamma p s0 s1 : R).

  Definition iterate (t : nat) (w : Omega) : vector := fun i => x t i w.
  Definition slope (t : nat) (w : Omega) : vector := G (iterate t w).
  Definition noise (t : nat) (w : Omega) : vector := fun i => g t i w - slope t w i.
  Definition m (t : nat) (w : Omega) : vector := first_moment b1 (fun k i => g k i w) t.
  Definition v (t : nat) (w : Omega) : vector := second_moment b2 (fun k i => g k i w) t.
  Definition u (t : nat) (w : Omega) : vector := update b1 b2 eps (fun k i => g k i w) t.

  (* A run of Adam on an objective that is bounded below (A1), with uncorrelated noise of bounded variance (A2). *)
  Record run : Prop := {
    is_step : forall t w i, (1 <= t)%nat -> x (S t) i w = x t i w - gamma * m t w i / (eps + sqrt (v t w i));
    is_gradient : gradient I d f G;
    is_floor : forall y, floor <= f y;
    is_finite : forall t, (1 <= t)%nat -> Integrable P (fun w => sum d (fun i => noise t w i ^ 2));
    is_bounded : forall t, (1 <= t)%nat ->
      E P (fun w => sum d (fun i => noise t w i ^ 2)) <= s0 ^ 2 + s1 ^ 2 * E P (fun w => rpow (norm d (slope t w)) p);
    is_uncorrelated : forall t k, (1 <= t)%nat -> (t < k)%nat -> E P (fun w => dot d (noise t w) (noise k w)) = 0;
    is_start : Integrable P (fun w => f (iterate 1 w))
  }.

  (* The means over time that the theorems speak of. *)
  Definition progress (T : nat) : R := average T (fun t => E P (fun w => sum d (fun i => u t w i * Rabs (slope t w i)))).
  Definition power_mean (r : R) (T : nat) : R := average T (fun t => E P (fun w => rpow (norm d (slope t w)) r)).
  Definition slope_mean (T : nat) : R := average T (fun t => E P (fun w => norm d (slope t w))).

  (* The same over integers, as in the exported theorems. *)
  Let xx (k i : Z) (w : Omega) : R := x (Z.to_nat k) (Z.to_nat i) w.
  Let aa (k i : Z) (w : Omega) : R := slope (Z.to_nat k) w (Z.to_nat i).
  Let gg (k i : Z) (w : Omega) : R := g (Z.to_nat k) (Z.to_nat i) w.
  Let mm (k i : Z) (w : Omega) : R := m (Z.to_nat k) w (Z.to_nat i).
  Let vv (k i : Z) (w : Omega) : R := v (Z.to_nat k) w (Z.to_nat i).
  Let uu (k i : Z) (w : Omega) : R := u (Z.to_nat k) w (Z.to_nat i).
  Let hh (k : Z) (w : Omega) : vector := fun j => x (Z.to_nat (k + 1)) j w + -1 * x (Z.to_nat k) j w.
  Let segment (k i : Z) (s : R) (w : Omega) : R := G (plus (iterate (Z.to_nat k) w) (scale s (hh k w))) (Z.to_nat i).
  Let ff (k : Z) (w : Omega) : R := f (iterate (Z.to_nat k) w).

  Hypothesis is_run : run.

  Lemma z_v : forall k : Z, forall w : Omega, forall i : Z, 0 <= IZR i ->
    vv (i + 1) k w = b2 * vv i k w + (1 + -1 * b2) * gg (i + 1) k w ^ 2.
  Proof. intros k w; apply (moving_is b2 (fun t => g t (Z.to_nat k) w ^ 2)). Qed.
  Lemma z_m : forall k : Z, forall w : Omega, forall i : Z, 0 <= IZR i ->
    mm (i + 1) k w = b1 * mm i k w + (1 + -1 * b1) * gg (i + 1) k w.
  Proof. intros k w; apply (moving_is b1 (fun t => g t (Z.to_nat k) w)). Qed.
  Lemma z_u : forall k i : Z, forall w : Omega, 1 <= IZR k -> uu k i w = Rabs (mm k i w) * / (eps + sqrt (vv k i w)).
  Proof. reflexivity. Qed.
  Lemma z_x : forall k i : Z, forall w : Omega, 1 <= IZR k ->
    xx (k + 1) i w = xx k i w + -1 * gamma * uu k i w * sign (mm k i w).
  Proof.
    intros k i w above; unfold xx; rewrite (next k above), (is_step is_run _ _ _ (after k above)).
    rewrite (z_u k i w above); fold (mm k i w) (vv k i w).
    rewrite <- (abs_sign (mm k i w)) at 1; unfold Rdiv; ring.
  Qed.
  Lemma z_end k w : plus (iterate (Z.to_nat k) w) (scale 1 (hh k w)) = iterate (Z.to_nat (k + 1)) w.
  Proof. apply pointwise; intros i; unfold plus, scale, hh, iterate; ring. Qed.
  Lemma z_full k w : plus (iterate (Z.to_nat k) w) (hh k w) = iterate (Z.to_nat (k + 1)) w.
  Proof. apply pointwise; intros i; unfold plus, hh, iterate; ring. Qed.
  Lemma z_segment : forall k i : Z, forall w : Omega, 1 <= IZR k -> segment k i 1 w = aa (k + 1) i w.
  Proof. intros k i w _; unfold segment; rewrite z_end; reflexivity. Qed.
  Lemma z_integrable : forall k : Z, forall w : Omega, 1 <= IZR k ->
    Integrable01 I (fun s => Sum 1 (Z.of_nat d) (fun i => (xx (k + 1) i w + -1 * xx k i w) * segment k i s w)).
  Proof.
    intros k w _; destruct (is_gradient is_run (iterate (Z.to_nat k) w) (hh k w)) as [found _].
    rewrite dot_flip in found; unfold dot in found; rewrite sum_is in found; exact found.
  Qed.
  Lemma z_primitive : forall k : Z, forall w : Omega, 1 <= IZR k -> ff (k + 1) w + -1 * ff k w =
    Integral01 I (fun s => Sum 1 (Z.of_nat d) (fun i => (xx (k + 1) i w + -1 * xx k i w) * segment k i s w)).
  Proof.
    intros k w _; destruct (is_gradient is_run (iterate (Z.to_nat k) w) (hh k w)) as [_ found].
    rewrite z_full, dot_flip in found; unfold dot in found; rewrite minus_is, sum_is in found; exact found.
  Qed.
  Lemma z_floor : forall k : Z, forall w : Omega, 1 <= IZR k -> floor <= ff k w.
  Proof. intros k w _; apply (is_floor is_run). Qed.
  Lemma z_finite : forall k : Z, 1 <= IZR k ->
    Integrable P (fun w => Sum 1 (Z.of_nat d) (fun i => (gg k i w + -1 * aa k i w) ^ 2)).
  Proof.
    intros k above; pose proof (is_finite is_run _ (after k above)) as found.
    unfold noise in found; rewrite minus_is, sum_is in found; exact found.
  Qed.
  Lemma z_bounded : forall k : Z, 1 <= IZR k ->
    E P (fun w => Sum 1 (Z.of_nat d) (fun i => (gg k i w + -1 * aa k i w) ^ 2)) <=
    s0 ^ 2 + s1 ^ 2 * E P (fun w => rpow (sqrt (Sum 1 (Z.of_nat d) (fun i => aa k i w ^ 2))) p).
  Proof.
    intros k above; pose proof (is_bounded is_run _ (after k above)) as found.
    unfold noise, norm in found; rewrite minus_is, sum_is in found; exact found.
  Qed.
  Lemma z_uncorrelated : forall k i : Z, 1 <= IZR k -> IZR k < IZR i ->
    E P (fun w => Sum 1 (Z.of_nat d) (fun n => (gg k n w + -1 * aa k n w) * (gg i n w + -1 * aa i n w))) = 0.
  Proof.
    intros k i above later; assert (order : (Z.to_nat k < Z.to_nat i)%nat).
    { apply lt_IZR in later; apply le_IZR in above; lia. }
    pose proof (is_uncorrelated is_run _ _ (after k above) order) as found.
    unfold noise, dot in found; rewrite minus_is, sum_is in found; exact found.
  Qed.
  Lemma z_start : Integrable P (fun w => ff 1 w).
  Proof. exact (is_start is_run). Qed.
  Lemma z_smooth L0 L1 q : smooth d G L0 L1 q -> forall k : Z, forall w : Omega, forall s : R, 1 <= IZR k -> 0 <= s -> s <= 1 ->
    L1 * s * sqrt (Sum 1 (Z.of_nat d) (fun i => (xx (k + 1) i w + -1 * xx k i w) ^ 2)) <= 1 ->
    sqrt (Sum 1 (Z.of_nat d) (fun i => (segment k i s w + -1 * aa k i w) ^ 2)) <=
    s * (L0 + L1 * rpow (sqrt (Sum 1 (Z.of_nat d) (fun i => aa k i w ^ 2))) q)
      * sqrt (Sum 1 (Z.of_nat d) (fun i => (xx (k + 1) i w + -1 * xx k i w) ^ 2)).
  Proof.
    intros is_smooth k w s above low high.
    pose proof (smooth_along _ _ _ _ _ is_smooth (iterate (Z.to_nat k) w) (hh k w) s low) as found.
    unfold norm in found; rewrite minus_is, sum_is in found; exact found.
  Qed.
  Lemma z_slope : (forall t, (1 <= t)%nat -> Integrable P (fun w => norm d (slope t w))) ->
    forall k : Z, 1 <= IZR k -> Integrable P (fun w => sqrt (Sum 1 (Z.of_nat d) (fun i => aa k i w ^ 2))).
  Proof.
    intros finite_slope k above; pose proof (finite_slope _ (after k above)) as found.
    unfold norm in found; rewrite sum_is in found; exact found.
  Qed.

  Theorem main_theorem (L0 L1 q : R) (T : nat) :
    smooth d G L0 L1 q -> 0 <= L0 -> 0 <= L1 -> 0 <= q -> q <= 1 ->
    0 <= b1 -> b1 ^ 2 < b2 -> b2 < 1 -> 0 <= eps -> 0 < gamma ->
    gamma * magnitude b1 b2 * sqrt (INR d) * L1 <= 1 ->
    (forall t, (1 <= t)%nat -> Integrable P (fun w => norm d (slope t w))) ->
    (1 <= T)%nat ->
    progress T <=
      (E P (fun w => f (iterate 1 w)) - floor) / INR T / gamma
      + 2 * magnitude b1 b2 * sqrt (INR d) * sqrt ((1 - b1) / (b1 + 1)) * sqrt (s0 ^ 2 + s1 ^ 2 * power_mean p T)
      + 2 * b1 * (magnitude b1 b2 / (1 - b1)) * sqrt (INR d) * E P (fun w => norm d (slope 1 w)) / INR T
      + magnitude b1 b2 ^ 2 * INR d * gamma * (2 * b1 / (1 - b1) + 1 / 2) * (L0 + L1 * power_mean q T).
  Proof.
    intros is_smooth up0 up1 upq small_q upb close small regular forward short finite_slope long.
    rewrite magnitude_square, magnitude_over by assumption.
    rewrite magnitude_is in *.
    unfold progress, power_mean, average, norm, Rdiv; rewrite !count_is in *.
    eapply Rle_trans.
    - pose proof (Main_theorem.adam Omega P I ff floor L0 L1 (Z.of_nat T) aa b1 b2 (Z.of_nat d) eps gg segment gamma mm p q s0 s1
        uu vv xx) as exported.
      rewrite sum_is; cbv beta.
      apply exported; clear exported; try assumption; try reflexivity.
      all: first [ exact z_v | exact z_m | exact z_u | exact z_x | exact z_segment | exact z_integrable | exact z_primitive
        | exact z_floor | exact z_finite | exact z_bounded | exact z_uncorrelated | exact z_start
        | exact (z_smooth _ _ _ is_smooth) | exact (z_slope finite_slope) | apply (IZR_le 1); lia | apply (IZR_le 0); lia | idtac ].
      lra.
    - rewrite minus_is, sum_is; cbv beta; unfold Rdiv, aa, ff; change (Z.to_nat 1) with 1%nat; right; rewrite <- ?Rmult_assoc; ring.
  Qed.

  (* Corollary 3.3: under Conditions 1-3, with C0, vbar and C1. *)
  Theorem corollary_3_3 (L0 L1 q C0 C1 vbar : R) (T : nat) :
    smooth d G L0 L1 q -> 0 <= L0 -> 0 <= L1 -> 0 <= q -> q <= 1 -> 0 <= p -> p <= 2 -> 0 <= s0 -> 0 <= s1 ->
    0 <= b1 -> b1 ^ 2 < b2 -> b2 < 1 -> 0 <= eps -> 0 < gamma -> 0 <= C0 -> 0 < C1 -> 0 < vbar ->
    gamma * magnitude b1 b2 * sqrt (INR d) * L1 <= 1 ->
    p * magnitude b1 b2 * C0 * s1 * sqrt (INR d) * sqrt ((1 - b1) / (b1 + 1))
      + q * magnitude b1 b2 ^ 2 * INR d * gamma * L1 * (2 * b1 / (1 - b1) + 1 / 2) <= 1 / 2 * C1 * vbar ->
    (forall t, (1 <= t)%nat -> Integrable P (fun w => norm d (slope t w))) ->
    (forall t, (1 <= t)%nat -> Integrable P (fun w => rpow (norm d (slope t w)) p)) ->
    power_mean p T <= C0 ^ 2 * rpow (slope_mean T) p ->
    (forall t, (1 <= t)%nat -> vbar * E P (fun w => sum d (fun i => Rabs (slope t w i))) <=
      E P (fun w => sum d (fun i => u t w i * Rabs (slope t w i)))) ->
    (forall t w, (1 <= t)%nat -> C1 * norm d (slope t w) <= sum d (fun i => Rabs (slope t w i))) ->
    (1 <= T)%nat ->
    slope_mean T <= 2 * (
      (E P (fun w => f (iterate 1 w)) - floor) / INR T / gamma
      + 2 * magnitude b1 b2 * sqrt (INR d) * sqrt ((1 - b1) / (b1 + 1)) * (s0 + C0 * s1 * (1 - p / 2))
      + 2 * b1 * (magnitude b1 b2 / (1 - b1)) * sqrt (INR d) * E P (fun w => norm d (slope 1 w)) / INR T
      + magnitude b1 b2 ^ 2 * INR d * gamma * (2 * b1 / (1 - b1) + 1 / 2) * (L0 + L1 * (1 - q))) / C1 / vbar.
  Proof.
    intros is_smooth up0 up1 upq small_q upp small_p ups0 ups1 upb close small regular forward upC0 upC1 upv short absorb
      finite_slope finite_power condition1 condition2 condition3 long.
    rewrite magnitude_square, magnitude_over in * by assumption.
    rewrite magnitude_is in *.
    unfold slope_mean, power_mean, average, norm in *; rewrite !count_is in *.
    assert (sizes : forall k : Z, 1 <= IZR k ->
      Integrable P (fun w => rpow (sqrt (Sum 1 (Z.of_nat d) (fun i => aa k i w ^ 2))) p)).
    { rewrite sum_is in finite_power; intros k above; exact (finite_power _ (after k above)). }
    assert (second : forall k : Z, 1 <= IZR k ->
      vbar * E P (fun w => Sum 1 (Z.of_nat d) (fun i => Rabs (aa k i w))) <=
      E P (fun w => Sum 1 (Z.of_nat d) (fun i => uu k i w * Rabs (aa k i w)))).
    { rewrite sum_is in condition2; intros k above; exact (condition2 _ (after k above)). }
    assert (third : forall k : Z, forall w : Omega, 1 <= IZR k ->
      C1 * sqrt (Sum 1 (Z.of_nat d) (fun i => aa k i w ^ 2)) <= Sum 1 (Z.of_nat d) (fun i => Rabs (aa k i w))).
    { rewrite sum_is in condition3; intros k w above; exact (condition3 _ w (after k above)). }
    rewrite sum_is in condition1; cbv beta in condition1.
    eapply Rle_trans.
    - pose proof (Corollary_3_3.gradient_norm Omega P I C0 C1 ff floor L0 L1 (Z.of_nat T) aa b1 b2 (Z.of_nat d) eps gg segment gamma
        mm p q s0 s1 uu vv vbar xx) as exported.
      rewrite sum_is; cbv beta.
      apply exported; clear exported; try assumption; try reflexivity.
      all: first [ exact z_v | exact z_m | exact z_u | exact z_x | exact z_segment | exact z_integrable | exact z_primitive
        | exact z_floor | exact z_finite | exact z_bounded | exact z_uncorrelated | exact z_start
        | exact (z_smooth _ _ _ is_smooth) | exact (z_slope finite_slope) | apply (IZR_le 1); lia | apply (IZR_le 0); lia
        | lra
        | refine (Rle_trans _ _ _ (Req_le _ _ _) absorb); unfold Rdiv; rewrite minus_is; cbv beta; rewrite <- ?Rmult_assoc; ring ].
    - rewrite minus_is, sum_is; cbv beta; unfold Rdiv, aa, ff; change (Z.to_nat 1) with 1%nat.
      right; rewrite <- ?Rmult_assoc; ring.
  Qed.

  (* Case 2 of Corollary 3.3: where the gradients are spread evenly (C1 = c*sqrt d) and gamma = gamma0/(sqrt d * h), the
     bound is free of d, but for E|a_1|. *)
  Theorem corollary_3_3_case_2 (L0 L1 q C0 c vbar gamma0 h : R) (T : nat) :
    (0 < d)%nat -> 0 < c -> 0 < gamma0 -> 0 < h -> gamma = gamma0 / (sqrt (INR d) * h) ->
    smooth d G L0 L1 q -> 0 <= L0 -> 0 <= L1 -> 0 <= q -> q <= 1 -> 0 <= p -> p <= 2 -> 0 <= s0 -> 0 <= s1 ->
    0 <= b1 -> b1 ^ 2 < b2 -> b2 < 1 -> 0 <= eps -> 0 <= C0 -> 0 < vbar ->
    gamma * magnitude b1 b2 * sqrt (INR d) * L1 <= 1 ->
    p * magnitude b1 b2 * C0 * s1 * sqrt (INR d) * sqrt ((1 - b1) / (b1 + 1))
      + q * magnitude b1 b2 ^ 2 * INR d * gamma * L1 * (2 * b1 / (1 - b1) + 1 / 2) <= 1 / 2 * (c * sqrt (INR d)) * vbar ->
    (forall t, (1 <= t)%nat -> Integrable P (fun w => norm d (slope t w))) ->
    (forall t, (1 <= t)%nat -> Integrable P (fun w => rpow (norm d (slope t w)) p)) ->
    power_mean p T <= C0 ^ 2 * rpow (slope_mean T) p ->
    (forall t, (1 <= t)%nat -> vbar * E P (fun w => sum d (fun i => Rabs (slope t w i))) <=
      E P (fun w => sum d (fun i => u t w i * Rabs (slope t w i)))) ->
    (forall t w, (1 <= t)%nat -> c * sqrt (INR d) * norm d (slope t w) <= sum d (fun i => Rabs (slope t w i))) ->
    (1 <= T)%nat ->
    slope_mean T <= 2 * (
      h * (E P (fun w => f (iterate 1 w)) - floor) / INR T / gamma0
      + 2 * magnitude b1 b2 * sqrt ((1 - b1) / (b1 + 1)) * (s0 + C0 * s1 * (1 - p / 2))
      + 2 * b1 * (magnitude b1 b2 / (1 - b1)) * E P (fun w => norm d (slope 1 w)) / INR T
      + magnitude b1 b2 ^ 2 * gamma0 / h * (2 * b1 / (1 - b1) + 1 / 2) * (L0 + L1 * (1 - q))) / c / vbar.
  Proof.
    intros some upc up_gamma0 uph is_gamma is_smooth up0 up1 upq small_q upp small_p ups0 ups1 upb close small regular upC0 upv
      short absorb finite_slope finite_power condition1 condition2 condition3 long.
    assert (upd : 0 < INR d) by (apply lt_0_INR; exact some).
    assert (root : 0 < sqrt (INR d)) by (apply sqrt_lt_R0; exact upd).
    assert (square : INR d = sqrt (INR d) * sqrt (INR d)) by (symmetry; apply sqrt_sqrt; lra).
    assert (positive : 0 < sqrt (INR d) * h) by (apply Rmult_lt_0_compat; assumption).
    assert (forward : 0 < gamma) by (rewrite is_gamma; apply Rdiv_lt_0_compat; assumption).
    assert (wide : 0 < c * sqrt (INR d)) by (apply Rmult_lt_0_compat; assumption).
    eapply Rle_trans.
    - apply (corollary_3_3 L0 L1 q C0 (c * sqrt (INR d)) vbar T); assumption.
    - right; pose proof (Corollary_3_3.case_2 Omega P C0 ff floor L0 L1 (Z.of_nat T) aa b1 b2 c (Z.of_nat d) gamma0 h
        p q s0 s1 vbar) as equal.
      assert (inverse : / gamma = sqrt (INR d) * h * / gamma0) by (rewrite is_gamma; field; lra).
      assert (drift : INR d * gamma = sqrt (INR d) * gamma0 * / h) by (rewrite is_gamma, square at 1; field; lra).
      assert (apart : / (c * sqrt (INR d)) = / c * / sqrt (INR d)) by apply Rinv_mult.
      specialize (equal ltac:(rewrite <- count_is; exact upd)).
      rewrite <- !count_is in equal; unfold Rdiv.
      rewrite inverse, apart, (Rmult_assoc _ (INR d) gamma), drift, magnitude_square by assumption.
      change (magnitude b1 b2 * / (1 - b1)) with (magnitude b1 b2 / (1 - b1)).
      rewrite magnitude_over, magnitude_is by assumption.
      unfold norm, ff, aa in *; rewrite minus_is, sum_is; cbv beta in *; change (Z.to_nat 1) with 1%nat in equal; unfold Rdiv in *.
      etransitivity; [|etransitivity; [exact equal|]]; rewrite <- ?Rmult_assoc; ring.
  Qed.

  (* The rate: with 1 - b1, 1 - b2 and gamma as powers of T^(1/4), the bound is of order T^(-1/4), for every T: a constant
     over T^(1/4), but for the means over time of |a|^p and |a|^q, which it names. *)
  Theorem rate (L0 L1 q alpha beta gamma0 : R) (T : nat) :
    let tau := Rpower (INR T) (/ 4) in
    let span := beta * (2 * alpha - alpha ^ 2 - beta) in
    b1 = 1 - alpha / tau ^ 2 -> b2 = 1 - beta / tau ^ 2 -> gamma = gamma0 / sqrt (INR d) / tau ^ 3 ->
    smooth d G L0 L1 q -> 0 <= L0 -> 0 <= L1 -> 0 <= q -> q <= 1 ->
    0 < alpha -> alpha <= 1 -> 0 < beta -> 0 < 2 * alpha - alpha ^ 2 - beta -> 0 < gamma0 -> 0 <= eps ->
    gamma * magnitude b1 b2 * sqrt (INR d) * L1 <= 1 ->
    (forall t, (1 <= t)%nat -> Integrable P (fun w => norm d (slope t w))) ->
    (1 <= T)%nat -> (1 <= d)%nat ->
    progress T <= sqrt (INR d) * (
      (E P (fun w => f (iterate 1 w)) - floor) / gamma0
      + 2 * sqrt alpha ^ 3 * sqrt (s0 ^ 2 + s1 ^ 2 * power_mean p T) / sqrt span
      + 2 * E P (fun w => norm d (slope 1 w)) / sqrt span
      + alpha ^ 2 * gamma0 * (1 / 2 + 2 / alpha) * (L0 + L1 * power_mean q T) / span) / tau.
  Proof.
    intros tau span first second third is_smooth up0 up1 upq small_q upa small_a upbeta wide forward regular short finite_slope
      long some.
    assert (above : 1 <= INR T) by (apply (le_INR 1); exact long).
    assert (whole : IZR (Z.of_nat T) = tau ^ 4).
    { rewrite <- count_is; unfold tau; rewrite <- Rpower_pow by apply exp_pos; rewrite Rpower_mult.
      replace (/ 4 * INR 4) with 1 by (simpl; field); rewrite Rpower_1; lra. }
    assert (unit : 1 <= tau).
    { unfold tau; rewrite <- (Rpower_O (INR T)) by lra; apply Rle_Rpower; lra. }
    clearbody tau.
    rewrite magnitude_is in *.
    unfold Rdiv in first, second, third; rewrite <- ?pow_inv in first, second, third.
    assert (first_z : b1 = 1 + -1 * alpha * / tau ^ 2) by (rewrite first, pow_inv; ring).
    assert (second_z : b2 = 1 + -1 * beta * / tau ^ 2) by (rewrite second, pow_inv; ring).
    rewrite <- pow_inv in first_z, second_z.
    unfold progress, power_mean, average, norm; rewrite !count_is in *.
    eapply Rle_trans.
    - pose proof (Rate.adam Omega P I ff floor L0 L1 (Z.of_nat T) aa alpha b1 b2 beta (Z.of_nat d) eps gg segment gamma gamma0 mm p q
        s0 s1 tau uu vv xx) as exported.
      rewrite sum_is; cbv beta.
      apply exported; clear exported; try assumption; try reflexivity.
      all: first [ exact z_v | exact z_m | exact z_u | exact z_x | exact z_segment | exact z_integrable | exact z_primitive
        | exact z_floor | exact z_finite | exact z_bounded | exact z_uncorrelated | exact z_start
        | exact (z_smooth _ _ _ is_smooth) | exact (z_slope finite_slope) | apply (IZR_le 1); lia | apply (IZR_lt 0); lia
        | lra | idtac ].
    - unfold span; rewrite minus_is, sum_is; cbv beta; unfold Rdiv, aa, ff; change (Z.to_nat 1) with 1%nat.
      rewrite ?Rinv_mult; right; rewrite <- ?Rmult_assoc; ring.
  Qed.

  (* S^2 of the averaged theorem: the mean square of the magnitudes |m| / (eps + sqrt v), if E v_T <= V.  What the theorem
     asks of v_T at every index costs nothing beyond the coordinates 1, ..., d: a run whose g is 0 there has v = 0. *)
  Definition mean_square (V : R) (T : nat) : R :=
    (1 - b1) * (ln (V * (/ eps) ^ 2 + 1) / INR T - ln b2) / (1 - b2) / (1 - b1 / b2).

  Theorem main_theorem_averaged (L V : R) (T : nat) :
    let S := sqrt (mean_square V T) in
    (forall y h, norm d (fun i => G (plus y h) i - G y i) <= L * norm d h) -> 0 <= L ->
    0 <= b1 -> b1 < b2 -> b2 < 1 -> 0 < eps -> 0 < gamma ->
    (forall i, Integrable P (fun w => v T w i)) -> (forall i, E P (fun w => v T w i) <= V) ->
    Integrable P (fun w => sum d (fun i => slope 1 w i ^ 2)) ->
    (1 <= T)%nat ->
    progress T <=
      (E P (fun w => f (iterate 1 w)) - floor) / INR T / gamma
      + 1 / 2 * L * INR d * gamma * mean_square V T
      + 2 * sqrt (INR d) * S * (
          L * b1 * sqrt (INR d) * gamma * S / (1 - b1)
          + b1 * sqrt (E P (fun w => sum d (fun i => slope 1 w i ^ 2))) / sqrt (INR T * (1 - b1 ^ 2))
          + sqrt ((1 - b1) / (b1 + 1)) * sqrt (s0 ^ 2 + s1 ^ 2 * power_mean p T)).
  Proof.
    intros S is_smooth up upb close small regular forward finite_v bounded_v start long.
    assert (along : forall k : Z, forall w : Omega, forall s : R, 1 <= IZR k -> 0 <= s -> s <= 1 ->
      sqrt (Sum 1 (Z.of_nat d) (fun i => (segment k i s w + -1 * aa k i w) ^ 2)) <=
      L * s * sqrt (Sum 1 (Z.of_nat d) (fun i => (xx (k + 1) i w + -1 * xx k i w) ^ 2))).
    { intros k w s _ low _; pose proof (is_smooth (iterate (Z.to_nat k) w) (scale s (hh k w))) as found.
      rewrite norm_scale in found by assumption; rewrite <- Rmult_assoc in found.
      unfold norm in found; rewrite minus_is, sum_is in found; exact found. }
    assert (finite_z : forall k : Z, Integrable P (fun w => vv (Z.of_nat T) k w)).
    { intros k; unfold vv; rewrite Nat2Z.id; apply finite_v. }
    assert (bounded_z : forall k : Z, E P (fun w => vv (Z.of_nat T) k w) <= V).
    { intros k; unfold vv; rewrite Nat2Z.id; apply bounded_v. }
    unfold S, mean_square, progress, power_mean, average, norm in *; rewrite !count_is in *.
    rewrite sum_is in start; cbv beta in start.
    eapply Rle_trans.
    - pose proof (Main_theorem_averaged.adam Omega P I ff floor L (Z.of_nat T) V aa b1 b2 (Z.of_nat d) eps gg segment gamma mm p s0 s1
        uu vv xx) as exported.
      rewrite sum_is; cbv beta.
      apply exported; clear exported; try assumption; try reflexivity.
      all: first [ exact z_v | exact z_m | exact z_u | exact z_x | exact z_segment | exact z_integrable | exact z_primitive
        | exact z_floor | exact z_finite | exact z_bounded | exact z_uncorrelated | exact z_start
        | apply (IZR_le 1); lia | apply (IZR_le 0); lia | idtac ].
    - rewrite minus_is, sum_is; cbv beta; unfold Rdiv, aa, ff; change (Z.to_nat 1) with 1%nat.
      right; rewrite <- ?Rmult_assoc; ring.
  Qed.
End adam.

(* The assumptions do not contradict each other: the run that stands still on the objective 0. *)
Theorem a_run (d : nat) (b1 b2 eps gamma p s0 s1 : R) :
  run unit certain ends d (fun _ => 0) (fun _ _ => 0) 0 (fun _ _ _ => 0) (fun _ _ _ => 0) b1 b2 eps gamma p s0 s1.
Proof.
  assert (nothing : forall n, sum n (fun _ => 0) = 0).
  { induction n as [|n IH]; simpl; [reflexivity | rewrite IH; ring]. }
  assert (still : forall t, moving b1 (fun _ => 0) t = 0).
  { induction t as [|t IH]; simpl; [reflexivity | rewrite IH; ring]. }
  assert (zeros : forall f : vector, (forall i, f i = 0) -> sum d f = 0).
  { intros f vanishes; rewrite <- (nothing d); apply f_equal.
    apply pointwise; exact vanishes. }
  constructor.
  - intros t w i _; unfold m, first_moment; rewrite still; unfold Rdiv; ring.
  - intros y h; split.
    + apply (Integrable01_same _ (fun _ => 0)); [intros s; symmetry; apply zeros; intros i; ring | apply Integrable01_constant].
    + rewrite (Integral01_same _ _ (fun _ => 0)) by (intros s; apply zeros; intros i; ring).
      rewrite Integral01_nothing; ring.
  - intros _; lra.
  - intros t _; exact I.
  - intros t _; rewrite (E_same certain _ (fun _ => 0)).
    2: { intros w; apply zeros; intros i; unfold noise, slope; ring. }
    rewrite E_nothing.
    pose proof (pow2_ge_0 s0); pose proof (pow2_ge_0 s1).
    apply Rplus_le_le_0_compat; [assumption|]; apply Rmult_le_pos; [assumption|].
    rewrite <- (E_nothing certain); apply E_monotone; [|exact I].
    intros w; apply rpow_nonneg.
  - intros t k _ _; rewrite (E_same certain _ (fun _ => 0)); [apply E_nothing|].
    intros w; apply zeros; intros i; unfold noise, slope; ring.
  - exact I.
Qed.

(* Nor do they hold for runs alone in which nothing happens: a run with random noise, and the main theorem for it. *)

(* A fair coin. *)
Definition coin : probability bool.
Proof.
  refine (finite bool everywhere ((true, 1 / 2) :: (false, 1 / 2) :: nil) true _ _).
  - repeat constructor; simpl; lra.
  - simpl; lra.
Defined.

Section noisy.
  Variables (b1 b2 eps gamma p s0 s1 start : R).

  (* The noise: in the first step, in coordinate 1, the coin says s0 or -s0. *)
  Definition toss (t i : nat) (w : bool) : R :=
    match t, i with
    | 1%nat, 1%nat => if w then s0 else - s0
    | _, _ => 0
    end.

  (* x_{t+1}, m_t and v_t of a coordinate. *)
  Fixpoint state (t i : nat) (w : bool) : R * R * R :=
    match t with
    | O => (start, 0, 0)
    | S k =>
        let '(y, a, b) := state k i w in
        let g := y + toss t i w in
        let a' := b1 * a + (1 - b1) * g in
        let b' := b2 * b + (1 - b2) * g ^ 2 in
        (y - gamma * a' / (eps + sqrt b'), a', b')
    end.
  Definition place (t i : nat) (w : bool) : R := fst (fst (state (pred t) i w)).
  Definition seen (t i : nat) (w : bool) : R := place t i w + toss t i w.

  Lemma m_is t i w : moving b1 (fun k => seen k i w) t = snd (fst (state t i w)).
  Proof.
    induction t as [|t IH]; [reflexivity|]; cbn [moving]; rewrite IH; unfold seen, place; cbn [pred state].
    destruct (state t i w) as [[y a] b]; reflexivity.
  Qed.
  Lemma v_is t i w : moving b2 (fun k => seen k i w ^ 2) t = snd (state t i w).
  Proof.
    induction t as [|t IH]; [reflexivity|]; cbn [moving]; rewrite IH; unfold seen, place; cbn [pred state].
    destruct (state t i w) as [[y a] b]; reflexivity.
  Qed.

  (* f = y^2 / 2 in one dimension, from x_1 = start, with random noise: the iterates move, and differ by outcome. *)
  Theorem a_noisy_run :
    run bool coin ends 1 (fun y : vector => 1 / 2 * sum 1 (fun i => y i ^ 2)) (fun y : vector => y) 0 seen place b1 b2 eps gamma p s0 s1.
  Proof.
    assert (noise_is : forall t w i, noise bool (fun y : vector => y) seen place t w i = toss t i w).
    { intros t w i; unfold noise, slope, iterate, seen; ring. }
    constructor.
    - intros t w i low; unfold m, v, first_moment, second_moment; rewrite m_is, v_is; unfold place.
      destruct t as [|t]; [lia|]; change (pred (S (S t))) with (S t); change (pred (S t)) with t.
      cbn [state]; destruct (state t i w) as [[y a] b]; reflexivity.
    - intros y h; split; [exact I|].
      unfold Integral01, ends, dot, plus, scale; simpl; field.
    - intros y; simpl; pose proof (pow2_ge_0 (y 1%nat)); simpl in *; lra.
    - intros t _; exact I.
    - intros t _; simpl; rewrite !noise_is.
      assert (alike : toss t 1 true ^ 2 = toss t 1 false ^ 2) by (destruct t as [|[|t]]; simpl; ring).
      assert (at_most : toss t 1 false ^ 2 <= s0 ^ 2)
        by (destruct t as [|[|t]]; simpl; pose proof (pow2_ge_0 s0); simpl in *; lra).
      pose proof (pow2_ge_0 s1) as square.
      pose proof (rpow_nonneg (norm 1 (slope bool (fun y : vector => y) place t true)) p) as one.
      pose proof (rpow_nonneg (norm 1 (slope bool (fun y : vector => y) place t false)) p) as other.
      pose proof (Rmult_le_pos _ _ square one); pose proof (Rmult_le_pos _ _ square other).
      simpl in *; lra.
    - intros t k low above; simpl; unfold dot; simpl; rewrite !noise_is.
      destruct k as [|[|k]]; [lia|lia|]; simpl; ring.
    - exact I.
  Qed.

  (* So the hypotheses of the main theorem can be met, by a run in which something happens: L0 = 1, L1 = 0. *)
  Theorem main_theorem_of_a_noisy_run (T : nat) :
    0 <= b1 -> b1 ^ 2 < b2 -> b2 < 1 -> 0 <= eps -> 0 < gamma -> (1 <= T)%nat ->
    progress bool coin 1 (fun y : vector => y) seen place b1 b2 eps T <=
      (1 / 2 * start ^ 2 - 0) / INR T / gamma
      + 2 * magnitude b1 b2 * sqrt (INR 1) * sqrt ((1 - b1) / (b1 + 1))
        * sqrt (s0 ^ 2 + s1 ^ 2 * power_mean bool coin 1 (fun y : vector => y) place p T)
      + 2 * b1 * (magnitude b1 b2 / (1 - b1)) * sqrt (INR 1) * Rabs start / INR T
      + magnitude b1 b2 ^ 2 * INR 1 * gamma * (2 * b1 / (1 - b1) + 1 / 2) * 1.
  Proof.
    intros low close small regular forward long.
    pose proof (main_theorem _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ a_noisy_run 1 0 1 T) as found.
    eapply Rle_trans; [apply found; clear found; try assumption; try lra |].
    - intros y h _; right; replace (fun i : nat => plus y h i - y i) with h; [ring|].
      apply pointwise; intros i; unfold plus; ring.
    - intros t _; exact I.
    - assert (first : forall w, slope bool (fun y : vector => y) place 1 w 1%nat = start) by reflexivity.
      assert (value : E coin (fun w => 1 / 2 * sum 1 (fun i => iterate bool place 1 w i ^ 2)) = 1 / 2 * start ^ 2).
      { simpl; unfold iterate, place; simpl; field. }
      assert (length : E coin (fun w => norm 1 (slope bool (fun y : vector => y) place 1 w)) = Rabs start).
      { replace (fun w : bool => norm 1 (slope bool (fun y : vector => y) place 1 w)) with (fun _ : bool => Rabs start);
          [simpl; field |].
        apply pointwise; intros w; unfold norm; cbn [sum]; rewrite first, Rplus_0_l, <- Rsqr_pow2; symmetry; apply sqrt_Rsqr_abs. }
      rewrite value, length; right; ring.
  Qed.
End noisy.

Definition all_theorems := (B_2, descent, main_theorem, corollary_3_3, corollary_3_3_case_2, rate, main_theorem_averaged, a_run,
  a_noisy_run, main_theorem_of_a_noisy_run).

(* What the exported proofs rest on: the kernel's operations as total functions over Coq's reals, and every
   rule and fact of the kernel, proved.  Written by hand; for Coq 8.16.  No axiom is added to those of Reals. *)

From Coq Require Import Reals ZArith NArith List BinList Ring_polynom Lra Lia.
Open Scope R_scope.

(* --- operations ------------------------------------------------------------------------------ *)

(* inv is Coq's Rinv (0 at 0), sqrt, abs and ln are Coq's sqrt, Rabs and ln. *)

Definition sign (x : R) : R := if Rlt_dec 0 x then 1 else if Rlt_dec x 0 then -1 else 0.

(* An integer power.  Of a negative exponent the kernel says nothing, and neither does this: it is some number, of which
   nothing can be computed. *)
Lemma some_number (x : R) (n : Z) : { r : R | True }.
Proof. exists 1; exact I. Qed.
Definition zpow (x : R) (n : Z) : R := if Z_le_dec 0 n then x ^ Z.to_nat n else proj1_sig (some_number x n).

Definition rpow (x r : R) : R :=
  if Rlt_dec 0 x then Rpower x r else if Req_EM_T r 0 then 1 else 0.

Fixpoint sum_of (n : nat) (lo : Z) (f : Z -> R) : R :=
  match n with
  | O => 0
  | S m => sum_of m lo f + f (lo + Z.of_nat m)%Z
  end.

(* The sum of f over the integers from lo to hi; 0 if there is none. *)
Definition Sum (lo hi : Z) (f : Z -> R) : R := sum_of (Z.to_nat (hi - lo + 1)) lo f.

(* --- expectations and integrals: the laws ---------------------------------------------------- *)

(* A mean over A, of which only the points `inside` count: defined and linear for all functions, monotone where
   the difference is integrable. *)
Record functional (A : Type) (inside : A -> Prop) : Type := {
  origin : A;
  mean : (A -> R) -> R;
  integrable : (A -> R) -> Prop;
  mean_ext : forall f g, (forall x, inside x -> f x = g x) -> mean f = mean g;
  mean_one : mean (fun _ => 1) = 1;
  mean_linear : forall c f g, mean (fun x => c * f x + g x) = c * mean f + mean g;
  mean_monotone :
    forall f g, (forall x, inside x -> f x <= g x) -> integrable (fun x => g x + -1 * f x) -> mean f <= mean g;
  integrable_one : integrable (fun _ => 1);
  integrable_linear : forall c f g, integrable f -> integrable g -> integrable (fun x => c * f x + g x);
  integrable_dominated :
    forall f g, (forall x, inside x -> Rabs (f x) <= Rabs (g x)) -> integrable g -> integrable f
}.

Arguments origin {A inside}.
Arguments mean {A inside}.
Arguments integrable {A inside}.

Definition everywhere {A : Type} (x : A) : Prop := True.
Definition in01 (s : R) : Prop := 0 <= s <= 1.

Definition probability (Omega : Type) : Type := functional Omega everywhere.

Record integral01 : Type := {
  over01 : functional R in01;
  identity01 : mean over01 (fun s => s) = 1 / 2
}.

Notation E := (@mean _ everywhere) (only parsing).
Notation Integrable := (@integrable _ everywhere) (only parsing).
Definition Integral01 (I : integral01) (f : R -> R) : R := mean (over01 I) f.
Definition Integrable01 (I : integral01) (f : R -> R) : Prop := integrable (over01 I) f.

(* --- the laws have models: every finite probability space ------------------------------------ *)

Section finite.
  Variables (A : Type) (inside : A -> Prop).

  Fixpoint weight (points : list (A * R)) : R :=
    match points with nil => 0 | (_, p) :: rest => p + weight rest end.

  Fixpoint weighted (points : list (A * R)) (f : A -> R) : R :=
    match points with nil => 0 | (x, p) :: rest => p * f x + weighted rest f end.

  Definition proper (points : list (A * R)) : Prop := Forall (fun point => inside (fst point) /\ 0 <= snd point) points.

  Lemma weighted_ext points f g : proper points -> (forall x, inside x -> f x = g x) -> weighted points f = weighted points g.
  Proof.
    intros good same; induction good as [|[x p] rest [here _] _ IH]; simpl in *; [reflexivity|].
    rewrite IH, (same x here); reflexivity.
  Qed.

  Lemma weighted_one points : weighted points (fun _ => 1) = weight points.
  Proof. induction points as [|[x p] rest IH]; simpl; [reflexivity|]. rewrite IH; ring. Qed.

  Lemma weighted_linear points c f g :
    weighted points (fun x => c * f x + g x) = c * weighted points f + weighted points g.
  Proof. induction points as [|[x p] rest IH]; simpl; [ring|]. rewrite IH; ring. Qed.

  Lemma weighted_monotone points f g :
    proper points -> (forall x, inside x -> f x <= g x) -> weighted points f <= weighted points g.
  Proof.
    intros good below; induction good as [|[x p] rest [here sign] _ IH]; simpl in *; [lra|].
    apply Rplus_le_compat; [apply Rmult_le_compat_l; auto | exact IH].
  Qed.

  Definition finite (points : list (A * R)) (start : A) (good : proper points) (whole : weight points = 1) :
    functional A inside.
  Proof.
    refine {| origin := start; mean := weighted points; integrable := fun _ => True |}; try (intros; exact I).
    - intros f g; apply weighted_ext; exact good.
    - rewrite weighted_one; exact whole.
    - apply weighted_linear.
    - intros f g below _; apply weighted_monotone; assumption.
  Defined.
End finite.

(* The laws of Integral01 hold for the mean of the two ends; so nothing contradicts them. *)
Definition ends : integral01.
Proof.
  refine {| over01 := finite R in01 ((0, 1 / 2) :: (1, 1 / 2) :: nil) 0 _ _ |}.
  Unshelve.
  - simpl; lra.
  - repeat constructor; simpl; lra.
  - simpl; lra.
Defined.

(* A space of one outcome. *)
Definition certain : probability unit.
Proof.
  refine (finite unit everywhere ((tt, 1) :: nil) tt _ _).
  - repeat constructor; simpl; lra.
  - simpl; lra.
Defined.

(* --- logic and arithmetic -------------------------------------------------------------------- *)

Lemma eq_same a b c d : b - a = d - c -> a = b -> c = d.
Proof. lra. Qed.
Lemma le_same a b c d : b - a = d - c -> a <= b -> c <= d.
Proof. lra. Qed.
Lemma lt_same a b c d : b - a = d - c -> a < b -> c < d.
Proof. lra. Qed.
Lemma ne_same a b c d : b - a = d - c -> a <> b -> c <> d.
Proof. intros same differ equal; apply differ; lra. Qed.

(* Certificates: a sum of products, one of them positive, that is zero. *)
Lemma pos_one : 0 < 1.
Proof. exact Rlt_0_1. Qed.
Lemma nonneg_of_pos a : 0 < a -> 0 <= a.
Proof. apply Rlt_le. Qed.
Lemma nonneg_mult a b : 0 <= a -> 0 <= b -> 0 <= a * b.
Proof. apply Rmult_le_pos. Qed.
Lemma pos_mult a b : 0 < a -> 0 < b -> 0 < a * b.
Proof. apply Rmult_lt_0_compat. Qed.
Lemma nonneg_square a : 0 <= a * a.
Proof. apply Rle_0_sqr. Qed.
Lemma nonneg_le a b : a <= b -> 0 <= b - a.
Proof. lra. Qed.
Lemma pos_lt a b : a < b -> 0 < b - a.
Proof. lra. Qed.
Lemma pos_ne a b : a <> b -> 0 < (b - a) * (b - a).
Proof. intros differ; apply Rsqr_pos_lt; lra. Qed.
Lemma zero_eq a b : a = b -> b - a = 0.
Proof. lra. Qed.
Lemma zero_mult t p : p = 0 -> t * p = 0.
Proof. intros ->; ring. Qed.
Lemma nonneg_zero a : a = 0 -> 0 <= a.
Proof. lra. Qed.
Lemma zero_plus a b : a = 0 -> b = 0 -> a + b = 0.
Proof. lra. Qed.
Lemma pos_plus a b : 0 < a -> 0 <= b -> 0 < a + b.
Proof. lra. Qed.
Lemma absurd_pos a : 0 < a -> a = 0 -> False.
Proof. lra. Qed.
Lemma eq_by a b c : a - b = c -> c = 0 -> a = b.
Proof. lra. Qed.

Lemma Z_induction (P : Z -> Prop) (lo : Z) :
  P lo -> (forall k, IZR lo <= IZR k -> P k -> P (k + 1)%Z) -> forall k, IZR lo <= IZR k -> P k.
Proof.
  intros base step k above; apply le_IZR in above; revert k above.
  assert (by_nat : forall n : nat, P (lo + Z.of_nat n)%Z).
  { induction n as [|n IH].
    - rewrite Z.add_0_r; exact base.
    - replace (lo + Z.of_nat (S n))%Z with (lo + Z.of_nat n + 1)%Z by lia.
      apply step; [apply IZR_le; lia | exact IH]. }
  intros k above; replace k with (lo + Z.of_nat (Z.to_nat (k - lo)))%Z by lia; apply by_nat.
Qed.

Lemma rule_cases (C : Prop) a b : (a <= b -> C) -> (b < a -> C) -> C.
Proof. intros below above; destruct (Rle_or_lt a b); auto. Qed.

(* Equal functions at equal arguments: once for each argument of a function. *)
Lemma eq_at (A B : Type) (f g : A -> B) (a b : A) : f = g -> a = b -> f a = g b.
Proof. intros -> ->; reflexivity. Qed.

Lemma rule_rewrite (A : Type) (P : A -> Prop) (a b : A) : a = b -> P a -> P b.
Proof. intros ->; trivial. Qed.

Lemma rule_integer_gap a b d : b - a = IZR d -> a < b -> a + 1 <= b.
Proof.
  intros whole below; assert (step : (1 <= d)%Z).
  { apply (Zlt_le_succ 0), lt_IZR; rewrite <- whole; lra. }
  apply IZR_le in step; lra.
Qed.

(* --- equations of polynomials ---------------------------------------------------------------- *)

(* Real terms over variables, which are numbered, as data: `ring` finds this form of an equation by looking at it, which
   takes it most of its time; here it is written down. *)
Inductive expression : Type :=
  | X_var (n : positive)
  | X_int (z : Z)
  | X_rat (z : Z) (d : positive)
  | X_add (a b : expression)
  | X_sub (a b : expression)
  | X_mul (a b : expression)
  | X_pow (a : expression) (n : nat).

Fixpoint value (l : list R) (e : expression) : R :=
  match e with
  | X_var n => BinList.nth 0 n l
  | X_int z => IZR z
  | X_rat z d => IZR z / IZR (Zpos d)
  | X_add a b => value l a + value l b
  | X_sub a b => value l a - value l b
  | X_mul a b => value l a * value l b
  | X_pow a n => value l a ^ n
  end.

Definition times (d : positive) (p : PExpr Z) : PExpr Z := if Pos.eqb d 1 then p else PEmul (PEc (Zpos d)) p.

(* A polynomial with whole coefficients, and what it is to be divided by. *)
Fixpoint fraction (e : expression) : PExpr Z * positive :=
  match e with
  | X_var n => (PEX Z n, 1%positive)
  | X_int z => (PEc z, 1%positive)
  | X_rat z d => (PEc z, d)
  | X_add a b =>
      let (p, c) := fraction a in
      let (q, d) := fraction b in
      if Pos.eqb c d then (PEadd p q, c) else (PEadd (times d p) (times c q), (c * d)%positive)
  | X_sub a b =>
      let (p, c) := fraction a in
      let (q, d) := fraction b in
      if Pos.eqb c d then (PEsub p q, c) else (PEsub (times d p) (times c q), (c * d)%positive)
  | X_mul a b =>
      let (p, c) := fraction a in
      let (q, d) := fraction b in
      (PEmul p q, (c * d)%positive)
  | X_pow a n => let (p, c) := fraction a in (PEpow p (N.of_nat n), Nat.iter n (Pos.mul c) 1%positive)
  end.

Definition polynomial (p : PExpr Z) : Pol Z :=
  norm_subst 0%Z 1%Z Z.add Z.mul Z.sub Z.opp Zeq_bool Z.quotrem 0 nil p.
Definition same_polynomial (a b : expression) : bool :=
  let (p, c) := fraction a in
  let (q, d) := fraction b in
  if Pos.eqb c d then Peq Zeq_bool (polynomial p) (polynomial q)
  else Peq Zeq_bool (polynomial (times d p)) (polynomial (times c q)).

Definition value_of (l : list R) (p : PExpr Z) : R := PEeval 0 1 Rplus Rmult Rminus Ropp IZR N.to_nat pow l p.

Lemma value_times l d p : value_of l (times d p) = IZR (Zpos d) * value_of l p.
Proof.
  unfold times; destruct (Pos.eqb_spec d 1) as [-> | _]; [ring | reflexivity].
Qed.

Lemma value_fraction l e : value_of l (fst (fraction e)) = value l e * IZR (Zpos (snd (fraction e))).
Proof.
  induction e as [n | z | z d | a IHa b IHb | a IHa b IHb | a IHa b IHb | a IH n]; simpl.
  - unfold value_of; simpl; ring.
  - unfold value_of; simpl; ring.
  - unfold value_of; simpl; field; apply not_0_IZR; discriminate.
  - destruct (fraction a) as [p c]; destruct (fraction b) as [q d]; simpl in *.
    destruct (Pos.eqb_spec c d) as [-> | _]; simpl.
    + change (value_of l (PEadd p q)) with (value_of l p + value_of l q); rewrite IHa, IHb; ring.
    + change (value_of l (PEadd (times d p) (times c q))) with (value_of l (times d p) + value_of l (times c q)).
      rewrite !value_times, IHa, IHb, Pos2Z.inj_mul, mult_IZR; ring.
  - destruct (fraction a) as [p c]; destruct (fraction b) as [q d]; simpl in *.
    destruct (Pos.eqb_spec c d) as [-> | _]; simpl.
    + change (value_of l (PEsub p q)) with (value_of l p - value_of l q); rewrite IHa, IHb; ring.
    + change (value_of l (PEsub (times d p) (times c q))) with (value_of l (times d p) - value_of l (times c q)).
      rewrite !value_times, IHa, IHb, Pos2Z.inj_mul, mult_IZR; ring.
  - destruct (fraction a) as [p c]; destruct (fraction b) as [q d]; simpl in *.
    change (value_of l (PEmul p q)) with (value_of l p * value_of l q).
    rewrite IHa, IHb, Pos2Z.inj_mul, mult_IZR; ring.
  - destruct (fraction a) as [p c]; simpl in *.
    change (value_of l (PEpow p (N.of_nat n))) with (value_of l p ^ N.to_nat (N.of_nat n)).
    rewrite Nat2N.id, IH; clear IH; induction n as [|n IH]; simpl; [ring|].
    rewrite IH, Pos2Z.inj_mul, mult_IZR; ring.
Qed.

Lemma value_polynomial l p q : Peq Zeq_bool (polynomial p) (polynomial q) = true -> value_of l p = value_of l q.
Proof. exact (RField_ring_lemma1 0 l nil p q I). Qed.

(* What decides an equation: the polynomials are computed, and compared. *)
Lemma eq_polynomials (l : list R) (a b : expression) : same_polynomial a b = true -> value l a = value l b.
Proof.
  unfold same_polynomial; intros same.
  pose proof (value_fraction l a) as first; pose proof (value_fraction l b) as second.
  destruct (fraction a) as [p c]; destruct (fraction b) as [q d]; simpl in *.
  assert (not_0 : forall n, IZR (Zpos n) <> 0) by (intros; apply not_0_IZR; discriminate).
  destruct (Pos.eqb_spec c d) as [-> | _]; apply (value_polynomial l) in same.
  - rewrite same, second in first; apply Rmult_eq_reg_r in first; auto.
  - rewrite !value_times, first, second in same.
    apply Rmult_eq_reg_r with (IZR (Zpos c)); [|apply not_0]; apply Rmult_eq_reg_l with (IZR (Zpos d)); [|apply not_0].
    rewrite same; ring.
Qed.

Definition X_nil : list R := nil.

Arguments X_var _%positive.
Arguments X_int _%Z.
Arguments X_rat _%Z _%positive.
Arguments X_pow _ _%nat.
Strategy expand [value BinList.nth BinList.jump].
Ltac by_polynomials l a b := exact_no_check (eq_polynomials l a b ltac:(vm_cast_no_check (eq_refl true))).

(* --- facts ----------------------------------------------------------------------------------- *)

Lemma fact_inv x : x <> 0 -> x * / x = 1.
Proof. apply Rinv_r. Qed.
Lemma fact_sqrt_nonneg x : 0 <= x -> 0 <= sqrt x.
Proof. intros _; apply sqrt_pos. Qed.
Lemma fact_sqrt_square x : 0 <= x -> sqrt x * sqrt x = x.
Proof. apply sqrt_sqrt. Qed.
Lemma fact_abs_nonneg x : 0 <= x -> Rabs x = x.
Proof. intros; apply Rabs_pos_eq; assumption. Qed.
Lemma fact_abs_nonpos x : x <= 0 -> Rabs x = -1 * x.
Proof. intros; rewrite Rabs_left1 by assumption; ring. Qed.
Lemma fact_sign_pos x : 0 < x -> sign x = 1.
Proof. intros; unfold sign; destruct (Rlt_dec 0 x); [reflexivity | contradiction]. Qed.
Lemma fact_sign_neg x : x < 0 -> sign x = -1.
Proof. intros; unfold sign; destruct (Rlt_dec 0 x); [lra|]; destruct (Rlt_dec x 0); [reflexivity | contradiction]. Qed.
Lemma fact_sign_zero x : x = 0 -> sign x = 0.
Proof. intros; unfold sign; destruct (Rlt_dec 0 x); [lra|]; destruct (Rlt_dec x 0); [lra | reflexivity]. Qed.

Lemma fact_pow_succ x n : 0 <= IZR n -> zpow x (n + 1) = x * zpow x n.
Proof.
  intros above; apply le_IZR in above; unfold zpow.
  destruct (Z_le_dec 0 n) as [_ | low]; [ | lia].
  destruct (Z_le_dec 0 (n + 1)) as [_ | low]; [ | lia].
  replace (Z.to_nat (n + 1)) with (S (Z.to_nat n)) by lia; reflexivity.
Qed.
Lemma zpow_literal x n m : n = Z.of_nat m -> zpow x n = x ^ m.
Proof.
  intros ->; unfold zpow; destruct (Z_le_dec 0 (Z.of_nat m)) as [_ | low]; [ | lia].
  rewrite Nat2Z.id; reflexivity.
Qed.
Lemma zpow_literals x n a b : n = (Z.of_nat a + Z.of_nat b)%Z -> zpow x n = x ^ a * x ^ b.
Proof. intros same; rewrite <- pow_add; apply zpow_literal; rewrite same; symmetry; apply Nat2Z.inj_add. Qed.

Lemma rpow_usual x r : 0 < x -> rpow x r = Rpower x r.
Proof. intros; unfold rpow; destruct (Rlt_dec 0 x); [reflexivity | contradiction]. Qed.
Lemma fact_rpow_pos x r : 0 < x -> 0 < rpow x r.
Proof. intros; rewrite rpow_usual by assumption; apply exp_pos. Qed.
Lemma rpow_nonneg x r : 0 <= rpow x r.
Proof.
  unfold rpow; destruct (Rlt_dec 0 x); [apply Rlt_le, exp_pos | destruct (Req_EM_T r 0); lra].
Qed.
Lemma fact_rpow_zero x : 0 <= x -> rpow x 0 = 1.
Proof.
  intros; unfold rpow; destruct (Rlt_dec 0 x); [apply Rpower_O; assumption|].
  destruct (Req_EM_T 0 0); [reflexivity | lra].
Qed.
Lemma fact_rpow_of_zero r : 0 < r -> rpow 0 r = 0.
Proof. intros; unfold rpow; destruct (Rlt_dec 0 0); [lra|]; destruct (Req_EM_T r 0); [lra | reflexivity]. Qed.
Lemma fact_rpow_one x : 0 <= x -> rpow x 1 = x.
Proof.
  intros [above | <-]; [rewrite rpow_usual by assumption; apply Rpower_1; assumption | apply fact_rpow_of_zero; lra].
Qed.
Lemma fact_rpow_add x r s : 0 < x -> rpow x (r + s) = rpow x r * rpow x s.
Proof. intros; rewrite !rpow_usual by assumption; apply Rpower_plus. Qed.
Lemma fact_rpow_mul x r s : 0 < x -> rpow x (r * s) = rpow (rpow x r) s.
Proof.
  intros; rewrite (rpow_usual x) by assumption; rewrite rpow_usual by (apply fact_rpow_pos; assumption).
  rewrite (rpow_usual x) by assumption; symmetry; apply Rpower_mult.
Qed.
Lemma fact_rpow_base x y r : 0 < x -> 0 < y -> rpow (x * y) r = rpow x r * rpow y r.
Proof.
  intros; rewrite !rpow_usual by (try apply Rmult_lt_0_compat; assumption); symmetry; apply Rpower_mult_distr; assumption.
Qed.
(* The tangents of exp at q*ln(x) in the points ln(x) and 0, in the proportion q : 1 - q. *)
Lemma fact_young x q : 0 <= x -> 0 <= q -> q <= 1 -> rpow x q <= 1 + -1 * q + q * x.
Proof.
  intros [above | <-] low high.
  - rewrite rpow_usual by assumption; unfold Rpower; set (y := ln x).
    assert (at_x : exp (q * y) * (1 + (1 - q) * y) <= x).
    { replace x with (exp (q * y) * exp ((1 - q) * y)).
      - apply Rmult_le_compat_l; [apply Rlt_le, exp_pos | apply exp_ineq1_le].
      - rewrite <- exp_plus; replace (q * y + (1 - q) * y) with y by ring; apply exp_ln; assumption. }
    assert (at_1 : exp (q * y) * (1 + - (q * y)) <= 1).
    { replace 1 with (exp (q * y) * exp (- (q * y))) at 2.
      - apply Rmult_le_compat_l; [apply Rlt_le, exp_pos | apply exp_ineq1_le].
      - rewrite <- exp_plus; replace (q * y + - (q * y)) with 0 by ring; apply exp_0. }
    apply (Rmult_le_compat_l q) in at_x; [|assumption].
    apply (Rmult_le_compat_l (1 - q)) in at_1; [|lra].
    replace (exp (q * y)) with
      (q * (exp (q * y) * (1 + (1 - q) * y)) + (1 - q) * (exp (q * y) * (1 + - (q * y)))) by ring.
    lra.
  - destruct low as [low | <-]; [rewrite fact_rpow_of_zero by assumption; lra | rewrite fact_rpow_zero; lra].
Qed.
Lemma fact_ln_mul x y : 0 < x -> 0 < y -> ln (x * y) = ln x + ln y.
Proof. apply ln_mult. Qed.
Lemma fact_ln_rpow x r : 0 < x -> ln (rpow x r) = r * ln x.
Proof. intros; rewrite rpow_usual by assumption; apply ln_exp. Qed.
Lemma fact_ln_le x : 0 < x -> ln x <= x + -1.
Proof. intros above; pose proof (exp_ineq1_le (ln x)) as tangent; rewrite exp_ln in tangent by assumption; lra. Qed.
Lemma fact_integral_identity I : Integral01 I (fun s => s) = 1 / 2.
Proof. apply identity01. Qed.

(* --- sums ------------------------------------------------------------------------------------ *)

Lemma sum_of_ext n lo f g :
  (forall k, (lo <= k < lo + Z.of_nat n)%Z -> f k = g k) -> sum_of n lo f = sum_of n lo g.
Proof.
  induction n as [|n IH]; intros same; simpl; [reflexivity|].
  rewrite IH, same; [reflexivity | lia | intros; apply same; lia].
Qed.

Lemma fact_sum_empty lo hi f : IZR hi < IZR lo -> Sum lo hi f = 0.
Proof. intros below; apply lt_IZR in below; unfold Sum; replace (Z.to_nat (hi - lo + 1)) with O by lia; reflexivity. Qed.

Lemma fact_sum_last lo hi f : IZR lo <= IZR hi -> Sum lo hi f = Sum lo (hi + -1) f + f hi.
Proof.
  intros below; apply le_IZR in below; unfold Sum.
  replace (Z.to_nat (hi - lo + 1)) with (S (Z.to_nat (hi + -1 - lo + 1))) by lia; simpl.
  do 2 f_equal; lia.
Qed.

Lemma fact_sum_first lo hi f : IZR lo <= IZR hi -> Sum lo hi f = f lo + Sum (lo + 1) hi f.
Proof.
  intros below; apply le_IZR in below; unfold Sum.
  replace (Z.to_nat (hi - lo + 1)) with (S (Z.to_nat (hi - (lo + 1) + 1))) by lia.
  generalize (Z.to_nat (hi - (lo + 1) + 1)); intros n; clear below hi.
  induction n as [|n IH].
  - simpl; rewrite Z.add_0_r; ring.
  - change (sum_of (S (S n)) lo f) with (sum_of (S n) lo f + f (lo + Z.of_nat (S n))%Z); rewrite IH; simpl.
    replace (lo + Z.pos (Pos.of_succ_nat n))%Z with (lo + 1 + Z.of_nat n)%Z by lia; ring.
Qed.

Lemma Sum_ext lo hi f g : (forall k, IZR lo <= IZR k -> IZR k <= IZR hi -> f k = g k) -> Sum lo hi f = Sum lo hi g.
Proof. intros same; apply sum_of_ext; intros k range; apply same; apply IZR_le; lia. Qed.

Lemma Sum_monotone lo hi f g :
  (forall k, IZR lo <= IZR k -> IZR k <= IZR hi -> f k <= g k) -> Sum lo hi f <= Sum lo hi g.
Proof.
  unfold Sum; intros below.
  assert (all : forall n, (Z.of_nat n <= hi - lo + 1)%Z -> sum_of n lo f <= sum_of n lo g).
  { induction n as [|n IH]; intros small; simpl; [lra|].
    apply Rplus_le_compat; [apply IH; lia | apply below; apply IZR_le; lia]. }
  destruct (Z_le_gt_dec 0 (hi - lo + 1)); [apply all; lia|].
  replace (Z.to_nat (hi - lo + 1)) with O by lia; simpl; lra.
Qed.

Lemma Sum_same lo lo' hi hi' f g : lo = lo' -> hi = hi' -> (forall k, f k = g k) -> Sum lo hi f = Sum lo' hi' g.
Proof. intros -> -> same; apply Sum_ext; auto. Qed.

Lemma Sum_nothing lo hi : Sum lo hi (fun _ => 0) = 0.
Proof. unfold Sum; induction (Z.to_nat (hi - lo + 1)) as [|n IH]; simpl; [reflexivity | rewrite IH; ring]. Qed.

Lemma Sum_linear lo hi c f g b : Sum lo hi g = b -> Sum lo hi (fun k => g k + c * f k) = b + c * Sum lo hi f.
Proof.
  intros <-; unfold Sum; induction (Z.to_nat (hi - lo + 1)) as [|n IH]; simpl; [ring|]. rewrite IH; ring.
Qed.

(* --- expectations and integrals -------------------------------------------------------------- *)

Section laws.
  Variables (A : Type) (inside : A -> Prop) (M : functional A inside).

  Lemma mean_nothing : mean M (fun _ => 0) = 0.
  Proof.
    pose proof (mean_linear _ _ M 0 (fun _ => 1) (fun _ => 0)) as law; simpl in law.
    rewrite (mean_ext _ _ M _ (fun _ => 0)) in law by (intros; ring).
    pose proof (mean_linear _ _ M 1 (fun _ => 0) (fun _ => 0)) as twice; simpl in twice.
    rewrite (mean_ext _ _ M _ (fun _ => 0)) in twice by (intros; ring); lra.
  Qed.
  Lemma mean_linear_step c f g b : mean M g = b -> mean M (fun x => g x + c * f x) = b + c * mean M f.
  Proof.
    intros <-; rewrite (mean_ext _ _ M _ (fun x => c * f x + g x)) by (intros; ring); rewrite mean_linear; ring.
  Qed.
  Lemma mean_constant_step c g b : mean M g = b -> mean M (fun x => g x + c * 1) = b + c * 1.
  Proof. intros same; rewrite (mean_linear_step c (fun _ => 1) g b same), mean_one; reflexivity. Qed.
  Lemma mean_same f g : (forall x, f x = g x) -> mean M f = mean M g.
  Proof. intros same; apply mean_ext; auto. Qed.
  Lemma integrable_same f g : (forall x, f x = g x) -> integrable M f -> integrable M g.
  Proof. intros same; apply integrable_dominated; intros x _; rewrite same; lra. Qed.
  Lemma integrable_linear_step c f g :
    integrable M f -> integrable M g -> integrable M (fun x => g x + c * f x).
  Proof.
    intros finite_f finite_g; apply (integrable_same (fun x => c * f x + g x)); [intros; ring|].
    apply integrable_linear; assumption.
  Qed.
  Lemma integrable_bounded f g : (forall x, inside x -> Rabs (f x) <= g x) -> integrable M g -> integrable M f.
  Proof.
    intros below; apply integrable_dominated; intros x here.
    apply Rle_trans with (g x); [auto | apply Rle_abs].
  Qed.
  Lemma integrable_constant c : integrable M (fun _ => c).
  Proof.
    apply (integrable_same (fun _ => (c - 1) * 1 + 1)); [intros; ring|].
    apply (integrable_linear _ _ M (c - 1) (fun _ => 1) (fun _ => 1)); apply integrable_one.
  Qed.
End laws.

Section expectation.
  Variables (Omega : Type) (P : probability Omega).

  Lemma E_ext f g : (forall w, f w = g w) -> E P f = E P g.
  Proof. intros; apply mean_ext; auto. Qed.
  Lemma E_same f g : (forall w, f w = g w) -> E P f = E P g.
  Proof. apply E_ext. Qed.
  Lemma E_monotone f g : (forall w, f w <= g w) -> Integrable P (fun w => g w + -1 * f w) -> E P f <= E P g.
  Proof. intros; apply mean_monotone; auto. Qed.
  Lemma E_nothing : E P (fun _ => 0) = 0.
  Proof. apply mean_nothing. Qed.
  Lemma E_linear c f g b : E P g = b -> E P (fun w => g w + c * f w) = b + c * E P f.
  Proof. apply mean_linear_step. Qed.
  Lemma E_constant c g b : E P g = b -> E P (fun w => g w + c * 1) = b + c * 1.
  Proof. apply mean_constant_step. Qed.
  Lemma Integrable_same f g : (forall w, f w = g w) -> Integrable P f -> Integrable P g.
  Proof. apply integrable_same. Qed.
  Lemma Integrable_bounded f g : (forall w, Rabs (f w) <= g w) -> Integrable P g -> Integrable P f.
  Proof. intros below; apply integrable_bounded; auto. Qed.
  Lemma Integrable_dominated f g : (forall w, Rabs (f w) <= Rabs (g w)) -> Integrable P g -> Integrable P f.
  Proof. intros below; apply integrable_dominated; auto. Qed.
  Lemma Integrable_constant c : Integrable P (fun _ => c).
  Proof. apply integrable_constant. Qed.
  Lemma Integrable_linear c f g : Integrable P f -> Integrable P g -> Integrable P (fun w => g w + c * f w).
  Proof. apply integrable_linear_step. Qed.
End expectation.

Section integral.
  Variable I : integral01.

  Lemma Integral01_ext f g : (forall s, 0 <= s -> s <= 1 -> f s = g s) -> Integral01 I f = Integral01 I g.
  Proof. intros same; apply mean_ext; intros s [low high]; auto. Qed.
  Lemma Integral01_monotone f g :
    (forall s, 0 <= s -> s <= 1 -> f s <= g s) -> Integrable01 I (fun s => g s + -1 * f s) -> Integral01 I f <= Integral01 I g.
  Proof. intros below; apply mean_monotone; intros s [low high]; auto. Qed.
  Lemma Integral01_same f g : (forall s, f s = g s) -> Integral01 I f = Integral01 I g.
  Proof. apply mean_same. Qed.
  Lemma Integral01_nothing : Integral01 I (fun _ => 0) = 0.
  Proof. apply mean_nothing. Qed.
  Lemma Integral01_linear c f g b : Integral01 I g = b -> Integral01 I (fun s => g s + c * f s) = b + c * Integral01 I f.
  Proof. apply mean_linear_step. Qed.
  Lemma Integral01_constant c g b : Integral01 I g = b -> Integral01 I (fun s => g s + c * 1) = b + c * 1.
  Proof. apply mean_constant_step. Qed.
  Lemma Integrable01_same f g : (forall s, f s = g s) -> Integrable01 I f -> Integrable01 I g.
  Proof. apply integrable_same. Qed.
  Lemma Integrable01_bounded f g :
    (forall s, 0 <= s -> s <= 1 -> Rabs (f s) <= g s) -> Integrable01 I g -> Integrable01 I f.
  Proof. intros below; apply integrable_bounded; intros s [low high]; auto. Qed.
  Lemma Integrable01_dominated f g :
    (forall s, 0 <= s -> s <= 1 -> Rabs (f s) <= Rabs (g s)) -> Integrable01 I g -> Integrable01 I f.
  Proof. intros below; apply integrable_dominated; intros s [low high]; auto. Qed.
  Lemma Integrable01_constant c : Integrable01 I (fun _ => c).
  Proof. apply integrable_constant. Qed.
  Lemma Integrable01_linear c f g : Integrable01 I f -> Integrable01 I g -> Integrable01 I (fun s => g s + c * f s).
  Proof. apply integrable_linear_step. Qed.
End integral.

(* --- normal forms of inverses ---------------------------------------------------------------- *)

Lemma inv_content c f q x : x = c * q -> c * f = 1 -> / x = f * / q.
Proof.
  intros -> unit; rewrite Rinv_mult; f_equal.
  apply Rmult_eq_reg_l with c; [|intros ->; lra]. rewrite unit; apply Rinv_r; intros ->; lra.
Qed.
Lemma inv_number c f x : x = c -> c * f = 1 -> / x = f.
Proof. intros same unit; rewrite (inv_content c f 1 x); [rewrite Rinv_1; ring | rewrite same; ring | exact unit]. Qed.
Lemma inv_factor c e y x d z : x = y * c ^ e -> / c = d -> / y = z -> / x = z * d ^ e.
Proof. intros -> <- <-; rewrite Rinv_mult, pow_inv; reflexivity. Qed.
Lemma inv_nothing x : x = 0 -> / x = 0.
Proof. intros ->; apply Rinv_0. Qed.
Lemma inv_same x y : x = y -> / x = / y.
Proof. intros ->; reflexivity. Qed.
Lemma inv_inv_same x y : x = y -> / / x = y.
Proof. intros ->; apply Rinv_inv. Qed.

Arguments E_ext {Omega}.
Arguments E_same {Omega}.
Arguments E_monotone {Omega}.
Arguments E_nothing {Omega}.
Arguments E_linear {Omega}.
Arguments E_constant {Omega}.
Arguments Integrable_same {Omega}.
Arguments Integrable_bounded {Omega}.
Arguments Integrable_dominated {Omega}.
Arguments Integrable_constant {Omega}.
Arguments Integrable_linear {Omega}.

Global Opaque Sum zpow rpow sign.

(* --- small numbers ---------------------------------------------------------------------------- *)

(* Coq reads a number by computing in its logic, which took it a seventh of its time.  These are the same terms, written
   down: `same_numbers` compares them with what Coq makes of the numbers here, before that. *)
Definition numbers_of_coq :=
  ((-2, -1, 0, 1, 2, 3, 4), (-2, -1, 0, 1, 2, 3, 4)%Z, (0, 1, 2, 3, 4)%nat,
   (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)%positive).
Notation "0" := (IZR Z0) (only parsing) : R_scope.
Notation "0" := Z0 (only parsing) : Z_scope.
Notation "1" := (IZR (Zpos xH)) (only parsing) : R_scope.
Notation "1" := (Zpos xH) (only parsing) : Z_scope.
Notation "2" := (IZR (Zpos (xO xH))) (only parsing) : R_scope.
Notation "2" := (Zpos (xO xH)) (only parsing) : Z_scope.
Notation "3" := (IZR (Zpos (xI xH))) (only parsing) : R_scope.
Notation "3" := (Zpos (xI xH)) (only parsing) : Z_scope.
Notation "4" := (IZR (Zpos (xO (xO xH)))) (only parsing) : R_scope.
Notation "4" := (Zpos (xO (xO xH))) (only parsing) : Z_scope.
Notation "- 1" := (IZR (Zneg xH)) (only parsing) : R_scope.
Notation "- 1" := (Zneg xH) (only parsing) : Z_scope.
Notation "- 2" := (IZR (Zneg (xO xH))) (only parsing) : R_scope.
Notation "- 2" := (Zneg (xO xH)) (only parsing) : Z_scope.
Notation "0" := O (only parsing) : nat_scope.
Notation "1" := (S O) (only parsing) : nat_scope.
Notation "2" := (S (S O)) (only parsing) : nat_scope.
Notation "3" := (S (S (S O))) (only parsing) : nat_scope.
Notation "4" := (S (S (S (S O)))) (only parsing) : nat_scope.
Notation "1" := xH (only parsing) : positive_scope.
Notation "2" := (xO xH) (only parsing) : positive_scope.
Notation "3" := (xI xH) (only parsing) : positive_scope.
Notation "4" := (xO (xO xH)) (only parsing) : positive_scope.
Notation "5" := (xI (xO xH)) (only parsing) : positive_scope.
Notation "6" := (xO (xI xH)) (only parsing) : positive_scope.
Notation "7" := (xI (xI xH)) (only parsing) : positive_scope.
Notation "8" := (xO (xO (xO xH))) (only parsing) : positive_scope.
Notation "9" := (xI (xO (xO xH))) (only parsing) : positive_scope.
Notation "10" := (xO (xI (xO xH))) (only parsing) : positive_scope.
Notation "11" := (xI (xI (xO xH))) (only parsing) : positive_scope.
Notation "12" := (xO (xO (xI xH))) (only parsing) : positive_scope.
Notation "13" := (xI (xO (xI xH))) (only parsing) : positive_scope.
Notation "14" := (xO (xI (xI xH))) (only parsing) : positive_scope.
Notation "15" := (xI (xI (xI xH))) (only parsing) : positive_scope.
Notation "16" := (xO (xO (xO (xO xH)))) (only parsing) : positive_scope.

Lemma same_numbers : numbers_of_coq =
  ((-2, -1, 0, 1, 2, 3, 4), (-2, -1, 0, 1, 2, 3, 4)%Z, (0, 1, 2, 3, 4)%nat,
   (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)%positive).
Proof. reflexivity. Qed.

"""Classical facts, proved once for finite sums, expectations and integrals where they hold for all."""

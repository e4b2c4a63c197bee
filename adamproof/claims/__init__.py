"""The claims of the source, each with what is known of it: `table` draws the verdicts from `evidence`."""

"""Results of other papers and small ones of our own, as examples: each file states what is known of its source."""

"""A report as one HTML file: `page` is the whole, `opening` its first screen, `lemma` what it says about a lemma."""

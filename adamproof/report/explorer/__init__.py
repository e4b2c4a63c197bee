"""The explorer: sliders for the main theorem's bound and for the exponents of a schedule, a page or a report's section.

`content` gathers what the page is about, `javascript` and `typeset` write the lemmas' formulas as program text and as
MathML, and `page` puts the page together.  The scripts and the style sheet beside them are put into it.
"""

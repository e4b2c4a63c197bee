"""Tests of how formulas are written."""

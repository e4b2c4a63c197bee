"""Tests of the numeric evidence."""

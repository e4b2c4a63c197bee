"""Schedules of beta1, beta2 and gamma in T: which rate they give, and which ones give the best."""

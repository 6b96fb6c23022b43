"""How long the credits last, and whether they are spent unusually fast.

`series` converts readings to spending per hour and per ten minutes, `runway` forecasts when the
balance reaches zero, `fast_spending` learns the usual spending and detects what is far above it,
and `spending_model` holds both results until they are outdated.
"""

"""How long the credits last, and whether they are spent unusually fast.

`series` turns readings into spending by the hour and by ten minutes, `runway` forecasts when the
balance comes to zero, `fast_spending` learns what is usual and detects what is far above it, and
`spending_model` keeps both results until they are out of date.
"""

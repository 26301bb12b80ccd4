"""Frictionless' own report at many times its speed: rows are proved clean in vectors, the rest goes to Frictionless.

`lane.validate_csv` checks one CSV file, `lane.validate_csvs` a package of them, `lane.validate_frames` all-text
frames already in memory. Each returns the very errors Frictionless would return for all the rows, in its order.
How: `cells` and `keys` decide conservatively which rows may carry an error or are needed to judge one; `authority`
hands those rows, under their true row numbers, to Frictionless itself. Whatever cannot be proved is `Unprovable`
and the whole input goes to Frictionless. A filter too strict costs time; one too lax would cost truth.
"""

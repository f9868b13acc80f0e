"""Pure functions from Ibis tables to an Ibis table. They import ibis and contracts; no engine, no Dagster, no Delta.

`Engine.derive` runs them and keeps them compiled, so a function has all that differs from run to run in its tables, and
only what the code says (a contract, the rules) in its other arguments.
"""

"""Thin Dagster: one module a layer. What a step does is in `pipeline`; here it gets a name, a place and checks."""

"""Checks that stop bad data: what the contracts demand, and counts that must agree. No Dagster: assets wrap these."""

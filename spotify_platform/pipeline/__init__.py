"""The way of the data, step by step: each step joins contracts, landing, lakehouse and transforms, and nothing of Dagster.

Assets, command line and tests call the same steps, so that there is one way through the lake and one place for each part.
"""

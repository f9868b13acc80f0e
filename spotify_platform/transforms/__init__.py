"""Pure functions from Ibis tables to an Ibis table. They import ibis and contracts; no engine, no Dagster, no Delta."""

"""A run killed at any point: the next one loses nothing and doubles nothing."""

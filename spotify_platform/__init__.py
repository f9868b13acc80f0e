"""An open, self-hosted data platform for Spotify listening history."""

__version__ = "0.1.0"

"""`python -m spotify_platform.cli`: the command line without its script."""

from spotify_platform.cli import main

main()

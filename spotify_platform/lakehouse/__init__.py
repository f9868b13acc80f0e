"""Where tables live: the engines, the ledger, the one rule of commits, publishing. No Dagster here, and no Spotify."""

"""Objects in and out of the landing zone: keys, listing, safe unzip, framing. Nothing here knows a table."""

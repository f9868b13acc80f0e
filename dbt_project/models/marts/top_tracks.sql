{{ tops('track_key', ['track_id', 'track_name', 'artist_name', 'album_name']) }}

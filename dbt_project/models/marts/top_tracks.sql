{{ tops('track_key', source('silver', 'tracks'), {
    'track_id': 'track_id', 'track_name': 'name', 'artist_name': 'artist_name', 'album_name': 'album_name',
}) }}

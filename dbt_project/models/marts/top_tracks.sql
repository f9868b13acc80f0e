{{ tops('track_key', source('silver', 'tracks'), {
    'track_id': 'named.track_id',
    'track_name': 'coalesce(named.heard_name, named.name)',
    'artist_name': 'coalesce(named.heard_artist_name, named.artist_name)',
    'album_name': 'coalesce(named.heard_album_name, named.album_name)',
}) }}

{% set of_tracks %}inner join {{ source('silver', 'tracks') }} as track using (track_key)
    where track.album_key is not null{% endset %}
{{ tops('album_key', source('silver', 'albums'), {
    'album_id': 'named.album_id', 'album_name': 'named.name', 'artist_name': 'named.artist_name',
}, of_tracks, {'unique_tracks': 'count(distinct case when play_count > 0 then track_key end)'}) }}

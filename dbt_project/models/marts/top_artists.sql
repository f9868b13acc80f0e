{% set of_tracks %}inner join {{ source('silver', 'track_artists') }} as credit using (track_key){% endset %}
{{ tops('artist_key', source('silver', 'artists'), {'artist_id': 'named.artist_id', 'artist_name': 'named.name'}, of_tracks, {
    'primary_play_count': 'sum(case when position = 1 then play_count else 0 end)',
    'unique_tracks': 'count(distinct case when play_count > 0 then track_key end)',
}) }}

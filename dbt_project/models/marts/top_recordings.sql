{% set of_tracks %}inner join {{ source('silver', 'recordings') }} as recording using (track_key){% endset %}
{% set named %}(
    select recording.recording_key, track.*
    from {{ source('silver', 'recordings') }} as recording
    inner join {{ source('silver', 'tracks') }} as track on track.track_key = recording.track_key
    where recording.main_track_key = recording.track_key
){% endset %}
{{ tops('recording_key', named, {
    'main_track_key': 'named.track_key',
    'track_name': 'coalesce(named.heard_name, named.name)',
    'artist_name': 'coalesce(named.heard_artist_name, named.artist_name)',
    'album_name': 'coalesce(named.heard_album_name, named.album_name)',
}, of_tracks, {'unique_tracks': 'count(distinct case when play_count > 0 then track_key end)'}) }}

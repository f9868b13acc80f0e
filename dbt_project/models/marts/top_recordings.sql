{% set of_tracks %}inner join {{ source('silver', 'recordings') }} as recording using (track_key){% endset %}
{% set named %}(
    select recording.recording_key, track.track_key, track.name, track.artist_name, track.album_name, recording.track_count
    from {{ source('silver', 'recordings') }} as recording
    inner join {{ source('silver', 'tracks') }} as track on track.track_key = recording.track_key
    where recording.main_track_key = recording.track_key
){% endset %}
{{ tops('recording_key', named, {
    'main_track_key': 'track_key', 'track_name': 'name', 'artist_name': 'artist_name', 'album_name': 'album_name',
}, of_tracks, {'unique_tracks': 'count(distinct case when play_count > 0 then track_key end)'}) }}

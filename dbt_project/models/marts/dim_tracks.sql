with spans as (

    {{ spans('top_tracks', 'track_key') }}

)

select
    track.track_key,
    track.track_id,
    track.name as track_name,
    credit.artist_key,
    track.artist_name,
    track.album_key,
    track.album_name,
    recording.recording_key,
    track.isrc,
    track.duration_ms,
    cast(track.duration_ms as double) / 60000 as duration_minutes,
    case
        when track.duration_ms < 180000 then 'Short' when track.duration_ms <= 300000 then 'Medium' when track.duration_ms > 300000 then 'Long'
    end as length_category,
    case
        when track.duration_ms < 150000 then 'Low' when track.duration_ms <= 300000 then 'Medium' when track.duration_ms > 300000 then 'High'
    end as duration_flag,
    track.explicit,
    track.disc_number,
    track.track_number,
    album.total_tracks as album_track_count,
    track.popularity,
    album.image_url,
    album.release_date,
    album.release_date_precision,
    track.is_in_catalogue,
    track.changed_at,
    spans.first_played_at,
    spans.last_played_at
from {{ source('silver', 'tracks') }} as track
inner join {{ source('silver', 'recordings') }} as recording on recording.track_key = track.track_key
left join {{ source('silver', 'track_artists') }} as credit on credit.track_key = track.track_key and credit.position = 1
left join {{ source('silver', 'albums') }} as album on album.album_key = track.album_key
left join spans on spans.track_key = track.track_key

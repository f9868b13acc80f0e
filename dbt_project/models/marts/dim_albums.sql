with spans as (

    {{ spans('top_albums', 'album_key') }}

)

select
    album.album_key,
    album.album_id,
    album.name as album_name,
    credit.artist_key,
    album.artist_name,
    album.album_type,
    album.release_date,
    album.release_date_precision,
    album.released_on,
    {{ year_of('album.released_on') }} as release_year,
    album.total_tracks as album_track_count,
    album.label,
    album.upc,
    album.popularity,
    album.image_url,
    album.is_in_catalogue,
    album.changed_at,
    spans.first_played_at,
    spans.last_played_at
from {{ source('silver', 'albums') }} as album
left join {{ source('silver', 'album_artists') }} as credit on credit.album_key = album.album_key and credit.position = 1
left join spans on spans.album_key = album.album_key

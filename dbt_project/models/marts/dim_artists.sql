with spans as (

    {{ spans('top_artists', 'artist_key') }}

)

select
    artist.artist_key,
    artist.artist_id,
    artist.name as artist_name,
    artist.genres,
    artist.popularity,
    artist.follower_count,
    artist.image_url,
    artist.is_in_catalogue,
    artist.changed_at,
    spans.first_played_at,
    spans.last_played_at
from {{ source('silver', 'artists') }} as artist
left join spans on spans.artist_key = artist.artist_key

{{ tops('artist_key', ['artist_name'], detail=['track_key'], more={
    'primary_play_count': 'sum(play_count)',
    'unique_tracks': 'count(distinct case when play_count > 0 then track_key end)',
}) }}

{# The one pass over all facts from which all top lists are made. #}
{{ added_up(
    ref('stg_facts'), {'track_key': 'track_key'}, "content_type = 'track' and all_play_count > 0", month_start('local_date')
) }}

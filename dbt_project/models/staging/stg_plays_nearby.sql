{{ staged_plays(source('silver', 'plays_nearby')) }}

{{ staged_plays(source('silver', 'plays')) }}

with days as (

    {{ days('2005-12-31', '2100-01-01') }}

)

select
    day as local_date,
    cast(extract(year from day) as integer) as year,
    cast(extract(quarter from day) as integer) as quarter,
    cast(extract(month from day) as integer) as month,
    cast(extract(day from day) as integer) as day_of_month,
    cast({{ iso_part('isoyear', 'day') }} as integer) as iso_year,
    cast(extract(week from day) as integer) as iso_week,
    cast({{ iso_part('isodow', 'day') }} as integer) as weekday,
    case {{ iso_part('isodow', 'day') }}
        when 1 then 'Monday' when 2 then 'Tuesday' when 3 then 'Wednesday' when 4 then 'Thursday'
        when 5 then 'Friday' when 6 then 'Saturday' else 'Sunday'
    end as weekday_name,
    {{ iso_part('isodow', 'day') }} >= 6 as is_weekend,
    {{ month_start('day') }} as month_start,
    {{ year_start('day') }} as year_start
from days

"""What each table is: columns, types, keys, partitions, meanings. Plain data, no logic, no imports of engines."""

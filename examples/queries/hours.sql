-- When people click: by hour of the day (UTC).
-- Parameters: the advertiser, the first day (2026-03-01), its beginning and the last day's end in epoch milliseconds.
SELECT CAST((hour % 86400000) / 3600000 AS bigint) AS hour_of_day, sum(number) AS clicks
FROM events
WHERE advertiser = ?
  AND day >= ?
  AND hour >= ?
  AND hour < ?
  AND scope = 'total'
  AND name = 'click.person'
GROUP BY CAST((hour % 86400000) / 3600000 AS bigint)
ORDER BY hour_of_day

-- What happened on each day (UTC, by the beginning of the day in epoch milliseconds).
-- Parameters: the advertiser, the first day (2026-03-01), its beginning and the last day's end in epoch milliseconds.
SELECT
  hour - hour % 86400000 AS day_begins,
  sum(CASE WHEN name = 'message.sent' THEN number ELSE 0 END) AS sent,
  sum(CASE WHEN name = 'message.delivered' THEN number ELSE 0 END) AS delivered,
  sum(CASE WHEN name = 'click.person' THEN number ELSE 0 END) AS clicks,
  sum(CASE WHEN name = 'conversion.confirmed' THEN number ELSE 0 END) AS confirmed,
  sum(CASE WHEN name LIKE 'opposed.%' THEN number ELSE 0 END) AS opposed
FROM events
WHERE advertiser = ?
  AND day >= ?
  AND hour >= ?
  AND hour < ?
  AND scope = 'total'
GROUP BY hour - hour % 86400000
ORDER BY day_begins

-- Why SMS were not sent, or not at once, the most frequent reason first.
-- Parameters: the advertiser, the first day (2026-03-01), its beginning and the last day's end in epoch milliseconds.
SELECT name AS reason, sum(number) AS number
FROM events
WHERE advertiser = ?
  AND day >= ?
  AND hour >= ?
  AND hour < ?
  AND scope = 'total'
  AND (
    name LIKE 'message.refused.%' OR name LIKE 'message.deferred.%' OR name LIKE 'message.cancelled.%'
    OR name LIKE 'message.expired.%' OR name LIKE 'message.failed.%'
  )
GROUP BY name
HAVING sum(number) <> 0
ORDER BY number DESC, name

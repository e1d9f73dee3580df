-- SMS by what led to them, and what came of them.
-- Parameters: the advertiser, the first day (2026-03-01), its beginning and the last day's end in epoch milliseconds.
SELECT
  label_2 AS journey,
  sum(CASE WHEN name = 'made' THEN number ELSE 0 END) AS made,
  sum(CASE WHEN name = 'sent' THEN number ELSE 0 END) AS sent,
  sum(CASE WHEN name = 'delivered' THEN number ELSE 0 END) AS delivered,
  sum(CASE WHEN name = 'clicked' THEN number ELSE 0 END) AS clicked,
  sum(CASE WHEN name = 'converted' THEN number ELSE 0 END) AS converted
FROM events
WHERE advertiser = ?
  AND day >= ?
  AND hour >= ?
  AND hour < ?
  AND scope = 'cohort'
  AND dimension = 'sms'
GROUP BY label_2
ORDER BY journey

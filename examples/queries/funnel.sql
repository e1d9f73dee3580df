-- What became of visits, journeys and SMS, each in the hour in which it began: the numbers of the results page.
-- Parameters: the advertiser, the first day (2026-03-01), its beginning and the last day's end in epoch milliseconds.
SELECT dimension AS kind, label_1, label_2, label_3, name, sum(number) AS number
FROM events
WHERE advertiser = ?
  AND day >= ?
  AND hour >= ?
  AND hour < ?
  AND scope = 'cohort'
GROUP BY dimension, label_1, label_2, label_3, name
HAVING sum(number) <> 0
ORDER BY dimension, label_1, label_2, label_3, name

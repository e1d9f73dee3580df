-- Every count of an advertiser, as `GET …/counts` and the console show it.
-- Parameters: the advertiser, the first day (2026-03-01), its beginning and the last day's end in epoch milliseconds.
SELECT name, sum(number) AS number
FROM events
WHERE advertiser = ?
  AND day >= ?
  AND hour >= ?
  AND hour < ?
  AND scope = 'total'
GROUP BY name
HAVING sum(number) <> 0
ORDER BY name

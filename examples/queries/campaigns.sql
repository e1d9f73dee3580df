-- Clicks, sales and revenue by UTM source, medium and campaign; money in micro-units.
-- Parameters: the advertiser, the first day (2026-03-01), its beginning and the last day's end in epoch milliseconds.
SELECT
  label_1 AS source,
  label_2 AS medium,
  label_3 AS campaign,
  sum(CASE WHEN name = 'click.person' THEN number ELSE 0 END) AS clicks,
  sum(CASE WHEN name = 'conversion.confirmed' THEN number ELSE 0 END) AS confirmed,
  sum(CASE WHEN name LIKE 'revenue.confirmed.%' THEN number ELSE 0 END) AS revenue
FROM events
WHERE advertiser = ?
  AND day >= ?
  AND hour >= ?
  AND hour < ?
  AND scope = 'breakdown'
  AND dimension = 'utm'
GROUP BY label_1, label_2, label_3
ORDER BY clicks DESC, source, medium, campaign

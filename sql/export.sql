-- Copies the conferences of the last 30 days into a table of a file, and prints them for a CSV.
-- Needs an account, or --sandbox:
--   twsql query --database work.db --format csv -f sql/export.sql > conferences.csv

CREATE TABLE IF NOT EXISTS exported_conferences (
  Sid TEXT PRIMARY KEY, FriendlyName TEXT, Status TEXT, DateCreated DATETIME, DateUpdated DATETIME, Reason TEXT
);

INSERT OR REPLACE INTO exported_conferences
SELECT Sid, FriendlyName, Status, DateCreated, DateUpdated, ReasonConferenceEnded
FROM conferences
WHERE DateCreated >= datetime('now', '-30 days');

SELECT * FROM exported_conferences ORDER BY DateCreated DESC, Sid;

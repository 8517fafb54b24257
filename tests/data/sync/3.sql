PRAGMA application_id = 1953985388;
PRAGMA user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE conferences (
  Sid TEXT NOT NULL PRIMARY KEY, AccountSid TEXT, FriendlyName TEXT, Status TEXT, Region TEXT,
  ReasonConferenceEnded TEXT, CallSidEndingConference TEXT, DateCreated DATETIME, DateUpdated DATETIME,
  ApiVersion TEXT, Uri TEXT, SubresourceUris TEXT,
  FirstSeen DATETIME NOT NULL, LastSeen DATETIME NOT NULL, Run INTEGER NOT NULL REFERENCES sync_runs (Run), InsightsRead DATETIME, InsightsFinal BOOLEAN);
INSERT INTO "conferences" VALUES('CF09545f0af0bb3a9bbcf3ea5cbd87742f','AC00000000000000000000000000000001','webinar-4','in-progress','us1',NULL,NULL,'2026-07-31 22:05:29','2026-07-31 22:05:29','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF09545f0af0bb3a9bbcf3ea5cbd87742f.json','{"participants": "/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF09545f0af0bb3a9bbcf3ea5cbd87742f/Participants.json", "recordings": "/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF09545f0af0bb3a9bbcf3ea5cbd87742f/Recordings.json"}','2026-11-22 13:25:58','2026-11-22 13:25:58',1,NULL,NULL);
INSERT INTO "conferences" VALUES('CFd020967b51c74a70e7127b9f11e088e9','AC00000000000000000000000000000001','standup-2','in-progress','us1',NULL,NULL,'2026-04-13 15:33:27','2026-04-13 15:33:27','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFd020967b51c74a70e7127b9f11e088e9.json','{"participants": "/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFd020967b51c74a70e7127b9f11e088e9/Participants.json", "recordings": "/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFd020967b51c74a70e7127b9f11e088e9/Recordings.json"}','2026-11-22 13:25:58','2026-11-22 13:25:58',1,NULL,NULL);
INSERT INTO "conferences" VALUES('CF6f8132b4740a866d83b465919b8b4c3c','AC00000000000000000000000000000001','sales-0','in-progress','us1',NULL,NULL,'2025-12-27 13:48:19','2025-12-27 13:48:19','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF6f8132b4740a866d83b465919b8b4c3c.json','{"participants": "/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF6f8132b4740a866d83b465919b8b4c3c/Participants.json", "recordings": "/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF6f8132b4740a866d83b465919b8b4c3c/Recordings.json"}','2026-11-22 13:25:58','2026-11-22 13:25:58',1,NULL,NULL);
INSERT INTO "conferences" VALUES('CF9c0eaff6c951f15f3209add4b70c80bf','AC00000000000000000000000000000001','board-5','completed','us1','last-participant-left',NULL,'2026-11-11 08:27:52','2026-11-11 10:06:45','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF9c0eaff6c951f15f3209add4b70c80bf.json','{"participants": "/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF9c0eaff6c951f15f3209add4b70c80bf/Participants.json", "recordings": "/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF9c0eaff6c951f15f3209add4b70c80bf/Recordings.json"}','2026-11-22 13:25:58','2026-11-22 13:25:58',1,NULL,NULL);
INSERT INTO "conferences" VALUES('CFafb2ca9e0f12df2201f638cb82526d1a','AC00000000000000000000000000000001','interview-3','completed','us1','last-participant-left',NULL,'2026-06-21 19:09:20','2026-06-21 20:07:01','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFafb2ca9e0f12df2201f638cb82526d1a.json','{"participants": "/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFafb2ca9e0f12df2201f638cb82526d1a/Participants.json", "recordings": "/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFafb2ca9e0f12df2201f638cb82526d1a/Recordings.json"}','2026-11-22 13:25:58','2026-11-22 13:25:58',1,NULL,NULL);
INSERT INTO "conferences" VALUES('CF212b82f10133b128613118b5b6fbd6b5','AC00000000000000000000000000000001','support-1','completed','us1','last-participant-left',NULL,'2026-03-01 19:50:43','2026-03-01 21:07:32','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF212b82f10133b128613118b5b6fbd6b5.json','{"participants": "/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF212b82f10133b128613118b5b6fbd6b5/Participants.json", "recordings": "/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF212b82f10133b128613118b5b6fbd6b5/Recordings.json"}','2026-11-22 13:25:58','2026-11-22 13:25:58',1,NULL,NULL);
CREATE TABLE participants (
  ConferenceSid TEXT NOT NULL REFERENCES conferences (Sid), CallSid TEXT NOT NULL, AccountSid TEXT, Label TEXT,
  Status TEXT, Muted BOOLEAN, Hold BOOLEAN, Coaching BOOLEAN, CallSidToCoach TEXT, StartConferenceOnEnter BOOLEAN,
  EndConferenceOnExit BOOLEAN, QueueTime INTEGER, DateCreated DATETIME, DateUpdated DATETIME, Uri TEXT,
  FirstSeen DATETIME, LastSeen DATETIME, LeftAt DATETIME, LeftAtSource TEXT, Run INTEGER REFERENCES sync_runs (Run), JoinedAt DATETIME, "From" TEXT, "To" TEXT, CallStatus TEXT,
  PRIMARY KEY (ConferenceSid, CallSid));
INSERT INTO "participants" VALUES('CF09545f0af0bb3a9bbcf3ea5cbd87742f','CA2b72ab53afb1f5155ff5b7fc353f417c','AC00000000000000000000000000000001','guest-1','connected',0,0,0,NULL,1,0,NULL,'2026-07-31 22:05:29','2026-07-31 22:05:29','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF09545f0af0bb3a9bbcf3ea5cbd87742f/Participants/CA2b72ab53afb1f5155ff5b7fc353f417c.json','2026-11-22 13:25:58','2026-11-22 13:25:58',NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO "participants" VALUES('CF09545f0af0bb3a9bbcf3ea5cbd87742f','CAc49ecdb3ebbbe4dace3fc6475f5a718f','AC00000000000000000000000000000001',NULL,'connected',0,0,0,NULL,1,0,NULL,'2026-07-31 22:05:29','2026-07-31 22:05:29','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF09545f0af0bb3a9bbcf3ea5cbd87742f/Participants/CAc49ecdb3ebbbe4dace3fc6475f5a718f.json','2026-11-22 13:25:58','2026-11-22 13:25:58',NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO "participants" VALUES('CFd020967b51c74a70e7127b9f11e088e9','CA04557fbfcc4108d16a42c5ccd2f0b8cb','AC00000000000000000000000000000001','guest-1','connected',0,0,0,NULL,1,0,NULL,'2026-04-13 15:33:27','2026-04-13 15:33:27','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFd020967b51c74a70e7127b9f11e088e9/Participants/CA04557fbfcc4108d16a42c5ccd2f0b8cb.json','2026-11-22 13:25:58','2026-11-22 13:25:58',NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO "participants" VALUES('CFd020967b51c74a70e7127b9f11e088e9','CA3e391df040a4c97d4469f7abbb12354b','AC00000000000000000000000000000001',NULL,'connected',0,0,0,NULL,1,0,NULL,'2026-04-13 15:33:27','2026-04-13 15:33:27','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFd020967b51c74a70e7127b9f11e088e9/Participants/CA3e391df040a4c97d4469f7abbb12354b.json','2026-11-22 13:25:58','2026-11-22 13:25:58',NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO "participants" VALUES('CF6f8132b4740a866d83b465919b8b4c3c','CAb55ed1113e71472324d7fda9fb7e8c3b','AC00000000000000000000000000000001','guest-1','connected',0,0,0,NULL,1,0,NULL,'2025-12-27 13:48:19','2025-12-27 13:48:19','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF6f8132b4740a866d83b465919b8b4c3c/Participants/CAb55ed1113e71472324d7fda9fb7e8c3b.json','2026-11-22 13:25:58','2026-11-22 13:25:58',NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO "participants" VALUES('CF6f8132b4740a866d83b465919b8b4c3c','CAfbf461544b487066c652808dd60e16b2','AC00000000000000000000000000000001',NULL,'connected',0,0,0,NULL,1,0,NULL,'2025-12-27 13:48:19','2025-12-27 13:48:19','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF6f8132b4740a866d83b465919b8b4c3c/Participants/CAfbf461544b487066c652808dd60e16b2.json','2026-11-22 13:25:58','2026-11-22 13:25:58',NULL,NULL,1,NULL,NULL,NULL,NULL);
CREATE TABLE sync_descriptions (
  TableName TEXT NOT NULL, ColumnName TEXT NOT NULL, Description TEXT NOT NULL, PRIMARY KEY (TableName, ColumnName));
INSERT INTO "sync_descriptions" VALUES('conferences','','Every conference of the account, as last read from Twilio.');
INSERT INTO "sync_descriptions" VALUES('conferences','Sid','The SID of the conference: CF and 32 hexadecimal digits.');
INSERT INTO "sync_descriptions" VALUES('conferences','AccountSid','The SID of the account that the conference belongs to.');
INSERT INTO "sync_descriptions" VALUES('conferences','FriendlyName','The name that the conference was made with.');
INSERT INTO "sync_descriptions" VALUES('conferences','Status','init, in-progress or completed.');
INSERT INTO "sync_descriptions" VALUES('conferences','Region','Where the conference''s audio is mixed: us1, ie1, …');
INSERT INTO "sync_descriptions" VALUES('conferences','ReasonConferenceEnded','Why it ended: conference-ended-via-api, last-participant-left, last-participant-kicked, participant-with-end-conference-on-exit-left or participant-with-end-conference-on-exit-kicked.');
INSERT INTO "sync_descriptions" VALUES('conferences','CallSidEndingConference','The SID of the call whose end or removal ended the conference.');
INSERT INTO "sync_descriptions" VALUES('conferences','DateCreated','When it was created, UTC.');
INSERT INTO "sync_descriptions" VALUES('conferences','DateUpdated','When it was last changed, UTC.');
INSERT INTO "sync_descriptions" VALUES('conferences','ApiVersion','The version of the API that made it: 2010-04-01.');
INSERT INTO "sync_descriptions" VALUES('conferences','Uri','Its path in the API, from the host on.');
INSERT INTO "sync_descriptions" VALUES('conferences','SubresourceUris','The paths of its participants and recordings, a JSON object.');
INSERT INTO "sync_descriptions" VALUES('conferences','FirstSeen','When a run first read it from Twilio, UTC.');
INSERT INTO "sync_descriptions" VALUES('conferences','LastSeen','When a run last read it from Twilio, UTC.');
INSERT INTO "sync_descriptions" VALUES('conferences','Run','The run that last read it: sync_runs.Run.');
INSERT INTO "sync_descriptions" VALUES('conferences','InsightsRead','When Insights was last asked who was in it, UTC.');
INSERT INTO "sync_descriptions" VALUES('conferences','InsightsFinal','Whether Insights will not tell more.');
INSERT INTO "sync_descriptions" VALUES('participants','','Everybody whom a run found in a conference, or Insights told of. Who has left is kept, as last seen.');
INSERT INTO "sync_descriptions" VALUES('participants','ConferenceSid','The SID of the conference that the participant is in.');
INSERT INTO "sync_descriptions" VALUES('participants','CallSid','The SID of the participant''s call: CA and 32 hexadecimal digits.');
INSERT INTO "sync_descriptions" VALUES('participants','AccountSid','The SID of the account that the participant belongs to.');
INSERT INTO "sync_descriptions" VALUES('participants','Label','The label that it was added with; unique among those who are in the conference.');
INSERT INTO "sync_descriptions" VALUES('participants','Status','queued, connecting, ringing, connected, complete or failed.');
INSERT INTO "sync_descriptions" VALUES('participants','Muted','Whether the participant is muted.');
INSERT INTO "sync_descriptions" VALUES('participants','Hold','Whether the participant is on hold.');
INSERT INTO "sync_descriptions" VALUES('participants','Coaching','Whether the participant coaches another call.');
INSERT INTO "sync_descriptions" VALUES('participants','CallSidToCoach','The SID of the call that is coached.');
INSERT INTO "sync_descriptions" VALUES('participants','StartConferenceOnEnter','Whether the conference starts when the participant joins.');
INSERT INTO "sync_descriptions" VALUES('participants','EndConferenceOnExit','Whether the conference ends when the participant leaves.');
INSERT INTO "sync_descriptions" VALUES('participants','QueueTime','Milliseconds that the call waits in the account''s queue.');
INSERT INTO "sync_descriptions" VALUES('participants','DateCreated','When it was created, UTC.');
INSERT INTO "sync_descriptions" VALUES('participants','DateUpdated','When it was last changed, UTC.');
INSERT INTO "sync_descriptions" VALUES('participants','Uri','Its path in the API, from the host on.');
INSERT INTO "sync_descriptions" VALUES('participants','FirstSeen','When a run first read it from Twilio, UTC.');
INSERT INTO "sync_descriptions" VALUES('participants','LastSeen','When a run last read it from Twilio, UTC.');
INSERT INTO "sync_descriptions" VALUES('participants','LeftAt','When they left, UTC, as far as it is known; NULL: still there at the last run. LeftAtSource tells how exact it is.');
INSERT INTO "sync_descriptions" VALUES('participants','LeftAtSource','insights: Twilio told the time. conference-end: the conference''s end, at the latest then. run: the first run that did not find them any more, so they left between LastSeen and LeftAt.');
INSERT INTO "sync_descriptions" VALUES('participants','Run','The run that last read it: sync_runs.Run.');
INSERT INTO "sync_descriptions" VALUES('participants','JoinedAt','When they were in, UTC, as Insights told.');
INSERT INTO "sync_descriptions" VALUES('participants','From','The number that the call was placed from, as Insights told.');
INSERT INTO "sync_descriptions" VALUES('participants','To','The number that was called, as Insights told.');
INSERT INTO "sync_descriptions" VALUES('participants','CallStatus','What became of the call, as Insights told: answered, busy, no_answer, …');
INSERT INTO "sync_descriptions" VALUES('sync_runs','','One row for each run of twsql sync.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Run','A number that grows.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','AccountSid','The account whose conferences these are; a file has one.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Started','When it began, UTC.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Finished','When it ended, UTC; NULL: it has not, or was killed.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Since','Ended conferences were asked for that changed from then on; NULL: all.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Conferences','How many rows of conferences it read.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Participants','How many rows of participants it read, those of Insights too.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Requests','How many requests it sent to Twilio.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Outcome','running; ok: everything was read; failed: see Error; stopped: by a signal; killed: it ended without a word.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Error','Why it failed; with ok: what Twilio did not let it read.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Seconds','How long it took; NULL: as for Finished.');
INSERT INTO "sync_descriptions" VALUES('sync_descriptions','','What each table, view and column of this file holds.');
INSERT INTO "sync_descriptions" VALUES('sync_descriptions','TableName','The table or view.');
INSERT INTO "sync_descriptions" VALUES('sync_descriptions','ColumnName','Its column; '''' for the table itself.');
INSERT INTO "sync_descriptions" VALUES('sync_descriptions','Description','What it holds.');
INSERT INTO "sync_descriptions" VALUES('conferences_per_day','','How many conferences were created on each UTC day, and how many of them are over.');
INSERT INTO "sync_descriptions" VALUES('conferences_per_day','Day','The UTC day.');
INSERT INTO "sync_descriptions" VALUES('conferences_per_day','Conferences','How many were created on it.');
INSERT INTO "sync_descriptions" VALUES('conferences_per_day','Completed','How many of those are over.');
INSERT INTO "sync_descriptions" VALUES('conferences_per_day','NotOver','How many of those are not.');
INSERT INTO "sync_descriptions" VALUES('conferences_per_day','Minutes','How long those that are over lasted in all.');
INSERT INTO "sync_descriptions" VALUES('conference_durations','','How long each conference that is over lasted; it is last updated when it ends.');
INSERT INTO "sync_descriptions" VALUES('conference_durations','ConferenceSid','The conference.');
INSERT INTO "sync_descriptions" VALUES('conference_durations','FriendlyName','Its name.');
INSERT INTO "sync_descriptions" VALUES('conference_durations','Day','The UTC day on which it was created.');
INSERT INTO "sync_descriptions" VALUES('conference_durations','Started','When it was created, UTC.');
INSERT INTO "sync_descriptions" VALUES('conference_durations','Ended','When it ended, UTC.');
INSERT INTO "sync_descriptions" VALUES('conference_durations','Seconds','How long it lasted.');
INSERT INTO "sync_descriptions" VALUES('duration_histogram','','How many of the conferences that are over lasted how long.');
INSERT INTO "sync_descriptions" VALUES('duration_histogram','Place','The order of the durations, from 1.');
INSERT INTO "sync_descriptions" VALUES('duration_histogram','Duration','From and to, in minutes or hours.');
INSERT INTO "sync_descriptions" VALUES('duration_histogram','Conferences','How many lasted so long.');
INSERT INTO "sync_descriptions" VALUES('peak_participants_per_day','','The most participants who were in conferences at the same time, on each UTC day on which anybody came or left.');
INSERT INTO "sync_descriptions" VALUES('peak_participants_per_day','Day','The UTC day.');
INSERT INTO "sync_descriptions" VALUES('peak_participants_per_day','Peak','The most participants at one time, over all conferences.');
INSERT INTO "sync_descriptions" VALUES('participants_per_conference','','How many participants each conference had, as far as runs found them.');
INSERT INTO "sync_descriptions" VALUES('participants_per_conference','ConferenceSid','The conference.');
INSERT INTO "sync_descriptions" VALUES('participants_per_conference','FriendlyName','Its name.');
INSERT INTO "sync_descriptions" VALUES('participants_per_conference','Status','init, in-progress or completed.');
INSERT INTO "sync_descriptions" VALUES('participants_per_conference','Started','When it was created, UTC.');
INSERT INTO "sync_descriptions" VALUES('participants_per_conference','Participants','How many were found in it, in all runs together.');
INSERT INTO "sync_descriptions" VALUES('participants_per_conference','Present','How many of those have not left.');
INSERT INTO "sync_descriptions" VALUES('reasons_for_ending','','Why the conferences that are over ended.');
INSERT INTO "sync_descriptions" VALUES('reasons_for_ending','Reason','Twilio''s word for it; ''not told'' where there is none.');
INSERT INTO "sync_descriptions" VALUES('reasons_for_ending','Conferences','How many ended so.');
INSERT INTO "sync_descriptions" VALUES('reasons_for_ending','Percent','Their share of all that are over.');
CREATE TABLE sync_runs (
  Run INTEGER PRIMARY KEY, AccountSid TEXT NOT NULL, Started DATETIME NOT NULL, Finished DATETIME, Since DATETIME,
  Conferences INTEGER NOT NULL DEFAULT 0, Participants INTEGER NOT NULL DEFAULT 0,
  Requests INTEGER NOT NULL DEFAULT 0, Outcome TEXT NOT NULL DEFAULT 'running', Error TEXT, Seconds REAL);
INSERT INTO "sync_runs" VALUES(1,'AC00000000000000000000000000000001','2026-11-22 13:25:58','2026-11-22 13:25:58',NULL,6,6,8,'ok',NULL,0.25);
CREATE INDEX conferences_by_date ON conferences (DateCreated);
CREATE INDEX conferences_by_name ON conferences (FriendlyName);
CREATE INDEX conferences_by_end ON conferences (Status, ReasonConferenceEnded);
CREATE INDEX conferences_not_over ON conferences (Run) WHERE Status <> 'completed';
CREATE INDEX participants_by_call ON participants (CallSid);
CREATE INDEX participants_who_left ON participants (LeftAt) WHERE LeftAt IS NOT NULL;
CREATE INDEX participants_present ON participants (ConferenceSid) WHERE LeftAt IS NULL;
CREATE INDEX conferences_without_insights ON conferences (DateUpdated)
  WHERE Status = 'completed' AND InsightsFinal IS NOT 1;
CREATE INDEX participants_by_date ON participants (coalesce(JoinedAt, DateCreated));
CREATE VIEW conferences_per_day ("Day", "Conferences", "Completed", "NotOver", "Minutes") AS SELECT * FROM (
SELECT CAST(substr(DateCreated, 1, 10) AS TEXT), CAST(count(*) AS INTEGER),
       CAST(sum(Status = 'completed') AS INTEGER), CAST(sum(Status <> 'completed') AS INTEGER),
       CAST(round(1440 * sum(CASE WHEN Status = 'completed' THEN julianday(DateUpdated) - julianday(DateCreated) END), 1)
            AS REAL)
FROM conferences WHERE DateCreated IS NOT NULL GROUP BY 1 ORDER BY 1
) UNION ALL SELECT AccountSid, Run, Run, Run, Seconds FROM sync_runs WHERE FALSE;
CREATE VIEW conference_durations ("ConferenceSid", "FriendlyName", "Day", "Started", "Ended", "Seconds") AS SELECT * FROM (
SELECT Sid, FriendlyName, CAST(substr(DateCreated, 1, 10) AS TEXT), DateCreated, DateUpdated,
       CAST(round(86400 * (julianday(DateUpdated) - julianday(DateCreated))) AS INTEGER)
FROM conferences WHERE Status = 'completed'
) UNION ALL SELECT AccountSid, AccountSid, AccountSid, Started, Started, Run FROM sync_runs WHERE FALSE;
CREATE VIEW duration_histogram ("Place", "Duration", "Conferences") AS SELECT * FROM (
WITH bounds(place, low, high, name) AS (VALUES
  (1, -1e9, 60, '< 1 min'), (2, 60, 300, '1-5 min'), (3, 300, 900, '5-15 min'), (4, 900, 1800, '15-30 min'),
  (5, 1800, 3600, '30-60 min'), (6, 3600, 7200, '1-2 h'), (7, 7200, 14400, '2-4 h'), (8, 14400, 1e9, '> 4 h')),
lengths(seconds, times) AS (SELECT Seconds, count(*) FROM conference_durations GROUP BY 1)
SELECT CAST(place AS INTEGER), CAST(name AS TEXT), CAST(coalesce(sum(times), 0) AS INTEGER)
FROM bounds LEFT JOIN lengths ON seconds >= low AND seconds < high
GROUP BY place ORDER BY place
) UNION ALL SELECT Run, AccountSid, Run FROM sync_runs WHERE FALSE;
CREATE VIEW peak_participants_per_day ("Day", "Peak") AS SELECT * FROM (
WITH changes(moment, change) AS (
  SELECT coalesce(JoinedAt, DateCreated), count(*) FROM participants GROUP BY 1
  UNION ALL SELECT LeftAt, -count(*) FROM participants WHERE coalesce(JoinedAt, DateCreated) IS NOT NULL GROUP BY 1),
levels(moment, change, level) AS (
  SELECT moment, sum(change), sum(sum(change)) OVER (ORDER BY moment) FROM changes
  WHERE moment IS NOT NULL GROUP BY moment)
SELECT CAST(substr(moment, 1, 10) AS TEXT), CAST(max(max(level, level - change)) AS INTEGER)
FROM levels GROUP BY 1 ORDER BY 1
) UNION ALL SELECT AccountSid, Run FROM sync_runs WHERE FALSE;
CREATE VIEW participants_per_conference ("ConferenceSid", "FriendlyName", "Status", "Started", "Participants", "Present") AS SELECT * FROM (
SELECT Sid, FriendlyName, Status, DateCreated,
       CAST((SELECT count(*) FROM participants p WHERE p.ConferenceSid = c.Sid) AS INTEGER),
       CAST((SELECT count(*) FROM participants p WHERE p.ConferenceSid = c.Sid AND p.LeftAt IS NULL) AS INTEGER)
FROM conferences c
) UNION ALL SELECT AccountSid, AccountSid, AccountSid, Started, Run, Run FROM sync_runs WHERE FALSE;
CREATE VIEW reasons_for_ending ("Reason", "Conferences", "Percent") AS SELECT * FROM (
SELECT CAST(coalesce(ReasonConferenceEnded, 'not told') AS TEXT), CAST(count(*) AS INTEGER),
       CAST(round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS REAL)
FROM conferences WHERE Status = 'completed' GROUP BY 1 ORDER BY 2 DESC
) UNION ALL SELECT AccountSid, Run, Seconds FROM sync_runs WHERE FALSE;
COMMIT;

PRAGMA application_id = 1953985388;
PRAGMA user_version = 4;
BEGIN TRANSACTION;
CREATE TABLE calls (
  Sid TEXT NOT NULL PRIMARY KEY, AccountSid TEXT, "To" TEXT, "From" TEXT, Status TEXT, StartTime DATETIME,
  EndTime DATETIME, Duration INTEGER, Price REAL, PriceUnit TEXT, Direction TEXT, AnsweredBy TEXT, ParentCallSid TEXT,
  ForwardedFrom TEXT, CallerName TEXT, PhoneNumberSid TEXT, GroupSid TEXT, TrunkSid TEXT, QueueTime INTEGER,
  ToFormatted TEXT, FromFormatted TEXT, DateCreated DATETIME, DateUpdated DATETIME, ApiVersion TEXT, Uri TEXT,
  SubresourceUris TEXT,
  FirstSeen DATETIME NOT NULL, LastSeen DATETIME NOT NULL, Run INTEGER NOT NULL REFERENCES sync_runs (Run));
INSERT INTO "calls" VALUES('CA34950de83eee3790a4ac4b95d7a20359','AC00000000000000000000000000000001','+15550000011','+15005550006','completed','2026-10-03 15:23:55','2026-10-03 15:38:55',899,-0.21,'USD','outbound-api','machine_start',NULL,NULL,NULL,NULL,NULL,NULL,0,'+15550000011','+15005550006','2026-10-03 15:23:55','2026-10-03 15:38:55','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA34950de83eee3790a4ac4b95d7a20359.json','{"recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA34950de83eee3790a4ac4b95d7a20359/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1);
INSERT INTO "calls" VALUES('CA06f12b96668d0f28992287103b3f2cad','AC00000000000000000000000000000001','+15550000010','+15005550006','completed','2026-10-03 15:23:55','2026-10-03 15:38:55',899,-0.21,'USD','outbound-api','human',NULL,NULL,NULL,NULL,NULL,NULL,0,'+15550000010','+15005550006','2026-10-03 15:23:55','2026-10-03 15:38:55','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA06f12b96668d0f28992287103b3f2cad.json','{"recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA06f12b96668d0f28992287103b3f2cad/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1);
INSERT INTO "calls" VALUES('CA0c901c5772d33e4bf5d9944ad3ddf483','AC00000000000000000000000000000001','+15550000009','+15005550006','in-progress','2026-09-25 07:40:31',NULL,NULL,NULL,'USD','outbound-api','machine_start',NULL,NULL,NULL,NULL,NULL,NULL,0,'+15550000009','+15005550006','2026-09-25 07:40:31','2026-09-25 07:40:31','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA0c901c5772d33e4bf5d9944ad3ddf483.json','{"recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA0c901c5772d33e4bf5d9944ad3ddf483/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1);
INSERT INTO "calls" VALUES('CAe37c7ab736d92f846413e5f1b9b8c470','AC00000000000000000000000000000001','+15550000008','+15005550006','in-progress','2026-09-25 07:40:31',NULL,NULL,NULL,'USD','outbound-api','human',NULL,NULL,NULL,NULL,NULL,NULL,0,'+15550000008','+15005550006','2026-09-25 07:40:31','2026-09-25 07:40:31','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CAe37c7ab736d92f846413e5f1b9b8c470.json','{"recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CAe37c7ab736d92f846413e5f1b9b8c470/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1);
INSERT INTO "calls" VALUES('CAc630a37d38ebffe02461d27025f7a847','AC00000000000000000000000000000001','+15550000007','+15005550006','completed','2026-07-04 01:32:54','2026-07-04 02:47:15',4461,-1.05,'USD','outbound-api','machine_start',NULL,NULL,NULL,NULL,NULL,NULL,0,'+15550000007','+15005550006','2026-07-04 01:32:54','2026-07-04 02:47:15','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CAc630a37d38ebffe02461d27025f7a847.json','{"recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CAc630a37d38ebffe02461d27025f7a847/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1);
INSERT INTO "calls" VALUES('CA583b1ca2df5ecdc1ec240568d496f5f9','AC00000000000000000000000000000001','+15550000006','+15005550006','completed','2026-07-04 01:32:54','2026-07-04 02:47:15',4461,-1.05,'USD','outbound-api','human',NULL,NULL,NULL,NULL,NULL,NULL,0,'+15550000006','+15005550006','2026-07-04 01:32:54','2026-07-04 02:47:15','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA583b1ca2df5ecdc1ec240568d496f5f9.json','{"recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA583b1ca2df5ecdc1ec240568d496f5f9/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1);
INSERT INTO "calls" VALUES('CA23b7c8bb1123c38fc06ee67a34120d34','AC00000000000000000000000000000001','+15550000005','+15005550006','in-progress','2026-05-09 13:30:57',NULL,NULL,NULL,'USD','outbound-api','machine_start',NULL,NULL,NULL,NULL,NULL,NULL,0,'+15550000005','+15005550006','2026-05-09 13:30:57','2026-05-09 13:30:57','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA23b7c8bb1123c38fc06ee67a34120d34.json','{"recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA23b7c8bb1123c38fc06ee67a34120d34/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1);
INSERT INTO "calls" VALUES('CA19dbaaf49dc60223ee45d41d5df080b4','AC00000000000000000000000000000001','+15550000004','+15005550006','in-progress','2026-05-09 13:30:57',NULL,NULL,NULL,'USD','outbound-api','human',NULL,NULL,NULL,NULL,NULL,NULL,0,'+15550000004','+15005550006','2026-05-09 13:30:57','2026-05-09 13:30:57','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA19dbaaf49dc60223ee45d41d5df080b4.json','{"recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA19dbaaf49dc60223ee45d41d5df080b4/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1);
INSERT INTO "calls" VALUES('CAa3907c05c4af8d22274dd6fddae81198','AC00000000000000000000000000000001','+15550000003','+15005550006','completed','2026-03-03 08:08:01','2026-03-03 09:20:16',4335,-1.022,'USD','outbound-api','machine_start',NULL,NULL,NULL,NULL,NULL,NULL,0,'+15550000003','+15005550006','2026-03-03 08:08:01','2026-03-03 09:20:16','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CAa3907c05c4af8d22274dd6fddae81198.json','{"recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CAa3907c05c4af8d22274dd6fddae81198/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1);
INSERT INTO "calls" VALUES('CA623f0748f4ebb848575c66a34895cc6e','AC00000000000000000000000000000001','+15550000002','+15005550006','completed','2026-03-03 08:08:01','2026-03-03 09:20:16',4335,-1.022,'USD','outbound-api','human',NULL,NULL,NULL,NULL,NULL,NULL,0,'+15550000002','+15005550006','2026-03-03 08:08:01','2026-03-03 09:20:16','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA623f0748f4ebb848575c66a34895cc6e.json','{"recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA623f0748f4ebb848575c66a34895cc6e/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1);
INSERT INTO "calls" VALUES('CA92bc6615e3138c7d8efbde1f1d9c39c4','AC00000000000000000000000000000001','+15550000001','+15005550006','in-progress','2025-12-20 11:32:00',NULL,NULL,NULL,'USD','outbound-api','machine_start',NULL,NULL,NULL,NULL,NULL,NULL,0,'+15550000001','+15005550006','2025-12-20 11:32:00','2025-12-20 11:32:00','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA92bc6615e3138c7d8efbde1f1d9c39c4.json','{"recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CA92bc6615e3138c7d8efbde1f1d9c39c4/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1);
INSERT INTO "calls" VALUES('CAdc16d650962abb386c7ea33b30eca34d','AC00000000000000000000000000000001','+15550000000','+15005550006','in-progress','2025-12-20 11:32:00',NULL,NULL,NULL,'USD','outbound-api','human',NULL,NULL,NULL,NULL,NULL,NULL,0,'+15550000000','+15005550006','2025-12-20 11:32:00','2025-12-20 11:32:00','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CAdc16d650962abb386c7ea33b30eca34d.json','{"recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Calls/CAdc16d650962abb386c7ea33b30eca34d/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1);
CREATE TABLE conferences (
  Sid TEXT NOT NULL PRIMARY KEY, AccountSid TEXT, FriendlyName TEXT, Status TEXT, Region TEXT,
  ReasonConferenceEnded TEXT, CallSidEndingConference TEXT, DateCreated DATETIME, DateUpdated DATETIME,
  ApiVersion TEXT, Uri TEXT, SubresourceUris TEXT,
  FirstSeen DATETIME NOT NULL, LastSeen DATETIME NOT NULL, Run INTEGER NOT NULL REFERENCES sync_runs (Run), InsightsRead DATETIME, InsightsFinal BOOLEAN);
INSERT INTO "conferences" VALUES('CFece1d7d95d4503a110af3372cefbe608','AC00000000000000000000000000000001','webinar-4','in-progress','us1',NULL,NULL,'2026-09-25 07:40:31','2026-09-25 07:40:31','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFece1d7d95d4503a110af3372cefbe608.json','{"participants":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFece1d7d95d4503a110af3372cefbe608/Participants.json","recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFece1d7d95d4503a110af3372cefbe608/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1,NULL,NULL);
INSERT INTO "conferences" VALUES('CF35951ea8fc39734a4b4ea2b1629c1ace','AC00000000000000000000000000000001','standup-2','in-progress','us1',NULL,NULL,'2026-05-09 13:30:57','2026-05-09 13:30:57','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF35951ea8fc39734a4b4ea2b1629c1ace.json','{"participants":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF35951ea8fc39734a4b4ea2b1629c1ace/Participants.json","recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF35951ea8fc39734a4b4ea2b1629c1ace/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1,NULL,NULL);
INSERT INTO "conferences" VALUES('CF8a34ba67d9f4bf572fe8bcbfe8f7de1b','AC00000000000000000000000000000001','sales-0','in-progress','us1',NULL,NULL,'2025-12-20 11:32:00','2025-12-20 11:32:00','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF8a34ba67d9f4bf572fe8bcbfe8f7de1b.json','{"participants":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF8a34ba67d9f4bf572fe8bcbfe8f7de1b/Participants.json","recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF8a34ba67d9f4bf572fe8bcbfe8f7de1b/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1,NULL,NULL);
INSERT INTO "conferences" VALUES('CF79bb272564afc8659e5574fac4701298','AC00000000000000000000000000000001','board-5','completed','us1','last-participant-left',NULL,'2026-10-03 15:23:55','2026-10-03 15:38:55','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF79bb272564afc8659e5574fac4701298.json','{"participants":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF79bb272564afc8659e5574fac4701298/Participants.json","recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF79bb272564afc8659e5574fac4701298/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1,NULL,NULL);
INSERT INTO "conferences" VALUES('CF4a07424da2ece618adaae1e5f12eff3d','AC00000000000000000000000000000001','interview-3','completed','us1','last-participant-left',NULL,'2026-07-04 01:32:54','2026-07-04 02:47:15','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF4a07424da2ece618adaae1e5f12eff3d.json','{"participants":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF4a07424da2ece618adaae1e5f12eff3d/Participants.json","recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF4a07424da2ece618adaae1e5f12eff3d/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1,NULL,NULL);
INSERT INTO "conferences" VALUES('CFc49e0a22accd8812cd6dc19bc5874492','AC00000000000000000000000000000001','support-1','completed','us1','last-participant-left',NULL,'2026-03-03 08:08:01','2026-03-03 09:20:16','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFc49e0a22accd8812cd6dc19bc5874492.json','{"participants":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFc49e0a22accd8812cd6dc19bc5874492/Participants.json","recordings":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFc49e0a22accd8812cd6dc19bc5874492/Recordings.json"}','2026-11-26 09:10:10','2026-11-26 09:10:10',1,NULL,NULL);
CREATE TABLE participants (
  ConferenceSid TEXT NOT NULL REFERENCES conferences (Sid), CallSid TEXT NOT NULL, AccountSid TEXT, Label TEXT,
  Status TEXT, Muted BOOLEAN, Hold BOOLEAN, Coaching BOOLEAN, CallSidToCoach TEXT, StartConferenceOnEnter BOOLEAN,
  EndConferenceOnExit BOOLEAN, QueueTime INTEGER, DateCreated DATETIME, DateUpdated DATETIME, Uri TEXT,
  FirstSeen DATETIME, LastSeen DATETIME, LeftAt DATETIME, LeftAtSource TEXT, Run INTEGER REFERENCES sync_runs (Run), JoinedAt DATETIME, "From" TEXT, "To" TEXT, CallStatus TEXT,
  PRIMARY KEY (ConferenceSid, CallSid));
INSERT INTO "participants" VALUES('CFece1d7d95d4503a110af3372cefbe608','CA0c901c5772d33e4bf5d9944ad3ddf483','AC00000000000000000000000000000001','guest-1','connected',0,0,0,NULL,1,0,NULL,'2026-09-25 07:40:31','2026-09-25 07:40:31','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFece1d7d95d4503a110af3372cefbe608/Participants/CA0c901c5772d33e4bf5d9944ad3ddf483.json','2026-11-26 09:10:10','2026-11-26 09:10:10',NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO "participants" VALUES('CFece1d7d95d4503a110af3372cefbe608','CAe37c7ab736d92f846413e5f1b9b8c470','AC00000000000000000000000000000001',NULL,'connected',0,0,0,NULL,1,0,NULL,'2026-09-25 07:40:31','2026-09-25 07:40:31','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CFece1d7d95d4503a110af3372cefbe608/Participants/CAe37c7ab736d92f846413e5f1b9b8c470.json','2026-11-26 09:10:10','2026-11-26 09:10:10',NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO "participants" VALUES('CF35951ea8fc39734a4b4ea2b1629c1ace','CA23b7c8bb1123c38fc06ee67a34120d34','AC00000000000000000000000000000001','guest-1','connected',0,0,0,NULL,1,0,NULL,'2026-05-09 13:30:57','2026-05-09 13:30:57','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF35951ea8fc39734a4b4ea2b1629c1ace/Participants/CA23b7c8bb1123c38fc06ee67a34120d34.json','2026-11-26 09:10:10','2026-11-26 09:10:10',NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO "participants" VALUES('CF35951ea8fc39734a4b4ea2b1629c1ace','CA19dbaaf49dc60223ee45d41d5df080b4','AC00000000000000000000000000000001',NULL,'connected',0,0,0,NULL,1,0,NULL,'2026-05-09 13:30:57','2026-05-09 13:30:57','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF35951ea8fc39734a4b4ea2b1629c1ace/Participants/CA19dbaaf49dc60223ee45d41d5df080b4.json','2026-11-26 09:10:10','2026-11-26 09:10:10',NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO "participants" VALUES('CF8a34ba67d9f4bf572fe8bcbfe8f7de1b','CA92bc6615e3138c7d8efbde1f1d9c39c4','AC00000000000000000000000000000001','guest-1','connected',0,0,0,NULL,1,0,NULL,'2025-12-20 11:32:00','2025-12-20 11:32:00','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF8a34ba67d9f4bf572fe8bcbfe8f7de1b/Participants/CA92bc6615e3138c7d8efbde1f1d9c39c4.json','2026-11-26 09:10:10','2026-11-26 09:10:10',NULL,NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO "participants" VALUES('CF8a34ba67d9f4bf572fe8bcbfe8f7de1b','CAdc16d650962abb386c7ea33b30eca34d','AC00000000000000000000000000000001',NULL,'connected',0,0,0,NULL,1,0,NULL,'2025-12-20 11:32:00','2025-12-20 11:32:00','/2010-04-01/Accounts/AC00000000000000000000000000000001/Conferences/CF8a34ba67d9f4bf572fe8bcbfe8f7de1b/Participants/CAdc16d650962abb386c7ea33b30eca34d.json','2026-11-26 09:10:10','2026-11-26 09:10:10',NULL,NULL,1,NULL,NULL,NULL,NULL);
CREATE TABLE recordings (
  Sid TEXT NOT NULL PRIMARY KEY, AccountSid TEXT, CallSid TEXT, ConferenceSid TEXT, Status TEXT, Source TEXT,
  Channels INTEGER, StartTime DATETIME, Duration INTEGER, MediaUrl TEXT, Price REAL, PriceUnit TEXT, ErrorCode INTEGER,
  EncryptionDetails TEXT, DateCreated DATETIME, DateUpdated DATETIME, ApiVersion TEXT, Uri TEXT, SubresourceUris TEXT,
  FirstSeen DATETIME NOT NULL, LastSeen DATETIME NOT NULL, Run INTEGER NOT NULL REFERENCES sync_runs (Run));
INSERT INTO "recordings" VALUES('RE4c574a32b03eb08bcdf31a82e6655a6c','AC00000000000000000000000000000001','CA06f12b96668d0f28992287103b3f2cad','CF79bb272564afc8659e5574fac4701298','completed','Conference',1,'2026-10-03 15:23:55',899,'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE4c574a32b03eb08bcdf31a82e6655a6c',-0.03748,'USD',NULL,NULL,'2026-10-03 15:23:55','2026-10-03 15:38:55','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE4c574a32b03eb08bcdf31a82e6655a6c.json','{"transcriptions":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE4c574a32b03eb08bcdf31a82e6655a6c/Transcriptions.json"}','2026-11-26 09:10:11','2026-11-26 09:10:11',1);
INSERT INTO "recordings" VALUES('REa9da1b13e06a902730c2786364e2b2b1','AC00000000000000000000000000000001','CAe37c7ab736d92f846413e5f1b9b8c470','CFece1d7d95d4503a110af3372cefbe608','in-progress','Conference',1,'2026-09-25 07:40:31',NULL,'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/REa9da1b13e06a902730c2786364e2b2b1',NULL,'USD',NULL,NULL,'2026-09-25 07:40:31','2026-09-25 07:40:31','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/REa9da1b13e06a902730c2786364e2b2b1.json','{"transcriptions":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/REa9da1b13e06a902730c2786364e2b2b1/Transcriptions.json"}','2026-11-26 09:10:11','2026-11-26 09:10:11',1);
INSERT INTO "recordings" VALUES('RE129d7d0609ed7262b8f598fa09cc8338','AC00000000000000000000000000000001','CA583b1ca2df5ecdc1ec240568d496f5f9','CF4a07424da2ece618adaae1e5f12eff3d','completed','Conference',1,'2026-07-04 01:32:54',4461,'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE129d7d0609ed7262b8f598fa09cc8338',-0.18587,'USD',NULL,NULL,'2026-07-04 01:32:54','2026-07-04 02:47:15','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE129d7d0609ed7262b8f598fa09cc8338.json','{"transcriptions":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE129d7d0609ed7262b8f598fa09cc8338/Transcriptions.json"}','2026-11-26 09:10:11','2026-11-26 09:10:11',1);
INSERT INTO "recordings" VALUES('RE537dcb504b75bd80ba94498f80aaf675','AC00000000000000000000000000000001','CA19dbaaf49dc60223ee45d41d5df080b4','CF35951ea8fc39734a4b4ea2b1629c1ace','in-progress','Conference',1,'2026-05-09 13:30:57',NULL,'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE537dcb504b75bd80ba94498f80aaf675',NULL,'USD',NULL,NULL,'2026-05-09 13:30:57','2026-05-09 13:30:57','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE537dcb504b75bd80ba94498f80aaf675.json','{"transcriptions":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE537dcb504b75bd80ba94498f80aaf675/Transcriptions.json"}','2026-11-26 09:10:11','2026-11-26 09:10:11',1);
INSERT INTO "recordings" VALUES('RE289966ec225807eb038dfb3195cfbaaf','AC00000000000000000000000000000001','CA623f0748f4ebb848575c66a34895cc6e','CFc49e0a22accd8812cd6dc19bc5874492','completed','Conference',1,'2026-03-03 08:08:01',4335,'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE289966ec225807eb038dfb3195cfbaaf',-0.18064,'USD',NULL,NULL,'2026-03-03 08:08:01','2026-03-03 09:20:16','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE289966ec225807eb038dfb3195cfbaaf.json','{"transcriptions":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE289966ec225807eb038dfb3195cfbaaf/Transcriptions.json"}','2026-11-26 09:10:11','2026-11-26 09:10:11',1);
INSERT INTO "recordings" VALUES('RE96b0b7f44099049b38af3ea9edb6d58c','AC00000000000000000000000000000001','CAdc16d650962abb386c7ea33b30eca34d','CF8a34ba67d9f4bf572fe8bcbfe8f7de1b','in-progress','Conference',1,'2025-12-20 11:32:00',NULL,'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE96b0b7f44099049b38af3ea9edb6d58c',NULL,'USD',NULL,NULL,'2025-12-20 11:32:00','2025-12-20 11:32:00','2010-04-01','/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE96b0b7f44099049b38af3ea9edb6d58c.json','{"transcriptions":"/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE96b0b7f44099049b38af3ea9edb6d58c/Transcriptions.json"}','2026-11-26 09:10:11','2026-11-26 09:10:11',1);
ANALYZE "sqlite_master";
INSERT INTO "sqlite_stat1" VALUES('recordings','recordings_unsettled','3 3');
INSERT INTO "sqlite_stat1" VALUES('recordings','recordings_by_call','6 1');
INSERT INTO "sqlite_stat1" VALUES('recordings','recordings_by_conference','6 1');
INSERT INTO "sqlite_stat1" VALUES('recordings','recordings_by_date','6 1');
INSERT INTO "sqlite_stat1" VALUES('recordings','sqlite_autoindex_recordings_1','6 1');
INSERT INTO "sqlite_stat1" VALUES('sync_descriptions','sqlite_autoindex_sync_descriptions_1','171 11 1');
INSERT INTO "sqlite_stat1" VALUES('calls','calls_unsettled','6 6');
INSERT INTO "sqlite_stat1" VALUES('calls','calls_by_start','12 2');
INSERT INTO "sqlite_stat1" VALUES('calls','sqlite_autoindex_calls_1','12 1');
INSERT INTO "sqlite_stat1" VALUES('conferences','conferences_without_insights','3 1');
INSERT INTO "sqlite_stat1" VALUES('conferences','conferences_not_over','3 3');
INSERT INTO "sqlite_stat1" VALUES('conferences','conferences_by_end','6 3 3');
INSERT INTO "sqlite_stat1" VALUES('conferences','conferences_by_name','6 1');
INSERT INTO "sqlite_stat1" VALUES('conferences','conferences_by_date','6 1');
INSERT INTO "sqlite_stat1" VALUES('conferences','sqlite_autoindex_conferences_1','6 1');
INSERT INTO "sqlite_stat1" VALUES('participants','participants_by_date','6 2');
INSERT INTO "sqlite_stat1" VALUES('participants','participants_present','6 2');
INSERT INTO "sqlite_stat1" VALUES('participants','participants_who_left','0 0');
INSERT INTO "sqlite_stat1" VALUES('participants','participants_by_call','6 1');
INSERT INTO "sqlite_stat1" VALUES('participants','sqlite_autoindex_participants_1','6 2 1');
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
INSERT INTO "sync_descriptions" VALUES('calls','','Every call of the account, as last read from Twilio.');
INSERT INTO "sync_descriptions" VALUES('calls','Sid','The SID of the call: CA and 32 hexadecimal digits.');
INSERT INTO "sync_descriptions" VALUES('calls','AccountSid','The SID of the account that the call belongs to.');
INSERT INTO "sync_descriptions" VALUES('calls','To','Who is called: a phone number, a SIP address or a client.');
INSERT INTO "sync_descriptions" VALUES('calls','From','Who calls: a phone number, a SIP address or a client.');
INSERT INTO "sync_descriptions" VALUES('calls','Status','queued, ringing, in-progress, completed, busy, failed, no-answer or canceled.');
INSERT INTO "sync_descriptions" VALUES('calls','StartTime','When it began, UTC; NULL while it waits. Twilio lists calls by it.');
INSERT INTO "sync_descriptions" VALUES('calls','EndTime','When it ended, UTC; NULL while it has not.');
INSERT INTO "sync_descriptions" VALUES('calls','Duration','Seconds that it lasted; NULL while it has not ended.');
INSERT INTO "sync_descriptions" VALUES('calls','Price','What it cost, a negative number; NULL until Twilio knows it.');
INSERT INTO "sync_descriptions" VALUES('calls','PriceUnit','The currency of Price: USD.');
INSERT INTO "sync_descriptions" VALUES('calls','Direction','inbound, outbound-api (placed by the API) or outbound-dial (by TwiML).');
INSERT INTO "sync_descriptions" VALUES('calls','AnsweredBy','Who answered, if MachineDetection was on: human, machine_start, machine_end_beep, fax, unknown, …');
INSERT INTO "sync_descriptions" VALUES('calls','ParentCallSid','The SID of the call whose TwiML placed this one.');
INSERT INTO "sync_descriptions" VALUES('calls','ForwardedFrom','The number that an inbound call was forwarded from.');
INSERT INTO "sync_descriptions" VALUES('calls','CallerName','The caller''s name, if the number has caller-name lookup.');
INSERT INTO "sync_descriptions" VALUES('calls','PhoneNumberSid','The SID of the Twilio number of an inbound call, or of a verified caller ID.');
INSERT INTO "sync_descriptions" VALUES('calls','GroupSid','The SID of the call''s group.');
INSERT INTO "sync_descriptions" VALUES('calls','TrunkSid','The SID of the SIP trunk that it used.');
INSERT INTO "sync_descriptions" VALUES('calls','QueueTime','Milliseconds that the call waited before it was placed.');
INSERT INTO "sync_descriptions" VALUES('calls','ToFormatted','To, written as people do.');
INSERT INTO "sync_descriptions" VALUES('calls','FromFormatted','From, written as people do.');
INSERT INTO "sync_descriptions" VALUES('calls','DateCreated','When it was created, UTC.');
INSERT INTO "sync_descriptions" VALUES('calls','DateUpdated','When it was last changed, UTC.');
INSERT INTO "sync_descriptions" VALUES('calls','ApiVersion','The version of the API that made it: 2010-04-01.');
INSERT INTO "sync_descriptions" VALUES('calls','Uri','Its path in the API, from the host on.');
INSERT INTO "sync_descriptions" VALUES('calls','SubresourceUris','The paths of its recordings and the like, a JSON object.');
INSERT INTO "sync_descriptions" VALUES('calls','FirstSeen','When a run first read it from Twilio, UTC.');
INSERT INTO "sync_descriptions" VALUES('calls','LastSeen','When a run last read it from Twilio, UTC.');
INSERT INTO "sync_descriptions" VALUES('calls','Run','The run that last read it: sync_runs.Run.');
INSERT INTO "sync_descriptions" VALUES('recordings','','Every recording of the account, as last read from Twilio; one that is deleted there is kept here.');
INSERT INTO "sync_descriptions" VALUES('recordings','Sid','The SID of the recording: RE and 32 hexadecimal digits.');
INSERT INTO "sync_descriptions" VALUES('recordings','AccountSid','The SID of the account that the recording belongs to.');
INSERT INTO "sync_descriptions" VALUES('recordings','CallSid','The SID of the call that was recorded; of a conference''s recording, of a call in it.');
INSERT INTO "sync_descriptions" VALUES('recordings','ConferenceSid','The SID of the conference that was recorded; NULL for a call''s recording.');
INSERT INTO "sync_descriptions" VALUES('recordings','Status','in-progress, paused, stopped, processing, completed, absent or deleted.');
INSERT INTO "sync_descriptions" VALUES('recordings','Source','What began it: OutboundAPI, Conference, DialVerb, RecordVerb, Trunking, …');
INSERT INTO "sync_descriptions" VALUES('recordings','Channels','1, or 2: each side of the call on its own.');
INSERT INTO "sync_descriptions" VALUES('recordings','StartTime','When it began, UTC.');
INSERT INTO "sync_descriptions" VALUES('recordings','Duration','Seconds that it lasted; -1 or NULL while it has not ended.');
INSERT INTO "sync_descriptions" VALUES('recordings','MediaUrl','Where the audio is; `.mp3` after it gives MP3. It needs the account''s credentials.');
INSERT INTO "sync_descriptions" VALUES('recordings','Price','What it cost, a negative number; NULL until Twilio knows it.');
INSERT INTO "sync_descriptions" VALUES('recordings','PriceUnit','The currency of Price: USD.');
INSERT INTO "sync_descriptions" VALUES('recordings','ErrorCode','Why there is no audio, if Status is absent.');
INSERT INTO "sync_descriptions" VALUES('recordings','EncryptionDetails','How to decrypt the audio, if it is encrypted: a JSON object.');
INSERT INTO "sync_descriptions" VALUES('recordings','DateCreated','When it was created, UTC.');
INSERT INTO "sync_descriptions" VALUES('recordings','DateUpdated','When it was last changed, UTC.');
INSERT INTO "sync_descriptions" VALUES('recordings','ApiVersion','The version of the API that made it: 2010-04-01.');
INSERT INTO "sync_descriptions" VALUES('recordings','Uri','Its path in the API, from the host on.');
INSERT INTO "sync_descriptions" VALUES('recordings','SubresourceUris','The paths of its transcriptions and the like, a JSON object.');
INSERT INTO "sync_descriptions" VALUES('recordings','FirstSeen','When a run first read it from Twilio, UTC.');
INSERT INTO "sync_descriptions" VALUES('recordings','LastSeen','When a run last read it from Twilio, UTC.');
INSERT INTO "sync_descriptions" VALUES('recordings','Run','The run that last read it: sync_runs.Run.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','','One row for each run of twsql sync.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Run','A number that grows.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','AccountSid','The account whose conferences these are; a file has one.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Started','When it began, UTC.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Finished','When it ended, UTC; NULL: it has not, or was killed.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Since','From when on it read what had ended and calls; NULL: of at least one table everything.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Conferences','How many rows of conferences it read.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Participants','How many rows of participants it read, those of Insights too.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Requests','How many requests it sent to Twilio.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Outcome','running; ok: everything was read; failed: see Error; stopped: by a signal; killed: it ended without a word.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Error','Why it failed; with ok: what Twilio did not let it read.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Seconds','How long it took; NULL: as for Finished.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Tables','The tables that it was to read, with spaces between; NULL: conferences participants.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Calls','How many rows of calls it read.');
INSERT INTO "sync_descriptions" VALUES('sync_runs','Recordings','How many rows of recordings it read.');
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
INSERT INTO "sync_descriptions" VALUES('conference_costs','','What the calls of each conference cost, as far as runs found who was in it.');
INSERT INTO "sync_descriptions" VALUES('conference_costs','ConferenceSid','The conference.');
INSERT INTO "sync_descriptions" VALUES('conference_costs','FriendlyName','Its name.');
INSERT INTO "sync_descriptions" VALUES('conference_costs','Started','When it was created, UTC.');
INSERT INTO "sync_descriptions" VALUES('conference_costs','Calls','How many calls were found in it.');
INSERT INTO "sync_descriptions" VALUES('conference_costs','Minutes','How long they lasted in all.');
INSERT INTO "sync_descriptions" VALUES('conference_costs','Cost','What Twilio charged for them, a positive number; NULL: nothing is known.');
INSERT INTO "sync_descriptions" VALUES('conference_costs','Currency','The currency of Cost: USD.');
INSERT INTO "sync_descriptions" VALUES('conference_costs','Unpriced','How many of the calls have no price yet, or none at all.');
INSERT INTO "sync_descriptions" VALUES('answered_by','','Who answered the calls that were answered: people or machines.');
INSERT INTO "sync_descriptions" VALUES('answered_by','AnsweredBy','Twilio''s word for it; ''not told'' where MachineDetection was off.');
INSERT INTO "sync_descriptions" VALUES('answered_by','Calls','How many calls.');
INSERT INTO "sync_descriptions" VALUES('answered_by','Percent','Their share of all that were answered.');
INSERT INTO "sync_descriptions" VALUES('calls_per_day','','How many calls began on each UTC day, and what became of them.');
INSERT INTO "sync_descriptions" VALUES('calls_per_day','Day','The UTC day.');
INSERT INTO "sync_descriptions" VALUES('calls_per_day','Calls','How many began on it.');
INSERT INTO "sync_descriptions" VALUES('calls_per_day','Answered','How many of those were answered.');
INSERT INTO "sync_descriptions" VALUES('calls_per_day','Unanswered','How many were busy, were not answered, were canceled or failed.');
INSERT INTO "sync_descriptions" VALUES('calls_per_day','Minutes','How long they lasted in all.');
INSERT INTO "sync_descriptions" VALUES('cost_per_day','','What the calls that began, and the recordings that were made, on each UTC day cost.');
INSERT INTO "sync_descriptions" VALUES('cost_per_day','Day','The UTC day.');
INSERT INTO "sync_descriptions" VALUES('cost_per_day','Currency','The currency: USD.');
INSERT INTO "sync_descriptions" VALUES('cost_per_day','Calls','What Twilio charged for calls, a positive number.');
INSERT INTO "sync_descriptions" VALUES('cost_per_day','Recordings','What it charged for recordings.');
INSERT INTO "sync_descriptions" VALUES('cost_per_day','Cost','Both together.');
CREATE TABLE sync_runs (
  Run INTEGER PRIMARY KEY, AccountSid TEXT NOT NULL, Started DATETIME NOT NULL, Finished DATETIME, Since DATETIME,
  Conferences INTEGER NOT NULL DEFAULT 0, Participants INTEGER NOT NULL DEFAULT 0,
  Requests INTEGER NOT NULL DEFAULT 0, Outcome TEXT NOT NULL DEFAULT 'running', Error TEXT, Seconds REAL, Tables TEXT, Calls INTEGER NOT NULL DEFAULT 0, Recordings INTEGER NOT NULL DEFAULT 0);
INSERT INTO "sync_runs" VALUES(1,'AC00000000000000000000000000000001','2026-11-26 09:10:10','2026-11-26 09:10:11',NULL,6,6,10,'ok',NULL,0.153,'conferences participants calls recordings',12,6);
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
CREATE INDEX calls_by_start ON calls (StartTime);
CREATE INDEX calls_unsettled ON calls (Run)
  WHERE Price IS NULL AND Status NOT IN ('busy', 'failed', 'no-answer', 'canceled');
CREATE INDEX recordings_by_date ON recordings (DateCreated);
CREATE INDEX recordings_by_conference ON recordings (ConferenceSid) WHERE ConferenceSid IS NOT NULL;
CREATE INDEX recordings_by_call ON recordings (CallSid);
CREATE INDEX recordings_unsettled ON recordings (Run) WHERE Price IS NULL AND Status NOT IN ('absent', 'deleted');
CREATE VIEW conferences_per_day ("Day", "Conferences", "Completed", "NotOver", "Minutes") AS
SELECT * FROM (
SELECT CAST(substr(DateCreated, 1, 10) AS TEXT), CAST(count(*) AS INTEGER),
       CAST(sum(Status = 'completed') AS INTEGER), CAST(sum(Status <> 'completed') AS INTEGER),
       CAST(
         round(1440 * sum(CASE WHEN Status = 'completed' THEN julianday(DateUpdated) - julianday(DateCreated) END), 1)
         AS REAL)
FROM conferences WHERE DateCreated IS NOT NULL GROUP BY 1 ORDER BY 1
) UNION ALL SELECT
AccountSid, Run, Run, Run, Seconds FROM sync_runs WHERE FALSE;
CREATE VIEW conference_durations ("ConferenceSid", "FriendlyName", "Day", "Started", "Ended", "Seconds") AS
SELECT * FROM (
SELECT Sid, FriendlyName, CAST(substr(DateCreated, 1, 10) AS TEXT), DateCreated, DateUpdated,
       CAST(round(86400 * (julianday(DateUpdated) - julianday(DateCreated))) AS INTEGER)
FROM conferences WHERE Status = 'completed'
) UNION ALL SELECT
AccountSid, AccountSid, AccountSid, Started, Started, Run FROM sync_runs WHERE FALSE;
CREATE VIEW duration_histogram ("Place", "Duration", "Conferences") AS
SELECT * FROM (
WITH bounds(place, low, high, name) AS (VALUES
  (1, -1e9, 60, '< 1 min'), (2, 60, 300, '1-5 min'), (3, 300, 900, '5-15 min'), (4, 900, 1800, '15-30 min'),
  (5, 1800, 3600, '30-60 min'), (6, 3600, 7200, '1-2 h'), (7, 7200, 14400, '2-4 h'), (8, 14400, 1e9, '> 4 h')),
lengths(seconds, times) AS (SELECT Seconds, count(*) FROM conference_durations GROUP BY 1)
SELECT CAST(place AS INTEGER), CAST(name AS TEXT), CAST(coalesce(sum(times), 0) AS INTEGER)
FROM bounds LEFT JOIN lengths ON seconds >= low AND seconds < high
GROUP BY place ORDER BY place
) UNION ALL SELECT
Run, AccountSid, Run FROM sync_runs WHERE FALSE;
CREATE VIEW peak_participants_per_day ("Day", "Peak") AS
SELECT * FROM (
WITH changes(moment, change) AS (
  SELECT coalesce(JoinedAt, DateCreated), count(*) FROM participants GROUP BY 1
  UNION ALL SELECT LeftAt, -count(*) FROM participants WHERE coalesce(JoinedAt, DateCreated) IS NOT NULL GROUP BY 1),
levels(moment, change, level) AS (
  SELECT moment, sum(change), sum(sum(change)) OVER (ORDER BY moment) FROM changes
  WHERE moment IS NOT NULL GROUP BY moment)
SELECT CAST(substr(moment, 1, 10) AS TEXT), CAST(max(max(level, level - change)) AS INTEGER)
FROM levels GROUP BY 1 ORDER BY 1
) UNION ALL SELECT
AccountSid, Run FROM sync_runs WHERE FALSE;
CREATE VIEW participants_per_conference ("ConferenceSid", "FriendlyName", "Status", "Started", "Participants", "Present") AS
SELECT * FROM (
SELECT Sid, FriendlyName, Status, DateCreated,
       CAST((SELECT count(*) FROM participants p WHERE p.ConferenceSid = c.Sid) AS INTEGER),
       CAST((SELECT count(*) FROM participants p WHERE p.ConferenceSid = c.Sid AND p.LeftAt IS NULL) AS INTEGER)
FROM conferences c
) UNION ALL SELECT
AccountSid, AccountSid, AccountSid, Started, Run, Run FROM sync_runs WHERE FALSE;
CREATE VIEW reasons_for_ending ("Reason", "Conferences", "Percent") AS
SELECT * FROM (
SELECT CAST(coalesce(ReasonConferenceEnded, 'not told') AS TEXT), CAST(count(*) AS INTEGER),
       CAST(round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS REAL)
FROM conferences WHERE Status = 'completed' GROUP BY 1 ORDER BY 2 DESC
) UNION ALL SELECT
AccountSid, Run, Seconds FROM sync_runs WHERE FALSE;
CREATE VIEW conference_costs ("ConferenceSid", "FriendlyName", "Started", "Calls", "Minutes", "Cost", "Currency", "Unpriced") AS
SELECT * FROM (
SELECT c.Sid, c.FriendlyName, c.DateCreated, CAST(count(*) AS INTEGER),
       CAST(round(sum(calls.Duration) / 60.0, 1) AS REAL), CAST(round(-sum(calls.Price), 5) AS REAL),
       CAST(max(calls.PriceUnit) AS TEXT), CAST(count(*) - count(calls.Price) AS INTEGER)
FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid LEFT JOIN calls ON calls.Sid = p.CallSid
GROUP BY c.Sid
) UNION ALL SELECT
AccountSid, AccountSid, Started, Run, Seconds, Seconds, AccountSid, Run FROM sync_runs WHERE FALSE;
CREATE VIEW answered_by ("AnsweredBy", "Calls", "Percent") AS
SELECT * FROM (
SELECT CAST(coalesce(AnsweredBy, 'not told') AS TEXT), CAST(count(*) AS INTEGER),
       CAST(round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS REAL)
FROM calls WHERE Status IN ('in-progress', 'completed') GROUP BY 1 ORDER BY 2 DESC
) UNION ALL SELECT
AccountSid, Run, Seconds FROM sync_runs WHERE FALSE;
CREATE VIEW calls_per_day ("Day", "Calls", "Answered", "Unanswered", "Minutes") AS
SELECT * FROM (
SELECT CAST(substr(StartTime, 1, 10) AS TEXT), CAST(count(*) AS INTEGER),
       CAST(sum(Status IN ('in-progress', 'completed')) AS INTEGER),
       CAST(sum(Status IN ('busy', 'no-answer', 'canceled', 'failed')) AS INTEGER),
       CAST(round(total(Duration) / 60.0, 1) AS REAL)
FROM calls WHERE StartTime IS NOT NULL GROUP BY 1 ORDER BY 1
) UNION ALL SELECT
AccountSid, Run, Run, Run, Seconds FROM sync_runs WHERE FALSE;
CREATE VIEW cost_per_day ("Day", "Currency", "Calls", "Recordings", "Cost") AS
SELECT * FROM (
WITH costs(day, currency, calls, recordings) AS (
  SELECT substr(StartTime, 1, 10), PriceUnit, -Price, 0 FROM calls WHERE Price IS NOT NULL
  UNION ALL SELECT substr(DateCreated, 1, 10), PriceUnit, 0, -Price FROM recordings WHERE Price IS NOT NULL)
SELECT CAST(day AS TEXT), CAST(currency AS TEXT), CAST(round(sum(calls), 5) AS REAL),
       CAST(round(sum(recordings), 5) AS REAL), CAST(round(sum(calls) + sum(recordings), 5) AS REAL)
FROM costs WHERE day IS NOT NULL GROUP BY day, currency ORDER BY day, currency
) UNION ALL SELECT
AccountSid, AccountSid, Seconds, Seconds, Seconds FROM sync_runs WHERE FALSE;
COMMIT;

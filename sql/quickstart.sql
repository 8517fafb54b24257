-- Places a call into a conference, which makes the conference, and reads both back.
-- Needs an account, or nothing with --sandbox:  twsql query --sandbox -f sql/quickstart.sql

EXEC AddParticipants ConferenceSid = 'MyConference', From = '+15005550006', To = '+12025550100';

SELECT Sid, FriendlyName, Status FROM conferences WHERE FriendlyName = 'MyConference';

SELECT CallSid, Status, Muted FROM participants WHERE FriendlyName = 'MyConference';

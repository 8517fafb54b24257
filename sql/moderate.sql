-- Mutes, holds and removes participants of a conference, then ends it.
-- Needs an account, or --sandbox. The first three statements make a conference to work on.

EXEC AddParticipants ConferenceSid = 'Moderated', From = '+15005550006', To = '+12025550101', Label = 'ada';
EXEC AddParticipants ConferenceSid = 'Moderated', From = '+15005550006', To = '+12025550102', Label = 'grace';
EXEC AddParticipants ConferenceSid = 'Moderated', From = '+15005550006', To = '+12025550103', Label = 'linus';

-- Everybody but one is muted.
UPDATE participants SET Muted = 1 WHERE FriendlyName = 'Moderated' AND Label <> 'ada';

-- One is put on hold, by name and label.
EXEC ModifyParticipants ConferenceSid = 'Moderated', CallSid = 'grace', Hold = TRUE;

-- One has to go.
DELETE FROM participants WHERE FriendlyName = 'Moderated' AND Label = 'linus';

SELECT Label, Muted, Hold FROM participants WHERE FriendlyName = 'Moderated' ORDER BY Label;

EXEC EndConference ConferenceSid = 'Moderated';

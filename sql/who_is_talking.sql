-- Shows who is in which conference now, and for how long.
-- Needs an account, or --sandbox. Asks for conferences in progress, then for the participants of each.

SELECT
  conferences.FriendlyName AS Conference,
  coalesce(participants.Label, participants.CallSid) AS Participant,
  iif(participants.Muted, 'muted', iif(participants.Hold, 'on hold', participants.Status)) AS State,
  (unixepoch() - unixepoch(participants.DateCreated)) / 60 AS Minutes
FROM conferences
JOIN participants ON participants.ConferenceSid = conferences.Sid
WHERE conferences.Status = 'in-progress'
ORDER BY Conference, Minutes DESC;

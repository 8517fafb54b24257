-- Calls everybody on a list into one conference: one call for each row that is wanted.
-- Needs an account, or --sandbox; put your own table in place of `contacts`.

CREATE TEMP TABLE contacts (name TEXT, phone TEXT, wanted INTEGER);

INSERT INTO contacts VALUES
  ('Ada', '+12025550101', 1),
  ('Grace', '+12025550102', 1),
  ('Linus', '+12025550103', 0);

SELECT contacts.name, call.CallSid, call.Status
FROM contacts
JOIN AddParticipants('Stand-up', '+15005550006', contacts.phone) AS call
WHERE contacts.wanted AND call.Label = contacts.name AND call.StartConferenceOnEnter = 1;

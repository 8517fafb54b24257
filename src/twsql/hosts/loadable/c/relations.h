/* Written by relation_names.py. */
#define TWSQL_TABLES \
  "conferences", \
  "participants", \
  "calls", \
  "recordings", \
  "call_events", \
  "transcriptions", \
  "messages", \
  "media", \
  "conference_summaries", \
  "conference_participant_summaries", \
  "call_summaries", \
  "incoming_phone_numbers", \
  "outgoing_caller_ids", \
  "available_phone_numbers", \
  "applications", \
  "queues", \
  "queue_members", \
  "usage_records", \
  "usage_triggers", \
  "balance", \
  "accounts", \
  "voice_prices", \
  "twsql_journal", \
  "twsql_requests", \
  "ConferenceParticipants", \
  "sys_tables", \
  "sys_tablecolumns", \
  "sys_procedures", \
  "sys_procedureparameters", \
  "sys_primarykeys", \
  "sys_foreignkeys", \
  "sys_indexes", \
  "sys_connection_props"
#define TWSQL_PROCEDURES \
  "AddParticipants", \
  "ModifyParticipants", \
  "RemoveParticipants", \
  "EndConference", \
  "PlaceCall", \
  "SendMessage", \
  "AddOutgoingCallerIds"

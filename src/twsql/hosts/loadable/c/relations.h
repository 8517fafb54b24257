/* Written by relation_names.py. */
#define TWSQL_TABLES \
  "conferences", \
  "participants", \
  "twsql_journal", \
  "sys_tables", \
  "sys_tablecolumns", \
  "sys_procedures", \
  "sys_procedureparameters", \
  "twsql_requests"
#define TWSQL_PROCEDURES \
  "AddParticipants", \
  "ModifyParticipants", \
  "RemoveParticipants", \
  "EndConference"

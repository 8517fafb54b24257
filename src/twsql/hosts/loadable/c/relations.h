/* Written by relation_names.py. */
#define TWSQL_RELATIONS \
  "conferences", \
  "participants", \
  "twsql_journal", \
  "sys_tables", \
  "sys_tablecolumns", \
  "sys_procedures", \
  "sys_procedureparameters", \
  "twsql_requests", \
  "AddParticipants", \
  "ModifyParticipants", \
  "RemoveParticipants", \
  "EndConference"

"""The log `twsql`: a line for each request, and what should not happen. No secret is in it."""

from __future__ import annotations

import logging

from twsql.redaction import clean


class _Redacting(logging.Filter):
    """Cleans a record before any handler sees it, its traceback too."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = clean(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = clean(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


logger = logging.getLogger("twsql")

# urllib3 logs the address of each page, and headers that it cannot read, as the server wrote them.
for _name in (logger.name, "urllib3.connection", "urllib3.connectionpool", "urllib3.response", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_Redacting())

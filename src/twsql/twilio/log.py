"""The logger `twsql`: a line for each request, and warnings. Secrets are redacted."""

from __future__ import annotations

import logging

from twsql.redaction import clean


class _Redacting(logging.Filter):
    """Redacts a record and its traceback before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = clean(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = clean(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


logger = logging.getLogger("twsql")

# urllib3 logs the URL of each page, and headers that it cannot parse, as the server wrote them.
for _name in (logger.name, "urllib3.connection", "urllib3.connectionpool", "urllib3.response", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_Redacting())

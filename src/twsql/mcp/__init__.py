"""The server for assistants, by the Model Context Protocol: `twsql mcp`.

`server` offers the tools, `reading` runs SQL that only reads, `calls` places calls with a person's consent, `pages`
describes tables and procedures, `marks` tells data from instructions.
"""

"""Places calls exactly once: records each call before it is sent, and finds it again if its response was lost."""

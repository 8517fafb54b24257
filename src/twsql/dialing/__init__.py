"""Places calls and sends messages once: records each before it is sent, and finds it if its response was lost."""

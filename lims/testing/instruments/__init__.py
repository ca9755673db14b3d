"""Instruments: the files they write (formats) and the files they read (sample sheets)."""

"""The commands, one file a word."""

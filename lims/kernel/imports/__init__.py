"""What became of files that were imported: rows accepted, already known, refused with line and reason."""

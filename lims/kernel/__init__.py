"""What every room stands on: barcodes, ids, clock, errors, database, audit, settings, sign-in, language."""

"""Who was in a tube whose result is negative is forgotten, a day at a time, where the catalogue says after how long."""

"""What each lab declares, has done at best, and could do by what it works with."""

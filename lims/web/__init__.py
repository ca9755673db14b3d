"""How HTML and errors are made, not what they say."""

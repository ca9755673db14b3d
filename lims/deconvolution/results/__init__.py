"""What the result of a person is."""

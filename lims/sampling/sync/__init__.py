"""What devices send: in any order, any number of times, and nothing of it is ever lost."""

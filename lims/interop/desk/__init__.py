"""What officials see of notices, and of whether they arrive elsewhere."""

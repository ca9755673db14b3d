"""What leaves the house: notices to the health authority, and the ways they go."""

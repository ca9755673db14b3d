"""Where tubes lie: racks, their positions, and the way to them."""

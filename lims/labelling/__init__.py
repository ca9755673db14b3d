"""Labels that a lab prints: for tubes that came without one that can be read, and for its plates and racks."""

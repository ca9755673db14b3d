"""Labels: code ranges issued once, and the stickers that carry them."""

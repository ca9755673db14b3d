"""How many people are positive, area by area, from pools; which pool size fits them; whether pooling still finds whom it should."""

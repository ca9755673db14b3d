"""What cases took and came to: their ages and times, the discordant ones against what is to be expected, the tests that pooling saved."""

"""The daily report by itself: made once for every day, put into a folder and sent by e-mail, tried again until it arrives, and logged."""

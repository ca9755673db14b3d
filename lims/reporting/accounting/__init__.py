"""What stands behind each number of a day's account: the tubes, the runs, the labels."""

"""What waits at the bench by its time limit; the way from any code to its page; the life of a tube."""

"""Whether the controls of a plate let its tubes be called."""

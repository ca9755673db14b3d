"""The bench: from the tube on the lab's doorstep to a call that two people have signed."""

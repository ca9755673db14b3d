"""What goes wrong with the embedded server, said in a sentence that somebody can act on."""


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot be had. Its text is for the person at the terminal: what is wrong, where, what to do."""

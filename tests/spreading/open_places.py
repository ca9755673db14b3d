"""The places whose statements a spread database would refuse, with the rules of `judge.py` that they break.

docs/decisions/0023 says what becomes of each. Whoever mends a place takes it out; nobody puts one in who can write the statement otherwise.
"""

OPEN: dict[str, set[str]] = {
    "lims/testing/layout/queries.py:foremost": {"lateral"},
}

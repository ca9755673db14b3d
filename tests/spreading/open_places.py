"""The places whose statements a spread database would refuse, with the rules of `judge.py` that they break.

docs/decisions/0023 says what becomes of each. Whoever mends a place takes it out; nobody puts one in who can write the statement otherwise.
"""

PERSON_RESULT = {"join", "recursion", "inner_with"}  # the view `person_result`

OPEN: dict[str, set[str]] = {
    "lims/deconvolution/callbacks/queries.py:answering": {"join", "recursion"},
    "lims/deconvolution/callbacks/queries.py:kept_meanwhile": {"join"},
    "lims/deconvolution/members/queries.py:answers": {"lateral", "recursion"},
    "lims/deconvolution/over/queries.py:moved": {"recursion"},
    "lims/deconvolution/queries.py:reactive_pools": {"join"},
    "lims/deconvolution/story/queries.py:reads": {"after_aggregate", "join"},
    "lims/interop/notices/actions.py:read_on": {"recursion"},
    "lims/interop/notices/queries.py:told_of": {"recursion"},
    "lims/release/queries.py:results_of_day": PERSON_RESULT,
    "lims/release/queries.py:results_of_people": PERSON_RESULT | {"lateral"},
    "lims/reporting/casework/sql/pool_rows.sql": {"recursion"},
    "lims/reporting/casework/sql/pool_sizes.sql": {"recursion"},
    "lims/reporting/casework/sql/tests_kept.sql": {"recursion"},
    "lims/reporting/pools/queries.py:next_to_count": {"recurring_from"},
    "lims/reporting/sql/account_people.sql": PERSON_RESULT,
    "lims/reporting/sql/account_people_rows.sql": PERSON_RESULT,
    "lims/reporting/sql/account_touched.sql": {"recursion"},
    "lims/reporting/sql/account_wrong.sql": {"recurring_from"},
    "lims/reporting/sql/pooling_begun.sql": {"lateral"},
    "lims/reporting/sql/pools_resolved.sql": {"join"},
    "lims/reporting/sql/repeats.sql": {"union"},
    "lims/reporting/sql/rows.sql": {"join", "recursion"},
    "lims/reporting/sql/rows_counted.sql": {"join", "recursion"},
    "lims/reporting/sql/touched.sql": {"join"},
    "lims/reporting/sql/verifying.sql": {"join", "recursion"},
    "lims/retention/queries.py:ancestors": {"recursion"},
    "lims/sampling/sync/writes.py:insert_tubes": {"recurring_from"},
    "lims/testing/accession/queries.py:boxes_of_lab": {"recurring_from"},
    "lims/testing/layout/queries.py:foremost": {"lateral"},
    "lims/testing/morning/queries.py:settled_pools": {"recursion"},
    "lims/testing/pools/queries.py:candidates": {"join"},
    "lims/testing/rejudging/queries.py:rejudgements": {"recurring_from"},
}

"""Filters left blank ask for everything."""

from tests.factories import Town


def test_blank_filters_of_lists_are_no_filters(town: Town) -> None:
    assert town.olga.get("/testing/api/cases", state="", lab="", site="", after="").status_code == 200
    assert town.ana.get("/sampling/api/recollections", site="", state="").status_code == 200
    assert town.authority.get("/reporting/api/person-results", date="2022-02-02", site="", state="", after="").status_code == 200

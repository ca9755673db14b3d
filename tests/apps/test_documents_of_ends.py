"""What the OpenAPI documents say of answers that are files."""

from fastapi.testclient import TestClient

from tests.factories import Town


def kinds(web: TestClient, end: str, path: str) -> set[str]:
    """The media types that a document gives for the answer of a path."""
    document = web.get(f"/{end}/openapi.json").json()
    return set(document["paths"][path]["get"]["responses"]["200"]["content"])


def test_a_table_is_what_the_document_says_it_may_be(web: TestClient, town: Town) -> None:
    path = "/reporting/api/throughput"
    days = {"from": "2022-02-02", "to": "2022-02-02"}
    answers = [town.olga.get(path, format=form, **days) for form in ("json", "csv", "xlsx")]
    came = {answer.headers["content-type"].partition(";")[0] for answer in answers}
    assert came == kinds(web, "reporting", path)
    assert kinds(web, "reporting", "/reporting/api/person-results") == {"application/json", "text/csv"}


def test_a_file_is_not_called_json(web: TestClient) -> None:
    assert kinds(web, "testing", "/testing/api/plates/{barcode}/sample-sheet") == {"*/*"}
    assert kinds(web, "testing", "/testing/api/plates/{barcode}") == {"application/json"}

"""What a message may hold: a time that is written as one, a number that somebody counted."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, get_args

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from lims.sampling.sync.forms import TubeForm
from tests.architecture.test_routes import routes_of

# Of the first no clock says what it counts; the second is midnight to the second, which Python would take for a day.
NO_TIMES = (1_700_000_000, 1_700_006_400, "1700000000", "1700006400")


def models_in(kind: Any) -> Iterator[type[BaseModel]]:
    """The forms inside a type, however deep."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from models_in(field.annotation)
    for part in get_args(kind):
        yield from models_in(part)


def fields(app: FastAPI) -> dict[str, FieldInfo]:
    """Every field of what is sent to a route as its body, and of a device's tubes, which the sync reads one by one."""
    routes = routes_of(app).items()
    bodies = {f"{address} {param.name}": param.field_info for address, route in routes for param in route.dependant.body_params}
    forms = {form for body in bodies.values() for form in models_in(body.annotation)} | set(models_in(TubeForm))
    return bodies | {f"{form.__module__}.{form.__name__}.{name}": field for form in forms for name, field in form.model_fields.items()}


def taken(field: FieldInfo, value: object) -> list[object]:
    """What a field makes of a value, alone or in a list; nothing where it refuses it."""
    kind: Any = Annotated[(field.annotation, "a field", *field.metadata)]
    adapter = TypeAdapter[Any](kind)
    made: list[object] = []
    for sent in (value, [value]):
        try:
            read = adapter.validate_json(json.dumps(sent))
        except ValidationError:
            continue
        made += read if isinstance(read, list | tuple) else [read]
    return made


def test_the_walk_meets_times_and_numbers(app: FastAPI) -> None:
    room = "lims.testing"
    known = {f"{room}.accession.forms.ReceiveForm.at", f"{room}.rejudging.forms.RejudgeForm.since", f"{room}.storage.forms.RackForm.rows"}
    known |= {"lims.sampling.sync.forms.MemberForm.position", "POST /testing/api/plates/{barcode}/runs at"}
    assert known <= set(fields(app))


@pytest.mark.parametrize("number", NO_TIMES, ids=repr)
def test_no_message_takes_a_plain_number_for_a_time(app: FastAPI, number: object) -> None:
    assert [name for name, field in fields(app).items() if any(isinstance(one, date) for one in taken(field, number))] == []


def test_no_message_counts_true_as_one(app: FastAPI) -> None:
    assert [name for name, field in fields(app).items() if any(type(one) in (int, float) for one in taken(field, True))] == []

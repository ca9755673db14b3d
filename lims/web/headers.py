"""What every answer tells the browser not to do: no foreign scripts, no frames, no guessing, no keeping of pages."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = "/static/"
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def lines(keeping: str) -> list[tuple[bytes, bytes]]:
    """These headers as they go out, written once: they stand in every answer."""
    return [(name.lower().encode(), value.encode()) for name, value in (ALWAYS | {"Cache-Control": keeping}).items()]


# Styles and modules are asked for again by their ETag, so that a new version never runs beside an old one.
OF_FILES, OF_ANSWERS = lines("no-cache"), lines("no-store")


class SecurityHeaders:
    """ASGI middleware: adds the headers that are not there yet."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add to the head of the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = OF_FILES if scope["path"].startswith(STATIC) else OF_ANSWERS

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(line for line in wanted if line[0] not in there)]
            await send(message)

        await self.app(scope, receive, with_headers)

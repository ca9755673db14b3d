"""What every answer tells the browser not to do: no foreign scripts, no frames, no guessing, no keeping of pages."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = "/static/"
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class SecurityHeaders:
    """ASGI middleware: adds the headers that are not there yet."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add to the head of the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Styles and modules are asked for again by their ETag, so that a new version never runs beside an old one.
        keeping = "no-cache" if scope["path"].startswith(STATIC) else "no-store"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (ALWAYS | {"Cache-Control": keeping}).items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)

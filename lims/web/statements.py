"""Says in a header how many SQL statements a request needed: cost is visible to whoever asks."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class StatementsHeader:
    """ASGI middleware: `X-Statements`, as the door counted them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add the header where a door has counted."""

        async def with_header(message: Message) -> None:
            statements = scope.get("state", {}).get("statements")
            if message["type"] == "http.response.start" and statements is not None:
                message["headers"] = [*message["headers"], (b"x-statements", str(statements).encode())]
            await send(message)

        await self.app(scope, receive, with_header if scope["type"] == "http" else send)

"""A mail server that takes everything and keeps nothing, in a process of its own; it prints its port."""

import socket
import threading

from aiosmtpd.controller import Controller

LIMIT = 33_554_432


class Everything:
    async def handle_DATA(self, _server, _session, _envelope) -> str:
        return "250 2.0.0 queued"


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    Controller(Everything(), hostname="127.0.0.1", port=port, data_size_limit=LIMIT).start()
    print(port, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()

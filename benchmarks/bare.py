"""The peer of a warm page: a Flask view that returns the very bytes, and does nothing else."""

import os
from pathlib import Path

from flask import Flask


def application() -> Flask:
    app = Flask("bare")
    body = Path(os.environ["BENCHMARK_BYTES"]).read_bytes()

    @app.get("/")
    def page():
        return body

    return app

"""The application, for any WSGI server and for `flask --app wsgi`."""

from pressroom.cli import application

app = application()

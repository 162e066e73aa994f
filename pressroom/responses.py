"""What a view answers with besides a page: the way on once something was done, a file that is made on the spot."""

from flask import Response, flash, redirect, url_for

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


def onward(endpoint: str, said: str = "", /, **values):
    """To a page of this site, which begins with what was done: `said`."""
    if said:
        flash(said, "ok")
    return redirect(url_for(endpoint, **values), 303)


def framed(mail: str) -> Response:
    """The HTML of a mail, for a frame on a page of ours: nothing in it runs or loads."""
    rules = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
    return Response(
        mail,
        headers={"Content-Security-Policy": rules, "X-Frame-Options": "SAMEORIGIN"},
        mimetype="text/html",
    )


def download(content, name: str) -> Response:
    """A file to keep under this name, whose ending says what it is."""
    response = Response(content, content_type=MEDIA_TYPES[name.rpartition(".")[2]])
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response

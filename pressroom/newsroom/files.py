"""How a file of an asset leaves: of the type that we recorded, harmless, and a picture with its words inside."""

import hashlib
import io

from flask import send_file

from pressroom import storage
from pressroom.media import stamping
from pressroom.media.models import AssetRendition, RenditionName

INLINE = ("image/", "audio/")  # anything else is only ever saved


def respond(rendition: AssetRendition, *, download: bool):
    """The response for whoever may have the file: in parts if asked (RFC 9110, 14), unchanged if known. It never leads
    elsewhere: pages show it, and caches in front keep what anybody may have."""
    inline = not download and rendition.media_type.startswith(INLINE)
    if rendition.media_type in stamping.WRITERS and (download or rendition.name is RenditionName.PRINT):
        content = stamping.stamped(rendition)
        response = send_file(
            io.BytesIO(content),
            mimetype=rendition.media_type,
            as_attachment=not inline,
            download_name=rendition.filename,
            etag=f"{rendition.key}-{hashlib.sha256(content).hexdigest()[:16]}",
        )
    else:
        response = storage.send(rendition.key, rendition.media_type, rendition.filename, inline=inline)
    if response.status_code != 206:  # a part is kept by nobody; of the whole, the view decides how long
        del response.headers["Cache-Control"]
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response

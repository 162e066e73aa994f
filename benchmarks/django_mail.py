"""Django's side of the benchmark of mail: for each line on standard input, sends messages over one connection and prints
the seconds that it took. Its argument is JSON: port, how many, octets attached, words."""

import json
import sys
import time

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

port, count, attached, words = json.loads(sys.argv[1])
settings.configure(USE_TZ=True)
kit = bytes(range(256)) * (attached // 256)

for _ in sys.stdin:
    began = time.perf_counter()
    with get_connection(
        "django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port
    ) as connection:
        for number in range(count):
            message = EmailMultiAlternatives(
                "Point presse", f"Noémie {number}. {words}", "Press <press@office.example>",
                [f"{number}@telegraphe.example"], connection=connection,
            )  # fmt: skip
            message.attach_alternative(f"<p>Noémie {number}. {words}</p>", "text/html")
            if kit:
                message.attach("Dossier.pdf", kit, "application/pdf")
            message.send()
    print(time.perf_counter() - began, flush=True)

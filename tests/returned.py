"""Mails as they come back, written as servers write them; `to` is where they come back to."""

HEAD = """\
Return-Path: <>
Delivered-To: {to}
From: {sender}
To: {to}
Subject: {subject}
Date: Mon, 23 Nov 2026 09:14:02 +0100
Message-ID: <20261123081402.9F2C4@mx.outlet.example>
MIME-Version: 1.0
"""
ORIGINAL = """\
From: Press office <press@office.example>
To: noemie@outlet.example
Subject: A kit
Message-ID: <4f7k2m9q1x3z@office.example>
"""


def postfix(to, *, action="failed", status="5.1.1", said="550 5.1.1 <noemie@outlet.example>: Recipient address rejected: User unknown", envelope_id=""):  # fmt: skip
    """What Postfix writes; `said` are the words of the server that it spoke to."""
    named = f"Original-Envelope-Id: {envelope_id}\n" if envelope_id else ""
    head = HEAD.format(
        to=to,
        sender="MAILER-DAEMON@mx.office.example (Mail Delivery System)",
        subject="Undelivered Mail Returned to Sender",
    )
    return crlf(
        f"""{head}Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="9F2C44E7AB.1795421642/mx.office.example"

This is a MIME-encapsulated message.

--9F2C44E7AB.1795421642/mx.office.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

--9F2C44E7AB.1795421642/mx.office.example
Content-Description: Delivery report
Content-Type: message/delivery-status

{named}Reporting-MTA: dns; mx.office.example
X-Postfix-Queue-ID: 9F2C44E7AB
X-Postfix-Sender: rfc822; bounces@office.example
Arrival-Date: Mon, 23 Nov 2026 09:14:01 +0100 (CET)

Final-Recipient: rfc822; noemie@outlet.example
Original-Recipient: rfc822;noemie@outlet.example
Action: {action}
Status: {status}
Remote-MTA: dns; mx.outlet.example
Diagnostic-Code: smtp; {said}

--9F2C44E7AB.1795421642/mx.office.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

{ORIGINAL}
--9F2C44E7AB.1795421642/mx.office.example--
"""
    )


def delayed(to):
    return postfix(
        to, action="delayed", status="4.4.1", said="connect to mx.outlet.example[192.0.2.7]:25: timed out"
    )


def exchange(to):
    """What Exchange Online writes: words in HTML first, with numbers of their own."""
    head = HEAD.format(
        to=to,
        sender="Microsoft Outlook <MicrosoftExchange329e71ec88ae@outlet.example>",
        subject="Undeliverable: A kit",
    )
    return crlf(
        f"""{head}Content-Type: multipart/report; report-type=delivery-status;
\tboundary="_3b8e2a77-d0f4-4c1e_"
Content-Language: en-GB
X-MS-Exchange-Message-Is-Ndr:
Auto-Submitted: auto-replied

--_3b8e2a77-d0f4-4c1e_
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="_7c1b_"

--_7c1b_
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message wasn't delivered. 4.4.7 is not what happened.

--_7c1b_
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body><p>noemie wasn't found at outlet.example.</p></body></html>

--_7c1b_--

--_3b8e2a77-d0f4-4c1e_
Content-Type: message/delivery-status

Reporting-MTA: dns;PR0P264.outlet.example
Received-From-MTA: dns;mx.office.example
Arrival-Date: Mon, 23 Nov 2026 08:14:01 +0000

Final-Recipient: rfc822;noemie@outlet.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient
 noemie@outlet.example not found by SMTP address lookup

--_3b8e2a77-d0f4-4c1e_
Content-Type: message/rfc822

{ORIGINAL}
Here it is.

--_3b8e2a77-d0f4-4c1e_--
"""
    )


def complaint(to, mail_from, kind="abuse"):
    """What a mailbox provider sends when somebody pressed “spam”."""
    head = HEAD.format(to=to, sender="fbl@provider.example", subject="Email feedback report")
    return crlf(
        f"""{head}Content-Type: multipart/report; report-type=feedback-report; boundary="fbl-1"

--fbl-1
Content-Type: text/plain

This is an email abuse report.

--fbl-1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1
Original-Mail-From: <{mail_from}>
Original-Rcpt-To: <noemie@outlet.example>

--fbl-1
Content-Type: message/rfc822

{ORIGINAL}
Here it is.

--fbl-1--
"""
    )


def out_of_office(to, language="en"):
    """An answer by a machine, which even quotes a report."""
    subject, words = {
        "en": (
            "Automatic reply: A kit",
            "I am away until Monday. 550 5.1.1 User unknown is what others say.",
        ),
        "fr": (
            "Absence du bureau : Un dossier",
            "Je suis absente jusqu’à lundi. Adresse inconnue (550 5.1.1).",
        ),
    }[language]
    head = HEAD.format(to=to, sender="Noémie <noemie@outlet.example>", subject=subject)
    return crlf(
        f"{head}Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\nContent-Type: text/plain; charset=utf-8\n\n"
        f"{words}\n\nAction: failed\nStatus: 5.1.1\n"
    )


def challenge(to):
    head = HEAD.format(to=to, sender="noemie@outlet.example", subject="Please confirm that you are a person")
    return crlf(f"{head}Content-Type: text/plain\n\nFollow this link: https://outlet.example/c/550-5.1.1\n")


def forwarded(to):
    """Somebody passes a report on: it is part of a letter, and no report."""
    inner = postfix(to).decode().replace("\r\n", "\n")
    head = HEAD.format(to=to, sender="noemie@outlet.example", subject="Fwd: Undelivered Mail")
    return crlf(
        f"{head}Content-Type: multipart/mixed; boundary=fwd\n\n--fwd\nContent-Type: text/plain\n\nSee below.\n\n"
        f"--fwd\nContent-Type: message/rfc822\n\n{inner}\n--fwd--\n"
    )


def read_receipt(to):
    head = HEAD.format(to=to, sender="noemie@outlet.example", subject="Read: A kit")
    return crlf(
        f"{head}Content-Type: multipart/report; report-type=disposition-notification; boundary=mdn\n\n--mdn\n"
        "Content-Type: text/plain\n\nRead.\n\n--mdn\nContent-Type: message/disposition-notification\n\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n\n--mdn--\n"
    )


def crlf(text):
    return text.replace("\n", "\r\n").encode()

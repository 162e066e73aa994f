import time

import pytest

from pressroom.delivery import dsn
from pressroom.delivery.dsn import Kind
from tests import returned

TO = "bounces+4f7k2m9q1x3z-abcdefghij@office.example"


def said(raw):
    report = dsn.read(raw)
    return report and (report.kind, report.status, report.code, report.reply)


@pytest.mark.parametrize(
    ("raw", "report"),
    [
        (
            returned.postfix(TO),
            (
                Kind.FAILED, "5.1.1", 550,
                "5.1.1 <noemie@outlet.example>: Recipient address rejected: User unknown",
            ),
        ),
        (
            returned.exchange(TO),
            (
                Kind.FAILED, "5.1.10", 550,
                "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient noemie@outlet.example not found by SMTP address lookup",
            ),
        ),
        (
            returned.delayed(TO),
            (Kind.DELAYED, "4.4.1", None, "4.4.1 connect to mx.outlet.example[192.0.2.7]:25: timed out"),
        ),
        (returned.postfix(TO, status="x", said="452 4.2.2 Over quota"), (Kind.FAILED, "4.2.2", 452, "4.2.2 Over quota")),
        (returned.postfix(TO, status="", said="450"), (Kind.FAILED, "", 450, "")),
        (returned.complaint("fbl@office.example", TO), (Kind.COMPLAINT, "", None, "Feedback-Type: abuse")),
    ],
)  # fmt: skip
def test_a_report_is_read_from_its_fields(raw, report):
    assert said(raw) == report
    assert any(TO in address for address in dsn.read(raw).addresses)


@pytest.mark.parametrize(
    "raw",
    [
        returned.out_of_office(TO), returned.out_of_office(TO, "fr"), returned.challenge(TO), returned.forwarded(TO),
        returned.read_receipt(TO), returned.postfix(TO, action="delivered", status="2.0.0"),
        returned.complaint(TO, TO, kind="not-spam"), b"", b"\0" * 1000,
        returned.postfix(TO).replace(b"message/delivery-status", b"text/plain"),
        returned.postfix(TO).replace(b"Content-Type: multipart/report", b"Content-Type: multipart/mixed"),
    ],
)  # fmt: skip
def test_what_people_and_other_machines_write_is_no_report(raw):
    assert dsn.read(raw) is None


def test_the_worst_is_believed_where_several_recipients_are_named():
    both = returned.postfix(TO).replace(
        b"Final-Recipient", b"Final-Recipient: rfc822; x@y.example\r\nAction: delayed\r\n\r\nFinal-Recipient"
    )

    assert said(both)[0] is Kind.FAILED


def test_what_servers_repeat_of_the_envelope_is_known():
    assert dsn.read(returned.postfix(TO, envelope_id="4f7k2m9q1x3z")).envelope_id == "4f7k2m9q1x3z"


def test_a_report_is_read_although_the_mail_it_returns_is_huge_or_cut_off():
    raw = returned.postfix(TO)
    huge = raw.replace(b"Here it is", b"x" * 3_000_000)

    assert said(huge) == said(raw)
    assert said(raw[: raw.index(b"Undelivered Message Headers")]) == said(raw)


def test_control_characters_do_not_pass():
    raw = returned.postfix(TO, said="550 5.1.1 no\0 such\x1b[31m \u202euser\n \x07here")

    assert dsn.read(raw).reply == "5.1.1 no such[31m user here"


HOSTILE = {
    "parameters": b"Content-Type: multipart/report; boundary=x" + b';"' * 130_000 + b"\r\n\r\n",
    "folded": b"Content-Type: multipart/report; boundary=x" + b'\r\n ;"a' * 50_000,
    "nested": b"".join(
        b"Content-Type: multipart/report; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(6000)
    ),
    "parts": b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\n\n" * 20_000,
    "charset": b"Content-Type: multipart/report; boundary*=nothing''%ff%fe\n\n--x\n",
    "encoding": returned.postfix(TO).replace(
        b"message/delivery-status", b"message/delivery-status\r\nContent-Transfer-Encoding: base64"
    ),
    "octets": bytes(range(256)) * 1000,
    "headers": b": no name\nContent-Type\n" * 10_000,
    "empty": b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n--x--",
    "complaint": b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/feedback-report\n\n--x--",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_reading_whatever_comes_ends_soon(raw):
    begun = time.process_time()
    report = dsn.read(raw)

    assert report is None or report.kind is Kind.FAILED
    assert time.process_time() - begun < 5

"""A real Postfix of the tests' own, on loopback: what it accepts lands in Maildirs, or comes back as a bounce."""

import contextlib
import mailbox
import os
import shutil
import socket
import subprocess
import tempfile
import time
from email import policy
from email.parser import BytesParser
from pathlib import Path

BOUNCING = "gone.example"  # its mail is accepted, and given back
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example
mydestination =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_delay_reject = yes
local_transport = error:no local mail
alias_maps =
relay_domains = {bouncing}
transport_maps = texthash:{folder}/transport
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {folder}/boxes
virtual_mailbox_maps = texthash:{folder}/people
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
recipient_delimiter = +
"""
# Every service in the foreground of one folder: none is confined to a root of its own (the third "n").
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
smtp unix - - n - - smtp
relay unix - - n - - smtp
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """The server while it runs: `url` for PRESSROOM_MAIL_URL, `boxes` by address."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.url = folder, f"smtp://127.0.0.1:{port}"

    def box(self, address: str) -> Path:
        """The Maildir of an address that exists."""
        return self.folder / "boxes" / address

    def received(self, address: str, *, count: int = 1, seconds: float = 20) -> list:
        """The messages in a box once there are `count`; TimeoutError after `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.box(address).is_dir():
                box = mailbox.Maildir(self.box(address), create=False)
                if len(box) >= count:
                    parse = BytesParser(policy=policy.default).parsebytes
                    return [parse(box.get_bytes(key)) for key in sorted(box.keys())]
            time.sleep(0.1)  # a Maildir tells nobody of what arrives
        raise TimeoutError((self.folder / "log").read_text())

    def settle(self) -> None:
        """A moment for what is on its way."""
        time.sleep(0.1)  # nor does Postfix tell anybody of what it still holds


@contextlib.contextmanager
def running(*addresses: str):
    """A Postfix that knows these addresses and no other in their domains. Needs root, as Postfix does."""
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))  # not pytest's: the daemons are other users
    folder.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for name in ("queue", "data", "boxes"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    os.chown(folder / "boxes", 65534, 65534)
    domains = ", ".join(sorted({address.partition("@")[2] for address in addresses}))
    (folder / "main.cf").write_text(MAIN.format(folder=folder, domains=domains, bouncing=BOUNCING))
    (folder / "master.cf").write_text(MASTER.format(port=port))
    (folder / "people").write_text("".join(f"{address} {address}/\n" for address in addresses))
    (folder / "transport").write_text(f"{BOUNCING} virtual:\n")
    subprocess.run(["postfix", "-c", folder, "start"], check=True, capture_output=True)
    try:
        yield Postfix(folder, port)
    finally:
        subprocess.run(["postfix", "-c", folder, "stop"], check=True, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)

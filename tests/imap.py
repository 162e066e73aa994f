"""A small IMAP server for tests: one account, folders in memory, and what it cannot do as told."""

import contextlib
import re
import socketserver
import ssl
import threading

SECONDS = 10  # how long it waits for a client


class Imap:
    """Use it in a `with` statement; `url` is where it is, `inbox` what it holds: uid -> (octets, flags).

    `able` are its capabilities; `separator` is that of its folders: a dot keeps them all within INBOX. `refuses` names
    commands that it answers with NO, `silent` those that it never answers. With a `certificate` it offers STARTTLS, or
    speaks TLS from the start when `scheme` is "imaps". `log` holds all commands.
    """

    def __init__(
        self, *, able="MOVE UIDPLUS", separator="/", refuses=(), silent=(), certificate=None, scheme="imap"
    ):
        self.folders: dict[str, dict[int, tuple[bytes, set[str]]]] = {"INBOX": {}}
        self.able, self.separator, self.refuses, self.silent = able, separator, refuses, silent
        self.validity, self.next_uid, self.log, self.scheme = 1, 1, [], scheme
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)

    def __enter__(self):
        self._server = _Listener(("127.0.0.1", 0), _Dialogue)
        self._server.office = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        tls = "" if self.context else "?tls=none"
        self.url = f"{self.scheme}://press:p%40ss@localhost:{self._server.server_address[1]}/INBOX{tls}"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def inbox(self):
        return self.folders["INBOX"]

    def put(self, raw: bytes) -> int:
        self.inbox[self.next_uid] = (raw, set())
        self.next_uid += 1
        return self.next_uid - 1

    def flags(self, folder="INBOX") -> dict[int, set[str]]:
        return {uid: flags for uid, (_, flags) in self.folders[folder].items()}


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True


class _Dialogue(socketserver.StreamRequestHandler):
    timeout = SECONDS

    def handle(self):
        self.office = self.server.office
        with contextlib.suppress(OSError):  # the client may go at any moment
            if self.office.scheme == "imaps":
                self._encrypt()
            self._say("* OK ready")
            while line := self.rfile.readline().decode().rstrip():
                tag, command = line.split(" ", 1)
                name = re.match(r"(UID )?\w+", command)[0].upper()
                self.office.log.append(command)
                if name in self.office.silent:
                    self.rfile.read()
                    return
                if name in self.office.refuses:
                    self._say(f"{tag} NO [ALERT] not today")
                    continue
                getattr(self, f"_{name.lower().replace(' ', '_')}", self._unknown)(tag, command)
                if name == "LOGOUT":
                    return

    def finish(self):
        super().finish()
        self.request.close()

    def _encrypt(self):
        self.request = self.office.context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)

    def _say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def _ok(self, tag, *lines):
        for line in lines:
            self._say(line)
        self._say(f"{tag} OK done")

    def _unknown(self, tag, command):
        self._say(f"{tag} BAD what is {command.split()[0]}?")

    def _capability(self, tag, _):
        tls = " STARTTLS" if self.office.context and self.office.scheme == "imap" else ""
        self._ok(tag, f"* CAPABILITY IMAP4rev1 {self.office.able}{tls}")

    def _starttls(self, tag, _):
        self._ok(tag)
        self._encrypt()

    def _login(self, tag, command):
        if command != 'LOGIN "press" "p@ss"':
            self._say(f"{tag} NO [AUTHENTICATIONFAILED] Authentication failed.")
        else:
            self._ok(tag)

    def _select(self, tag, command):
        if _name(command) not in self.office.folders:
            self._say(f"{tag} NO no such folder")
            return
        self._ok(
            tag, f"* {len(self.office.inbox)} EXISTS", f"* OK [UIDVALIDITY {self.office.validity}] valid"
        )

    def _list(self, tag, _):
        self._ok(tag, rf'* LIST (\Noselect) "{self.office.separator}" ""')

    def _create(self, tag, command):
        name = _name(command)
        if self.office.separator == "." and not name.startswith("INBOX."):
            self._say(f"{tag} NO folders are made within INBOX")
            return
        self.office.folders.setdefault(name, {})
        self._ok(tag)

    def _status(self, tag, command):
        found = _name(command) in self.office.folders
        self._say(f"{tag} OK done" if found else f"{tag} NO no such folder")

    def _logout(self, tag, _):
        self._ok(tag, "* BYE")

    def _uid_search(self, tag, command):
        found = sorted(self.office.inbox)
        if "UNSEEN" in command:
            found = [uid for uid in found if r"\Seen" not in self.office.inbox[uid][1]]
        else:  # "7:*" always includes the last one
            first = int(command.split()[-1].split(":")[0])
            found = [uid for uid in found if uid >= first] or found[-1:]
        self._ok(tag, f"* SEARCH {' '.join(map(str, found))}".rstrip())

    def _uid_fetch(self, tag, command):
        uid, most = int(command.split()[2]), int(re.search(r"<0\.(\d+)>", command)[1])
        assert "BODY.PEEK[]" in command
        if uid in self.office.inbox:
            raw = self.office.inbox[uid][0][:most]
            self._say(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(raw)}}}")
            self.wfile.write(raw + b")\r\n")
        self._ok(tag)

    def _uid_store(self, tag, command):
        self.office.inbox[int(command.split()[2])][1].add(re.search(r"\\\w+", command)[0])
        self._ok(tag)

    def _uid_copy(self, tag, command):
        uid, folder = int(command.split()[2]), self.office.folders.get(_name(command))
        if folder is None:
            self._say(f"{tag} NO [TRYCREATE] no such folder")
            return
        raw, flags = self.office.inbox[uid]
        folder[uid] = (raw, set(flags))
        self._ok(tag)

    def _uid_move(self, tag, command):
        self._uid_copy(tag, command)
        self.office.inbox.pop(int(command.split()[2]))

    def _uid_expunge(self, tag, command):
        assert r"\Deleted" in self.office.inbox.pop(int(command.split()[2]))[1]
        self._ok(tag)


def _name(command):
    return re.search(r'"([^"]*)"', command)[1]

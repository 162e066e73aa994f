#!/bin/sh
# Make sure that the Debian packages which the tests need are here (with arguments: these packages instead).
# As root on Debian they are installed; anybody else is told the one command to run.
set -eu
missing=""
if [ $# -gt 0 ]; then
    missing="$*"
else
    command -v chromium >/dev/null || missing="chromium"
    /sbin/ldconfig -p | grep -q libatomic.so.1 || missing="$missing libatomic1"  # the browser driver needs it
    command -v ps >/dev/null || missing="$missing procps"
    command -v openssl >/dev/null || missing="$missing openssl"
    [ -x /usr/sbin/postfix ] || missing="$missing postfix"
    ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
    command -v redis-server >/dev/null || missing="$missing redis-server"
    command -v systemd-analyze >/dev/null || missing="$missing systemd"
    [ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
    command -v caddy >/dev/null || missing="$missing caddy"
    fc-list 2>/dev/null | grep -q . || missing="$missing fonts-liberation"
fi
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Needed: sudo apt-get install $missing" >&2
    exit 1
fi

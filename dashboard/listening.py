"""The socket that a server is reached at, and in one line why there can be none."""

import errno
import os
import socket

REASONS = {
    errno.EADDRINUSE: ("port", "must be free, got one in use; give another with --port"),
    errno.EACCES: (
        "port",
        "must be one that this user may open, got one that is not; give another with --port",
    ),
    errno.EADDRNOTAVAIL: ("host", "must be of this machine, got another's address; give another with --host"),
}


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 is any that is free.

    Raises:
        ValueError: there can be none; the message names the option that helps.
    """
    if not host:
        raise ValueError("host: must be a name or an address such as 127.0.0.1, got nothing; give one with --host")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET  # as werkzeug takes the host to be
    dual = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        told = "must be a name or an address that can be looked up, got another; give another with --host"
        raise ValueError(f"host: {host} {told}") from error
    try:
        return socket.create_server(found[0][4], family=family, dualstack_ipv6=dual)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        option, told = REASONS.get(error.errno or 0, ("host", f"cannot be listened at: {reason}"))
        raise ValueError(f"{option}: {place(host, port)} {told}") from error


def place(host: str, port: int) -> str:
    """Host and port as in an address; IPv6 in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

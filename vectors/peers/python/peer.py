"""A client and a server of tlslite-ng, with the command line that README.md describes; `build FOLDER` installs it there."""
import os
import re
import socket
import subprocess
import sys

VERSION = "0.8.2"

CIPHERS = {
    "3DES_EDE_CBC": "3des", "CHACHA20_POLY1305": "chacha20-poly1305",
    **{f"AES_{bits}_{mode}": f"aes{bits}{name}"
       for bits in (128, 256) for mode, name in (("CBC", ""), ("GCM", "gcm"), ("CCM", "ccm"), ("CCM_8", "ccm_8"))},
}


def build(folder):
    python = os.path.join(folder, "bin", "python")
    known = [python, "-c", f"import tlslite; assert tlslite.__version__ == '{VERSION}'"]
    if os.path.exists(python) and subprocess.run(known, stderr=subprocess.DEVNULL).returncode == 0:
        return
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", f"tlslite-ng=={VERSION}"], check=True)


def suites():
    """Number, name, and what tlslite-ng makes it of: key exchange, cipher, MAC."""
    from tlslite.constants import CipherSuite
    for number, name in CipherSuite.ietfNames.items():
        match = re.fullmatch(r"TLS_(\w+)_WITH_(\w+?)(?:_(SHA\d*))?", name)
        if match and match[2] in CIPHERS:
            exchange, cipher, mac = match.groups()
            if exchange in ("RSA", "DHE_RSA", "ECDHE_RSA", "ECDHE_ECDSA"):
                yield number, name, exchange.lower(), CIPHERS[cipher], mac.lower() if cipher.endswith("CBC") else "aead"


def settings(options):
    from tlslite.api import HandshakeSettings
    chosen = HandshakeSettings()
    chosen.minVersion = chosen.maxVersion = (3, 3)
    wanted = options.get("--suites", "").split(",")
    parts = [parts for _, name, *parts in suites() if wanted == [""] or name in wanted]
    chosen.keyExchangeNames, chosen.cipherNames, chosen.macNames = (sorted(set(part)) for part in zip(*parts))
    chosen.useExtendedMasterSecret = options.get("--ems") != "off"
    chosen.useEncryptThenMAC = options.get("--etm") != "off"
    chosen.ticketKeys = [os.urandom(32)] if options.get("--resume") == "ticket" else []
    return chosen


def identity(options):
    from tlslite.api import X509CertChain, parsePEMKey
    if "--cert" not in options:
        return None, None
    chain = X509CertChain()
    chain.parsePemList(read(options["--cert"]))
    return chain, parsePEMKey(read(options["--key"]), private=True)


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def protocols(options):
    return [bytearray(name, "ascii") for name in options["--alpn"].split(",")] if "--alpn" in options else None


def established(connection, options):
    from tlslite.constants import CipherSuite
    session = connection.session
    protocol = (session.appProto or b"-").decode("ascii")
    print(f"established {CipherSuite.ietfNames[session.cipherSuite]} resumed={int(connection.resumed)} alpn={protocol}")
    if "--keylog" in options:
        with open(options["--keylog"], "a", encoding="ascii") as log:
            log.write(f"CLIENT_RANDOM {connection._clientRandom.hex()} {session.masterSecret.hex()}\n")


def until_closed(connection):
    received = bytearray()
    while piece := connection.read(max=4096, min=1):
        received += piece
    return received.decode("latin1")


def ask(options):
    from tlslite.api import TLSConnection
    chain, key = identity(options)
    session, chosen = None, settings(options)
    for _ in range(1 if options.get("--resume", "none") == "none" else 2):
        connection = TLSConnection(socket.create_connection(("127.0.0.1", int(options["--port"]))))
        name = options.get("--name", "localhost")
        connection.handshakeClientCert(chain, key, session, chosen, serverName=name, alpn=protocols(options))
        established(connection, options)
        connection.write(b"GET / HTTP/1.0\r\n\r\n")
        print(until_closed(connection))
        connection.close()
        session = connection.session


def serve(options):
    from tlslite.api import SessionCache
    listener = socket.create_server(("127.0.0.1", int(options.get("--port", "0"))))
    print("listening", listener.getsockname()[1], flush=True)
    chosen, cache = settings(options), SessionCache() if options.get("--resume") == "id" else None
    while True:
        plain, _ = listener.accept()
        try:
            answer(plain, chosen, cache, options)
        except Exception as error:  # one connection must not end the others
            print("failed:", repr(error), flush=True)
        drain(plain)


def answer(plain, chosen, cache, options):
    from tlslite.api import TLSConnection
    connection = TLSConnection(plain)
    connection.closeSocket = False
    chain, key = identity(options)
    wish = options.get("--client-auth", "none")
    connection.handshakeServer(certChain=chain, privateKey=key, reqCert=wish != "none", sessionCache=cache,
                               settings=chosen, alpn=protocols(options))
    established(connection, options)
    # tlslite-ng has no way to refuse in the handshake
    if wish == "require" and connection.session.clientCertChain is None:
        raise PermissionError("the client has no certificate")
    request = bytearray()
    while not request.endswith(b"\r\n\r\n"):
        piece = connection.read(max=1024, min=1)
        if not piece:
            raise EOFError("closed before it asked")
        request += piece
    connection.write(b"HTTP/1.0 200 OK\r\nContent-Length: 16\r\n\r\nanswer of a peer")
    connection.close()


def drain(plain):
    """Whatever is still under way, so that the connection is not reset."""
    plain.settimeout(2)
    try:
        plain.shutdown(socket.SHUT_WR)
        while plain.recv(4096):
            pass
    except OSError:
        pass
    plain.close()


def main(role="version", *arguments):
    options = dict(zip(arguments[::2], arguments[1::2]))
    if role == "build":
        build(arguments[0])
    elif role == "client":
        ask(options)
    elif role == "server":
        serve(options)
    elif role == "suites":
        for number, *_ in suites():
            print(f"{number:04x}")
    else:
        import tlslite
        print("tlslite-ng", tlslite.__version__)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:
        print("failed:", repr(error))
        sys.exit(1)

// A client and a server of Pike's own SSL module, with the command line that README.md describes.
import SSL.Constants;

constant request = "GET / HTTP/1.0\r\n\r\n";
constant response = "HTTP/1.0 200 OK\r\nContent-Length: 16\r\n\r\nanswer of a peer";

mapping(string:string) options = ([]);
// what the latest connection can be resumed by
SSL.Session latest;

string option(string name, string otherwise) { return options[name] || otherwise; }

// Every suite that has keys and is authenticated.
array(int) suites() {
  multiset(int) weak = (< KE_null, KE_dh_anon, KE_ecdh_anon >);
  array(int) found = filter(indices(CIPHER_SUITES), lambda(int suite) {
    [int exchange, int cipher, int mac] = CIPHER_SUITES[suite][..2];
    return !weak[exchange] && CIPHER_effective_keylengths[cipher] >= 112 && suite < 0xff00;
  });
  array(string) wanted = option("--suites", "") / "," - ({ "" });
  if (sizeof(wanted)) found = filter(found, lambda(int suite) { return has_value(wanted, sprintf("%04x", suite)); });
  return SSL.Context()->sort_suites(found);
}

array(string) certificates(string path) {
  return Standards.PEM.Messages(Stdio.read_file(path))->get_certificates();
}

// Shows its certificate to servers that name no authority too.
class Context {
  inherit SSL.Context;

  array(object) find_cert_issuer(array(string) authorities) {
    return sizeof(authorities) ? ::find_cert_issuer(authorities) : get_certificates();
  }
}

SSL.Context context(int is_server) {
  SSL.Context made = Context();
  string wish = option("--client-auth", "none");
  made->min_version = made->max_version = PROTOCOL_TLS_1_2;
  made->preferred_suites = suites();
  made->encrypt_then_mac = option("--etm", "on") != "off";
  made->use_cache = option("--resume", "none") != "none";
  if (options["--alpn"]) made->advertised_protocols = options["--alpn"] / ",";
  if (options["--ca"]) made->set_trusted_issuers(map(certificates(options["--ca"]), lambda(string one) { return ({ one }); }));
  if (options["--cert"]) {
    string der = values(Standards.PEM.Messages(Stdio.read_file(options["--key"]))->parts)[0][0]->body;
    made->add_cert(Standards.PKCS.parse_private_key(der), certificates(options["--cert"]), ({ "*" }));
  }
  // at a server the module holds a client's certificate against the name that the client wants of the server
  if (!is_server) made->verify_certificates = made->require_trust = 1;
  if (is_server) {
    made->auth_level = ([ "none": AUTHLEVEL_none, "request": AUTHLEVEL_ask, "require": AUTHLEVEL_require ])[wish];
    made->preferred_auth_methods = ({ AUTH_rsa_sign, AUTH_ecdsa_sign });
  } else {
    made->auth_level = AUTHLEVEL_require;
  }
  return made;
}

void established(SSL.File file) {
  SSL.Connection connection = file->query_connection();
  SSL.Session session = connection->session;
  int resumed = latest && latest->master_secret == session->master_secret;
  write("established %04x resumed=%d alpn=%s\n", session->cipher_suite, resumed, connection->application_protocol || "-");
  if (!options["--keylog"]) return;
  string line = sprintf("CLIENT_RANDOM %s %s\n", String.string2hex(connection->client_random), String.string2hex(session->master_secret));
  Stdio.append_file(options["--keylog"], line);
}

string why(SSL.File file) { return sprintf("failed: %s\n", strerror(file->errno()) || "the handshake"); }

int ask() {
  Stdio.File plain = Stdio.File();
  plain->connect("127.0.0.1", (int)options["--port"]);
  SSL.File file = SSL.File(plain, context(0));
  file->set_blocking();
  // connect gives a session for a handshake that was refused, too
  if (!file->connect(option("--name", "localhost"), latest) || file->query_connection()->session->cipher_suite < 0) {
    write(why(file));
    return 1;
  }
  established(file);
  latest = file->query_connection()->session;
  file->write(request);
  write("%s\n", file->read() || "");
  catch (file->close());
  return 0;
}

int serve() {
  SSL.Context own = context(1);
  Stdio.Port listener = Stdio.Port((int)option("--port", "0"), 0, "127.0.0.1");
  write("listening %s\n", (listener->query_address() / " ")[1]);
  while (1) {
    Stdio.File plain = listener->accept();
    SSL.File file = SSL.File(plain, own);
    file->set_blocking();
    if (!file->accept()) {
      write(why(file));
      continue;
    }
    established(file);
    latest = file->query_connection()->session;
    string asked = "";
    while (!has_suffix(asked, "\r\n\r\n")) {
      string piece = file->read(1024, 1);
      if (!piece || piece == "") break;
      asked += piece;
    }
    file->write(response);
    // close_notify both ways, and the socket after them
    if (catch (file->close(0, 1, 1))) write("failed: to close\n");
    plain->close();
  }
}

int main(int count, array(string) arguments) {
  for (int i = 2; i + 1 < count; i += 2) options[arguments[i]] = arguments[i + 1];
  switch (count > 1 && arguments[1]) {
    case "suites": write("%{%04x\n%}", suites()); return 0;
    case "server": return serve();
    case "client": return ask() || (option("--resume", "none") != "none" && ask());
    default: write("Pike %s\n", version() - "Pike v"); return 0;
  }
}

/* A client and a server of BoringSSL. Built with: cc -I/usr/include/android boringssl.c -lssl -lcrypto, as Debian's Android tools have it. */
#include <openssl/ssl.h>

#include "peer.h"

static struct options options;
static SSL_CTX *context;

/* What this library leaves out by default: Ed25519 and ECDSA with P-521. */
static const uint16_t schemes[] = {
    SSL_SIGN_ECDSA_SECP256R1_SHA256, SSL_SIGN_ECDSA_SECP384R1_SHA384, SSL_SIGN_ECDSA_SECP521R1_SHA512,
    SSL_SIGN_ED25519,                SSL_SIGN_RSA_PSS_RSAE_SHA256,    SSL_SIGN_RSA_PSS_RSAE_SHA384,
    SSL_SIGN_RSA_PSS_RSAE_SHA512,    SSL_SIGN_RSA_PKCS1_SHA256,       SSL_SIGN_RSA_PKCS1_SHA384,
    SSL_SIGN_RSA_PKCS1_SHA512,
};
enum { SCHEMES = sizeof schemes / sizeof *schemes };

static void must(int code, const char *what) {
  if (code != 1) die("failed: %s", what);
}

static void log_line(const SSL *ssl, const char *line) {
  (void)ssl;
  append(options.keylog, line);
}

static unsigned shared_key(uint8_t *key, unsigned size) {
  unsigned length = strlen(options.psk) / 2;
  for (unsigned i = 0; i < length && i < size; i++) sscanf(options.psk + 2 * i, "%2hhx", &key[i]);
  return length;
}

static unsigned client_key(SSL *ssl, const char *hint, char *identity, unsigned most, uint8_t *key, unsigned size) {
  (void)ssl, (void)hint;
  snprintf(identity, most, "%s", options.psk_identity);
  return shared_key(key, size);
}

static unsigned server_key(SSL *ssl, const char *identity, uint8_t *key, unsigned size) {
  (void)ssl;
  return strcmp(identity, options.psk_identity) == 0 ? shared_key(key, size) : 0;
}

/* Each name with its length before it. */
static unsigned protocols(uint8_t *list) {
  unsigned length = 0;
  for (const char **name = split(options.alpn); *name != NULL; name++) {
    list[length] = strlen(*name);
    memcpy(list + length + 1, *name, list[length]);
    length += 1 + list[length];
  }
  return length;
}

static int choose_protocol(SSL *ssl, const uint8_t **chosen, uint8_t *size, const uint8_t *offered, unsigned length, void *more) {
  static uint8_t own[256];
  (void)ssl, (void)more;
  int found = SSL_select_next_proto((uint8_t **)chosen, size, own, protocols(own), offered, length);
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void configure_server(void) {
  uint8_t id[] = "peer";
  int mode = strcmp(options.client_auth, "require") == 0   ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
             : strcmp(options.client_auth, "request") == 0 ? SSL_VERIFY_PEER
                                                           : SSL_VERIFY_NONE;
  SSL_CTX_set_verify(context, mode, NULL);
  must(SSL_CTX_set_session_id_context(context, id, sizeof id), "session id context");
  SSL_CTX_set_session_cache_mode(context, strcmp(options.resume, "none") == 0 ? SSL_SESS_CACHE_OFF : SSL_SESS_CACHE_SERVER);
  if (options.alpn != NULL) SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
  if (options.psk != NULL) SSL_CTX_set_psk_server_callback(context, server_key);
}

static void configure_client(void) {
  uint8_t list[256];
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  if (options.alpn != NULL) SSL_CTX_set_alpn_protos(context, list, protocols(list));
  if (options.psk != NULL) SSL_CTX_set_psk_client_callback(context, client_key);
}

static void configure(void) {
  context = SSL_CTX_new(TLS_method());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  if (options.ca != NULL) must(SSL_CTX_load_verify_locations(context, options.ca, NULL), options.ca);
  if (options.cert != NULL) {
    must(SSL_CTX_use_certificate_chain_file(context, options.cert), options.cert);
    must(SSL_CTX_use_PrivateKey_file(context, options.key, SSL_FILETYPE_PEM), options.key);
  }
  must(SSL_CTX_set_strict_cipher_list(context, options.suites == NULL ? "ALL" : options.suites), "suites");
  must(SSL_CTX_set_verify_algorithm_prefs(context, schemes, SCHEMES), "signature schemes");
  must(SSL_CTX_set1_curves_list(context, "X25519:P-256:P-384:P-521"), "curves");
  if (strcmp(options.resume, "ticket") != 0) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  if (options.keylog != NULL) SSL_CTX_set_keylog_callback(context, log_line);
  if (options.is_server) configure_server();
  else configure_client();
}

static int failed(const char *when, SSL *ssl, int code) {
  char text[200] = "";
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  printf("failed: %s: %s (%d)\n", when, text, SSL_get_error(ssl, code));
  ERR_clear_error();
  return 1;
}

static int serve(SSL *ssl) {
  char buffer[4096] = "";
  size_t length = 0;
  while (strstr(buffer, "\r\n\r\n") == NULL && length < sizeof buffer - 1) {
    int count = SSL_read(ssl, buffer + length, sizeof buffer - 1 - length);
    if (count <= 0) return failed("read", ssl, count);
    length += count;
  }
  SSL_write(ssl, response, sizeof response - 1);
  return 0;
}

static int ask(SSL *ssl) {
  char buffer[4097];
  int count;
  SSL_write(ssl, request, sizeof request - 1);
  while ((count = SSL_read(ssl, buffer, sizeof buffer - 1)) > 0) {
    buffer[count] = 0;
    printf("%s\n", buffer);
  }
  return SSL_get_error(ssl, count) == SSL_ERROR_ZERO_RETURN ? 0 : failed("read", ssl, count);
}

static void established(SSL *ssl) {
  const uint8_t *protocol;
  unsigned length;
  SSL_get0_alpn_selected(ssl, &protocol, &length);
  printf("established %s resumed=%d alpn=%.*s\n", SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl)),
         SSL_session_reused(ssl), length == 0 ? 1 : (int)length, length == 0 ? "-" : (const char *)protocol);
}

static int converse(int fd, SSL_SESSION **session) {
  SSL *ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  if (!options.is_server) {
    must(SSL_set_tlsext_host_name(ssl, options.name), "name");
    must(SSL_set1_host(ssl, options.name), "name");
    if (*session != NULL) SSL_set_session(ssl, *session);
  }
  int code = options.is_server ? SSL_accept(ssl) : SSL_connect(ssl);
  int bad = code != 1 ? failed("handshake", ssl, code) : 0;
  if (!bad) {
    established(ssl);
    if (!options.is_server) *session = SSL_get1_session(ssl);
    bad = options.is_server ? serve(ssl) : ask(ssl);
    SSL_shutdown(ssl);
  }
  drain(fd);
  SSL_free(ssl);
  return bad;
}

static int list_suites(void) {
  SSL_CTX *all = SSL_CTX_new(TLS_method());
  SSL_CTX_set_strict_cipher_list(all, "ALL");
  const STACK_OF(SSL_CIPHER) *suites = SSL_CTX_get_ciphers(all);
  for (size_t i = 0; i < sk_SSL_CIPHER_num(suites); i++) printf("%s\n", SSL_CIPHER_standard_name(sk_SSL_CIPHER_value(suites, i)));
  return 0;
}

int main(int argc, char **argv) {
  SSL_SESSION *session = NULL;
  options = parse(argc, argv);
  if (strcmp(argv[1], "version") == 0) return printf("BoringSSL of API version %d\n", BORINGSSL_API_VERSION), 0;
  if (strcmp(argv[1], "suites") == 0) return list_suites();
  configure();
  if (!options.is_server) {
    int bad = converse(connect_to(options.port), &session);
    return bad || strcmp(options.resume, "none") == 0 ? bad : converse(connect_to(options.port), &session);
  }
  for (int listener = listen_on(options.port);;) converse(accept(listener, NULL, NULL), &session);
}

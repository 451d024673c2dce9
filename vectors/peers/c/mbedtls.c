/* A client and a server of Mbed TLS 2.28. Built with: cc mbedtls.c -lmbedtls -lmbedx509 -lmbedcrypto */
#include "peer.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cache.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>

static struct options options;
static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context random_source;
static mbedtls_ssl_config config;
static mbedtls_x509_crt authorities, chain;
static mbedtls_pk_context key;
static mbedtls_ssl_cache_context cache;
static mbedtls_ssl_ticket_context tickets;
static int suites[MAX_LIST + 1];

static void must(int code, const char *what) {
  char text[128];
  if (code == 0) return;
  mbedtls_strerror(code, text, sizeof text);
  die("failed: %s: %s", what, text);
}

static int log_keys(void *unused, const unsigned char *master, const unsigned char *block, size_t mac, size_t key_length,
                    size_t iv, const unsigned char client[32], const unsigned char server[32], mbedtls_tls_prf_types prf) {
  (void)unused, (void)block, (void)mac, (void)key_length, (void)iv, (void)server, (void)prf;
  if (options.keylog != NULL) log_master_secret(options.keylog, client, master);
  return 0;
}

static void set_suites(void) {
  const char **names = split(options.suites);
  int count = 0;
  for (; names[count] != NULL; count++) {
    suites[count] = mbedtls_ssl_get_ciphersuite_id(names[count]);
    if (suites[count] == 0) die("unknown suite %s", names[count]);
  }
  suites[count] = 0;
  mbedtls_ssl_conf_ciphersuites(&config, suites);
}

static void set_psk(void) {
  unsigned char bytes[64];
  size_t length = strlen(options.psk) / 2;
  for (size_t i = 0; i < length && i < sizeof bytes; i++) sscanf(options.psk + 2 * i, "%2hhx", &bytes[i]);
  const unsigned char *identity = (const unsigned char *)options.psk_identity;
  must(mbedtls_ssl_conf_psk(&config, bytes, length, identity, strlen(options.psk_identity)), "psk");
}

static void set_resumption(void) {
  int by_ticket = strcmp(options.resume, "ticket") == 0, by_id = strcmp(options.resume, "id") == 0;
  if (!options.is_server) {
    mbedtls_ssl_conf_session_tickets(&config, by_ticket ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    return;
  }
  if (by_id) {
    mbedtls_ssl_cache_init(&cache);
    mbedtls_ssl_conf_session_cache(&config, &cache, mbedtls_ssl_cache_get, mbedtls_ssl_cache_set);
  }
  if (by_ticket) {
    mbedtls_ssl_ticket_init(&tickets);
    must(mbedtls_ssl_ticket_setup(&tickets, mbedtls_ctr_drbg_random, &random_source, MBEDTLS_CIPHER_AES_256_GCM, 86400), "tickets");
    mbedtls_ssl_conf_session_tickets_cb(&config, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse, &tickets);
  }
}

/* max_fragment_length, by its number in the registry. */
static void set_fragment_length(void) {
  must(mbedtls_ssl_conf_max_frag_len(&config, atoi(options.mfl)), "fragment length");
}

static void configure(void) {
  int role = options.is_server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT;
  mbedtls_entropy_init(&entropy);
  mbedtls_ctr_drbg_init(&random_source);
  mbedtls_ssl_config_init(&config);
  must(mbedtls_ctr_drbg_seed(&random_source, mbedtls_entropy_func, &entropy, NULL, 0), "random numbers");
  must(mbedtls_ssl_config_defaults(&config, role, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT), "defaults");
  mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random_source);
  mbedtls_ssl_conf_min_version(&config, 3, 3);
  mbedtls_ssl_conf_export_keys_ext_cb(&config, log_keys, NULL);
  if (options.ca != NULL) {
    mbedtls_x509_crt_init(&authorities);
    must(mbedtls_x509_crt_parse_file(&authorities, options.ca), options.ca);
    mbedtls_ssl_conf_ca_chain(&config, &authorities, NULL);
  }
  if (options.cert != NULL) {
    mbedtls_x509_crt_init(&chain);
    mbedtls_pk_init(&key);
    must(mbedtls_x509_crt_parse_file(&chain, options.cert), options.cert);
    must(mbedtls_pk_parse_keyfile(&key, options.key, NULL), options.key);
    must(mbedtls_ssl_conf_own_cert(&config, &chain, &key), "own certificate");
  }
  if (options.is_server) {
    const char *wish = options.client_auth;
    mbedtls_ssl_conf_authmode(&config, strcmp(wish, "require") == 0   ? MBEDTLS_SSL_VERIFY_REQUIRED
                                       : strcmp(wish, "request") == 0 ? MBEDTLS_SSL_VERIFY_OPTIONAL
                                                                      : MBEDTLS_SSL_VERIFY_NONE);
  }
  if (options.suites != NULL) set_suites();
  if (options.alpn != NULL) must(mbedtls_ssl_conf_alpn_protocols(&config, split(options.alpn)), "alpn");
  if (options.psk != NULL) set_psk();
  if (options.mfl != NULL) set_fragment_length();
  if (options.no_ems) mbedtls_ssl_conf_extended_master_secret(&config, MBEDTLS_SSL_EXTENDED_MS_DISABLED);
  if (options.no_etm) mbedtls_ssl_conf_encrypt_then_mac(&config, MBEDTLS_SSL_ETM_DISABLED);
  if (options.renegotiate != NULL) mbedtls_ssl_conf_renegotiation(&config, MBEDTLS_SSL_RENEGOTIATION_ENABLED);
  set_resumption();
}

static int failed(const char *when, int code) {
  char text[128];
  mbedtls_strerror(code, text, sizeof text);
  printf("failed: %s: %s\n", when, text);
  return 1;
}

static int read_some(mbedtls_ssl_context *ssl, char *buffer, size_t room) {
  int count;
  do count = mbedtls_ssl_read(ssl, (unsigned char *)buffer, room);
  while (count == MBEDTLS_ERR_SSL_WANT_READ || count == MBEDTLS_ERR_SSL_WANT_WRITE);
  return count;
}

static int serve(mbedtls_ssl_context *ssl) {
  char buffer[4096] = "";
  size_t length = 0;
  while (strstr(buffer, "\r\n\r\n") == NULL && length < sizeof buffer - 1) {
    int count = read_some(ssl, buffer + length, sizeof buffer - 1 - length);
    if (count <= 0) return failed("read", count);
    length += count;
  }
  if (options.renegotiate != NULL && strcmp(options.renegotiate, "yes") == 0) {
    int code = mbedtls_ssl_renegotiate(ssl);
    if (code != 0) return failed("renegotiation", code);
    /* that has only asked; the client's answer is dealt with in reading, which ends when no more data comes */
    mbedtls_ssl_conf_read_timeout(&config, 1500);
    code = read_some(ssl, buffer, sizeof buffer - 1);
    if (code <= 0 && code != MBEDTLS_ERR_SSL_TIMEOUT) return failed("renegotiation", code);
  }
  mbedtls_ssl_write(ssl, (const unsigned char *)response, sizeof response - 1);
  return 0;
}

static int ask(mbedtls_ssl_context *ssl) {
  char buffer[4097];
  int count;
  if (options.renegotiate != NULL && strcmp(options.renegotiate, "yes") == 0) {
    int code = mbedtls_ssl_renegotiate(ssl);
    if (code != 0) return failed("renegotiation", code);
  }
  mbedtls_ssl_write(ssl, (const unsigned char *)request, sizeof request - 1);
  while ((count = read_some(ssl, buffer, sizeof buffer - 1)) > 0) {
    buffer[count] = 0;
    printf("%s\n", buffer);
  }
  return count == 0 || count == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ? 0 : failed("read", count);
}

/* The sessions of this library do not say whether they were resumed: a resumed one keeps its master secret. */
static int is_resumed(const mbedtls_ssl_session *before, const mbedtls_ssl_session *now) {
  return memcmp(before->master, now->master, sizeof now->master) == 0;
}

static void show_peer(const mbedtls_ssl_context *ssl) {
  char name[256];
  const mbedtls_x509_crt *shown = mbedtls_ssl_get_peer_cert(ssl);
  if (shown != NULL && mbedtls_x509_dn_gets(name, sizeof name, &shown->subject) > 0) printf("shown %s\n", name);
}

static int converse(int fd, mbedtls_ssl_session *session) {
  mbedtls_net_context net = {.fd = fd};
  mbedtls_ssl_context ssl;
  mbedtls_ssl_init(&ssl);
  must(mbedtls_ssl_setup(&ssl, &config), "setup");
  if (!options.is_server) {
    must(mbedtls_ssl_set_hostname(&ssl, options.name), "name");
    if (session->id_len > 0 || session->ticket_len > 0) must(mbedtls_ssl_set_session(&ssl, session), "session");
  }
  mbedtls_ssl_set_bio(&ssl, &net, mbedtls_net_send, mbedtls_net_recv, mbedtls_net_recv_timeout);
  int code = mbedtls_ssl_handshake(&ssl);
  int bad = code != 0 ? failed("handshake", code) : 0;
  if (!bad) {
    const char *protocol = mbedtls_ssl_get_alpn_protocol(&ssl);
    int resumed = !options.is_server && is_resumed(session, ssl.session);
    show_peer(&ssl);
    printf("established %s resumed=%d alpn=%s\n", mbedtls_ssl_get_ciphersuite(&ssl), resumed, protocol == NULL ? "-" : protocol);
    if (!options.is_server) mbedtls_ssl_get_session(&ssl, session);
    bad = options.is_server ? serve(&ssl) : ask(&ssl);
    mbedtls_ssl_close_notify(&ssl);
  }
  drain(fd);
  mbedtls_ssl_free(&ssl);
  return bad;
}

static int list_suites(void) {
  for (const int *id = mbedtls_ssl_list_ciphersuites(); *id != 0; id++) printf("%04x\n", *id);
  return 0;
}

int main(int argc, char **argv) {
  mbedtls_ssl_session session;
  options = parse(argc, argv);
  if (strcmp(argv[1], "version") == 0) return printf("%s\n", MBEDTLS_VERSION_STRING_FULL), 0;
  if (strcmp(argv[1], "suites") == 0) return list_suites();
  mbedtls_ssl_session_init(&session);
  configure();
  if (!options.is_server) {
    int bad = converse(connect_to(options.port), &session);
    return bad || strcmp(options.resume, "none") == 0 ? bad : converse(connect_to(options.port), &session);
  }
  for (int listener = listen_on(options.port);;) converse(accept(listener, NULL, NULL), &session);
}

/* A client and a server of wolfSSL 5. Built with: cc wolfssl.c -lwolfssl */
#include <wolfssl/options.h>

#include <wolfssl/ssl.h>

#include "peer.h"

static struct options options;
static WOLFSSL_CTX *context;

static void must(int code, const char *what) {
  if (code != WOLFSSL_SUCCESS) die("failed: %s: %d", what, code);
}

/* Debian builds this library without a callback for key logs. */
static void log_keys(WOLFSSL *ssl) {
  unsigned char *master, *server, *client;
  unsigned int master_length, server_length, client_length;
  if (options.keylog == NULL) return;
  must(wolfSSL_get_keys(ssl, &master, &master_length, &server, &server_length, &client, &client_length), "keys");
  log_master_secret(options.keylog, client, master);
}

static unsigned int copy_psk(unsigned char *key, unsigned int room) {
  unsigned int length = strlen(options.psk) / 2;
  if (length > room) return 0;
  for (unsigned int i = 0; i < length; i++) sscanf(options.psk + 2 * i, "%2hhx", &key[i]);
  return length;
}

static unsigned int client_psk(WOLFSSL *ssl, const char *hint, char *identity, unsigned int identity_room, unsigned char *key,
                               unsigned int room) {
  (void)ssl, (void)hint;
  snprintf(identity, identity_room, "%s", options.psk_identity);
  return copy_psk(key, room);
}

static unsigned int server_psk(WOLFSSL *ssl, const char *identity, unsigned char *key, unsigned int room) {
  (void)ssl;
  return strcmp(identity, options.psk_identity) == 0 ? copy_psk(key, room) : 0;
}

static void configure(void) {
  wolfSSL_Init();
  context = wolfSSL_CTX_new(options.is_server ? wolfTLSv1_2_server_method() : wolfTLSv1_2_client_method());
  if (options.ca != NULL) must(wolfSSL_CTX_load_verify_locations(context, options.ca, NULL), options.ca);
  if (options.cert != NULL) {
    must(wolfSSL_CTX_use_certificate_chain_file(context, options.cert), options.cert);
    must(wolfSSL_CTX_use_PrivateKey_file(context, options.key, WOLFSSL_FILETYPE_PEM), options.key);
  }
  if (options.psk != NULL && options.is_server) wolfSSL_CTX_set_psk_server_callback(context, server_psk);
  if (options.psk != NULL && !options.is_server) wolfSSL_CTX_set_psk_client_callback(context, client_psk);
  if (options.suites != NULL) must(wolfSSL_CTX_set_cipher_list(context, options.suites), "suites");
  if (options.is_server) {
    int mode = strcmp(options.client_auth, "require") == 0   ? WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT
               : strcmp(options.client_auth, "request") == 0 ? WOLFSSL_VERIFY_PEER
                                                             : WOLFSSL_VERIFY_NONE;
    wolfSSL_CTX_set_verify(context, mode, NULL);
    wolfSSL_CTX_SetMinDhKey_Sz(context, 1024);
  }
  if (options.mfl != NULL) must(wolfSSL_CTX_UseMaxFragment(context, atoi(options.mfl)), "fragment length");
  if (options.no_ems && !options.is_server) must(wolfSSL_CTX_DisableExtendedMasterSecret(context), "extended master secret");
  if (strcmp(options.resume, "none") == 0) wolfSSL_CTX_set_session_cache_mode(context, WOLFSSL_SESS_CACHE_OFF);
  if (!options.is_server && strcmp(options.resume, "ticket") == 0) must(wolfSSL_CTX_UseSessionTicket(context), "tickets");
  if (options.is_server && strcmp(options.resume, "ticket") != 0) wolfSSL_CTX_NoTicketTLSv12(context);
}

static int failed(const char *when, WOLFSSL *ssl, int code) {
  char text[80];
  int error = wolfSSL_get_error(ssl, code);
  printf("failed: %s: %s (%d)\n", when, wolfSSL_ERR_error_string(error, text), error);
  return 1;
}

static int serve(WOLFSSL *ssl) {
  char buffer[4096] = "";
  size_t length = 0;
  while (strstr(buffer, "\r\n\r\n") == NULL && length < sizeof buffer - 1) {
    int count = wolfSSL_read(ssl, buffer + length, sizeof buffer - 1 - length);
    if (count <= 0) return failed("read", ssl, count);
    length += count;
  }
  wolfSSL_write(ssl, response, sizeof response - 1);
  return 0;
}

static int ask(WOLFSSL *ssl) {
  char buffer[4097];
  int count;
  wolfSSL_write(ssl, request, sizeof request - 1);
  while ((count = wolfSSL_read(ssl, buffer, sizeof buffer - 1)) > 0) {
    buffer[count] = 0;
    printf("%s\n", buffer);
  }
  return wolfSSL_get_error(ssl, count) == WOLFSSL_ERROR_ZERO_RETURN ? 0 : failed("read", ssl, count);
}

/* RFC 7919 groups are what this library has built in for servers. */
static void set_dh(WOLFSSL *ssl) {
  const DhParams *group = wc_Dh_ffdhe2048_Get();
  must(wolfSSL_SetTmpDH(ssl, group->p, group->p_len, group->g, group->g_len), "Diffie-Hellman group");
}

static void set_alpn(WOLFSSL *ssl) {
  char list[256];
  snprintf(list, sizeof list, "%s", options.alpn);
  must(wolfSSL_UseALPN(ssl, list, strlen(list), WOLFSSL_ALPN_FAILED_ON_MISMATCH), "alpn");
}

static void show_peer(WOLFSSL *ssl) {
  WOLFSSL_X509 *shown = wolfSSL_get_peer_certificate(ssl);
  if (shown != NULL) printf("shown CN=%s\n", wolfSSL_X509_get_subjectCN(shown));
}

static int converse(int fd, WOLFSSL_SESSION **session) {
  WOLFSSL *ssl = wolfSSL_new(context);
  wolfSSL_set_fd(ssl, fd);
  if (options.is_server) set_dh(ssl);
  if (options.alpn != NULL) set_alpn(ssl);
  wolfSSL_KeepArrays(ssl);
  if (!options.is_server) {
    must(wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, options.name, strlen(options.name)), "name");
    must(wolfSSL_check_domain_name(ssl, options.name), "name");
    if (*session != NULL) wolfSSL_set_session(ssl, *session); /* one that it cannot resume it refuses */
  }
  int code = options.is_server ? wolfSSL_accept(ssl) : wolfSSL_connect(ssl);
  int bad = code != WOLFSSL_SUCCESS ? failed("handshake", ssl, code) : 0;
  if (!bad) {
    log_keys(ssl);
    show_peer(ssl);
    char *protocol = NULL;
    unsigned short length = 0;
    wolfSSL_ALPN_GetProtocol(ssl, &protocol, &length);
    printf("established %s resumed=%d alpn=%.*s\n", wolfSSL_get_cipher_name(ssl), wolfSSL_session_reused(ssl),
           protocol == NULL ? 1 : length, protocol == NULL ? "-" : protocol);
    bad = options.is_server ? serve(ssl) : ask(ssl);
    if (!options.is_server) *session = wolfSSL_get1_session(ssl);
    wolfSSL_shutdown(ssl);
  }
  drain(fd);
  wolfSSL_free(ssl);
  return bad;
}

static int list_suites(void) {
  char names[8192];
  wolfSSL_get_ciphers_iana(names, sizeof names);
  for (char *name = strtok(names, ":"); name != NULL; name = strtok(NULL, ":")) printf("%s\n", name);
  return 0;
}

int main(int argc, char **argv) {
  WOLFSSL_SESSION *session = NULL;
  options = parse(argc, argv);
  if (strcmp(argv[1], "version") == 0) return printf("wolfSSL %s\n", wolfSSL_lib_version()), 0;
  if (strcmp(argv[1], "suites") == 0) return list_suites();
  configure();
  if (!options.is_server) {
    int bad = converse(connect_to(options.port), &session);
    return bad || strcmp(options.resume, "none") == 0 ? bad : converse(connect_to(options.port), &session);
  }
  for (int listener = listen_on(options.port);;) converse(accept(listener, NULL, NULL), &session);
}

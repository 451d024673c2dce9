/* A client and a server of BearSSL 0.6. Built with: cc bearssl.c -lbearssl */
#include <bearssl.h>

#include "peer.h"

enum { MAX_OBJECTS = 40 };

#define SUITE(name) {BR_TLS_##name, "TLS_" #name}
static const struct { uint16_t number; const char *name; } suites[] = {
    SUITE(ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256), SUITE(ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
    SUITE(ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),       SUITE(ECDHE_RSA_WITH_AES_128_GCM_SHA256),
    SUITE(ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),       SUITE(ECDHE_RSA_WITH_AES_256_GCM_SHA384),
    SUITE(ECDHE_ECDSA_WITH_AES_128_CCM),              SUITE(ECDHE_ECDSA_WITH_AES_256_CCM),
    SUITE(ECDHE_ECDSA_WITH_AES_128_CCM_8),            SUITE(ECDHE_ECDSA_WITH_AES_256_CCM_8),
    SUITE(ECDHE_ECDSA_WITH_AES_128_CBC_SHA256),       SUITE(ECDHE_RSA_WITH_AES_128_CBC_SHA256),
    SUITE(ECDHE_ECDSA_WITH_AES_256_CBC_SHA384),       SUITE(ECDHE_RSA_WITH_AES_256_CBC_SHA384),
    SUITE(ECDHE_ECDSA_WITH_AES_128_CBC_SHA),          SUITE(ECDHE_RSA_WITH_AES_128_CBC_SHA),
    SUITE(ECDHE_ECDSA_WITH_AES_256_CBC_SHA),          SUITE(ECDHE_RSA_WITH_AES_256_CBC_SHA),
    SUITE(ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA),         SUITE(ECDHE_RSA_WITH_3DES_EDE_CBC_SHA),
    SUITE(RSA_WITH_AES_128_GCM_SHA256),               SUITE(RSA_WITH_AES_256_GCM_SHA384),
    SUITE(RSA_WITH_AES_128_CCM),                      SUITE(RSA_WITH_AES_256_CCM),
    SUITE(RSA_WITH_AES_128_CCM_8),                    SUITE(RSA_WITH_AES_256_CCM_8),
    SUITE(RSA_WITH_AES_128_CBC_SHA256),               SUITE(RSA_WITH_AES_256_CBC_SHA256),
    SUITE(RSA_WITH_AES_128_CBC_SHA),                  SUITE(RSA_WITH_AES_256_CBC_SHA),
    SUITE(RSA_WITH_3DES_EDE_CBC_SHA),
};
enum { SUITES = sizeof suites / sizeof *suites };

static struct options options;
static br_x509_certificate chain[MAX_OBJECTS];
static br_x509_trust_anchor anchors[MAX_OBJECTS];
static size_t chain_length, anchor_count;
static br_skey_decoder_context key;
static br_ssl_session_cache_lru cache;
static unsigned char cached[20000];
static br_ssl_session_parameters before;

struct text { unsigned char *data; size_t length; };

/* Collects what a decoder says piece by piece; it is never freed. */
static void collect(void *to, const void *piece, size_t length) {
  struct text *text = to;
  text->data = realloc(text->data, text->length + length);
  memcpy(text->data + text->length, piece, length);
  text->length += length;
}

static size_t pem_objects(const char *path, struct text *found) {
  br_pem_decoder_context decoder;
  char file[65536];
  FILE *opened = fopen(path, "r");
  if (opened == NULL) die("failed: %s", path);
  size_t count = 0, length = fread(file, 1, sizeof file, opened);
  fclose(opened);
  br_pem_decoder_init(&decoder);
  for (size_t used = 0; used < length && count < MAX_OBJECTS;) {
    used += br_pem_decoder_push(&decoder, file + used, length - used);
    switch (br_pem_decoder_event(&decoder)) {
      case BR_PEM_BEGIN_OBJ: found[count] = (struct text){NULL, 0}, br_pem_decoder_setdest(&decoder, collect, &found[count]); break;
      case BR_PEM_END_OBJ: count++; break;
      case BR_PEM_ERROR: die("failed: %s is no PEM", path);
    }
  }
  return count;
}

static void load_anchors(void) {
  struct text files[MAX_OBJECTS];
  size_t count = pem_objects(options.ca, files);
  for (size_t i = 0; i < count; i++) {
    struct text name = {NULL, 0};
    br_x509_decoder_context *decoder = malloc(sizeof *decoder); /* the key points into it */
    br_x509_decoder_init(decoder, collect, &name);
    br_x509_decoder_push(decoder, files[i].data, files[i].length);
    const br_x509_pkey *found = br_x509_decoder_get_pkey(decoder);
    if (found == NULL) continue; /* of a kind that this library does not have */
    anchors[anchor_count++] = (br_x509_trust_anchor){{name.data, name.length}, BR_X509_TA_CA, *found};
  }
}

static void load_identity(void) {
  struct text files[MAX_OBJECTS], pem[MAX_OBJECTS];
  chain_length = pem_objects(options.cert, files);
  for (size_t i = 0; i < chain_length; i++) chain[i] = (br_x509_certificate){files[i].data, files[i].length};
  if (pem_objects(options.key, pem) == 0) die("failed: no key");
  br_skey_decoder_init(&key);
  br_skey_decoder_push(&key, pem[0].data, pem[0].length);
  if (br_skey_decoder_key_type(&key) == 0) die("failed: a key of a kind that BearSSL does not have");
}

static int receive(void *fd, unsigned char *data, size_t length) {
  ssize_t count = read(*(int *)fd, data, length);
  return count <= 0 ? -1 : (int)count;
}

static int transmit(void *fd, const unsigned char *data, size_t length) {
  ssize_t count = write(*(int *)fd, data, length);
  return count <= 0 ? -1 : (int)count;
}

static void configure(br_ssl_engine_context *engine) {
  uint16_t chosen[SUITES];
  size_t count = 0;
  for (size_t i = 0; i < SUITES; i++) {
    const char **wanted = options.suites == NULL ? NULL : split(options.suites);
    int take = wanted == NULL;
    for (; wanted != NULL && *wanted != NULL; wanted++) take |= strcmp(*wanted, suites[i].name) == 0;
    if (take) chosen[count++] = suites[i].number;
  }
  br_ssl_engine_set_versions(engine, BR_TLS12, BR_TLS12);
  br_ssl_engine_set_suites(engine, chosen, count);
  if (options.alpn == NULL) return;
  const char **names = split(options.alpn);
  for (count = 0; names[count] != NULL;) count++;
  br_ssl_engine_set_protocol_names(engine, names, count);
  br_ssl_engine_add_flags(engine, BR_OPT_FAIL_ON_ALPN_MISMATCH);
}

static void established(br_ssl_engine_context *engine) {
  br_ssl_session_parameters now;
  const char *suite = "?", *protocol = br_ssl_engine_get_selected_protocol(engine);
  br_ssl_engine_get_session_parameters(engine, &now);
  for (size_t i = 0; i < SUITES; i++) {
    if (suites[i].number == now.cipher_suite) suite = suites[i].name;
  }
  /* this library does not say whether a session was resumed: one with the master secret of the last one was */
  int resumed = memcmp(now.master_secret, before.master_secret, sizeof now.master_secret) == 0;
  printf("established %s resumed=%d alpn=%s\n", suite, resumed, protocol == NULL ? "-" : protocol);
  before = now;
}

/* Of handshakes that fail late too. */
static void log_keys(const br_ssl_engine_context *engine) {
  static const unsigned char none[48];
  const unsigned char *master = engine->session.master_secret;
  if (options.keylog != NULL && memcmp(master, none, sizeof none) != 0) {
    log_master_secret(options.keylog, engine->client_random, master);
  }
}

static int failed(const char *when, br_ssl_engine_context *engine) {
  printf("failed: %s: error %d\n", when, br_ssl_engine_last_error(engine));
  return 1;
}

/* The first byte is asked for before there is anything to say, so that the handshake comes to its end. */
static int serve(br_sslio_context *io, br_ssl_engine_context *engine) {
  char buffer[4096] = "";
  size_t length = 0;
  while (strstr(buffer, "\r\n\r\n") == NULL && length < sizeof buffer - 1) {
    int count = br_sslio_read(io, buffer + length, sizeof buffer - 1 - length);
    if (count <= 0) return failed("read", engine);
    if (length == 0) established(engine);
    length += count;
  }
  br_sslio_write_all(io, response, sizeof response - 1);
  return 0;
}

static int ask(br_sslio_context *io, br_ssl_engine_context *engine) {
  char buffer[4097];
  int count;
  if (br_sslio_write_all(io, request, sizeof request - 1) < 0 || br_sslio_flush(io) < 0) return failed("handshake", engine);
  established(engine);
  while ((count = br_sslio_read(io, buffer, sizeof buffer - 1)) > 0) {
    buffer[count] = 0;
    printf("%s\n", buffer);
  }
  return br_ssl_engine_last_error(engine) == BR_ERR_OK ? 0 : failed("read", engine);
}

static int converse(int fd, br_ssl_engine_context *engine) {
  static unsigned char buffer[BR_SSL_BUFSIZE_BIDI];
  br_sslio_context io;
  br_ssl_engine_set_buffer(engine, buffer, sizeof buffer, 1);
  if (options.is_server) memset(engine->session.master_secret, 0, sizeof engine->session.master_secret);
  if (options.is_server) br_ssl_server_reset((br_ssl_server_context *)engine);
  else br_ssl_client_reset((br_ssl_client_context *)engine, options.name, strcmp(options.resume, "none") != 0);
  br_sslio_init(&io, engine, receive, &fd, transmit, &fd);
  int bad = options.is_server ? serve(&io, engine) : ask(&io, engine);
  br_sslio_close(&io);
  log_keys(engine);
  drain(fd);
  return bad;
}

static int client(void) {
  static br_ssl_client_context context;
  static br_x509_minimal_context checker;
  br_ssl_client_init_full(&context, &checker, anchors, anchor_count);
  configure(&context.eng);
  if (br_skey_decoder_key_type(&key) == BR_KEYTYPE_RSA) {
    br_ssl_client_set_single_rsa(&context, chain, chain_length, br_skey_decoder_get_rsa(&key), br_rsa_pkcs1_sign_get_default());
  } else if (br_skey_decoder_key_type(&key) == BR_KEYTYPE_EC) {
    br_ssl_client_set_single_ec(&context, chain, chain_length, br_skey_decoder_get_ec(&key), BR_KEYTYPE_SIGN, BR_KEYTYPE_EC,
                                br_ec_get_default(), br_ecdsa_sign_asn1_get_default());
  }
  int bad = converse(connect_to(options.port), &context.eng);
  return bad || strcmp(options.resume, "none") == 0 ? bad : converse(connect_to(options.port), &context.eng);
}

static void server(void) {
  static br_ssl_server_context context;
  static br_x509_minimal_context checker;
  if (br_skey_decoder_key_type(&key) == BR_KEYTYPE_RSA) {
    br_ssl_server_init_full_rsa(&context, chain, chain_length, br_skey_decoder_get_rsa(&key));
  } else {
    br_ssl_server_init_full_ec(&context, chain, chain_length, BR_KEYTYPE_EC, br_skey_decoder_get_ec(&key));
  }
  configure(&context.eng);
  if (strcmp(options.client_auth, "none") != 0) {
    br_x509_minimal_init_full(&checker, anchors, anchor_count);
    br_ssl_engine_set_default_rsavrfy(&context.eng);
    br_ssl_engine_set_default_ecdsa(&context.eng);
    br_ssl_engine_set_x509(&context.eng, &checker.vtable);
    br_ssl_server_set_trust_anchor_names_alt(&context, anchors, anchor_count);
    if (strcmp(options.client_auth, "request") == 0) br_ssl_engine_add_flags(&context.eng, BR_OPT_TOLERATE_NO_CLIENT_AUTH);
  }
  br_ssl_session_cache_lru_init(&cache, cached, sizeof cached);
  if (strcmp(options.resume, "id") == 0) br_ssl_server_set_cache(&context, &cache.vtable);
  for (int listener = listen_on(options.port);;) converse(accept(listener, NULL, NULL), &context.eng);
}

int main(int argc, char **argv) {
  options = parse(argc, argv);
  if (strcmp(argv[1], "version") == 0) return printf("BearSSL 0.6\n"), 0;
  if (strcmp(argv[1], "suites") == 0) {
    for (size_t i = 0; i < SUITES; i++) printf("%04x\n", suites[i].number);
    return 0;
  }
  if (options.ca != NULL) load_anchors();
  if (options.cert != NULL) load_identity();
  if (options.is_server) server();
  return client();
}

/* What the C programs share: their command line, which README.md describes, and blocking sockets on loopback. */
#ifndef PEER_H
#define PEER_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_LIST 64

struct options {
  int is_server;
  int port;
  const char *ca, *cert, *key, *name, *suites, *alpn, *client_auth, *resume, *keylog, *psk, *psk_identity, *renegotiate, *mfl;
  int no_ems, no_etm;
};

static const char request[] = "GET / HTTP/1.0\r\n\r\n";
static const char response[] = "HTTP/1.0 200 OK\r\nContent-Length: 16\r\n\r\nanswer of a peer";

static void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  printf("\n");
  exit(1);
}

static struct options parse(int argc, char **argv) {
  struct options o = {.name = "localhost", .client_auth = "none", .resume = "none"};
  const struct { const char *name; const char **value; } texts[] = {
      {"--ca", &o.ca},       {"--cert", &o.cert},     {"--key", &o.key},       {"--name", &o.name},
      {"--suites", &o.suites}, {"--alpn", &o.alpn},   {"--client-auth", &o.client_auth},
      {"--resume", &o.resume}, {"--keylog", &o.keylog}, {"--psk", &o.psk},     {"--psk-identity", &o.psk_identity},
      {"--renegotiate", &o.renegotiate}, {"--mfl", &o.mfl},
  };
  if (argc < 2) die("usage: %s client|server OPTIONS", argv[0]);
  o.is_server = strcmp(argv[1], "server") == 0;
  for (int i = 2; i + 1 < argc; i += 2) {
    int known = 0;
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
      if (strcmp(argv[i], texts[t].name) == 0) *texts[t].value = argv[i + 1], known = 1;
    }
    if (strcmp(argv[i], "--port") == 0) o.port = atoi(argv[i + 1]), known = 1;
    if (strcmp(argv[i], "--ems") == 0) o.no_ems = strcmp(argv[i + 1], "off") == 0, known = 1;
    if (strcmp(argv[i], "--etm") == 0) o.no_etm = strcmp(argv[i + 1], "off") == 0, known = 1;
    if (!known) die("unknown option %s", argv[i]);
  }
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  return o;
}

/* Cuts `text` at commas, in a copy that is never freed; the list ends with NULL. */
static inline const char **split(const char *text) {
  static const char *lists[4][MAX_LIST + 1];
  static int used = 0;
  const char **list = lists[used++ % 4];
  int count = 0;
  for (char *word = strtok(strdup(text), ","); word != NULL && count < MAX_LIST; word = strtok(NULL, ",")) list[count++] = word;
  list[count] = NULL;
  return list;
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int connect_to(int port) {
  struct sockaddr_in address = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) die("failed: cannot connect");
  return fd;
}

static int listen_on(int port) {
  struct sockaddr_in address = loopback(port);
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 8) != 0) die("failed: cannot listen");
  getsockname(fd, (struct sockaddr *)&address, &length);
  printf("listening %d\n", ntohs(address.sin_port));
  return fd;
}

/* Waits until the other end has closed the connection, so that nothing that was sent is lost to a reset. */
static void drain(int fd) {
  char rest[1024];
  shutdown(fd, SHUT_WR);
  while (read(fd, rest, sizeof rest) > 0) {
  }
  close(fd);
}

static void append(const char *path, const char *line) {
  FILE *file = path == NULL ? NULL : fopen(path, "a");
  if (file == NULL) return;
  fprintf(file, "%s\n", line);
  fclose(file);
}

/* A line of an NSS key log. */
static inline void log_master_secret(const char *path, const unsigned char *random, const unsigned char *master) {
  char line[256] = "CLIENT_RANDOM ";
  for (int i = 0; i < 32; i++) sprintf(line + strlen(line), "%02x", random[i]);
  strcat(line, " ");
  for (int i = 0; i < 48; i++) sprintf(line + strlen(line), "%02x", master[i]);
  append(path, line);
}

#endif

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A client and a server of Java's JSSE, with the command line that README.md describes. */
public final class Peer {
  private static final Map<String, String> options = new HashMap<>();

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 0 || arguments[0].equals("version")) {
      System.out.println("JSSE of Java " + System.getProperty("java.version"));
      return;
    }
    if (arguments[0].equals("suites")) {
      Security.setProperty("jdk.tls.disabledAlgorithms", "");
      for (String suite : SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites()) System.out.println(suite.replaceFirst("^SSL_", "TLS_"));
      return;
    }
    for (int i = 1; i + 1 < arguments.length; i += 2) options.put(arguments[i], arguments[i + 1]);
    // what the defaults refuse is wanted here: RSA key exchange, SHA-1, triple DES
    Security.setProperty("jdk.tls.disabledAlgorithms", "");
    String resume = option("--resume", "none");
    System.setProperty("jdk.tls.client.enableSessionTicketExtension", String.valueOf(resume.equals("ticket")));
    System.setProperty("jdk.tls.server.enableSessionTicketExtension", String.valueOf(resume.equals("ticket")));
    if (option("--ems", "on").equals("off")) System.setProperty("jdk.tls.useExtendedMasterSecret", "false");
    SSLContext context = context();
    if (arguments[0].equals("server")) {
      serve(context);
      return;
    }
    for (int left = resume.equals("none") ? 1 : 2; left > 0; left--) {
      if (!ask(context)) System.exit(1);
    }
  }

  private static String option(String name, String otherwise) {
    return options.getOrDefault(name, otherwise);
  }

  private static SSLContext context() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    int count = 0;
    if (options.containsKey("--ca")) {
      for (Certificate authority : certificates(options.get("--ca"))) trusted.setCertificateEntry("ca" + count++, authority);
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (options.containsKey("--cert")) {
      Certificate[] chain = certificates(options.get("--cert")).toArray(new Certificate[0]);
      own.setKeyEntry("own", key(options.get("--key")), new char[0], chain);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("NewSunX509");
    keys.init(own, new char[0]);
    SSLContext context = SSLContext.getInstance("TLSv1.2");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static List<Certificate> certificates(String path) throws GeneralSecurityException, IOException {
    try (InputStream file = Files.newInputStream(Path.of(path))) {
      return List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(file));
    }
  }

  /** PKCS#8, which names the algorithm, but not to a caller: so the factories are asked in turn. */
  private static PrivateKey key(String path) throws GeneralSecurityException, IOException {
    String base64 = Files.readString(Path.of(path)).replaceAll("-----[^-]+-----", "");
    PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64));
    for (String algorithm : List.of("RSA", "RSASSA-PSS", "EC", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (GeneralSecurityException another) {
        continue;
      }
    }
    throw new GeneralSecurityException("no factory reads " + path);
  }

  private static void configure(SSLSocket socket) {
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.2"});
    String suites = option("--suites", "");
    parameters.setCipherSuites(suites.isEmpty() ? socket.getSupportedCipherSuites() : suites.split(","));
    if (options.containsKey("--alpn")) parameters.setApplicationProtocols(options.get("--alpn").split(","));
    if (socket.getUseClientMode()) {
      parameters.setServerNames(List.of(new SNIHostName(option("--name", "localhost"))));
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    } else {
      parameters.setNeedClientAuth(option("--client-auth", "none").equals("require"));
      if (option("--client-auth", "none").equals("request")) parameters.setWantClientAuth(true);
    }
    socket.setSSLParameters(parameters);
  }

  /** JSSE does not say whether a session was resumed: one that is as old as the handshake before was. */
  private static long lastCreated = -1;

  private static void established(SSLSocket socket) throws IOException {
    socket.startHandshake();
    SSLSession session = socket.getSession();
    boolean resumed = session.getCreationTime() == lastCreated;
    lastCreated = session.getCreationTime();
    showPeer(session);
    String protocol = socket.getApplicationProtocol();
    System.out.printf("established %s resumed=%d alpn=%s%n", session.getCipherSuite(), resumed ? 1 : 0, protocol.isEmpty() ? "-" : protocol);
  }

  private static void showPeer(SSLSession session) {
    try {
      System.out.println("shown " + ((X509Certificate) session.getPeerCertificates()[0]).getSubjectX500Principal());
    } catch (SSLPeerUnverifiedException none) {
      // the peer has shown nothing
    }
  }

  private static boolean ask(SSLContext context) throws IOException {
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(options.get("--port")));
    // the port is part of what JSSE finds sessions by
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true)) {
      configure(socket);
      if (options.containsKey("--give-up")) giveUp(socket);
      established(socket);
      if (option("--renegotiate", "no").equals("yes")) socket.startHandshake();
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes());
      System.out.println(new String(socket.getInputStream().readAllBytes()));
      return true;
    } catch (IOException error) {
      System.out.println("failed: " + error.getMessage());
      return false;
    }
  }

  /** Somebody closes while the handshake waits for a server that takes its time. */
  private static void giveUp(SSLSocket socket) {
    Thread impatient = new Thread(() -> {
      try {
        Thread.sleep(500);
        socket.close();
      } catch (IOException | InterruptedException gone) {
        System.out.println("failed: " + gone.getMessage());
      }
    });
    impatient.setDaemon(true);
    impatient.start();
  }

  private static void serve(SSLContext context) throws IOException {
    ServerSocket listener = new ServerSocket(Integer.parseInt(option("--port", "0")), 8, InetAddress.getLoopbackAddress());
    System.out.println("listening " + listener.getLocalPort());
    while (true) {
      Socket plain = listener.accept();
      try {
        answer((SSLSocket) context.getSocketFactory().createSocket(plain, null, false));
      } catch (IOException error) {
        System.out.println("failed: " + error.getMessage());
      }
      drain(plain);
    }
  }

  private static void answer(SSLSocket socket) throws IOException {
    socket.setUseClientMode(false);
    configure(socket);
    established(socket);
    StringBuilder request = new StringBuilder();
    while (request.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      if (next < 0) throw new IOException("closed before it asked");
      request.append((char) next);
    }
    socket.getOutputStream().write("HTTP/1.0 200 OK\r\nContent-Length: 16\r\n\r\nanswer of a peer".getBytes());
    socket.close();
  }

  /** Whatever is still under way, so that the connection is not reset. */
  private static void drain(Socket plain) {
    try (plain) {
      plain.shutdownOutput();
      plain.getInputStream().readAllBytes();
    } catch (IOException gone) {
      // then there is nothing left to wait for
    }
  }
}

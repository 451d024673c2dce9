import java.io.*;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.*;
import java.security.cert.X509Certificate;
import java.util.Base64;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tls.*;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.bouncycastle.tls.crypto.impl.jcajce.JceDefaultTlsCredentialedDecryptor;

/** A client and a server of Bouncy Castle's own TLS (not its JSSE provider), with the command line that README.md describes. */
public final class BouncyCastlePeer {
  private static final Map<String, String> options = new HashMap<>();
  private static final JcaTlsCrypto crypto =
      new JcaTlsCryptoProvider().setProvider(new BouncyCastleProvider()).create(new SecureRandom());
  private static final Map<Integer, String> names = new TreeMap<>();
  /** What can be resumed: by id at a server, the latest one at a client. */
  private static final Map<String, TlsSession> sessions = new HashMap<>();
  private static TlsSession latest;

  public static void main(String[] arguments) throws Exception {
    for (var field : CipherSuite.class.getFields()) names.put(field.getInt(null), field.getName());
    String role = arguments.length == 0 ? "version" : arguments[0];
    for (int i = 1; i + 1 < arguments.length; i += 2) options.put(arguments[i], arguments[i + 1]);
    switch (role) {
      case "suites" -> Arrays.stream(suites()).forEach(suite -> System.out.printf("%04x%n", suite));
      case "server" -> serve();
      case "client" -> {
        for (int left = option("--resume", "none").equals("none") ? 1 : 2; left > 0; left--) if (!ask()) System.exit(1);
      }
      default -> System.out.println("Bouncy Castle TLS of " + new BouncyCastleProvider().getInfo().replaceAll(".* v", "bcprov "));
    }
  }

  private static String option(String name, String otherwise) {
    return options.getOrDefault(name, otherwise);
  }

  private static int[] suites() {
    Set<String> wanted = Set.of(option("--suites", "").split(","));
    return names.keySet().stream()
        .filter(suite -> wanted.contains("") || wanted.contains(names.get(suite)))
        .filter(suite -> suite != 0 && names.get(suite).contains("_WITH_") && TlsUtils.isSupportedCipherSuite(crypto, suite))
        .filter(suite -> TlsUtils.isValidCipherSuiteForVersion(suite, ProtocolVersion.TLSv12))
        .mapToInt(Integer::intValue).toArray();
  }

  private static Vector<ProtocolName> protocols() {
    Vector<ProtocolName> found = new Vector<>();
    if (options.containsKey("--alpn")) {
      for (String name : options.get("--alpn").split(",")) found.add(ProtocolName.asUtf8Encoding(name));
    }
    return found.isEmpty() ? null : found;
  }

  private static List<X509Certificate> certificates(String path) throws GeneralSecurityException, IOException {
    List<X509Certificate> found = new ArrayList<>();
    try (InputStream file = Files.newInputStream(Path.of(path))) {
      for (var each : CertificateFactory.getInstance("X.509").generateCertificates(file)) found.add((X509Certificate) each);
    }
    return found;
  }

  /** The chain and what signs for it or decrypts with it. */
  private static TlsCredentials credentials(TlsContext context, Vector<?> algorithms, boolean decrypts) throws IOException {
    if (!options.containsKey("--cert")) return null;
    try {
      List<TlsCertificate> chain = new ArrayList<>();
      for (X509Certificate each : certificates(options.get("--cert"))) chain.add(crypto.createCertificate(each.getEncoded()));
      Certificate certificate = new Certificate(chain.toArray(new TlsCertificate[0]));
      String base64 = Files.readString(Path.of(options.get("--key"))).replaceAll("-----[^-]+-----", "");
      PrivateKey key = BouncyCastleProvider.getPrivateKey(PrivateKeyInfo.getInstance(Base64.getMimeDecoder().decode(base64)));
      if (decrypts) return new JceDefaultTlsCredentialedDecryptor(crypto, certificate, key);
      for (Object each : algorithms) {
        SignatureAndHashAlgorithm algorithm = (SignatureAndHashAlgorithm) each;
        if (!chain.get(0).supportsSignatureAlgorithm(algorithm.getSignature())) continue;
        return new JcaDefaultTlsCredentialedSigner(new TlsCryptoParameters(context), crypto, key, certificate, algorithm);
      }
      return null;
    } catch (GeneralSecurityException error) {
      throw new TlsFatalAlert(AlertDescription.internal_error, error);
    }
  }

  private static void check(Certificate shown, String name) throws IOException {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      Set<TrustAnchor> anchors = new HashSet<>();
      for (X509Certificate each : certificates(options.get("--ca"))) anchors.add(new TrustAnchor(each, null));
      List<X509Certificate> chain = new ArrayList<>();
      for (TlsCertificate each : shown.getCertificateList()) {
        X509Certificate next = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(each.getEncoded()));
        // an authority at the end is the anchor's to judge
        if (!next.getIssuerX500Principal().equals(next.getSubjectX500Principal())) chain.add(next);
      }
      PKIXParameters parameters = new PKIXParameters(anchors);
      parameters.setRevocationEnabled(false);
      CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(chain), parameters);
      var others = chain.get(0).getSubjectAlternativeNames();
      if (name != null && (others == null || others.stream().noneMatch(other -> name.equals(other.get(1))))) {
        throw new TlsFatalAlert(AlertDescription.bad_certificate, "not for " + name);
      }
    } catch (GeneralSecurityException error) {
      throw new TlsFatalAlert(AlertDescription.unknown_ca, error);
    }
  }

  private static void established(TlsContext context) throws IOException {
    SecurityParameters parameters = context.getSecurityParametersConnection();
    ProtocolName protocol = parameters.getApplicationProtocol();
    System.out.printf("established %s resumed=%d alpn=%s%n", names.get(parameters.getCipherSuite()),
        parameters.isResumedSession() ? 1 : 0, protocol == null ? "-" : protocol.getUtf8Decoding());
    latest = context.getSession();
    if (latest.isResumable()) sessions.put(HexFormat.of().formatHex(latest.getSessionID()), latest);
    if (!options.containsKey("--keylog")) return;
    String line = "CLIENT_RANDOM " + HexFormat.of().formatHex(parameters.getClientRandom()) + " "
        + HexFormat.of().formatHex(crypto.adoptSecret(parameters.getMasterSecret()).extract()) + "\n";
    Files.writeString(Path.of(options.get("--keylog")), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static final class Client extends AbstractTlsClient implements TlsAuthentication {
    Client() {
      super(crypto);
    }

    @Override protected ProtocolVersion[] getSupportedVersions() { return ProtocolVersion.TLSv12.only(); }
    @Override protected int[] getSupportedCipherSuites() { return suites(); }
    @Override protected Vector<ProtocolName> getProtocolNames() { return protocols(); }
    @Override public boolean shouldUseExtendedMasterSecret() { return !option("--ems", "on").equals("off"); }
    @Override public TlsAuthentication getAuthentication() { return this; }
    @Override public void notifyHandshakeComplete() throws IOException { established(context); }

    @Override protected Vector<ServerName> getSNIServerNames() {
      byte[] name = option("--name", "localhost").getBytes(StandardCharsets.US_ASCII);
      return new Vector<>(List.of(new ServerName(NameType.host_name, name)));
    }

    /** What a server's key on P-521 needs. */
    @Override protected Vector<Integer> getSupportedGroups(Vector roles) {
      Vector<Integer> groups = super.getSupportedGroups(roles);
      if (!groups.contains(NamedGroup.secp521r1)) groups.add(NamedGroup.secp521r1);
      return groups;
    }

    @Override public TlsPSKIdentity getPSKIdentity() {
      return new BasicTlsPSKIdentity(option("--psk-identity", ""), HexFormat.of().parseHex(option("--psk", "")));
    }

    @Override public Hashtable<?, ?> getClientExtensions() throws IOException {
      Hashtable<?, ?> extensions = super.getClientExtensions();
      if (option("--etm", "on").equals("off")) extensions.remove(TlsExtensionsUtils.EXT_encrypt_then_mac);
      return extensions;
    }

    @Override public TlsSession getSessionToResume() { return option("--resume", "none").equals("none") ? null : latest; }

    @Override public void notifyServerCertificate(TlsServerCertificate server) throws IOException {
      check(server.getCertificate(), option("--name", "localhost"));
    }

    @Override public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
      return credentials(context, request.getSupportedSignatureAlgorithms(), false);
    }
  }

  private static final class Server extends AbstractTlsServer implements TlsPSKIdentityManager {
    private final String wish = option("--client-auth", "none");

    Server() {
      super(crypto);
    }

    @Override protected ProtocolVersion[] getSupportedVersions() { return ProtocolVersion.TLSv12.only(); }
    @Override protected int[] getSupportedCipherSuites() { return suites(); }
    @Override protected Vector<ProtocolName> getProtocolNames() { return protocols(); }
    @Override protected boolean allowEncryptThenMAC() { return !option("--etm", "on").equals("off"); }
    @Override public boolean shouldUseExtendedMasterSecret() { return !option("--ems", "on").equals("off"); }
    @Override public void notifyHandshakeComplete() throws IOException { established(context); }
    @Override public TlsPSKIdentityManager getPSKIdentityManager() { return this; }
    @Override public byte[] getHint() { return null; }

    @Override public byte[] getPSK(byte[] identity) {
      boolean known = Arrays.equals(identity, option("--psk-identity", "").getBytes(StandardCharsets.UTF_8));
      return known ? HexFormat.of().parseHex(option("--psk", "")) : null;
    }

    @Override public byte[] getNewSessionID() {
      return option("--resume", "none").equals("none") ? null : crypto.getSecureRandom().generateSeed(32);
    }

    @Override public TlsSession getSessionToResume(byte[] id) { return sessions.get(HexFormat.of().formatHex(id)); }

    @Override public TlsCredentials getCredentials() throws IOException {
      SecurityParameters parameters = context.getSecurityParametersHandshake();
      return switch (parameters.getKeyExchangeAlgorithm()) {
        case KeyExchangeAlgorithm.PSK, KeyExchangeAlgorithm.DHE_PSK, KeyExchangeAlgorithm.ECDHE_PSK -> null;
        case KeyExchangeAlgorithm.RSA, KeyExchangeAlgorithm.RSA_PSK -> credentials(context, null, true);
        default -> credentials(context, parameters.getClientSigAlgs(), false);
      };
    }

    @Override public CertificateRequest getCertificateRequest() {
      if (wish.equals("none") || names.get(selectedCipherSuite).contains("PSK")) return null;
      short[] types = {ClientCertificateType.rsa_sign, ClientCertificateType.ecdsa_sign};
      return new CertificateRequest(types, TlsUtils.getDefaultSupportedSignatureAlgorithms(context), null);
    }

    @Override public void notifyClientCertificate(Certificate client) throws IOException {
      if (!client.isEmpty()) check(client, null);
      else if (wish.equals("require")) throw new TlsFatalAlert(AlertDescription.handshake_failure);
    }
  }

  /** Streams that leave the socket open when TLS is done with it. */
  private static FilterInputStream input(Socket socket) throws IOException {
    return new FilterInputStream(socket.getInputStream()) {
      @Override public void close() {}
    };
  }

  private static FilterOutputStream output(Socket socket) throws IOException {
    return new FilterOutputStream(socket.getOutputStream()) {
      @Override public void write(byte[] data, int offset, int length) throws IOException { out.write(data, offset, length); }
      @Override public void close() {}
    };
  }

  private static boolean ask() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(options.get("--port")))) {
      TlsClientProtocol protocol = new TlsClientProtocol(input(socket), output(socket));
      protocol.connect(new Client());
      protocol.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes());
      System.out.println(new String(protocol.getInputStream().readAllBytes()));
      protocol.close();
      return true;
    } catch (IOException error) {
      System.out.println("failed: " + error);
      return false;
    }
  }

  private static void serve() throws IOException {
    ServerSocket listener = new ServerSocket(Integer.parseInt(option("--port", "0")), 8, InetAddress.getLoopbackAddress());
    System.out.println("listening " + listener.getLocalPort());
    while (true) {
      Socket plain = listener.accept();
      try {
        answer(new TlsServerProtocol(input(plain), output(plain)));
      } catch (IOException | RuntimeException error) {
        System.out.println("failed: " + error);
      }
      drain(plain);
    }
  }

  private static void answer(TlsServerProtocol protocol) throws IOException {
    protocol.accept(new Server());
    StringBuilder request = new StringBuilder();
    while (request.indexOf("\r\n\r\n") < 0) {
      int next = protocol.getInputStream().read();
      if (next < 0) throw new IOException("closed before it asked");
      request.append((char) next);
    }
    protocol.getOutputStream().write("HTTP/1.0 200 OK\r\nContent-Length: 16\r\n\r\nanswer of a peer".getBytes());
    protocol.close();
  }

  /** Whatever is still under way, so that the connection is not reset. */
  private static void drain(Socket plain) {
    try (plain) {
      plain.setSoTimeout(2000);
      plain.shutdownOutput();
      plain.getInputStream().readAllBytes();
    } catch (IOException gone) {
      // then there is nothing left to wait for
    }
  }
}

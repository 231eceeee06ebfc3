package org.jccl.process;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Collections;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jccl.file.BoundedFile;
import org.jspecify.annotations.Nullable;

/** TLS over a connection that is there, by the JDK's means; both sides show a certificate. */
final class TcpTls {
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  /** More is no file of keys. */
  private static final int MOST_BYTES = 16 << 20;

  private TcpTls() {}

  /** From a PKCS12 file with this side's key and the certificates that it trusts. */
  static SSLContext context(Path file, String password)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    byte[] bytes = BoundedFile.bytes(file, MOST_BYTES);
    store.load(new ByteArrayInputStream(bytes), password.toCharArray());
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, password.toCharArray());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted(store));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  /** All certificates of the file: also the own one, since members may share one key. */
  private static KeyStore trusted(KeyStore store) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    for (String alias : Collections.list(store.aliases())) {
      trusted.setCertificateEntry(alias, store.getCertificate(alias));
    }
    return trusted;
  }

  /** Rank 0's side; the plain socket where there is no TLS. */
  static Socket leader(Socket plain, @Nullable SSLContext tls) throws IOException {
    return tls == null ? plain : shaken(plain, tls, false, TcpDoor.GREETING.toMillis());
  }

  /** A member's side. */
  static Socket member(Socket plain, @Nullable SSLContext tls, long millis) throws IOException {
    return tls == null ? plain : shaken(plain, tls, true, millis);
  }

  private static Socket shaken(Socket plain, SSLContext tls, boolean client, long millis)
      throws IOException {
    String host = plain.getInetAddress().getHostAddress();
    plain.setSoTimeout(Math.clamp(millis, 1, Integer.MAX_VALUE));
    Socket layered = tls.getSocketFactory().createSocket(plain, host, plain.getPort(), true);
    if (!(layered instanceof SSLSocket socket)) {
      throw new IOException("this TLS makes no TLS sockets");
    }
    socket.setUseClientMode(client);
    socket.setNeedClientAuth(!client);
    socket.setEnabledProtocols(PROTOCOLS);
    socket.startHandshake();
    return socket;
  }
}

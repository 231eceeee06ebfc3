package org.jccl.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jccl.CollectiveException;
import org.jccl.ProcessGroup;
import org.jccl.testing.Crew;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a TCP group can be: IPv6, one network interface, TLS. */
class TcpSettingsTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void secret_isNeverShown() {
    TcpSettings settings = TcpSettings.of("h", 1, 0, 2, "very-secret", LONG);

    assertThat(settings.toString()).doesNotContain("very-secret").contains("with a secret", "h:1");
  }

  @Test
  void ipv6_withAndWithoutBrackets() {
    for (String host : List.of("::1", "[::1]")) {
      TcpSettings settings = TcpSettings.of(host, 0, 0, 2, "s", LONG);

      assertThat(said(settings, host)).isEqualTo("from 0 at [0:0:0:0:0:0:0:1]:");
    }
  }

  @Test
  void anInterface_isWhereRankZeroListens() {
    TcpSettings settings = TcpSettings.of("localhost", 0, 0, 2, "s", LONG).onInterface("lo");

    assertThat(said(settings, "127.0.0.1")).isEqualTo("from 0 at 127.0.0.1:");

    assertThatThrownBy(() -> TcpProcessGroup.listen(settings.onInterface("none0")))
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("there is no network interface 'none0' here, but [")
        .hasMessageContaining("lo");
  }

  @Test
  void tls_needsCertificatesOnBothSides() throws Exception {
    SSLContext ours = context("ours");
    SSLContext theirs = context("theirs");
    TcpSettings settings = TcpSettings.of("127.0.0.1", 0, 0, 2, "s", LONG).withTls(ours);

    assertThat(said(settings, "127.0.0.1")).startsWith("from 0");

    TcpLeader leader = TcpProcessGroup.listen(settings);
    Crew<ProcessGroup> zero = Crew.start(1, i -> leader.join(LONG));
    TcpSettings member = TcpSettings.of("127.0.0.1", leader.port(), 1, 2, "s", LONG);
    assertThatThrownBy(() -> ProcessGroups.tcp(member.withTls(theirs)))
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("certificat");
    ProcessGroup one = ProcessGroups.tcp(member.withTls(ours));
    one.close();
    zero.join().result(0).close();
  }

  /** What rank 1 of a group of 2 hears of rank 0, with the address at which that listens. */
  private static String said(TcpSettings settings, String host) {
    TcpLeader leader = TcpProcessGroup.listen(settings);
    String address = leader.address();
    String place = address.substring(0, address.lastIndexOf(':') + 1);
    TcpSettings member =
        TcpSettings.of(host, leader.port(), 1, 2, settings.secret(), LONG)
            .onInterface(settings.networkInterface())
            .withTls(settings.tls());
    Crew<String> crew =
        Crew.run(
            2,
            rank -> {
              try (ProcessGroup group = rank == 0 ? leader.join(LONG) : ProcessGroups.tcp(member)) {
                byte[] mine = ("from " + rank + " at ").getBytes(StandardCharsets.UTF_8);
                return new String(group.broadcast(mine, 0), StandardCharsets.UTF_8);
              }
            });
    crew.requireNoFailure();
    return crew.result(1) + place;
  }

  /** Of a key that the JDK's own tool makes. */
  private SSLContext context(String name) throws Exception {
    Path file = folder.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "group",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-storetype",
                "PKCS12",
                "-storepass",
                "password",
                "-keystore",
                file.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    return TcpTls.context(file, "password");
  }
}

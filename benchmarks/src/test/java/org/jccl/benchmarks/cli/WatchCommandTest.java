package org.jccl.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class WatchCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int watch(int port, String... options) {
    CommandLine jccl = Main.commandLine();
    jccl.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] line = new String[options.length + 5];
    String host = InetAddress.getLoopbackAddress().getHostAddress();
    System.arraycopy(new String[] {"watch", "--host", host, "--port", "" + port}, 0, line, 0, 5);
    System.arraycopy(options, 0, line, 5, options.length);
    return jccl.execute(line);
  }

  /** A job that says {@code words}, and closes unless it hangs. */
  private static ServerSocket job(String words, boolean hangs) throws IOException {
    ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (Socket socket = server.accept()) {
                BufferedReader in =
                    new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                  boolean asks = line.endsWith("STATUS");
                  String answer = line.startsWith("CLIENT") ? "SERVER PROTOCOL 2\n" : "OK\n";
                  socket
                      .getOutputStream()
                      .write((asks ? words : answer).getBytes(StandardCharsets.UTF_8));
                  if (asks && !hangs) {
                    return;
                  }
                }
              } catch (IOException gone) {
                // The command has ended.
              }
            });
    return server;
  }

  @Test
  void theAnswer_isPrinted_fitForATerminal() throws IOException {
    try (ServerSocket server = job("Job summary\n  \u001B[2J2 ranks\n", false)) {
      assertThat(watch(server.getLocalPort(), "--verbose")).isZero();
    }
    assertThat(out.toString().lines()).containsExactly("Job summary", "  \\u001B[2J2 ranks");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void anAnswerWithoutAnEnd_isShown_andIsNoSuccess() throws IOException {
    try (ServerSocket server = job("Job summary\n", true)) {
      assertThat(watch(server.getLocalPort(), "--timeout", "0.5")).isEqualTo(1);
    }
    assertThat(out.toString().lines()).containsExactly("Job summary");
    assertThat(err.toString()).contains("jccl watch: the answer has not ended in");
  }

  @Test
  void withoutAJob_oneLineSaysWhatHasToBe() throws IOException {
    int port;
    try (ServerSocket nobody = new ServerSocket(0)) {
      port = nobody.getLocalPort();
    }
    assertThat(watch(port)).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith("jccl watch: nobody answers at ");
  }
}

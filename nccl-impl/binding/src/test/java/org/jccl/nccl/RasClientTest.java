package org.jccl.nccl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RasClientTest {
  private static final Duration SHORT = Duration.ofMillis(700);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final List<String> commands = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch ended = new CountDownLatch(1);
  private ServerSocket server;

  /** How a server goes on once somebody has come. */
  private interface Behaviour {
    void serve(BufferedReader in, OutputStream out) throws Exception;
  }

  @BeforeEach
  void open() throws IOException {
    server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    ended.countDown();
    server.close();
  }

  private RasClient client(Duration limit, Behaviour behaviour) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (Socket socket = server.accept()) {
                behaviour.serve(
                    new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)),
                    socket.getOutputStream());
              } catch (Exception gone) {
                // The client has closed.
              }
            });
    return new RasClient(
        InetAddress.getLoopbackAddress().getHostAddress(), server.getLocalPort(), limit);
  }

  private static void say(OutputStream out, String words) throws IOException {
    out.write(words.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** As NCCL does until the question comes. */
  private void greet(BufferedReader in, OutputStream out) throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      commands.add(line);
      if (line.endsWith("STATUS")) {
        return;
      }
      say(out, line.startsWith("CLIENT PROTOCOL") ? "SERVER PROTOCOL 2\n" : "OK\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"false, false, STATUS", "true, false, VERBOSE STATUS", "true, true, VERBOSE STATUS"})
  void theAnswer_isAllThatComesUntilTheEnd(boolean verbose, boolean json, String last)
      throws IOException {
    String words = "NCCL version 2.28.9\n\nJob summary\n" + "x".repeat(100_000) + "\n";
    RasClient client =
        client(
            LONG,
            (in, out) -> {
              greet(in, out);
              say(out, words);
            });
    RasClient.Answer answer = client.status(verbose, json);
    assertThat(answer.text()).isEqualTo(words);
    assertThat(answer.isWhole()).isTrue();
    assertThat(commands)
        .startsWith("CLIENT PROTOCOL 2", "TIMEOUT 15")
        .endsWith(last)
        .hasSize(json ? 4 : 3);
    assertThat(commands.contains("SET FORMAT json")).isEqualTo(json);
  }

  @Test
  void nobodyThere_saysWhatHasToBe() throws IOException {
    int port = server.getLocalPort();
    server.close();
    assertThatThrownBy(() -> new RasClient("localhost", port, LONG).status(false, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nobody answers at localhost:" + port)
        .hasMessageContaining("NCCL 2.24");
    assertThatThrownBy(() -> new RasClient("no-such-host.invalid", port, LONG).status(false, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nobody answers at no-such-host.invalid");
  }

  @Test
  void aSilentServer_isGivenUp() {
    RasClient client = client(SHORT, (in, out) -> ended.await());
    assertGivenUp(() -> client.status(false, false), "has not answered in");
  }

  @Test
  void aServerThatSaysOneByteAtATime_isGivenUp() {
    RasClient client =
        client(
            SHORT,
            (in, out) -> {
              while (!ended.await(50, TimeUnit.MILLISECONDS)) {
                say(out, "S");
              }
            });
    assertGivenUp(() -> client.status(false, false), "has not answered in");
  }

  @Test
  void aServerThatStopsAfterTheGreeting_isGivenUp() {
    RasClient client =
        client(
            SHORT,
            (in, out) -> {
              greet(in, out);
              ended.await();
            });
    assertGivenUp(() -> client.status(false, false), "has not answered in");
  }

  private static void assertGivenUp(ThrowingCallable question, String words) {
    long start = System.nanoTime();
    assertThatThrownBy(question).isInstanceOf(IOException.class).hasMessageContaining(words);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG);
  }

  @Test
  void anAnswerThatDoesNotEnd_isShownAsFarAsItCame() throws IOException {
    RasClient client =
        client(
            SHORT,
            (in, out) -> {
              greet(in, out);
              say(out, "NCCL version 2.28.9\n");
              ended.await();
            });
    RasClient.Answer answer = client.status(false, false);
    assertThat(answer.text()).isEqualTo("NCCL version 2.28.9\n");
    assertThat(answer.isWhole()).isFalse();
    assertThat(answer.lacking()).contains("has not ended in");
  }

  @Test
  void anEndlessAnswer_isCut() throws IOException {
    RasClient client =
        client(
            LONG,
            (in, out) -> {
              greet(in, out);
              while (true) {
                say(out, "communicator\n".repeat(1_000));
              }
            });
    RasClient.Answer answer = client.status(false, false);
    assertThat(answer.text().length()).isBetween(4 << 20, 5 << 20);
    assertThat(answer.lacking()).contains("goes on beyond");
  }

  @ParameterizedTest
  @CsvSource({
    "SSH-2.0-OpenSSH_9.6, SSH-2.0-OpenSSH_9.6",
    "HTTP/1.1 400 Bad Request, HTTP/1.1 400 Bad Request",
    "red \u001B[31m !, red \\u001B[31m !"
  })
  void somebodyElse_isNamed(String greeting, String shown) {
    RasClient client = client(LONG, (in, out) -> say(out, greeting + "\n"));
    assertThatThrownBy(() -> client.status(false, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not speak as RAS: '" + shown);
  }

  @Test
  void aLineWithoutAnEnd_isCut() {
    RasClient client =
        client(
            LONG,
            (in, out) -> {
              while (true) {
                say(out, "garbage".repeat(1_000));
              }
            });
    assertThatThrownBy(() -> client.status(false, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not speak as RAS")
        .satisfies(said -> assertThat(said.getMessage()).hasSizeLessThan(1_500));
  }

  @Test
  void aServerThatClosesAtOnce_isTold() {
    RasClient client = client(LONG, (in, out) -> {});
    assertThatThrownBy(() -> client.status(false, false)).isInstanceOf(IOException.class);
  }

  @Test
  void aServerThatClosesAfterTheQuestion_isTold() {
    RasClient client = client(LONG, this::greet);
    assertThatThrownBy(() -> client.status(false, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed the connection before it answered");
  }

  @Test
  void aRefusedCommand_isShown() {
    RasClient client =
        client(
            LONG,
            (in, out) -> {
              say(out, "SERVER PROTOCOL 2\nOK\nERROR: Unknown command SET FORMAT json\n");
              ended.await();
            });
    assertThatThrownBy(() -> client.status(false, true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'ERROR: Unknown command SET FORMAT json'");
  }

  @ParameterizedTest
  @CsvSource({
    ", localhost, 28028",
    "node7:5000, node7, 5000",
    "[::1]:28029, ::1, 28029",
    "node7, localhost, 28028",
    "node7:99999, localhost, 28028"
  })
  void theAddress_isThatOfTheVariable(String words, String host, int port) {
    assertThat(RasClient.address(words).getHostString()).isEqualTo(host);
    assertThat(RasClient.address(words).getPort()).isEqualTo(port);
  }
}

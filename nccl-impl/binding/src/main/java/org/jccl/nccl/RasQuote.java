package org.jccl.nccl;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jccl.CleanText;

/**
 * What NCCL's RAS says of the job, for the report of a communicator that is being aborted: a few
 * lines within a short time, or nothing.
 */
final class RasQuote {
  private static final int MOST_CHARACTERS = 2048;

  private final String host;
  private final int port;

  private RasQuote(String host, int port) {
    this.host = host;
    this.port = port;
  }

  /** From where RAS listens by the environment. */
  static RasQuote ofEnvironment() {
    InetSocketAddress place = RasClient.address(System.getenv(RasClient.VARIABLE));
    return new RasQuote(place.getHostString(), place.getPort());
  }

  static RasQuote of(String host, int port) {
    return new RasQuote(host, port);
  }

  /**
   * Asks; what has not come in time, or is not RAS, is left out.
   *
   * @param within how long the caller waits at most
   * @return lines to follow a message; empty if there are none
   */
  String text(Duration within) {
    RasClient client = new RasClient(host, port, within);
    FutureTask<RasClient.Answer> question = new FutureTask<>(() -> client.status(false, false));
    Thread.ofPlatform().daemon().name("jccl-ras-quote").start(question);
    try {
      // What came until the limit is an answer, too; it takes a moment to hand it over.
      long nanos = within.plusMillis(50).toNanos();
      return quoted(question.get(nanos, TimeUnit.NANOSECONDS));
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException nothing) {
      if (!(nothing.getCause() instanceof IOException) && nothing instanceof ExecutionException) {
        return "\nNCCL's RAS could not be asked: " + CleanText.messageOf(nothing);
      }
    }
    return "";
  }

  private String quoted(RasClient.Answer answer) {
    String text = answer.text().strip();
    boolean isCut = text.length() > MOST_CHARACTERS;
    StringBuilder quote = new StringBuilder("\nNCCL's RAS at ").append(host).append(':');
    quote.append(port).append(" says:");
    text.substring(0, isCut ? MOST_CHARACTERS : text.length())
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(line -> quote.append("\n    ").append(CleanText.line(line)));
    if (isCut || !answer.isWhole()) {
      quote.append("\n    (there is more: ./jccl watch)");
    }
    return quote.toString();
  }
}

package org.jccl.nccl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jccl.CleanText;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * Asks a running job of NCCL how its ranks are. Since 2.24 each process of a job has a thread that
 * answers for the whole job: NCCL's RAS (reliability, availability, serviceability), lines of text
 * on a socket.
 *
 * <p>Whoever answers is not trusted: a question takes the given time at most, and the answer has at
 * most 4 MiB.
 *
 * @see <a
 *     href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/troubleshooting/ras.html">NCCL's
 *     guide: RAS</a>
 */
public final class RasClient {
  /** The port on which RAS listens, unless {@code NCCL_RAS_ADDR} says another. */
  public static final int PORT = 28_028;

  /** The variable that gives NCCL another address. */
  public static final String VARIABLE = "NCCL_RAS_ADDR";

  private static final int MOST_BYTES = 4 << 20;
  private static final int MOST_OF_A_LINE = 1024;
  private static final int MOST_ADDRESSES = 8;
  private static final String GREETING = "SERVER PROTOCOL ";
  private static final Pattern ADDRESS = Pattern.compile("(?:\\[(.+)]|([^:]+)):(\\d{1,5})");

  /** What may be late besides the peer: this machine. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private final String host;
  private final int port;
  private final TimeLimit limit;

  /**
   * A client; nothing is opened yet.
   *
   * @param host the host of a process of the job
   * @param port the port of RAS there
   * @param limit how long a question may take in all
   */
  public RasClient(String host, int port, Duration limit) {
    this.host = host;
    this.port = port;
    this.limit = TimeLimit.of(limit, "RAS");
  }

  /**
   * {@return where RAS listens by the words of {@link #VARIABLE}, not looked up}
   *
   * @param words {@code host:port} or {@code [address]:port}; null or anything else means NCCL's
   *     default
   */
  public static InetSocketAddress address(@Nullable String words) {
    Matcher given = ADDRESS.matcher(words == null ? "" : words.strip());
    if (given.matches() && Integer.parseInt(given.group(3)) <= 65_535) {
      String name = given.group(1) == null ? given.group(2) : given.group(1);
      return InetSocketAddress.createUnresolved(name, Integer.parseInt(given.group(3)));
    }
    return InetSocketAddress.createUnresolved("localhost", PORT);
  }

  /**
   * What RAS has answered.
   *
   * @param text its words
   * @param lacking why they are not all of its words; empty if they are
   */
  public record Answer(String text, String lacking) {
    /** {@return whether nothing is missing} */
    public boolean isWhole() {
      return lacking.isEmpty();
    }
  }

  /**
   * Asks for the state of the job.
   *
   * @param verbose with what is usual, too: each rank of each communicator
   * @param json as JSON, which NCCL can write since 2.28.7
   * @return the answer
   * @throws IOException if there is none, in one sentence: nobody is there, or somebody else
   */
  public Answer status(boolean verbose, boolean json) throws IOException {
    long deadline = limit.deadline();
    FutureTask<Answer> question = new FutureTask<>(() -> ask(verbose, json, deadline));
    // Looking up a name has no limit of its own.
    Thread.ofPlatform().daemon().name("jccl-ras").start(question);
    try {
      return question.get(limit.nanos() + GRACE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw new IOException(silent(), late);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(place() + ": interrupted");
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException said) {
        throw said;
      }
      throw new IOException(place() + ": " + failed.getCause(), failed);
    }
  }

  private Answer ask(boolean verbose, boolean json, long deadline) throws IOException {
    try (Socket socket = connected(deadline)) {
      Dialog dialog = new Dialog(socket, deadline);
      String greeting = dialog.line("CLIENT PROTOCOL 2");
      if (!startsWith(greeting, GREETING)) {
        throw stranger(greeting);
      }
      // NCCL waits for its own ranks; it should end before we do.
      require("OK", dialog.line("TIMEOUT " + Math.max(1, limit.duration().toSeconds() / 2)));
      if (json) {
        require("OK", dialog.line("SET FORMAT json"));
      }
      return dialog.rest(verbose ? "VERBOSE STATUS" : "STATUS");
    }
  }

  private void require(String expected, String answer) throws IOException {
    if (!answer.equalsIgnoreCase(expected)) {
      throw stranger(answer);
    }
  }

  private IOException stranger(String words) {
    return new IOException(
        "what answers at " + place() + " does not speak as RAS: '" + CleanText.line(words) + "'");
  }

  private static boolean startsWith(String line, String start) {
    return line.regionMatches(true, 0, start, 0, start.length());
  }

  /** NCCL listens on one address of its host alone. */
  private Socket connected(long deadline) throws IOException {
    IOException last;
    try {
      last = new IOException("it has no address");
      InetAddress[] all = InetAddress.getAllByName(host);
      for (int i = 0; i < Math.min(all.length, MOST_ADDRESSES); i++) {
        Socket socket = new Socket();
        try {
          socket.connect(new InetSocketAddress(all[i], port), millisLeft(deadline));
          return socket;
        } catch (IOException refused) {
          socket.close();
          last = refused;
        }
      }
    } catch (UnknownHostException unknown) {
      last = new IOException("no such host", unknown);
    }
    throw new IOException(
        "nobody answers at "
            + place()
            + " ("
            + CleanText.messageOf(last)
            + "). A job with NCCL 2.24 or newer has to run on that host, without NCCL_RAS_ENABLE=0;"
            + " NCCL_RAS_ADDR gives it another address",
        last);
  }

  private int millisLeft(long deadline) throws SocketTimeoutException {
    long millis = TimeUnit.NANOSECONDS.toMillis(TimeLimit.left(deadline));
    if (millis <= 0) {
      throw new SocketTimeoutException(silent());
    }
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }

  private String silent() {
    return "what listens at " + place() + " has not answered in " + limit;
  }

  private String place() {
    return (host.contains(":") ? "[" + host + "]" : CleanText.line(host)) + ":" + port;
  }

  /** Questions and answers on one connection. */
  private final class Dialog {
    private final Socket socket;
    private final InputStream in;
    private final long deadline;

    Dialog(Socket socket, long deadline) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.deadline = deadline;
    }

    /** The line that answers {@code command}. */
    String line(String command) throws IOException {
      send(command);
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int next = read(); next != '\n'; next = read()) {
        if (next < 0) {
          throw new IOException(
              "what listens at " + place() + " has closed the connection before it answered");
        }
        line.write(next);
        if (line.size() == MOST_OF_A_LINE) {
          throw stranger(text(line));
        }
      }
      return text(line).strip();
    }

    /** All that follows {@code command}, until the other side closes. */
    Answer rest(String command) throws IOException {
      send(command);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      byte[] bytes = new byte[8192];
      try {
        for (int n = read(bytes); n >= 0; n = read(bytes)) {
          all.write(bytes, 0, n);
          if (all.size() > MOST_BYTES) {
            return new Answer(text(all), "the answer goes on beyond " + MOST_BYTES + " bytes");
          }
        }
      } catch (SocketTimeoutException late) {
        if (all.size() > 0) {
          return new Answer(text(all), "the answer has not ended in " + limit);
        }
        throw late;
      }
      if (all.size() == 0) {
        throw new IOException(
            "what listens at " + place() + " has closed the connection before it answered");
      }
      return new Answer(text(all), "");
    }

    private void send(String command) throws IOException {
      socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private int read() throws IOException {
      byte[] one = new byte[1];
      return read(one) < 0 ? -1 : one[0];
    }

    private int read(byte[] bytes) throws IOException {
      socket.setSoTimeout(millisLeft(deadline));
      try {
        return in.read(bytes);
      } catch (SocketTimeoutException late) {
        SocketTimeoutException said = new SocketTimeoutException(silent());
        said.initCause(late);
        throw said;
      }
    }

    private static String text(ByteArrayOutputStream bytes) {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}

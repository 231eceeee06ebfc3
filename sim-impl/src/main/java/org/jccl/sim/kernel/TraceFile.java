package org.jccl.sim.kernel;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jccl.file.BoundedFile;
import org.jccl.file.WholeFile;
import org.jccl.ops.Operation;
import org.jccl.sim.kernel.Trace.Event;
import org.jspecify.annotations.Nullable;

/**
 * The events of a {@link Trace}, one a line, so that two runs can be compared: as text, or as JSON
 * in a file whose name ends with {@code .jsonl}. Like the hash it has logical numbers alone: two
 * runs with equal hashes write equal files.
 *
 * <p>Used with the simulation's baton in hand, like everything else in it.
 */
public final class TraceFile implements Trace.Listener {
  private static final String JSON_LINES = ".jsonl";
  private static final Operation[] OPERATIONS = Operation.values();

  private final WholeFile file;
  private final boolean isJson;
  private final Writer out;
  private boolean closed;
  private @Nullable IOException failure;

  private TraceFile(WholeFile file, boolean isJson) {
    this.file = file;
    this.isJson = isJson;
    this.out = new BufferedWriter(new OutputStreamWriter(file.out(), StandardCharsets.UTF_8));
  }

  /**
   * A file, which is made anew.
   *
   * @throws IOException if it cannot be written, in one sentence
   */
  public static TraceFile to(Path file) throws IOException {
    try {
      return new TraceFile(WholeFile.begin(file), file.toString().endsWith(JSON_LINES));
    } catch (IOException | SecurityException notThere) {
      throw new IOException("cannot write '" + file + "': " + reason(notThere), notThere);
    }
  }

  @Override
  public void added(Event event, long a, long b, long c) {
    if (failure != null || closed) {
      return;
    }
    try {
      out.write(isJson ? json(event, a, b, c) : line(event, a, b, c));
    } catch (IOException broken) {
      failure = broken;
    }
  }

  private static String line(Event event, long a, long b, long c) {
    return switch (event) {
      case RESUME -> "resume " + thread(a) + "\n";
      case FINISH -> "finish " + thread(a) + "\n";
      case ENQUEUE ->
          "enqueue device " + a + " " + OPERATIONS[(int) b].label() + " call " + c + "\n";
      case EXECUTE -> "execute device " + a + " stream " + b + " operation " + c + "\n";
    };
  }

  private static String json(Event event, long a, long b, long c) {
    return switch (event) {
      case RESUME -> "{\"event\": \"resume\", " + jsonThread(a) + "}\n";
      case FINISH -> "{\"event\": \"finish\", " + jsonThread(a) + "}\n";
      case ENQUEUE ->
          "{\"event\": \"enqueue\", \"device\": %d, \"call\": %d, \"operation\": \"%s\"}\n"
              .formatted(a, c, OPERATIONS[(int) b].label());
      case EXECUTE ->
          "{\"event\": \"execute\", \"device\": %d, \"stream\": %d, \"operation\": %d}\n"
              .formatted(a, b, c);
    };
  }

  private static String jsonThread(long rank) {
    return "\"rank\": " + (rank < 0 ? "null" : Long.toString(rank));
  }

  private static String thread(long rank) {
    return rank < 0 ? "foreign thread" : "rank " + rank;
  }

  private static String reason(Exception notThere) {
    return notThere instanceof IOException failure
        ? BoundedFile.why(failure)
        : String.valueOf(notThere.getMessage());
  }

  /**
   * Ends the file, which is in its place then, whole. Idempotent; the failure to write anything of
   * it, or null.
   */
  public @Nullable IOException close() {
    if (!closed) {
      closed = true;
      try (file) {
        out.flush();
        if (failure == null) {
          file.end();
        }
      } catch (IOException broken) {
        failure = failure == null ? broken : failure;
      }
    }
    return failure;
  }
}

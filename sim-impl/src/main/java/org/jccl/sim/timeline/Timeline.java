package org.jccl.sim.timeline;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jccl.file.BoundedFile;
import org.jccl.file.WholeFile;
import org.jspecify.annotations.Nullable;

/**
 * A trace of one simulation in virtual time, written as it happens: JSON in Chrome's trace event
 * format, which Perfetto and {@code chrome://tracing} show. A process is a device; a thread is a
 * stream, one call of the groups on a stream, or a host thread. Times are microseconds.
 *
 * <p>Used with the simulation's baton in hand, like everything else in it.
 */
public final class Timeline {
  private static final int NANOS_PER_MICRO = 1000;

  private final Writer out;
  private final @Nullable WholeFile file;
  private final StringBuilder line = new StringBuilder(256);
  private final Set<Lane> introduced = new HashSet<>();
  private final Set<Integer> devices = new HashSet<>();
  private boolean any;
  private boolean closed;
  private long flows;
  private @Nullable IOException failure;

  /** A trace that goes to {@code out}. */
  public Timeline(Writer out) {
    this(out, null);
  }

  private Timeline(Writer out, @Nullable WholeFile file) {
    this.out = out;
    this.file = file;
    write("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
  }

  /**
   * A trace in a file, which is made anew.
   *
   * @throws IOException if it cannot be written, in one sentence
   */
  public static Timeline to(Path file) throws IOException {
    try {
      WholeFile begun = WholeFile.begin(file);
      return new Timeline(
          new BufferedWriter(new OutputStreamWriter(begun.out(), StandardCharsets.UTF_8)), begun);
    } catch (IOException notThere) {
      throw new IOException("cannot write '" + file + "': " + BoundedFile.why(notThere), notThere);
    }
  }

  /** Something that took time; {@link Entry#end()} writes it. */
  public Entry slice(Lane lane, String category, String name, long start, long end) {
    begin(lane, category, name, 'X', start);
    line.append(",\"dur\":");
    micros(end - start);
    line.append(",\"args\":{");
    return new Entry();
  }

  /** Something that happened at once. */
  public Entry instant(Lane lane, String category, String name, long time) {
    begin(lane, category, name, 'i', time);
    line.append(",\"s\":\"t\",\"args\":{");
    return new Entry();
  }

  /** An arrow between two slices, each named by a moment inside it. */
  public void flow(String name, Lane from, long start, Lane to, long end) {
    long id = ++flows;
    begin(from, "flow", name, 's', start);
    line.append(",\"id\":").append(id).append('}');
    emit();
    begin(to, "flow", name, 'f', end);
    line.append(",\"bp\":\"e\",\"id\":").append(id).append('}');
    emit();
  }

  /** Ends the file. Idempotent; the failure to write anything of it, or null. */
  public @Nullable IOException close() {
    if (!closed) {
      write("\n]}\n");
      closed = true;
      try (WholeFile whole = file) {
        out.flush();
        if (whole == null) {
          out.close();
        } else if (failure == null) {
          whole.end();
        }
      } catch (IOException broken) {
        failure = failure == null ? broken : failure;
      }
    }
    return failure;
  }

  /** The arguments of one entry, while they are being written down. */
  public final class Entry {
    private boolean first = true;

    private Entry() {}

    /** One number. */
    public Entry with(String name, long value) {
      name(name);
      line.append(value);
      return this;
    }

    /** One text; null is left away. */
    public Entry with(String name, @Nullable String value) {
      if (value != null) {
        name(name);
        text(value);
      }
      return this;
    }

    private void name(String name) {
      if (!first) {
        line.append(',');
      }
      first = false;
      text(name);
      line.append(':');
    }

    /** Writes the entry. */
    public void end() {
      line.append("}}");
      emit();
    }
  }

  private void begin(Lane lane, String category, String name, char phase, long time) {
    introduce(lane);
    line.setLength(0);
    line.append("{\"ph\":\"").append(phase).append("\",\"cat\":");
    text(category);
    line.append(",\"name\":");
    text(name);
    place(lane);
    line.append(",\"ts\":");
    micros(time);
  }

  private void place(Lane lane) {
    line.append(",\"pid\":").append(lane.device()).append(",\"tid\":").append(lane.number());
  }

  /** Names a lane, and its device, before the first entry. */
  private void introduce(Lane lane) {
    if (!introduced.add(lane)) {
      return;
    }
    if (devices.add(lane.device())) {
      name("process_name", lane, "device " + lane.device());
    }
    name("thread_name", lane, lane.words());
  }

  private void name(String what, Lane lane, String words) {
    line.setLength(0);
    line.append("{\"ph\":\"M\",\"name\":\"").append(what).append('"');
    place(lane);
    line.append(",\"args\":{\"name\":");
    text(words);
    line.append("}}");
    emit();
  }

  private void micros(long nanos) {
    line.append(nanos / NANOS_PER_MICRO).append('.');
    int rest = (int) (nanos % NANOS_PER_MICRO);
    line.append((char) ('0' + rest / 100));
    line.append((char) ('0' + rest / 10 % 10));
    line.append((char) ('0' + rest % 10));
  }

  /** A JSON string: everything that is not plain is escaped. */
  private void text(String value) {
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else if (c < ' ' || c >= 0x7f) {
        line.append("\\u").append(String.format("%04x", (int) c));
      } else {
        line.append(c);
      }
    }
    line.append('"');
  }

  private void emit() {
    write(any ? ",\n" : "\n");
    any = true;
    write(line);
  }

  /** After a failure nothing more is written: a simulation does not stop because a disk is full. */
  private void write(CharSequence text) {
    if (closed || failure != null) {
      return;
    }
    try {
      out.append(text);
    } catch (IOException broken) {
      failure = broken;
    }
  }
}

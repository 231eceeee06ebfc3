package org.jccl.fidelity.golden;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jccl.Backend;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.Subjects;
import org.jccl.conformance.harness.Worlds;
import org.jccl.fidelity.golden.RecordPlan.Pin;
import org.jccl.fidelity.golden.RecordPlan.Planned;
import org.jspecify.annotations.Nullable;

/**
 * A process that records the communicators of one pin and says on standard output, a line of JSON
 * at a time, what it begins and what came out: whoever started it can tell a hang or a crash by
 * what is missing. Started by {@link RecordRun}.
 */
public final class RecordProcess {
  /** Type of the last line. */
  static final String DONE = "done";

  private final PrintStream out;
  private final RecordPlan plan;

  private RecordProcess(PrintStream out, RecordPlan plan) {
    this.out = out;
    this.plan = plan;
  }

  /**
   * Arguments: subject, ranks, seed, quick, phases, number of the pin, of the first communicator in
   * it, of the first case there, and NCCL's log or an empty text.
   */
  public static void main(String[] args) {
    // What the library prints to standard output must not end up in the middle of a line of ours.
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    RecordPlan plan =
        RecordPlan.of(
            Integer.parseInt(args[1]),
            Long.parseLong(args[2]),
            Boolean.parseBoolean(args[3]),
            args[4]);
    NcclLog log = new NcclLog(args[8].isEmpty() ? null : Path.of(args[8]));
    new RecordProcess(out, plan)
        .run(
            args[0],
            plan.pins().get(Integer.parseInt(args[5])),
            Integer.parseInt(args[6]),
            Integer.parseInt(args[7]),
            log);
    Runtime.getRuntime().halt(0); // threads of calls that hung may keep the process alive
  }

  private void run(String name, Pin pin, int firstCommunicator, int firstCase, NcclLog log) {
    try {
      Worlds worlds = new Worlds(subject(name, pin));
      Backend backend = worlds.instance().backend();
      int devices = backend.devices().size();
      if (devices < plan.ranks()) {
        say("fatal", "err", plan.ranks() + " ranks need as many devices, and there are " + devices);
        return;
      }
      sayInfo(backend);
      for (int i = firstCommunicator; i < pin.communicators().size(); i++) {
        Planned planned = pin.communicators().get(i);
        new CommunicatorRecorder(this, worlds, plan, planned, log)
            .record(i == firstCommunicator ? firstCase : 0);
      }
      worlds.close();
    } catch (RuntimeException failed) {
      say("fatal", "err", firstLine(failed));
      return;
    }
    say(DONE, "", "");
  }

  private static Subject subject(String name, Pin pin) {
    Map<String, String> variables = new TreeMap<>(pin.environment());
    return Subjects.named(name)
        .with(variables)
        .orElseThrow(() -> new IllegalStateException(name + " was not started with " + variables));
  }

  private void sayInfo(Backend backend) {
    Map<String, @Nullable Object> info = new LinkedHashMap<>();
    info.put("gpu", backend.devices().getFirst().name());
    info.put("devices", backend.devices().size());
    info.put("nccl", backend.ncclVersion());
    info.put("library", backend.description());
    info.put("java", Runtime.version().toString());
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("t", "info");
    line.put("info", info);
    say(EntryWriter.json(line));
  }

  static String firstLine(Throwable failure) {
    String words = failure.toString();
    return words.lines().findFirst().orElse(words);
  }

  /** Says a line with one more field. */
  void say(String type, String field, Object value) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("t", type);
    if (!field.isEmpty()) {
      line.put(field, value);
    }
    say(EntryWriter.json(line));
  }

  /** Says a line. */
  void say(String line) {
    synchronized (out) {
      out.println(line);
      if (out.checkError()) {
        Runtime.getRuntime().halt(1); // nobody listens any more
      }
    }
  }
}

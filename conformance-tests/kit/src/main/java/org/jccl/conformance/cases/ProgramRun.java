package org.jccl.conformance.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.Stream;

/**
 * One rank's run of a {@link Program}: buffers first, then the calls, then a look at all memory.
 */
public final class ProgramRun implements AutoCloseable {
  private final Program program;
  private final Communicator communicator;
  private final List<CaseBuffers> buffers = new ArrayList<>();
  private final List<Stream> streams = new ArrayList<>();

  /** Allocates and fills all buffers. */
  public ProgramRun(Program program, Communicator communicator) {
    this.program = program;
    this.communicator = communicator;
    streams.add(communicator.defaultStream());
    int used = program.calls().stream().mapToInt(Program.Placed::stream).max().orElse(0);
    for (int i = 1; i <= used; i++) {
      streams.add(communicator.device().newStream());
    }
    for (Program.Placed placed : program.calls()) {
      buffers.add(new CaseBuffers(placed.call(), communicator));
    }
  }

  /** Runs {@code program} on one rank from beginning to end. */
  public static void verify(Program program, Communicator communicator, Consumer<String> problems) {
    try (ProgramRun run = new ProgramRun(program, communicator)) {
      run.issue();
      run.await();
      run.buffers.forEach(each -> each.verify(problems));
    }
  }

  /** Issues every step. */
  public void issue() {
    int next = 0;
    for (Program.Step step : program.steps()) {
      int first = next;
      int count = step.calls().size();
      switch (step.form()) {
        case ALONE -> issue(communicator, first, count);
        case GROUPED -> communicator.group(group -> issue(group, first, count));
        case NESTED ->
            communicator.group(
                group -> {
                  issue(group, first, count / 2);
                  communicator.group(inner -> issue(inner, first + count / 2, count - count / 2));
                });
      }
      next += count;
    }
  }

  private void issue(Collectives to, int first, int count) {
    for (int i = first; i < first + count; i++) {
      buffers.get(i).issue(to, streams.get(program.calls().get(i).stream()));
    }
  }

  /** Waits for all streams. */
  public void await() {
    streams.forEach(Stream::synchronize);
  }

  /** What arrived, call by call. */
  public List<byte[]> results() {
    return buffers.stream().map(CaseBuffers::results).toList();
  }

  @Override
  public void close() {
    buffers.forEach(CaseBuffers::close);
    streams.subList(1, streams.size()).forEach(Stream::close);
  }
}

package org.jccl.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jccl.file.BoundedFile;
import org.jccl.sim.kernel.Trace;
import org.jccl.sim.kernel.TraceFile;
import org.jccl.sim.timeline.Timeline;
import org.jspecify.annotations.Nullable;

/** The files that one simulation writes: what happens in virtual time, and each event. */
final class RunFiles {
  private final @Nullable Timeline timeline;
  private final Trace trace;
  private final Consumer<String> told;
  private @Nullable TraceFile traceFile;
  private final List<String> unwritten = Collections.synchronizedList(new ArrayList<>());

  /**
   * A timeline in {@code file}, unless it is null.
   *
   * @param told hears of files that could not be written
   * @throws UncheckedIOException if it cannot be written
   */
  RunFiles(@Nullable Path file, Trace trace, Consumer<String> told) {
    this.trace = trace;
    this.told = told;
    try {
      this.timeline = file == null ? null : Timeline.to(file);
    } catch (IOException notThere) {
      throw notThere(notThere);
    }
  }

  private static UncheckedIOException notThere(IOException why) {
    return new UncheckedIOException(String.valueOf(why.getMessage()), why);
  }

  /** What draws the timeline; null if nobody asked for one. */
  @Nullable Timeline timeline() {
    return timeline;
  }

  /** Writes the events of the trace, from the first one on; see {@link Simulator#writeTrace}. */
  void writeTrace(Path file) {
    if (trace.events() > 0 || traceFile != null) {
      throw new IllegalStateException("a trace is written from the beginning, and to one file");
    }
    try {
      traceFile = TraceFile.to(file);
    } catch (IOException notThere) {
      throw notThere(notThere);
    }
    trace.listen(traceFile);
  }

  /** Nothing more will happen. */
  void close() {
    IOException broken = timeline == null ? null : timeline.close();
    if (broken != null) {
      lost("the timeline was not written: " + BoundedFile.why(broken));
    }
    IOException cut = traceFile == null ? null : traceFile.close();
    if (cut != null) {
      lost("the trace was not written: " + BoundedFile.why(cut));
    }
  }

  private void lost(String words) {
    unwritten.add(words);
    told.accept(words);
  }

  /** Which files could not be written, and why. */
  List<String> unwritten() {
    return List.copyOf(unwritten);
  }
}

package org.jccl.observe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jccl.CallListener;
import org.jccl.file.TemporaryFolder;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the last calls of every communicator of the process, so that one can say what a job did
 * before it hung or failed. Collective by collective the files of all ranks are compared by {@code
 * ./jccl explain DIR}.
 *
 * {@snippet :
 * FlightRecorder recorder = FlightRecorder.builder().directory(Path.of("flights")).build();
 * CommunicatorConfig config = CommunicatorConfig.builder().listener(recorder).build();
 * }
 *
 * <p>A call costs about as much as a dozen stores: it allocates nothing and takes no lock. With a
 * directory a file is written when a call fails, when a communicator is aborted, and at the end of
 * the JVM (also by a signal) while a communicator is open; {@link #write} does it on demand. A
 * process writes one file, {@code jccl-HOST-PID.json}, and writes it anew each time.
 *
 * <p>Safe for use by any thread.
 */
public final class FlightRecorder implements CallListener.Factory {
  private static final System.Logger LOG = System.getLogger("org.jccl");
  private static final int MOST_CLOSED = 16;

  private final int capacity;
  private final boolean keepsLines;
  private final @Nullable Path directory;
  private final boolean writesTorch;
  private final List<CallRing> open = new CopyOnWriteArrayList<>();
  private final List<CallRing> closed = new ArrayList<>();
  private final AtomicBoolean watchesEnd = new AtomicBoolean();
  private volatile @Nullable String reason;

  private FlightRecorder(Builder builder) {
    capacity = builder.capacity;
    keepsLines = builder.keepsLines;
    directory = builder.directory;
    writesTorch = builder.writesTorch;
  }

  /** {@return a builder: 1,024 calls of each communicator, with lines, no directory} */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public CallListener listen(CallListener.Endpoint where) {
    CallRing ring = new CallRing(this, where, capacity, keepsLines);
    open.add(ring);
    if (directory != null && watchesEnd.compareAndSet(false, true)) {
      Runtime.getRuntime().addShutdownHook(new Thread(this::atEnd, "jccl-flight-recorder"));
    }
    return ring;
  }

  private void atEnd() {
    if (!open.isEmpty()) {
      TemporaryFolder.processEnds();
      happened("the JVM ends while communicators are open");
    }
  }

  /** Something went wrong: the first reason stays. */
  void happened(String what) {
    String first = reason;
    if (first == null) {
      first = what;
      reason = first;
    }
    if (directory != null) {
      try {
        write(directory, first);
        if (writesTorch) {
          writeTorch(directory.resolve("torch"));
        }
      } catch (IOException | UncheckedIOException failed) {
        LOG.log(Level.WARNING, "the flight recorder cannot write into " + directory, failed);
      }
    }
  }

  void closed(CallRing ring) {
    synchronized (closed) {
      if (open.remove(ring)) {
        closed.add(ring);
        if (closed.size() > MOST_CLOSED) {
          closed.removeFirst();
        }
      }
    }
  }

  /** The recorded ends of communicators: the last closed ones, then the open ones. */
  List<CallRing> rings() {
    synchronized (closed) {
      List<CallRing> all = new ArrayList<>(closed);
      all.addAll(open);
      return all;
    }
  }

  /**
   * {@return the calls of one rank's end that are kept, oldest first} Of several communicators of
   * one name it is the last one; empty if there is none.
   *
   * @param communicator the communicator's name
   * @param rank the rank
   */
  public List<CallRecord> records(String communicator, int rank) {
    List<CallRing> all = rings();
    for (CallRing ring : all.reversed()) {
      if (ring.where().communicator().equals(communicator) && ring.where().rank() == rank) {
        return ring.records();
      }
    }
    return List.of();
  }

  /**
   * Writes what is kept into a directory, which is made if it is not there. The file is written
   * beside its place and moved there: a reader never sees half of it.
   *
   * @param folder the directory
   * @param why the reason, which stands in the file
   * @return the file
   * @throws IOException if it cannot be written
   */
  public Path write(Path folder, String why) throws IOException {
    return RecorderFile.write(folder, why, rings());
  }

  /**
   * Writes what is kept as pickles of torch's Flight Recorder, {@code nccl_trace_rank_0} and so on,
   * which torch's analyser reads ({@code python -m torch.distributed.flight_recorder.fr_trace}).
   * They have no reductions and no roots, no one-sided operations, and no communicators of fewer
   * ranks than the first one.
   *
   * @param folder the directory, in which nothing else may lie
   * @return the files, one for each rank of this process
   * @throws IOException if one cannot be written
   */
  public List<Path> writeTorch(Path folder) throws IOException {
    return TorchDump.write(folder, rings());
  }

  /** Collects what a recorder keeps; not for sharing between threads. */
  public static final class Builder {
    private static final int MOST = 1 << 20;

    private int capacity = 1_024;
    private boolean keepsLines = true;
    private @Nullable Path directory;
    private boolean writesTorch;

    private Builder() {}

    /**
     * How many calls of each communicator are kept; rounded up to a power of two. About 100 bytes
     * each.
     *
     * @param calls 1 to 1,048,576
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder calls(int calls) {
      if (calls < 1 || calls > MOST) {
        throw new IllegalArgumentException("calls " + calls + " is not in 1.." + MOST);
      }
      capacity = calls == 1 ? 1 : Integer.highestOneBit(calls - 1) << 1;
      return this;
    }

    /**
     * Whether the line of the program is kept: the stack is looked at once for each different call
     * (operation, buffers, length, root, stream), for up to 2,048 of them in a communicator.
     *
     * @param keep whether
     * @return this builder
     */
    public Builder lines(boolean keep) {
      keepsLines = keep;
      return this;
    }

    /**
     * Where a file is written when something goes wrong.
     *
     * @param folder the directory
     * @return this builder
     */
    public Builder directory(Path folder) {
      directory = folder;
      return this;
    }

    /**
     * Whether pickles for torch's analyser are written, too, into the directory {@code torch} of
     * {@link #directory}; see {@link FlightRecorder#writeTorch}.
     *
     * @param write whether
     * @return this builder
     */
    public Builder torch(boolean write) {
      writesTorch = write;
      return this;
    }

    /** {@return the recorder} */
    public FlightRecorder build() {
      return new FlightRecorder(this);
    }
  }
}

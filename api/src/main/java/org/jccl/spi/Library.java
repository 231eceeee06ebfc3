package org.jccl.spi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import java.util.function.LongToIntFunction;
import org.jccl.CollectiveTimeoutException;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/** A library of NCCL's C functions, loaded or simulated, as its communicators see it. */
public interface Library extends GroupRecording.Issuer {
  /** How long a library may think about a question that it answers without waiting (ERR-01). */
  TimeLimit ANSWER = new TimeLimit(Duration.ofSeconds(5));

  /**
   * {@return the C functions that communicators of this configuration call}
   *
   * @param config how the communicator is opened
   */
  NcclAbi abi(CommunicatorConfig config);

  /**
   * {@return the version code of the library of these functions}
   *
   * @param config how the communicator is opened
   */
  int version(CommunicatorConfig config);

  /**
   * {@return what asks for the stored state of a handle; see {@link NativeHandle}}
   *
   * @param config how the communicator is opened
   */
  default LongToIntFunction question(CommunicatorConfig config) {
    NcclAbi abi = abi(config);
    MemorySegment stored = Arena.ofAuto().allocate(JAVA_INT);
    return comm ->
        ask(
            null,
            "ncclCommGetAsyncError",
            ANSWER,
            () -> {
              int asked = abi.commGetAsyncError(comm, stored);
              return asked != 0 ? asked : stored.get(JAVA_INT, 0);
            });
  }

  /**
   * Makes a call that is of no communicator's thread: a question, or one that any thread may make.
   *
   * @param current the device that is current during the call; null if it needs none
   * @param what names the call in messages
   * @param limit at most how long to wait, where calls of the library can hang at all
   * @param body the call; it may go on after the limit, so what it touches has to stay
   * @return the call's result
   * @throws org.jccl.CollectiveTimeoutException if it has not come back; names {@code what}
   */
  default int ask(@Nullable Device current, String what, TimeLimit limit, IntSupplier body) {
    return body.getAsInt();
  }

  /**
   * {@return what the library says of its last error, of the whole process (ERR-07); also where it
   * does not come back from the question}
   *
   * @param abi its functions
   */
  default String lastWords(NcclAbi abi) {
    AtomicReference<String> words = new AtomicReference<>("");
    try {
      // The argument is ignored (ERR-07): so no handle goes in.
      ask(
          null,
          "ncclGetLastError",
          ANSWER,
          () -> {
            words.set(abi.getLastError(0));
            return 0;
          });
    } catch (CollectiveTimeoutException late) {
      return "(" + late.getMessage() + ")";
    }
    return words.get();
  }

  /**
   * Hears of each failure, which the program hears of by an exception: for a log.
   *
   * @param message what failed, and what the library says of it
   */
  default void failed(String message) {}

  /**
   * {@return what the library itself says of the ranks of the job, as lines to follow the report of
   * an abort; empty if it says nothing}
   *
   * @param within how long the report may wait for it
   */
  default String stateOfJob(Duration within) {
    return "";
  }

  /**
   * {@return how a communicator on {@code device} makes its calls}
   *
   * @param device the device
   * @param name a name for threads
   */
  CallPath newPath(Device device, String name);

  /**
   * {@return a communicator whose handle is still to come}
   *
   * @param name a name
   * @param rank its rank, or -1 if only the library knows
   * @param worldSize number of ranks, or -1 if only the library knows
   * @param device the device
   * @param config how the communicator is opened
   */
  LibraryCommunicator newRank(
      String name, int rank, int worldSize, Device device, CommunicatorConfig config);

  /**
   * Opens jccl's own kernels.
   *
   * @param devices of the ranks, in their order
   * @return the kernels
   * @throws UnsupportedOperationException if there are none for these devices, and why
   */
  default KernelGroup openKernels(List<Device> devices) {
    throw new UnsupportedOperationException("there are no own kernels for such devices");
  }

  /** {@return where ranks meet that want own kernels} */
  KernelMeetings kernelMeetings();

  /** {@return whether its work can hang, so that a watchdog has to look after it} */
  default boolean needsWatchdog() {
    return true;
  }

  /** {@return whether the time that its work takes can be measured by a clock} */
  default boolean runsInRealTime() {
    return true;
  }

  /**
   * {@return whether small pieces of memory may share an allocation, as they should where one takes
   * much room} A simulator keeps them apart, so that it sees who reaches beyond one.
   */
  default boolean sharesAllocations() {
    return true;
  }

  /**
   * A communicator has its handle, or will get it.
   *
   * @param communicator the communicator
   */
  void opened(LibraryCommunicator communicator);

  /**
   * A communicator has ended.
   *
   * @param communicator the communicator
   */
  void closed(LibraryCommunicator communicator);
}

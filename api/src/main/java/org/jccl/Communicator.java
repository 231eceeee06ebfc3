package org.jccl;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jccl.config.TimeLimit;
import org.jccl.config.TuningChoice;
import org.jspecify.annotations.Nullable;

/**
 * One rank's endpoint in a group of ranks that communicate.
 *
 * <p>Used by one thread at a time; a second one inside is refused where it is noticed (rule
 * INIT-21). {@link #abort()} alone may come from any thread. Owned by who opened it; {@link
 * #close()} is bounded in time. A call on a closed communicator throws {@link
 * IllegalStateException}.
 *
 * {@snippet file="org/jccl/benchmarks/snippets/FirstSteps.java" region="open"}
 *
 * @see <a href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/api/comms.html">NCCL's
 *     guide: communicators</a>
 */
public interface Communicator extends Collectives, AutoCloseable {
  /** The states of a communicator's life (chapter 3 of the rule book). */
  enum State {
    /** Nonblocking: being created; wait with {@link Communicator#awaitReady} (rule INIT-17). */
    OPENING,
    /** Operations can be issued. */
    READY,
    /** Nonblocking: a call goes on; wait with {@link Communicator#awaitReady} (rule ERR-06). */
    BUSY,
    /** Its scratch memory was given back; only {@link Communicator#resume} makes it work again. */
    SUSPENDED,
    /** Revoked: it can be asked, split, shrunk and closed, no more (rules LIF-19, LIF-20). */
    REVOKED,
    /** Finalized: it can be asked and closed, no more (rule LIF-04). */
    FINALIZED,
    /** A failure is stored; only {@link Communicator#abort} and {@link Communicator#close} work. */
    FAILED,
    /** Aborted; only {@link Communicator#close} works. */
    ABORTED,
    /** Closed. */
    CLOSED
  }

  /**
   * A handle of operations that were issued together by {@link #issue}: an event for other streams,
   * a future for other threads. Owned by who issued them; closing it frees the event and stops
   * nothing.
   *
   * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="request"}
   */
  interface Issued extends AutoCloseable {
    /** {@return the marker behind the operations, for {@link Stream#waitFor}} */
    Event event();

    /**
     * {@return a future that completes when the operations are done, or fails with what they failed
     * of}
     */
    CompletableFuture<Void> completion();

    /** {@return whether the operations are done; never waits} */
    default boolean isDone() {
      return event().isReached();
    }

    /**
     * Waits until the operations are done. They go on after a time-out.
     *
     * @param limit at most how long to wait; among simulated ranks by virtual time
     * @throws CollectiveTimeoutException if they are not done in time
     * @throws CollectiveException if they failed, or were found to be a misuse
     */
    default void await(Duration limit) {
      TimedWait.await(completion(), this + ": its work", TimeLimit.of(limit, "await"));
    }

    /** Frees the event. The operations go on. Idempotent. */
    @Override
    default void close() {
      event().close();
    }
  }

  /**
   * Opens a communicator over the ranks of {@code group}; all of them call it. NCCL: {@code
   * ncclGetUniqueId} on rank 0 and {@code ncclCommInitRankConfig} on all.
   *
   * <p>First all ranks exchange what they have (backend, version, device, or why there is none) and
   * either all go on or all throw the same {@link BackendUnavailableException}. Then rank 0 makes
   * the unique id, the group carries it, every rank joins with its device current, and one
   * all-reduce of a single element warms the connections up (unless {@link
   * CommunicatorConfig#warmUp()} is off). World size 1 is a real communicator (rule INIT-09).
   *
   * @param group the ranks, and what carries bytes between them
   * @param device this rank's device; null is told to all ranks
   * @param config how the new communicator is opened
   * @return this rank's end of the communicator
   * @throws BackendUnavailableException the same on every rank, if the ranks cannot go on together
   * @throws CollectiveException if creation or warm-up failed or ran out of time
   */
  static Communicator open(ProcessGroup group, Device device, CommunicatorConfig config) {
    return Handshake.open(group, device, config);
  }

  /**
   * Joins a communicator by its id, without a process group: for ranks that have brought the id to
   * each other in a way of their own, and for ranks beside programs in other languages. All ranks
   * of the new communicator do it, in whatever language. NCCL: {@code ncclCommInitRankConfig}.
   *
   * <p>First this rank's library is looked at, so that a rank that cannot take part does not keep
   * the others waiting in NCCL. Joining waits at most {@link CommunicatorConfig#initTimeout()}.
   * Then follows the warm-up, an all-reduce of one float, unless {@link
   * CommunicatorConfig#warmUp()} is off: the other ranks have to do the same. PyNcclCommunicator
   * does; torch does not.
   *
   * @param id the unique id: {@link Backend#newUniqueId()} of one rank, used once
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param device this rank's device
   * @param config how the new communicator is opened
   * @return this rank's end of the communicator
   * @throws IllegalArgumentException if rank or world size are out of range
   * @throws BackendUnavailableException if this rank has no library that it could join with
   * @throws CollectiveException if creation or warm-up failed or ran out of time; ranks with
   *     different versions of NCCL are a common cause
   */
  static Communicator join(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    return Handshake.join(id, rank, worldSize, device, config);
  }

  /** {@return this endpoint's rank, 0 to {@code worldSize - 1}} NCCL: {@code ncclCommUserRank}. */
  int rank();

  /** {@return the number of ranks} NCCL: {@code ncclCommCount}. */
  int worldSize();

  /**
   * {@return the device whose memory and streams this rank uses} NCCL: {@code ncclCommCuDevice}.
   */
  Device device();

  /** {@return the configuration it was opened with} */
  CommunicatorConfig config();

  /** {@return a name for messages and reports; equal on all ranks of one communicator} */
  String name();

  /** {@return where it is in its life; never waits} */
  State state();

  /**
   * Waits until a nonblocking creation or call has come to its end: while the state is {@link
   * State#OPENING} or {@link State#BUSY}. Returns at once otherwise. NCCL: {@code
   * ncclCommGetAsyncError}, asked again and again.
   *
   * @param timeout at most how long to wait
   * @throws CollectiveException with the stored failure, if it failed (rule ERR-04)
   * @throws CollectiveTimeoutException if it has not ended in time
   * @throws CommunicatorAbortedException if it was aborted
   */
  void awaitReady(Duration timeout);

  /**
   * {@return the library's last words, of the whole process; empty if it has said nothing (ERR-07)}
   * NCCL: {@code ncclGetLastError}.
   */
  String lastError();

  /**
   * {@return the library's asynchronous state: {@link ResultCode#SUCCESS}, {@link
   * ResultCode#IN_PROGRESS}, or the stored failure (rules ERR-01 to ERR-04); never waits} NCCL:
   * {@code ncclCommGetAsyncError}.
   */
  ResultCode asyncError();

  /**
   * {@return a sum whose contributions are multiplied by {@code scalar} first, for elements of
   * {@code type} (rules PMS-01, PMS-02)} The scalar is rounded to the type. NCCL: {@code
   * ncclRedOpCreatePreMulSum}.
   *
   * @param type the only type of elements that it takes
   * @param scalar the factor
   * @throws CollectiveException if the library refuses the call
   */
  PreMulSum preMulSum(DataType type, double scalar);

  /**
   * {@return the same with a scalar in device memory} It is one element of the type. Each operation
   * reads it when it runs, so it stays valid until then (rule PMS-03). NCCL: {@code
   * ncclRedOpCreatePreMulSum}.
   *
   * @param scalar the factor
   */
  PreMulSum preMulSum(DeviceBuffer scalar);

  /**
   * Records what {@code body} issues and issues it in one go when the outermost body returns (rules
   * GRP-01 to GRP-25). What this thread issues on communicators directly inside the body joins too.
   * A body that throws issues nothing and the exception goes on. NCCL: {@code ncclGroupStart} and
   * {@code ncclGroupEnd}.
   *
   * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="group"}
   *
   * @param body what issues operations; it gets where to record them
   * @throws CollectiveException if the library refuses the call
   */
  void group(Consumer<Collectives> body);

  /**
   * {@return this communicator's operations as calls that return when their work is done} A call
   * has {@link CommunicatorConfig#operationTimeout()}, if there is one; the communicator is aborted
   * when it passes. Not for groups and captures, whose work runs later (rule STR-42). CUDA: the
   * operation, then {@code cuStreamSynchronize}.
   *
   * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="blocking"}
   */
  Collectives blocking();

  /**
   * {@return the same with a limit of its own} A call that is not done in time throws a {@link
   * CollectiveTimeoutException}. Its work goes on, and {@link #abort()} ends it.
   *
   * @param limit how long a call may take, and then its work; among simulated ranks by virtual time
   * @throws IllegalArgumentException if the limit is not positive
   */
  Collectives blocking(Duration limit);

  /**
   * Issues what {@code body} issues, as a group on one stream, and gives a handle for it: an event
   * and a future. Calls without a handle cost nothing for it (rule STR-43). CUDA: the operations,
   * then {@code cuEventRecord}.
   *
   * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="request"}
   *
   * @param stream the stream of all of its operations; the {@link Collectives#defaultStream()} of
   *     what the body gets
   * @param body what issues operations; it gets where to record them
   * @return the handle, to be closed by the caller
   * @throws IllegalStateException inside a group, or if the stream is being captured
   * @throws CollectiveException if the library refuses the call
   */
  Issued issue(Stream stream, Consumer<Collectives> body);

  /**
   * {@return the library's own handle, an {@code ncclComm_t}, for other users of the library in
   * this process} Who calls the library with it does what jccl cannot see; the handle is gone when
   * this communicator is aborted or closed. A simulated communicator has a number that its raw
   * surface takes (rule LIF-26).
   *
   * @throws IllegalStateException if the communicator is closed
   * @throws CollectiveException if it has failed or is still opening
   */
  long nativeHandle();

  /**
   * Prepares a fixed sequence of calls, to be launched as one piece again and again: a training
   * step's or an inference's. All ranks prepare the same sequence, and each launch is a collective
   * act of all of them (rules STR-38 to STR-41). On 2 H200 such a launch takes a half to a quarter
   * of the time of small calls made one by one.
   *
   * <p>{@code body} runs once, here; its calls of this communicator are checked and kept, and none
   * of them runs. A launch runs them in their order on the stream of the launch, whatever streams
   * they name. On a stream that is being captured it adds them to that capture. Buffers and
   * reductions stay open as long as the sequence is launched; a launch that misses one, or comes
   * after the end of the communicator, throws an {@link IllegalStateException} that names it.
   * Closing the communicator closes the sequence.
   *
   * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="prepare"}
   *
   * @param body what makes the calls: collectives and messages, alone or in groups; it gets this
   *     communicator
   * @return the sequence, to be launched, and closed by the caller
   * @throws IllegalStateException if a group is open, this thread captures a stream, or the body
   *     does something that cannot be prepared
   * @throws CollectiveException if the library refuses a call
   */
  Graph prepare(Consumer<Collectives> body);

  /**
   * Makes few calls of many small ones: all-reduces, reduces and broadcasts of {@code body} that
   * have type, reduction and root in common become one call of all their elements, in the order in
   * which they are made (rules GRP-33 to GRP-35). All ranks make the same calls. What remains, and
   * what is not alike, is issued as a group.
   *
   * <p>Buffers that are parts of one buffer and lie side by side, in that order, are used where
   * they are. Others are copied into memory of the communicator before, and back behind the call:
   * two copies for each part, which cost many times what the one call gains on GPUs: {@link #group}
   * is the way for such buffers. Each rank decides that for itself.
   *
   * <p>Sums of more than two ranks have the bits of the one call, which may differ from those of
   * separate calls. Listeners, recordings and {@link #plan} see the calls that are made. Works in
   * {@link #prepare} and on a stream that is being captured; there memory for copies stays until
   * the communicator ends. No part of a group. NCCL: the operations, between {@code ncclGroupStart}
   * and {@code ncclGroupEnd} where several are left.
   *
   * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="coalesced"}
   *
   * @param stream the stream of all of them, whatever streams they name
   * @param body what makes the calls; it gets this communicator
   * @throws IllegalArgumentException if an argument is wrong, or if calls that become one overlap:
   *     one writes what another one uses
   * @throws IllegalStateException if a group is open
   * @throws CollectiveException if the library refuses a call
   */
  void coalesced(Stream stream, Consumer<Collectives> body);

  /**
   * {@link #coalesced(Stream, Consumer)} on the {@link Collectives#defaultStream()}. NCCL: as
   * there, the operations.
   *
   * @param body what makes the calls; it gets this communicator
   */
  default void coalesced(Consumer<Collectives> body) {
    coalesced(defaultStream(), body);
  }

  /**
   * Makes new communicators of the ranks that name equal colours. All ranks of this one call it
   * with nothing in flight (rules SPL-01, SPL-11), those without a colour by {@link #splitNoColor}.
   * Ranks are ordered by key, then by their rank here (SPL-03). The child has this communicator's
   * configuration (SPL-05); either may be closed first (SPL-10). NCCL: {@code ncclCommSplit}.
   *
   * {@snippet file="org/jccl/benchmarks/snippets/Operations.java" region="split"}
   *
   * @param color ranks that name the same colour get a child together
   * @param key orders the ranks of a child
   * @return the child that this rank is in
   * @throws IllegalArgumentException if {@code color} is negative (rule SPL-04)
   * @throws CollectiveException if the library refuses the call
   */
  Communicator split(int color, int key);

  /**
   * The same with a configuration of its own, of which nothing is inherited (rule SPL-05).
   *
   * @param color ranks that name the same colour get a child together
   * @param key orders the ranks of a child
   * @param config how the new communicator is opened
   * @return the child that this rank is in
   */
  Communicator split(int color, int key, CommunicatorConfig config);

  /**
   * Takes part in a split without joining any child: colour -1 (rule SPL-04). NCCL: {@code
   * ncclCommSplit} with {@code NCCL_SPLIT_NOCOLOR}.
   *
   * @throws CollectiveException if the library refuses the call
   */
  void splitNoColor();

  /**
   * {@link #shrink(Set, ShrinkMode)} with {@link ShrinkMode#DEFAULT}.
   *
   * @param excluded ranks of this communicator that are left out
   * @return the smaller communicator
   */
  Communicator shrink(Set<Integer> excluded);

  /**
   * Makes a communicator of the ranks that are not {@code excluded}, in the same order. Only they
   * call it (rule SHR-01). This one stays and still has to be closed (SHR-07). NCCL: {@code
   * ncclCommShrink}.
   *
   * @param excluded ranks of this communicator that are left out
   * @param mode whether what is in flight is stopped first
   * @return the smaller communicator
   * @throws IllegalArgumentException if nobody is excluded, or the caller is, or an entry is no
   *     rank (rules SHR-02, SHR-04)
   * @throws CollectiveException if the library refuses the call
   */
  Communicator shrink(Set<Integer> excluded, ShrinkMode mode);

  /**
   * The same with a configuration of its own, of which nothing is inherited (rule SPL-05).
   *
   * @param excluded ranks of this communicator that are left out
   * @param mode whether what is in flight is stopped first
   * @param config how the new communicator is opened
   * @return the smaller communicator
   */
  Communicator shrink(Set<Integer> excluded, ShrinkMode mode, CommunicatorConfig config);

  /**
   * {@return the id for one {@link #grow}: one existing rank asks for it, once a grow, and carries
   * it to the new ranks (rule GRW-02)} NCCL: {@code ncclCommGetUniqueId}.
   *
   * @throws CollectiveException if the library refuses the call
   */
  UniqueId newUniqueId();

  /**
   * Makes a communicator of this one's ranks, which keep their numbers, and new ones, which call
   * {@link Backend#joinGrowing} (rule GRW-01). All existing ranks call it, with nothing in flight.
   * NCCL: {@code ncclCommGrow}.
   *
   * @param newWorldSize number of ranks of the larger communicator
   * @return the larger communicator
   * @throws IllegalArgumentException if {@code newWorldSize} is not larger than the world size
   * @throws CollectiveException if the library refuses the call
   */
  Communicator grow(int newWorldSize);

  /**
   * The same on the rank that made the id; needed if this communicator has one rank (GRW-01).
   *
   * @param newWorldSize number of ranks of the larger communicator
   * @param id what {@link #newUniqueId} gave this rank; null on others
   * @return the larger communicator
   */
  Communicator grow(int newWorldSize, UniqueId id);

  /**
   * The same with a configuration of its own; {@code id} is null on ranks that did not make it.
   *
   * @param newWorldSize number of ranks of the larger communicator
   * @param id what {@link #newUniqueId} gave this rank; null on others
   * @param config how the new communicator is opened
   * @return the larger communicator
   */
  Communicator grow(int newWorldSize, @Nullable UniqueId id, CommunicatorConfig config);

  /**
   * Gives memory for this communicator's calls: the same number of elements on all ranks, which all
   * call it in the same order. Where {@link #tuning} says windows, it lies in symmetric windows of
   * all ranks, which makes large calls faster (rule MEM-07): then all ranks use such memory in a
   * call, at equal offsets, or none does (MEM-05, WIN-04). Elsewhere it is {@link
   * Device#allocate}'s. Each rank closes its buffers when it likes.
   *
   * @param type the element type
   * @param count number of elements
   * @return the memory, to be closed by the caller; its content is unspecified
   * @throws IllegalArgumentException if {@code count} is negative
   * @throws IllegalStateException if a group is open or this thread captures a stream
   * @throws CollectiveException if the library refuses the call
   */
  DeviceBuffer allocate(DataType type, long count);

  /**
   * {@return what was chosen for this communicator that is faster than NCCL's defaults, and why}
   */
  TuningChoice tuning();

  /**
   * Tells which way calls take, why, and how long they are expected to take. Local: {@code body}
   * runs once, here; its calls of this communicator are checked, and none of them is issued.
   *
   * <p>Each {@link IssuedCall} has its {@link IssuedCall#memory memory}, so listeners, recordings
   * and events of Java's Flight Recorder show it, too. A communicator for which windows were chosen
   * warns once, by the logger {@code org.jccl}, when a call misses them.
   *
   * @param body what makes the calls: collectives and messages, alone or in groups; it gets this
   *     communicator
   * @return a forecast for each call, in their order
   * @throws IllegalArgumentException if an argument of a call is wrong
   * @throws IllegalStateException if a group is open, or the communicator is closed
   */
  List<CallForecast> plan(Consumer<Collectives> body);

  /**
   * Tells the library of memory that operations will use: local, at once, a hint (rule MEM-03).
   * NCCL: {@code ncclCommRegister}.
   *
   * @param buffer the memory
   * @return the registration, to be closed by the caller
   * @throws IllegalArgumentException if the buffer is closed or of another device
   * @throws CollectiveException if the library refuses the call
   */
  Registration register(DeviceBuffer buffer);

  /**
   * Registers memory of all ranks together: all call it (rule WIN-01), with memory of {@link
   * Device#allocateRegistrable} (WIN-02). NCCL: {@code ncclCommWindowRegister}.
   *
   * @param buffer this rank's memory of the window
   * @param flags promises about the window's use, the same on all ranks
   * @return the window, to be closed by the caller
   * @throws IllegalArgumentException if the buffer is empty, closed or of another device
   * @throws CollectiveException if the library refuses the call
   */
  Window registerWindow(DeviceBuffer buffer, WindowFlag... flags);

  /**
   * Enqueues a copy of {@code source} into {@code peer}'s memory of the window, {@code offset}
   * bytes from its start, and then a signal to it (rule RMA-01). The first one-sided call of a
   * communicator waits for that of every rank (RMA-07). Not for groups. The source lies in a
   * window, too, one that is {@link WindowFlag#COLLECTIVE_SYMMETRIC} (ARG-11). NCCL: {@code
   * ncclPutSignal}.
   *
   * @param source the elements to copy, in a window of this communicator
   * @param peer rank that gets them
   * @param window whose memory of {@code peer} gets them
   * @param offset where they go, in bytes from the start of the window
   * @param stream the stream on which the work is enqueued
   * @throws CollectiveException if the library refuses the call
   */
  void putSignal(DeviceBuffer source, int peer, Window window, long offset, Stream stream);

  /**
   * Enqueues a signal to {@code peer}, after what was put there before (rule RMA-04). NCCL: {@code
   * ncclSignal}.
   *
   * @param peer rank that gets the signal
   * @param stream the stream on which the work is enqueued
   * @throws CollectiveException if the library refuses the call
   */
  void signal(int peer, Stream stream);

  /**
   * Makes {@code stream} wait until so many more signals have arrived (rule RMA-03). NCCL: {@code
   * ncclWaitSignal}.
   *
   * @param signals how many signals of which rank
   * @param stream the stream on which the work is enqueued
   * @throws CollectiveException if the library refuses the call
   */
  void waitSignal(List<SignalWait> signals, Stream stream);

  /**
   * Gives the communicator's scratch memory back; all ranks call it (rule LIF-21). Until {@link
   * #resume} it cannot be used (LIF-23). NCCL: {@code ncclCommSuspend}.
   *
   * @throws CollectiveException if the library refuses the call
   */
  void suspend();

  /**
   * Takes the scratch memory again; all ranks call it (rules LIF-22, LIF-23). NCCL: {@code
   * ncclCommResume}.
   *
   * @throws CollectiveException if the library refuses the call
   */
  void resume();

  /**
   * {@return what GPU memory it holds for itself (rule LIF-25)} NCCL: {@code ncclCommMemStats}.
   *
   * @throws CollectiveException if the library refuses the call
   */
  MemoryStatistics memoryStatistics();

  /**
   * Stops what is in flight on this rank without its results, and keeps the communicator for {@link
   * #split}, {@link #shrink} and questions (rules LIF-18 to LIF-20). Each rank revokes itself.
   * NCCL: {@code ncclCommRevoke}.
   *
   * @throws CollectiveException if the library refuses the call
   */
  void revoke();

  /**
   * Waits for what was issued and ends its use (rules LIF-02 to LIF-04); {@link #close} does it,
   * too. Only once. Since NCCL 2.31.2 it also waits for the other ranks of the host: call it on all
   * ranks or on none, each on its own thread (rule VER-13). NCCL: {@code ncclCommFinalize}.
   *
   * @throws CollectiveException if the library refuses the call
   */
  void finalizeCommunicator();

  /**
   * Has a watchdog look after this communicator until it ends: if the process of a member of {@code
   * group} ends, or NCCL finds an error, it is aborted, and every call that waits throws a {@link
   * CommunicatorAbortedException} that says why. {@link #open} does this where the group spans
   * processes, unless {@link CommunicatorConfig#watchdog()} is off. Simulated communicators need no
   * watchdog; the call does nothing there.
   *
   * @param group the group whose members are the ranks of this communicator
   */
  default void watch(ProcessGroup group) {}

  /**
   * Says over which process group this communicator was opened: its members are the ranks, in the
   * same order. Listeners that compare ranks do it there. {@link #open} calls it, before the first
   * operation; communicators that are split off or shrunk meet in {@linkplain ProcessGroup#part
   * parts} of it. Where neither is so (after {@link #join} or {@link #grow}), all ranks may call it
   * themselves, with a group of their own.
   *
   * @param group the group
   */
  default void attach(ProcessGroup group) {}

  /**
   * Stops what is in flight without its results and makes the communicator unusable (LIF-14). NCCL:
   * {@code ncclCommAbort}.
   */
  void abort();

  /**
   * Waits for what was issued, then frees the communicator; falls back to {@link #abort()} after
   * {@link CommunicatorConfig#closeTimeout()}. Idempotent. NCCL: {@code ncclCommFinalize} and
   * {@code ncclCommDestroy}.
   *
   * <p>Where several ranks live in one process, NCCL's last local close waits for the devices of
   * all of them (measured, rule LIF-07): a rank that has closed already and goes on to an operation
   * with that one can deadlock. Let the ranks meet, as by {@link ProcessGroup#barrier}, before any
   * goes on with another communicator.
   */
  @Override
  void close();
}

package org.jccl;

import java.util.function.Consumer;

/**
 * One rank's endpoint in a group of ranks that communicate.
 *
 * <p>Used by one thread at a time; a second one inside is refused where it is noticed (rule
 * INIT-21). Owned by who opened it; {@link #close()} is bounded in time.
 */
public interface Communicator extends Collectives, AutoCloseable {
  /** The states of a communicator's life (chapter 3 of the rule book). */
  enum State {
    /** Operations can be issued. */
    READY,
    /** A failure is stored; only {@link Communicator#abort} and {@link Communicator#close} work. */
    FAILED,
    /** Aborted; only {@link Communicator#close} works. */
    ABORTED,
    /** Closed. */
    CLOSED
  }

  /**
   * Opens a communicator over the ranks of {@code group}: the counterpart of FastVideo's {@code
   * PyNcclCommunicator(group, device, library_path)}.
   *
   * <p>First all ranks exchange what they have (backend, version, device, or why there is none) and
   * either all go on or all throw the same {@link BackendUnavailableException}. Then rank 0 makes
   * the unique id, the group carries it, every rank joins with its device current, and one
   * all-reduce of a single element warms the connections up (unless {@link
   * CommunicatorConfig#warmUp()} is off). World size 1 is a real communicator (rule INIT-09).
   *
   * @throws BackendUnavailableException the same on every rank, if the ranks cannot go on together
   * @throws CollectiveException if creation or warm-up failed or ran out of time
   */
  static Communicator open(ProcessGroup group, Device device, CommunicatorConfig config) {
    return Handshake.open(group, device, config);
  }

  /** This endpoint's rank, 0 to {@code worldSize - 1}. */
  int rank();

  /** Number of ranks. */
  int worldSize();

  /** The device whose memory and streams this rank uses. */
  Device device();

  /** The configuration it was opened with. */
  CommunicatorConfig config();

  /** A name for messages and reports; equal on all ranks of one communicator. */
  String name();

  /** Where it is in its life; never waits. */
  State state();

  /**
   * The library's asynchronous state: {@link ResultCode#SUCCESS}, {@link ResultCode#IN_PROGRESS},
   * or the stored failure (rules ERR-01 to ERR-04); never waits.
   */
  ResultCode asyncError();

  /**
   * A sum whose contributions are multiplied by {@code scalar} first, for elements of {@code type}
   * (rules PMS-01, PMS-02). The scalar is rounded to the type.
   */
  PreMulSum preMulSum(DataType type, double scalar);

  /**
   * The same with a scalar in device memory, one element of the type, which is read each time an
   * operation runs and so stays valid until then (rule PMS-03).
   */
  PreMulSum preMulSum(DeviceBuffer scalar);

  /**
   * Records what {@code body} issues and issues it in one go when the outermost body returns (rules
   * GRP-01 to GRP-25). What this thread issues on communicators directly inside the body joins too.
   * A body that throws issues nothing and the exception goes on.
   */
  void group(Consumer<Collectives> body);

  /** Stops what is in flight without its results and makes the communicator unusable (LIF-14). */
  void abort();

  /**
   * Waits for what was issued, then frees the communicator; falls back to {@link #abort()} after
   * {@link CommunicatorConfig#closeTimeout()}. Idempotent.
   */
  @Override
  void close();
}

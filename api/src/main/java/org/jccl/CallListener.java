package org.jccl;

/**
 * Hears of the calls of one communicator, on one rank: recorders, counters, tracers and checks are
 * made of it.
 *
 * <p>A listener is made by a {@link Factory} when its communicator opens, and for each communicator
 * that is split off it. A factory is given by {@link CommunicatorConfig.Builder#listener}, or it is
 * found by {@link java.util.ServiceLoader} and then hears of all communicators of the process.
 * Without any, a call costs nothing more.
 *
 * <p>All methods are called by the thread that makes the call, never two at a time for one
 * communicator. They must not call the communicator, and must not block. What a listener throws is
 * logged once, and the listener is not asked again; the call goes on. One exception is a verdict: a
 * {@link CollectiveException} that {@link #before} throws. The call is not issued, and its caller
 * gets that exception. Thrown by {@link #after}, the caller gets it though the call was issued;
 * {@link #finished} may throw one, too.
 *
 * <p>A group tells {@link #before} for each of its calls, is issued, and then tells {@link #after}
 * for each.
 *
 * {@snippet :
 * CommunicatorConfig config =
 *     CommunicatorConfig.builder()
 *         .listener(where -> new CallListener() {
 *           public void before(IssuedCall call) {
 *             System.out.println(where + ": " + call.operation() + " of " + call.bytes() + " bytes");
 *           }
 *         })
 *         .build();
 * }
 */
public interface CallListener {
  /**
   * The communicator was opened over a process group, whose members are its ranks in the same
   * order: what compares ranks does it there. Told before the first call; never told where there is
   * no group. Communicators that are split off or shrunk have a part of their parent's.
   *
   * @param group the group; it is used by the thread that makes the calls, inside {@link #before}
   */
  default void attached(ProcessGroup group) {}

  /**
   * A call has passed its checks and is about to be issued.
   *
   * @param call the call, valid inside this method
   */
  default void before(IssuedCall call) {}

  /**
   * A call has been issued: its work is enqueued on the stream, it has not run yet.
   *
   * @param call the call, valid inside this method
   */
  default void after(IssuedCall call) {}

  /**
   * Whether {@link #completed} is wanted. Asked once, when the communicator opens. Each call then
   * costs two events on its stream; without any such listener it costs nothing.
   *
   * @return whether
   */
  default boolean hearsCompletion() {
    return false;
  }

  /**
   * A call has run. Told in no hurry: when the thread that makes the calls has waited for a stream
   * ({@link Stream#synchronize()}), when many calls are not told yet, and when the communicator is
   * closed. Never told of calls that were captured into a graph (a graph's launches are no calls),
   * of calls of nonblocking communicators, and of what an abort has ended.
   *
   * @param call the call, valid inside this method
   * @param micros how long the device was at it, waiting for other ranks included, in microseconds;
   *     on the simulator in virtual time. The calls of a group on one stream share one figure.
   */
  default void completed(IssuedCall call, double micros) {}

  /**
   * A call, or its group, has failed. Nothing of it is enqueued unless the library failed midway.
   *
   * @param call the call, valid inside this method
   * @param failure what the caller is about to get
   */
  default void failed(IssuedCall call, Throwable failure) {}

  /**
   * All work of the communicator has ended, and it is about to be closed. Not told after an abort.
   * A {@link CollectiveException} is a verdict: closing goes on, and throws it in the end.
   */
  default void finished() {}

  /** The communicator was aborted. Called by the thread that aborts it. */
  default void aborted() {}

  /** The communicator is closed; the last call. */
  default void closed() {}

  /** Makes a listener for each communicator. */
  @FunctionalInterface
  interface Factory {
    /**
     * A communicator opens.
     *
     * @param where which communicator, and which rank of it
     * @return its listener
     */
    CallListener listen(Endpoint where);
  }

  /**
   * One rank's end of a communicator. {@link #toString} is fit for messages.
   *
   * @param communicator the communicator's name
   * @param rank this rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param device index of the device
   */
  record Endpoint(String communicator, int rank, int worldSize, int device) {
    @Override
    public String toString() {
      return communicator + ", rank " + rank + "/" + worldSize;
    }
  }
}

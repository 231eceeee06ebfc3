package org.jccl.benchmarks.simspeed;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jccl.DataType;

/**
 * What is measured on the simulator and on its peers. A size is counted as nccl-tests counts it:
 * all-reduce and broadcast the buffer, all-gather the receive buffer, reduce-scatter the send
 * buffer, send/recv the message.
 */
public enum PeerOperation {
  /** Sum of float32, out of place. */
  ALL_REDUCE("allreduce", "all-reduce"),
  /** Out of place. */
  ALL_GATHER("allgather", "all-gather"),
  /** Sum of float32, out of place. */
  REDUCE_SCATTER("reducescatter", "reduce-scatter"),
  /** From rank 0, in place on every rank, as MPI has it. */
  BROADCAST("bcast", "broadcast"),
  /** Ping-pong of ranks 0 and 1, one way of it; the other ranks wait. */
  SEND_RECV("sendrecv", "send/recv");

  private final String key;
  private final String label;

  PeerOperation(String key, String label) {
    this.key = key;
    this.label = label;
  }

  /** The name on command lines and in the peers' output. */
  public String key() {
    return key;
  }

  /** The name for people. */
  public String label() {
    return label;
  }

  /**
   * The operation called {@code key}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static PeerOperation of(String key) {
    return Arrays.stream(values())
        .filter(each -> each.key.equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException("no operation '" + key + "': give one of " + keys()));
  }

  private static String keys() {
    return Arrays.stream(values()).map(PeerOperation::key).collect(Collectors.joining(", "));
  }

  /** Whether {@code bytes} can be shared out evenly, and whether each share holds an element. */
  public boolean fits(int ranks, long bytes) {
    return switch (this) {
      case ALL_GATHER -> bytes % ranks == 0;
      case REDUCE_SCATTER -> bytes % (4L * ranks) == 0;
      default -> true;
    };
  }

  /** Those of {@code sizes} that fit. */
  public List<Long> fitting(int ranks, List<Long> sizes) {
    return sizes.stream().filter(bytes -> fits(ranks, bytes)).toList();
  }

  /** float32; bytes where an all-gather's share is less than one, which moves the same. */
  public DataType elements(int ranks, long bytes) {
    return this == ALL_GATHER && bytes % (4L * ranks) != 0 ? DataType.UINT8 : DataType.FLOAT32;
  }

  /** How many of the calls of a loop's turn make up the time of one. */
  public int callsPerTurn() {
    return this == SEND_RECV ? 2 : 1;
  }
}

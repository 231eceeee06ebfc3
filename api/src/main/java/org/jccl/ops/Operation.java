package org.jccl.ops;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operation table: the one place that knows what each operation does to its buffers.
 *
 * <p>Argument rules, simulator, conformance suite, benchmark factors, tracing and documentation
 * read it. {@code count} always means NCCL's count argument, in elements; {@code n} the world size
 * (rules COL-10 to COL-20, P2P-01).
 */
public enum Operation {
  /** Every rank receives the combination of all ranks' elements (rule COL-10). */
  ALL_REDUCE(
      row(NcclFunction.ALL_REDUCE)
          .configuredBy(NcclFunction.ALL_REDUCE_CONFIG)
          .sends(Side.EVERYONE, Extent.COUNT)
          .receives(Side.EVERYONE, Extent.COUNT)
          .inPlace(InPlace.SAME_ADDRESS)
          .reduces()
          .flow(DataFlow.ALL_TO_ALL)
          .traffic(Traffic.TWICE)
          .bus(BusFactor.TWICE_OTHERS)),
  /** Every rank receives the root's elements (rule COL-11). */
  BROADCAST(
      row(NcclFunction.BROADCAST)
          .configuredBy(NcclFunction.BROADCAST_CONFIG)
          .sends(Side.ROOT, Extent.COUNT)
          .receives(Side.EVERYONE, Extent.COUNT)
          .inPlace(InPlace.SAME_ADDRESS)
          .rooted()
          .flow(DataFlow.ROOT_TO_ALL)
          .bus(BusFactor.ONE)),
  /** The root receives the combination of all ranks' elements (rule COL-13). */
  REDUCE(
      row(NcclFunction.REDUCE)
          .configuredBy(NcclFunction.REDUCE_CONFIG)
          .sends(Side.EVERYONE, Extent.COUNT)
          .receives(Side.ROOT, Extent.COUNT)
          .inPlace(InPlace.SAME_ADDRESS)
          .reduces()
          .rooted()
          .flow(DataFlow.ALL_TO_ROOT)
          .bus(BusFactor.ONE)),
  /** Every rank receives all ranks' elements, in rank order (rule COL-14). */
  ALL_GATHER(
      row(NcclFunction.ALL_GATHER)
          .configuredBy(NcclFunction.ALL_GATHER_CONFIG)
          .sends(Side.EVERYONE, Extent.COUNT)
          .receives(Side.EVERYONE, Extent.COUNT_TIMES_WORLD)
          .inPlace(InPlace.SEND_IS_OWN_BLOCK)
          .flow(DataFlow.ALL_TO_ALL)
          .traffic(Traffic.FOR_EACH_RANK)
          .bus(BusFactor.OTHERS)),
  /** Rank r receives the combination of all ranks' block r (rule COL-15). */
  REDUCE_SCATTER(
      row(NcclFunction.REDUCE_SCATTER)
          .configuredBy(NcclFunction.REDUCE_SCATTER_CONFIG)
          .sends(Side.EVERYONE, Extent.COUNT_TIMES_WORLD)
          .receives(Side.EVERYONE, Extent.COUNT)
          .inPlace(InPlace.RECV_IS_OWN_BLOCK)
          .reduces()
          .flow(DataFlow.ALL_TO_ALL)
          .traffic(Traffic.FOR_EACH_RANK)
          .bus(BusFactor.OTHERS)),
  /** Block j of rank i arrives as block i of rank j (rule COL-17). */
  ALL_TO_ALL(
      row(NcclFunction.ALL_TO_ALL)
          .configuredBy(NcclFunction.ALL_TO_ALL_CONFIG)
          .sends(Side.EVERYONE, Extent.COUNT_TIMES_WORLD)
          .receives(Side.EVERYONE, Extent.COUNT_TIMES_WORLD)
          .inPlace(InPlace.NEVER)
          .flow(DataFlow.ALL_TO_ALL)
          .messages()
          .bus(BusFactor.OTHERS)),
  /** The root receives all ranks' elements, in rank order (rule COL-19). */
  GATHER(
      row(NcclFunction.GATHER)
          .configuredBy(NcclFunction.GATHER_CONFIG)
          .sends(Side.EVERYONE, Extent.COUNT)
          .receives(Side.ROOT, Extent.COUNT_TIMES_WORLD)
          .inPlace(InPlace.SEND_IS_OWN_BLOCK)
          .rooted()
          .flow(DataFlow.ALL_TO_ROOT)
          .messages()
          .bus(BusFactor.OTHERS)),
  /** Rank r receives block r of the root's elements (rule COL-20). */
  SCATTER(
      row(NcclFunction.SCATTER)
          .configuredBy(NcclFunction.SCATTER_CONFIG)
          .sends(Side.ROOT, Extent.COUNT_TIMES_WORLD)
          .receives(Side.EVERYONE, Extent.COUNT)
          .inPlace(InPlace.RECV_IS_OWN_BLOCK)
          .rooted()
          .flow(DataFlow.ROOT_TO_ALL)
          .messages()
          .bus(BusFactor.OTHERS)),
  /** One message to a peer; matches the peer's receives in issue order (rule P2P-01). */
  SEND(
      row(NcclFunction.SEND)
          .sends(Side.EVERYONE, Extent.COUNT)
          .receives(Side.NOBODY, Extent.NOTHING)
          .inPlace(InPlace.NEVER)
          .peered()
          .flow(DataFlow.SENDER_TO_RECEIVER)
          .messages()
          .bus(BusFactor.ONE)),
  /** One message from a peer; matches the peer's sends in issue order (rule P2P-01). */
  RECV(
      row(NcclFunction.RECV)
          .sends(Side.NOBODY, Extent.NOTHING)
          .receives(Side.EVERYONE, Extent.COUNT)
          .inPlace(InPlace.NEVER)
          .peered()
          .flow(DataFlow.SENDER_TO_RECEIVER)
          .messages()
          .bus(BusFactor.ONE));

  /** Which ranks have a buffer on one side of the operation. */
  public enum Side {
    /** Every rank. */
    EVERYONE,
    /** The root alone; on other ranks the buffer may be absent (rule COL-03). */
    ROOT,
    /** No rank. */
    NOBODY
  }

  /** How many elements a buffer holds. */
  public enum Extent {
    /** None. */
    NOTHING,
    /** {@code count}. */
    COUNT,
    /** {@code count * n}: one block a rank, in rank order. */
    COUNT_TIMES_WORLD
  }

  /** Which inputs reach which outputs: the only ordering that the operation promises. */
  public enum DataFlow {
    /** Every input reaches every output: a barrier by data flow. */
    ALL_TO_ALL,
    /** The root's input reaches every output. */
    ROOT_TO_ALL,
    /** Every input reaches the root's output. */
    ALL_TO_ROOT,
    /** The sender's input reaches the receiver's output. */
    SENDER_TO_RECEIVER
  }

  /** An argument that all ranks must give alike (rule COL-01). */
  public enum Argument {
    /** Which operation it is. */
    OPERATION,
    /** The count. */
    COUNT,
    /** The data type. */
    TYPE,
    /** The reduction. */
    REDUCTION,
    /** The root. */
    ROOT,
    /** The configuration of the call (rule CFG-27). */
    CONFIG
  }

  /** Bus bandwidth over algorithm bandwidth, as nccl-tests defines it. */
  public enum BusFactor {
    /** 1. */
    ONE,
    /** (n - 1) / n. */
    OTHERS,
    /** 2 (n - 1) / n. */
    TWICE_OTHERS;

    /**
     * {@return the factor for a world of {@code n} ranks}
     *
     * @param n number of ranks
     */
    public double of(int n) {
      return (double) steps(n) / n;
    }

    /**
     * {@return the factor times {@code n}: how many steps a ring of {@code n} ranks takes}
     *
     * @param n number of ranks
     */
    public int steps(int n) {
      return switch (this) {
        case ONE -> n;
        case OTHERS -> n - 1;
        case TWICE_OTHERS -> 2 * (n - 1);
      };
    }
  }

  private static final Operation[] VALUES = values();

  private final Row row;
  private final String label = name().toLowerCase(Locale.ROOT);
  private final Set<Argument> agreeing;

  Operation(Row row) {
    this.row = row;
    EnumSet<Argument> agree = EnumSet.of(Argument.OPERATION, Argument.COUNT, Argument.TYPE);
    if (row.reduces) {
      agree.add(Argument.REDUCTION);
    }
    if (row.rooted) {
      agree.add(Argument.ROOT);
    }
    if (row.configured != null) {
      agree.add(Argument.CONFIG);
    }
    this.agreeing = row.peered ? EnumSet.noneOf(Argument.class) : agree;
  }

  /**
   * {@return the operation that tables and command lines call {@code label}, for example {@code
   * all_reduce}}
   *
   * @param label a label such as {@code all_reduce}
   * @throws IllegalArgumentException if there is none
   */
  public static Operation ofLabel(String label) {
    for (Operation operation : VALUES) {
      if (operation.label.equals(label)) {
        return operation;
      }
    }
    throw new IllegalArgumentException("no operation is called '" + label + "'");
  }

  /** {@return the name in tables, messages and on command lines: {@code all_reduce}} */
  public String label() {
    return label;
  }

  /** {@return the C function; it says since when there is one (rule VER-05)} */
  public NcclFunction function() {
    return row.function;
  }

  /** {@return the C function that also takes a configuration of the call; null if there is none} */
  public @Nullable NcclFunction configuredFunction() {
    return row.configured;
  }

  /**
   * {@return whether NCCL carries it out as messages between two ranks each: send and receive, and
   * what NCCL makes of them (rule P2P-15)} The others have algorithms, protocols and plans.
   */
  public boolean isMadeOfMessages() {
    return row.messages;
  }

  /** {@return what a rank sends, in multiples of the count} */
  public Traffic traffic() {
    return row.traffic;
  }

  /** {@return who contributes} */
  public Side sendSide() {
    return row.sendSide;
  }

  /** {@return who receives} */
  public Side receiveSide() {
    return row.receiveSide;
  }

  /** {@return how much a contributor's send buffer holds} */
  public Extent sendExtent() {
    return row.sendExtent;
  }

  /** {@return how much a receiver's buffer holds} */
  public Extent receiveExtent() {
    return row.receiveExtent;
  }

  /** {@return whether a contributor's buffer holds one block a rank} */
  public boolean sendsBlocks() {
    return row.sendExtent == Extent.COUNT_TIMES_WORLD;
  }

  /** {@return whether a receiver's buffer holds one block a rank} */
  public boolean receivesBlocks() {
    return row.receiveExtent == Extent.COUNT_TIMES_WORLD;
  }

  /** {@return whether one of the two does, so that the count is that of a block} */
  public boolean hasBlocks() {
    return sendsBlocks() || receivesBlocks();
  }

  /** {@return whether every rank receives the same elements} */
  public boolean receivesAlike() {
    return row.receiveSide == Side.EVERYONE && !sendsBlocks() && !row.peered;
  }

  /** {@return the in-place form} */
  public InPlace inPlace() {
    return row.inPlace;
  }

  /**
   * {@return whether buffers at these addresses have exactly the in-place form (rule COL-05)}
   *
   * @param send where elements come from
   * @param recv where elements arrive
   * @param ownBlock distance in bytes of the own rank's block from the start of the larger buffer
   */
  public boolean isInPlace(long send, long recv, long ownBlock) {
    return row.inPlace != InPlace.NEVER && send - recv == row.inPlace.blocksBetween() * ownBlock;
  }

  /** {@return whether elements are combined, so that a reduction must be given} */
  public boolean reduces() {
    return row.reduces;
  }

  /** {@return whether a root must be given} */
  public boolean hasRoot() {
    return row.rooted;
  }

  /** {@return whether a peer must be given: point-to-point} */
  public boolean hasPeer() {
    return row.peered;
  }

  /** {@return which inputs reach which outputs} */
  public DataFlow dataFlow() {
    return row.flow;
  }

  /** {@return the arguments that must agree across ranks; empty for point-to-point} */
  public Set<Argument> agreeing() {
    return agreeing;
  }

  /** {@return the bus bandwidth over algorithm bandwidth} */
  public BusFactor busFactor() {
    return row.bus;
  }

  /**
   * {@return whether {@code rank} has a send buffer when the root is {@code root}}
   *
   * @param rank the own rank
   * @param root the root's rank
   */
  public boolean sendsAt(int rank, int root) {
    return has(row.sendSide, rank, root);
  }

  /**
   * {@return whether {@code rank} has a receive buffer when the root is {@code root}}
   *
   * @param rank the own rank
   * @param root the root's rank
   */
  public boolean receivesAt(int rank, int root) {
    return has(row.receiveSide, rank, root);
  }

  /**
   * {@return elements of a contributor's send buffer}
   *
   * @param count NCCL's count argument
   * @param n number of ranks
   */
  public long sendElements(long count, int n) {
    return elements(row.sendExtent, count, n);
  }

  /**
   * {@return elements of a receiver's buffer}
   *
   * @param count NCCL's count argument
   * @param n number of ranks
   */
  public long receiveElements(long count, int n) {
    return elements(row.receiveExtent, count, n);
  }

  /**
   * {@return the bytes that nccl-tests prints in its size column and divides by the time for the
   * algorithm bandwidth: the larger of the two buffers}
   *
   * @param count NCCL's count argument
   * @param n number of ranks
   * @param elementBytes size of one element in bytes
   */
  public long measuredBytes(long count, int n, int elementBytes) {
    return Math.max(sendElements(count, n), receiveElements(count, n)) * elementBytes;
  }

  /**
   * {@return NCCL's count argument for buffers of {@link #measuredBytes} at most {@code bytes}}
   *
   * @param bytes bytes of the call
   * @param n number of ranks
   * @param elementBytes size of one element in bytes
   */
  public long countFor(long bytes, int n, int elementBytes) {
    return bytes / elementBytes / (hasBlocks() ? n : 1);
  }

  private static boolean has(Side side, int rank, int root) {
    return side == Side.EVERYONE || (side == Side.ROOT && rank == root);
  }

  private static long elements(Extent extent, long count, int n) {
    return switch (extent) {
      case NOTHING -> 0;
      case COUNT -> count;
      case COUNT_TIMES_WORLD -> count * n;
    };
  }

  private static Row row(NcclFunction function) {
    return new Row(function);
  }

  /** One row while it is being written down. */
  private static final class Row {
    private final NcclFunction function;
    private @Nullable NcclFunction configured;
    private Side sendSide = Side.NOBODY;
    private Side receiveSide = Side.NOBODY;
    private Extent sendExtent = Extent.NOTHING;
    private Extent receiveExtent = Extent.NOTHING;
    private InPlace inPlace = InPlace.NEVER;
    private DataFlow flow = DataFlow.ALL_TO_ALL;
    private BusFactor bus = BusFactor.ONE;
    private boolean reduces;
    private boolean rooted;
    private boolean peered;
    private boolean messages;
    private Traffic traffic = Traffic.ONCE;

    Row(NcclFunction function) {
      this.function = function;
    }

    Row configuredBy(NcclFunction its) {
      configured = its;
      return this;
    }

    Row sends(Side side, Extent extent) {
      sendSide = side;
      sendExtent = extent;
      return this;
    }

    Row receives(Side side, Extent extent) {
      receiveSide = side;
      receiveExtent = extent;
      return this;
    }

    Row inPlace(InPlace form) {
      inPlace = form;
      return this;
    }

    Row flow(DataFlow edges) {
      flow = edges;
      return this;
    }

    Row bus(BusFactor factor) {
      bus = factor;
      return this;
    }

    Row reduces() {
      reduces = true;
      return this;
    }

    Row rooted() {
      rooted = true;
      return this;
    }

    Row peered() {
      peered = true;
      return this;
    }

    Row messages() {
      messages = true;
      return this;
    }

    Row traffic(Traffic multiple) {
      traffic = multiple;
      return this;
    }
  }
}

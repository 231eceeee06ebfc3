package org.jccl.sim.comm.creation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jccl.CleanText;
import org.jccl.CollectiveException;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.sim.check.CallSite;
import org.jccl.sim.check.HappensBefore.Clock;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.launch.IssueOrders;
import org.jccl.sim.comm.life.CommLifecycle;
import org.jccl.sim.comm.life.CommParts;
import org.jccl.sim.comm.life.Departures;
import org.jccl.sim.device.Simulation;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Rethrown;
import org.jccl.sim.math.DataPlane;
import org.jspecify.annotations.Nullable;

/**
 * The communicators of one simulation: unique ids, and the creations at which ranks meet by them
 * (rules UID-01 to UID-06, INIT-02 to INIT-15).
 */
public final class Bootstrap {
  /** The environment variable that is everybody's unique id (rule UID-06). */
  public static final String COMM_ID = "NCCL_COMM_ID";

  /** The first version in which ranks may share a device (rule INIT-08). */
  static final int SEVERAL_RANKS_A_DEVICE = 23003;

  private static final int MOST_FAILED = 64;
  private static final Pattern ADDRESS =
      Pattern.compile("(\\[[0-9a-fA-F:.%\\w]+\\]|[^:\\s\\[\\]]+):\\d{1,5}");

  private final Simulation simulation;
  private final Departures departures = new Departures();
  private final Map<UniqueId, Creation> open = new HashMap<>();
  private final IssueOrders issueOrders = new IssueOrders();
  private final SequencedMap<UniqueId, Creation> failed = new LinkedHashMap<>();
  private final List<CommParts> comms = new ArrayList<>();
  private final Map<SharedComm, ChildCreations> children = new IdentityHashMap<>();
  private long idsMade;
  private int commsMade;

  /** The creations of one simulation. */
  public Bootstrap(Simulation simulation) {
    this.simulation = simulation;
  }

  Simulation simulation() {
    return simulation;
  }

  // ---------------------------------------------------------------- unique ids

  /**
   * A fresh id, valid in this simulation only; with NCCL_COMM_ID set, the one made of it.
   *
   * @throws CollectiveException invalid argument, if that variable is no address
   */
  public UniqueId newUniqueId() {
    String address = simulation.environment().get(COMM_ID);
    if (address == null) {
      UniqueId id = numbered(++idsMade);
      identify(newCreation(), id);
      return id;
    }
    if (!ADDRESS.matcher(address).matches()) {
      throw new CollectiveException(
          ResultCode.INVALID_ARGUMENT, COMM_ID + "=" + address + " is no address:port (UID-06)");
    }
    return ofAddress(address);
  }

  private static UniqueId numbered(long number) {
    byte[] bytes = new byte[UniqueId.BYTES];
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[i] = (byte) (number >>> (8 * i));
    }
    bytes[UniqueId.BYTES - 1] = 'S';
    return UniqueId.of(bytes);
  }

  private static UniqueId ofAddress(String address) {
    byte[] text = address.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Arrays.copyOf(text, UniqueId.BYTES);
    bytes[UniqueId.BYTES - 1] = 'A';
    return UniqueId.of(bytes);
  }

  private Creation newCreation() {
    return new Creation(this, severalPerDevice());
  }

  /** Whether ranks may share a device (rule INIT-08). */
  public boolean severalPerDevice() {
    return simulation.version() >= SEVERAL_RANKS_A_DEVICE
        && simulation.setting("NCCL_MULTI_RANK_GPU_ENABLE", 0) == 1;
  }

  private void identify(Creation creation, UniqueId id) {
    creation.identifiedBy(List.of(id));
    open.put(id, creation);
  }

  private Creation find(List<UniqueId> ids, int rank, int worldSize) {
    UniqueId first = ids.getFirst();
    String address = simulation.environment().get(COMM_ID);
    if (address != null && first.equals(ofAddress(address))) {
      // Rank 0's listener; it serves one communicator after the other.
      Creation standing = open.get(first);
      if (standing == null) {
        standing = newCreation();
        identify(standing, first);
      }
      return standing;
    }
    for (UniqueId id : ids) {
      if (!open.containsKey(id)) {
        tellFailure(id, rank);
        if (isUsedUp(id) && simulation.isChecking()) {
          reportReuse(id, rank, worldSize);
        }
        throw unknown(id, tries());
      }
    }
    Creation creation = open.getOrDefault(first, newCreation());
    if (!creation.ids().equals(ids)) {
      if (creation.isBegun()) {
        throw creation.differentIds(rank, worldSize);
      }
      ids.forEach(open::remove);
      creation.identifiedBy(List.copyOf(ids));
      ids.forEach(id -> open.put(id, creation));
    }
    return creation;
  }

  /** A creation has failed: the ranks that come later hear why. */
  void failed(Creation creation) {
    if (!creation.isTold()) {
      creation.ids().forEach(id -> failed.put(id, creation));
    }
    while (failed.size() > MOST_FAILED) {
      failed.pollFirstEntry();
    }
  }

  private void tellFailure(UniqueId id, int rank) {
    Creation creation = failed.get(id);
    RuntimeException why = creation == null ? null : creation.failureFor(rank);
    if (creation != null && creation.isTold()) {
      creation.ids().forEach(failed::remove);
    }
    if (why != null) {
      throw Rethrown.of(why);
    }
  }

  private boolean isUsedUp(UniqueId id) {
    byte[] bytes = id.toBytes();
    long number = 0;
    for (int i = Long.BYTES - 1; i >= 0; i--) {
      number = (number << 8) | (bytes[i] & 0xFF);
    }
    return number > 0 && number <= idsMade && id.equals(numbered(number));
  }

  /** NCCL has a code for it, so the report is only kept (SIM-45). */
  private void reportReuse(UniqueId id, int rank, int worldSize) {
    simulation
        .findings()
        .keep(
            new ReportBuilder(MisuseKind.ID_REUSED, ": " + id + " has made a communicator before")
                .rank(
                    rank, "joins as rank " + rank + " of " + worldSize, "at " + CallSite.current())
                .line("an id serves one communicator: make another one (UID-04, SIM-45)"));
  }

  /**
   * Nobody listens at the id's address: the rank tries again and again, each time after a longer
   * pause, in virtual time (rule ENV-11). Returns how often and how long.
   */
  private String tries() {
    long most = Math.clamp(simulation.setting("NCCL_SOCKET_RETRY_CNT", 34), 0, 1_000_000);
    long pause = Math.clamp(simulation.setting("NCCL_SOCKET_RETRY_SLEEP_MSEC", 100), 0, 1_000_000);
    long millis = pause * (most * Math.max(0, most - 1) / 2);
    HostTask task = simulation.kernel().holder();
    if (task != null) {
      task.waitedUntil(task.clock() + TimeUnit.MILLISECONDS.toNanos(millis));
    }
    return "connection refused " + most + " times in " + millis / 1000.0 + " s (ENV-11)";
  }

  private static CollectiveException unknown(UniqueId id, String tries) {
    boolean zero = Arrays.equals(id.toBytes(), new byte[UniqueId.BYTES]);
    return zero
        ? new CollectiveException(
            ResultCode.INTERNAL_ERROR, "the unique id is all zero: it was never made (UID-05)")
        : new CollectiveException(
            ResultCode.REMOTE_ERROR,
            id
                + " is unknown to this simulator or was used before: an id serves one communicator"
                + " (UID-04, SIM-45); "
                + tries);
  }

  /** An id by which new ranks join a communicator that grows (rules GRW-02, GRW-03). */
  public UniqueId growId(CommLifecycle parent) {
    UniqueId id = numbered(++idsMade);
    SharedComm old = parent.operations().member().comm();
    identify(begun(children(old).growthWithoutId(), old), id);
    return id;
  }

  /** A growth: begun by the one who asks for the id, or by the first rank that joins. */
  private Creation begun(@Nullable Creation known, SharedComm parent) {
    if (known != null) {
      return known;
    }
    Creation made = newCreation();
    made.grows(parent);
    children(parent).growthBegins(made);
    return made;
  }

  // ---------------------------------------------------------------- ranks

  /** One rank's part in creating a communicator of {@code worldSize} by its ids. */
  public InitJob join(List<UniqueId> ids, int rank, int worldSize, CommLifecycle life) {
    return new InitJob(life, rank, worldSize, () -> find(ids, rank, worldSize));
  }

  /** The part of a rank of {@code parent} in its growth: it keeps its rank (rule GRW-01). */
  public InitJob grow(CommLifecycle parent, int worldSize, CommLifecycle life) {
    CommMember old = parent.operations().member();
    Clock known = ChildJob.knownTo(parent);
    return new InitJob(
        life,
        old.rank(),
        worldSize,
        () -> {
          ChildJob.requireQuiet(parent, known, "grows");
          return begun(children(old.comm()).nextGrowth(old.rank()), old.comm());
        });
  }

  // ---------------------------------------------------------------- communicators

  /** A communicator; one that is split or shrunk has a {@code parent}. */
  CommParts newComm(@Nullable String name, int worldSize, @Nullable CommParts parent) {
    int number = ++commsMade;
    SharedComm made =
        new SharedComm(
            simulation, name == null ? "comm-" + number : CleanText.line(name), number, worldSize);
    return new CommParts(made, DataPlane.common(), departures, parent, this::forget);
  }

  /** Where the ranks of {@code comm} meet for its children. */
  ChildCreations children(SharedComm comm) {
    return children.computeIfAbsent(comm, parent -> new ChildCreations(parent, this));
  }

  /** All ranks of a communicator have ended: nothing of it is needed any more. */
  private void forget(CommParts over) {
    comms.remove(over);
    children.remove(over.comm());
  }

  /** A communicator is complete. */
  void made(CommParts made) {
    made.complete(issueOrders);
    comms.add(made);
    simulation.findings().opened();
  }

  /** A creation has come to its end, good or bad: its ids are used up (rule UID-04). */
  void over(Creation creation) {
    creation.ids().forEach(id -> open.remove(id, creation));
  }

  /**
   * Why nothing moves, if that is because a rank's call had count 0 (SIM-08), or shrank without a
   * rank that waits for it (SIM-48); or null.
   */
  public @Nullable ReportBuilder findHidden() {
    for (CommParts comm : comms) {
      ChildCreations own = children.get(comm.comm());
      ReportBuilder found = own == null ? null : own.findOtherList();
      if (found == null) {
        found = comm.findDropped();
      }
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** The communicators of this simulation on which something is pending are stopped. */
  public void reportPending(RuntimeException misuse) {
    comms.removeIf(comm -> comm.comm().isOver());
    for (CommParts comm : List.copyOf(comms)) { // a rank that waits to end one of them goes on
      if (comm.isPending()) {
        comm.comm().stop(misuse);
      }
    }
  }
}

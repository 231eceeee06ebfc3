package org.jccl.conformance.harness;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ProcessGroup;
import org.jccl.UniqueId;

/** One rank's view of a world, while a body runs on it. */
public final class WorldRank extends RankScope {
  /** Stands for the ranks of a rule before there are any; nothing can be asked of it. */
  @SuppressWarnings("NullAway")
  public static final WorldRank NOBODY = new WorldRank(-1, null, problem -> {});

  private final int rank;
  private final RuleWorld world;
  private final Consumer<String> problems;

  WorldRank(int rank, RuleWorld world, Consumer<String> problems) {
    this.rank = rank;
    this.world = world;
    this.problems = problems;
  }

  /** 0 to {@code worldSize - 1}. */
  public int rank() {
    return rank;
  }

  /** Number of ranks. */
  public int worldSize() {
    return world.size();
  }

  @Override
  public Device device() {
    return communicator().device();
  }

  /** The world's communicator, shared by all tries: never close or abort it. */
  public Communicator communicator() {
    return world.communicator(rank);
  }

  /** What carries bytes between the ranks, and lets them wait for each other. */
  public ProcessGroup processGroup() {
    return world.processGroup(rank);
  }

  /** What this rank keeps in its world from body to body, made now if there is none yet. */
  public <T extends RankResource> T kept(Class<T> kind, Supplier<T> made) {
    RankResource known = world.kept(rank).get(kind);
    if (known == null) {
      known = made.get();
      world.kept(rank).put(kind, known);
      world.keepsMore();
    }
    return kind.cast(known);
  }

  /** What was opened. */
  public Subject.Instance instance() {
    return world.instance();
  }

  /** Notes a problem and lets the rank go on, so that its peers are not left alone. */
  public void problem(String words) {
    problems.accept("rank " + rank + ": " + words);
  }

  /** Notes a problem unless {@code buffer} holds {@code expected}. */
  public void expect(String what, DeviceBuffer buffer, double... expected) {
    double[] seen = Values.numbers(buffer);
    if (!Arrays.equals(seen, expected)) {
      problem(what + " is " + Arrays.toString(seen) + ", expected " + Arrays.toString(expected));
    }
  }

  /**
   * Notes a problem unless {@code body} throws a {@code kind} whose message contains {@code words}.
   */
  public void expectThrown(
      String what, Class<? extends Throwable> kind, Runnable body, String... words) {
    try {
      body.run();
    } catch (RuntimeException thrown) {
      String message = String.valueOf(thrown.getMessage());
      if (!kind.isInstance(thrown)) {
        problem(what + " threw " + thrown + ", expected a " + kind.getSimpleName());
      }
      for (String word : words) {
        check(message.contains(word), what + ": the message lacks '" + word + "': " + message);
      }
      return;
    }
    problem(what + " threw nothing, expected a " + kind.getSimpleName());
  }

  /** The same for a call that the state forbids. */
  public void illegalState(String what, Runnable body, String... words) {
    expectThrown(what, IllegalStateException.class, body, words);
  }

  /** The same for a call whose arguments are wrong. */
  public void illegalArgument(String what, Runnable body, String... words) {
    expectThrown(what, IllegalArgumentException.class, body, words);
  }

  /** The next rank of the ring. */
  public int next() {
    return (rank + 1) % worldSize();
  }

  /** The rank before this one in the ring. */
  public int before() {
    return (rank + worldSize() - 1) % worldSize();
  }

  /** Another communicator over the ranks of this world; the caller closes it. */
  public Communicator open(String name) {
    Backend backend = instance().backend();
    byte[] own = rank == 0 ? backend.newUniqueId().toBytes() : new byte[0];
    UniqueId id = UniqueId.of(processGroup().broadcast(own, 0));
    CommunicatorConfig config = CommunicatorConfig.builder().name(name).build();
    return backend.newCommunicator(id, rank, worldSize(), device(), config);
  }

  /** Notes {@code words} unless {@code holds}. */
  public void check(boolean holds, String words) {
    if (!holds) {
      problem(words);
    }
  }
}

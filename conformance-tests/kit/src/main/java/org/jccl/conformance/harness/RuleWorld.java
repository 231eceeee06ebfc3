package org.jccl.conformance.harness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.ProcessGroup;
import org.jccl.RankHost;
import org.jccl.UniqueId;
import org.jccl.process.ProcessGroups;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * One communicator over n ranks of an opened subject, on which bodies run one after the other. Not
 * thread-safe: one suite at a time.
 */
public final class RuleWorld {
  /** Long for a simulator, generous for a first contact between GPUs. */
  static final Duration LIMIT = Duration.ofSeconds(Options.deadlineSeconds());

  private final Subject.Instance instance;
  private final @Nullable Lockstep lockstep;
  private final Runnable keeps;
  private final AtomicReferenceArray<@Nullable Communicator> communicators;
  private final List<Map<Class<?>, RankResource>> kept = new ArrayList<>();
  private List<ProcessGroup> groups;
  private boolean broken;
  private boolean stuck;

  private RuleWorld(Subject.Instance instance, int size, Runnable keeps) {
    this.keeps = keeps;
    this.instance = instance;
    this.communicators = new AtomicReferenceArray<>(size);
    this.lockstep = instance.lockstep().orElse(null);
    this.groups = lockstep == null ? ProcessGroups.inJvm(size) : lockstep.newGroup(size);
    for (int rank = 0; rank < size; rank++) {
      kept.add(new ConcurrentHashMap<>());
    }
  }

  /**
   * Opens a communicator over the first {@code size} devices.
   *
   * @param configuration what its configuration has besides a name and a time
   * @param keeps told of each thing that a rank keeps in it
   */
  static RuleWorld open(
      Subject.Instance instance,
      int size,
      Consumer<CommunicatorConfig.Builder> configuration,
      Runnable keeps) {
    RuleWorld world = new RuleWorld(instance, size, keeps);
    Backend backend = instance.backend();
    UniqueId id = world.newId();
    CommunicatorConfig.Builder builder =
        CommunicatorConfig.builder().name("world-of-" + size).initTimeout(LIMIT);
    configuration.accept(builder);
    CommunicatorConfig config = builder.build();
    world.run(
        "INIT-02 (opening " + size + " ranks)",
        rank -> {
          Communicator made =
              backend.newCommunicator(
                  id, rank.rank(), size, backend.devices().get(rank.rank()), config);
          world.communicators.set(rank.rank(), made);
          made.defaultStream(); // made now, so that no rule seems to have left it open
        });
    return world;
  }

  private UniqueId newId() {
    Backend backend = instance.backend();
    return lockstep == null
        ? backend.newUniqueId()
        : UniqueId.of(lockstep.shared(() -> backend.newUniqueId().toBytes()));
  }

  /** Number of ranks. */
  public int size() {
    return communicators.length();
  }

  Subject.Instance instance() {
    return instance;
  }

  Communicator communicator(int rank) {
    Communicator communicator = communicators.get(rank);
    if (communicator == null) {
      throw new IllegalStateException("rank " + rank + " has no communicator yet");
    }
    return communicator;
  }

  /** What {@code rank} keeps from body to body, one of a kind. */
  Map<Class<?>, RankResource> kept(int rank) {
    return kept.get(rank);
  }

  /** Something new is kept in it. */
  void keepsMore() {
    keeps.run();
  }

  ProcessGroup processGroup(int rank) {
    return lockstep == null ? groups.get(rank) : groups.getFirst();
  }

  /** Whether a failure has left it unusable. */
  boolean isBroken() {
    return broken;
  }

  /** Whether threads of it could not be ended, so that the whole instance must go. */
  boolean isStuck() {
    return stuck;
  }

  /**
   * Runs {@code body} on every rank, within a deadline.
   *
   * @param rule what is being shown, for the failure's first line
   * @throws RuleViolation with every rank's problems, or every rank's stack
   */
  void run(String rule, RankBody body) {
    run(rule, LIMIT, body);
  }

  void run(String rule, Duration limit, RankBody body) {
    List<String> problems = Collections.synchronizedList(new ArrayList<>());
    List<Throwable> causes = Collections.synchronizedList(new ArrayList<>());
    RankHost.Body guarded =
        rank -> {
          try (WorldRank own = new WorldRank(rank, this, problems::add)) {
            body.run(own);
          } catch (TestAbortedException notShown) {
            causes.add(notShown); // Its peers do not either, each by itself.
            giveUpAlone();
          } catch (Throwable failure) {
            problems.add("rank " + rank + " threw " + FailureText.of(failure));
            causes.add(failure);
            giveUp(); // Its peers may wait for what it will not do any more.
          }
        };
    String where =
        lockstep == null || lockstep.isIn(size())
            ? deadline(limit).run(guarded, this::giveUp)
            : null;
    if (where != null) {
      broken = true;
      stuck = true;
      problems.addFirst("not done after " + limit.toMillis() + " ms; the ranks were" + where);
    }
    Throwable first = causes.isEmpty() ? null : causes.getFirst();
    if (!problems.isEmpty()) {
      if (lockstep != null) {
        lockstep.fail();
      }
      throw new RuleViolation(rule, size(), List.copyOf(problems), first);
    }
    TestAbortedException notShown = first instanceof TestAbortedException skipped ? skipped : null;
    if (lockstep != null) {
      lockstep.meet(rule + ", " + size() + " ranks", notShown);
    }
    if (notShown != null) {
      throw notShown;
    }
  }

  /** For the ranks that this process has. */
  private Deadline deadline(Duration limit) {
    return lockstep == null
        ? new Deadline(instance.rankHost(), size(), limit)
        : new Deadline(instance.rankHost(), lockstep.rank(), 1, limit);
  }

  /** What it began may be left half done. */
  private void giveUpAlone() {
    broken = true;
    if (lockstep == null) {
      giveUp();
    } else {
      lockstep.fail();
    }
  }

  private void giveUp() {
    broken = true;
    if (lockstep != null) {
      lockstep.fail();
    }
    for (ProcessGroup group : groups) {
      group.close();
    }
    for (int rank = 0; rank < size(); rank++) {
      Communicator communicator = communicators.get(rank);
      if (communicator != null) {
        abort(communicator);
      }
      kept.get(rank).values().forEach(RankResource::abort);
    }
  }

  private static void abort(Communicator communicator) {
    try {
      if (communicator.state() != Communicator.State.CLOSED) {
        communicator.abort();
      }
    } catch (RuntimeException alreadyFailing) {
      // The failure that led here is the one to tell of.
      Thread.onSpinWait();
    }
  }

  /** Closes the communicators, on the ranks' own threads, within the deadline. */
  void close() {
    if (stuck) {
      return;
    }
    run(
        "LIF-09 (closing " + size() + " ranks)",
        rank -> {
          kept.get(rank.rank()).values().forEach(RankResource::close);
          Communicator communicator = communicators.get(rank.rank());
          if (communicator != null) {
            communicator.close();
          }
        });
  }
}

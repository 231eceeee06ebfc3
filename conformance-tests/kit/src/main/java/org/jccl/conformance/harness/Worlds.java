package org.jccl.conformance.harness;

import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jccl.CommunicatorConfig;
import org.jspecify.annotations.Nullable;

/**
 * The worlds of one subject, opened when first asked for and used again by every try and suite; a
 * failure replaces them.
 */
public final class Worlds {
  private static final Map<String, Worlds> SHARED = new ConcurrentHashMap<>();

  private final Subject subject;
  private final Map<Integer, RuleWorld> open = new TreeMap<>();
  private final AtomicLong made = new AtomicLong();
  private Subject.@Nullable Instance instance;
  private Consumer<CommunicatorConfig.Builder> configuration = config -> {};

  /** Worlds of {@code subject}, none opened yet. */
  public Worlds(Subject subject) {
    this.subject = subject;
  }

  /** The worlds that all suites of this JVM share for the subject of that name. */
  public static Worlds shared(Subject subject) {
    return SHARED.computeIfAbsent(subject.name(), name -> new Worlds(subject));
  }

  /** Closes what {@link #shared} gave for the subject and for imitations by it. */
  public static void closeShared(Subject subject) {
    for (String name : List.copyOf(SHARED.keySet())) {
      Worlds worlds = name.startsWith(subject.name()) ? SHARED.remove(name) : null;
      if (worlds != null) {
        worlds.close();
      }
    }
  }

  /**
   * What can be asked about the simulations that are open, each with the number of worlds and of
   * things kept in worlds that were made in it so far.
   */
  static Map<Inspection, Long> inspected() {
    Map<Inspection, Long> all = new IdentityHashMap<>();
    for (Worlds worlds : SHARED.values()) {
      Subject.Instance current = worlds.instance;
      if (current != null) {
        current.inspection().ifPresent(each -> all.put(each, worlds.made.get()));
      }
    }
    return all;
  }

  /** What is tested. */
  public Subject subject() {
    return subject;
  }

  /** Closes what is open and configures the communicators to come, unless that was done before. */
  public void configure(Consumer<CommunicatorConfig.Builder> change) {
    if (configuration == change) {
      return;
    }
    open.values().forEach(RuleWorld::close);
    open.clear();
    configuration = change;
  }

  /** The opened subject, opened now if there is none. */
  public Subject.Instance instance() {
    Subject.Instance current = instance;
    if (current == null) {
      current = subject.open();
      instance = current;
    }
    return current;
  }

  /**
   * Runs {@code body} on every rank of a world of {@code ranks}.
   *
   * @throws RuleViolation if the rule that is being tested does not hold
   */
  public void run(int ranks, RankBody body) {
    run(ranks, RuleWorld.LIMIT, body);
  }

  /** The same within another time. */
  public void run(int ranks, Duration limit, RankBody body) {
    RuleWorld world = open.get(ranks);
    if (world == null) {
      requireRanks(ranks);
      world = RuleWorld.open(instance(), ranks, configuration, made::incrementAndGet);
      made.incrementAndGet();
      open.put(ranks, world);
    }
    try {
      world.run(CurrentRule.name() + " on " + subject.name(), limit, body);
    } finally {
      if (world.isBroken()) {
        replace(world);
      }
    }
  }

  /** Says at once what would otherwise be found out by ranks that wait for one without a device. */
  private void requireRanks(int ranks) {
    int most = subject.capabilities().maxRanks();
    if (ranks > most) {
      throw new IllegalStateException(
          CurrentRule.name()
              + " takes "
              + ranks
              + " ranks and "
              + subject.name()
              + " has "
              + most
              + ": give its rule that many GPUs in the book, or its test @Needs(ranks = "
              + ranks
              + ")");
    }
  }

  /** A broken world goes; where instances are cheap, or threads are stuck in it, all of it. */
  private void replace(RuleWorld world) {
    open.remove(world.size());
    if (world.isStuck()) {
      open.clear();
      instance = null; // Closing it could hang as its ranks do.
    } else if (subject.capabilities().disposable()) {
      discard();
    }
  }

  /** A thread hangs in it: what is open is left alone, and opened anew. */
  public void forget() {
    open.clear();
    instance = null;
  }

  /** Closes everything, quietly: for after failures that may have left anything behind. */
  public void discard() {
    Subject.Instance current = instance;
    instance = null;
    open.clear();
    if (current != null) {
      try {
        current.close();
      } catch (RuntimeException afterAFailure) {
        System.err.println("conformance: closing " + subject.name() + " failed: " + afterAFailure);
      }
    }
  }

  /** Closes all communicators, then the subject. */
  public void close() {
    open.values().forEach(RuleWorld::close);
    open.clear();
    Subject.Instance current = instance;
    instance = null;
    if (current != null) {
      current.close();
    }
  }
}

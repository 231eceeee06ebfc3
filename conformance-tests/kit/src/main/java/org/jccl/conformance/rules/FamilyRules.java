package org.jccl.conformance.rules;

import static org.jccl.conformance.rules.TypedRank.expectSum;

import java.time.Duration;
import java.util.Set;
import net.jqwik.api.Example;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.Communicator.State;
import org.jccl.CommunicatorConfig;
import org.jccl.ShrinkMode;
import org.jccl.UniqueId;
import org.jccl.conformance.harness.WorldRank;

/** Split, shrink and grow on the typed surface: the typed half of chapter 2. */
final class FamilyRules extends Suite {
  private static final Duration LONG = Duration.ofSeconds(20);

  // ---- split

  @Example
  @AlsoShows({"SPL-03"})
  @Needs(upTo = 4)
  public void required_SPL_02_equalColorsFormAChildInOrderOfKeys(WorldRank rank) {
    int n = rank.worldSize();
    int color = rank.rank() % 2;
    int size = (n + 1 - color) / 2;
    Communicator parent = rank.own(rank.open("family"));
    Communicator child = rank.own(parent.split(color, -rank.rank()));
    rank.check(child.worldSize() == size, "worldSize() is " + child.worldSize());
    int expected = size - 1 - rank.rank() / 2;
    rank.check(child.rank() == expected, "rank() is " + child.rank() + " of " + size);
    rank.check(child.device() == parent.device(), "device() is " + child.device());
    int sum = 0;
    for (int each = color; each < n; each += 2) {
      sum += each + 1;
    }
    expectSum(rank, child, rank.rank() + 1, sum);
  }

  @Example
  @AlsoShows({"SPL-01"})
  @Needs(upTo = 3)
  public void required_SPL_04_ranksWithoutAColorTakePart(WorldRank rank) {
    int n = rank.worldSize();
    Communicator parent = rank.own(rank.open("family"));
    rank.illegalArgument("a negative color", () -> parent.split(-1, 0), "color -1", "splitNoColor");
    if (rank.rank() == 0) {
      Communicator lone = rank.own(parent.split(5, 0));
      rank.check(lone.worldSize() == 1, "worldSize() is " + lone.worldSize());
      expectSum(rank, lone, 7, 7);
    } else {
      parent.splitNoColor();
    }
    expectSum(rank, parent, 1, n);
  }

  @Example
  public void required_SPL_10_theParentMayGoFirst(WorldRank rank) {
    int n = rank.worldSize();
    Communicator parent = rank.open("family");
    Communicator child = parent.split(0, rank.rank());
    parent.close();
    rank.processGroup().barrier(PATIENCE); // the last local close waits for all devices (LIF-07)
    expectSum(rank, child, 2, 2 * n);
    child.close();
  }

  // ---- shrink

  @Example
  @AlsoShows({"SHR-07"})
  @Needs(upTo = 4)
  public void required_SHR_01_survivorsKeepTheirOrderTyped(WorldRank rank) {
    int n = rank.worldSize();
    Communicator parent = rank.own(rank.open("family"));
    if (rank.rank() != 0) {
      Communicator child = rank.own(parent.shrink(Set.of(0)));
      rank.check(child.rank() == rank.rank() - 1, "rank() is " + child.rank());
      rank.check(child.worldSize() == n - 1, "worldSize() is " + child.worldSize());
      expectSum(rank, child, 3, 3 * (n - 1));
    }
    rank.processGroup().barrier(LONG);
    expectSum(rank, parent, 1, n);
  }

  @Example
  @AlsoShows({"SHR-04"})
  public void required_SHR_02_badListsAreRefused(WorldRank rank) {
    int n = rank.worldSize();
    Communicator comm = rank.communicator();
    rank.illegalArgument("an empty list", () -> comm.shrink(Set.of()), "nobody");
    rank.illegalArgument("the caller", () -> comm.shrink(Set.of(rank.rank())), "the caller");
    rank.illegalArgument("rank n", () -> comm.shrink(Set.of(n)), "rank " + n);
    rank.illegalArgument("rank -2", () -> comm.shrink(Set.of(-2), ShrinkMode.ABORT), "rank -2");
    rank.check(comm.state() == State.READY, "state() is " + comm.state());
  }

  @Example
  public void required_SHR_06_aClosedParentHasNoChildren(WorldRank rank) {
    Communicator closed = rank.open("closed");
    closed.close();
    for (ShrinkMode mode : ShrinkMode.values()) {
      rank.illegalState(
          "a shrink of a closed communicator, " + mode,
          () -> closed.shrink(Set.of(1 - rank.rank()), mode),
          "closed");
    }
  }

  // ---- grow

  @Example
  @AlsoShows({"GRW-02", "GRW-05"})
  @Needs(upTo = 3)
  public void required_GRW_01_newRanksJoin(WorldRank rank) {
    int n = rank.worldSize();
    Backend backend = rank.instance().backend();
    byte[] first = rank.rank() == 0 ? backend.newUniqueId().toBytes() : new byte[0];
    UniqueId id = UniqueId.of(rank.processGroup().broadcast(first, 0));
    CommunicatorConfig config = CommunicatorConfig.defaults();
    boolean isNew = rank.rank() == n - 1;
    Communicator old =
        isNew
            ? rank.communicator()
            : backend.newCommunicator(id, rank.rank(), n - 1, rank.device(), config);
    byte[] growth = rank.rank() == 0 ? old.newUniqueId().toBytes() : new byte[0];
    UniqueId by = UniqueId.of(rank.processGroup().broadcast(growth, 0));
    try (Communicator grown =
        isNew
            ? backend.joinGrowing(by, rank.rank(), n, rank.device(), config)
            : rank.rank() == 0 ? old.grow(n, by) : old.grow(n)) {
      rank.check(grown.rank() == rank.rank(), "rank() is " + grown.rank());
      rank.check(grown.worldSize() == n, "worldSize() is " + grown.worldSize());
      expectSum(rank, grown, 4, 4 * n);
    }
    if (!isNew) {
      rank.illegalArgument("growing to the same size", () -> old.grow(n - 1), "not larger");
      old.close();
    }
  }
}

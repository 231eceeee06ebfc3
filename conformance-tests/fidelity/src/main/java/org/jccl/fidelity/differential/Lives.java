package org.jccl.fidelity.differential;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jccl.conformance.cases.WorldSplit;
import org.jccl.fidelity.differential.LifecycleProgram.Act;
import org.jccl.fidelity.differential.LifecycleProgram.Deed;

/**
 * Makes a legal lifecycle program of arbitrary choices, by the table of chapter 3: each choice
 * picks among what is allowed in the state reached so far.
 */
final class Lives {
  private static final int MOST_ALIVE = 4;

  /** A life's state; that of a nonblocking communicator with a stored error is {@code FAILED}. */
  private enum State {
    READY,
    FAILED,
    FINALIZED,
    REVOKED,
    GONE
  }

  private static final class Life {
    private final WorldSplit members;
    private final boolean blocking;
    private State state = State.READY;

    /** Its ranks have made different numbers of children: it makes no more. */
    private boolean shrunk;

    Life(WorldSplit members, boolean blocking) {
      this.members = members;
      this.blocking = blocking;
    }
  }

  /** Three numbers that decide one deed. */
  record Choice(int act, int which, int how) {}

  private final int ranks;
  private final List<Life> lives = new ArrayList<>();
  private final List<Deed> deeds = new ArrayList<>();

  private Lives(int ranks) {
    this.ranks = ranks;
  }

  static LifecycleProgram program(int ranks, List<Choice> choices) {
    Lives lives = new Lives(ranks);
    choices.forEach(lives::take);
    lives.end();
    return new LifecycleProgram(ranks, lives.deeds);
  }

  private List<Integer> alive() {
    return IntStream.range(0, lives.size())
        .filter(slot -> lives.get(slot).state != State.GONE)
        .boxed()
        .toList();
  }

  private void take(Choice choice) {
    List<Integer> alive = alive();
    if (alive.isEmpty() || (choice.act() % 9 == 0 && alive.size() < MOST_ALIVE)) {
      make(choice);
      return;
    }
    if (choice.act() % 23 == 22) {
      deeds.add(deed(Act.NULLS, 0, lives.getFirst(), 0));
      return;
    }
    int slot = alive.get(choice.which() % alive.size());
    List<Act> allowed = allowed(lives.get(slot), alive.size()).stream().toList();
    perform(allowed.get(choice.act() % allowed.size()), slot, choice.how());
  }

  private void make(Choice choice) {
    boolean two = choice.how() % 4 == 3 && alive().size() + 2 <= MOST_ALIVE;
    boolean blocking = two || choice.how() % 2 == 0;
    int slot = lives.size();
    WorldSplit world = WorldSplit.world(ranks);
    lives.add(new Life(world, blocking));
    if (two) {
      lives.add(new Life(world, true));
    }
    Act act = two ? Act.INIT_TWO : Act.INIT;
    deeds.add(new Deed(act, slot, two ? slot + 1 : slot, world, world, blocking, 0));
  }

  /** Rule table of chapter 3, without what NCCL leaves undefined. */
  private static Set<Act> allowed(Life life, int alive) {
    EnumSet<Act> acts = EnumSet.of(Act.COUNT, Act.STATE, Act.FINALIZE, Act.ABORT);
    boolean room = alive < MOST_ALIVE;
    switch (life.state) {
      case READY -> {
        acts.addAll(EnumSet.of(Act.REDUCE, Act.WRONG_ROOT, Act.USER_RANK, Act.REVOKE, Act.DESTROY));
        if (room && !life.shrunk) {
          acts.add(Act.SPLIT);
          acts.addAll(shrinks(life) ? EnumSet.of(Act.SHRINK) : EnumSet.noneOf(Act.class));
        }
      }
      case FAILED -> acts.add(Act.REDUCE); // Destroy would leak the group depth (LIF-11)
      case FINALIZED -> acts.addAll(EnumSet.of(Act.USER_RANK, Act.REVOKE, Act.DESTROY));
      case REVOKED -> {
        acts.addAll(EnumSet.of(Act.REDUCE, Act.USER_RANK, Act.REVOKE, Act.DESTROY));
        if (room && life.blocking && !life.shrunk) {
          acts.add(Act.SPLIT);
        }
      }
      case GONE -> acts.clear();
    }
    return acts;
  }

  private static boolean shrinks(Life life) {
    return life.members.sizes().stream().allMatch(size -> size > 1);
  }

  private void perform(Act act, int slot, int how) {
    Life life = lives.get(slot);
    switch (act) {
      case SPLIT -> child(slot, act, split(life.members, how), 0);
      case SHRINK -> {
        int most = life.members.sizes().stream().mapToInt(size -> size).min().orElse(1);
        life.shrunk = true;
        child(slot, act, without(life.members, how % most), how % most);
      }
      case REVOKE -> {
        int flags = how % 4 == 3 ? 1 : 0;
        deeds.add(deed(act, slot, life, flags));
        if (flags == 0 && life.state == State.READY) {
          life.state = State.REVOKED;
        }
      }
      case FINALIZE -> {
        deeds.add(deed(act, slot, life, 0));
        boolean first = life.state == State.READY;
        // LIF-03, LIF-20: the refusal stays with a nonblocking communicator.
        life.state = first ? State.FINALIZED : life.blocking ? life.state : State.FAILED;
      }
      case WRONG_ROOT -> {
        deeds.add(deed(act, slot, life, 0));
        life.state = life.blocking ? life.state : State.FAILED; // ERR-05
      }
      case DESTROY, ABORT -> {
        deeds.add(deed(act, slot, life, 0));
        life.state = State.GONE;
      }
      default -> deeds.add(deed(act, slot, life, 0));
    }
  }

  private static Deed deed(Act act, int slot, Life life, int argument) {
    return new Deed(act, slot, -1, life.members, life.members, life.blocking, argument);
  }

  private void child(int slot, Act act, WorldSplit members, int argument) {
    Life parent = lives.get(slot);
    int made = lives.size();
    lives.add(new Life(members, parent.blocking)); // inherited (SPL-05)
    deeds.add(new Deed(act, slot, made, members, parent.members, parent.blocking, argument));
  }

  /** Colours and keys that divide each of a parent's groups. */
  private WorldSplit split(WorldSplit parent, int how) {
    List<Integer> colours = new ArrayList<>();
    List<Integer> keys = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      int own = parent.contains(rank) ? parent.groupOf(rank).indexOf(rank) : 0;
      int part =
          switch (how % 4) {
            case 0 -> 0;
            case 1 -> own % 2;
            case 2 -> own == 0 ? WorldSplit.NO_COLOUR : 1;
            default -> own / 2;
          };
      boolean none = part == WorldSplit.NO_COLOUR || !parent.contains(rank);
      colours.add(none ? WorldSplit.NO_COLOUR : 8 * parent.colours().get(rank) + part);
      keys.add(how % 3 == 0 ? -own : own);
    }
    boolean empty = colours.stream().allMatch(colour -> colour == WorldSplit.NO_COLOUR);
    return empty ? parent : new WorldSplit(colours, keys);
  }

  private WorldSplit without(WorldSplit parent, int excluded) {
    List<Integer> colours = new ArrayList<>(parent.colours());
    List<Integer> keys = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      int own = parent.contains(rank) ? parent.groupOf(rank).indexOf(rank) : 0;
      if (own == excluded) {
        colours.set(rank, WorldSplit.NO_COLOUR);
      }
      keys.add(own);
    }
    return new WorldSplit(colours, keys);
  }

  private void end() {
    for (int slot : alive()) {
      perform(lives.get(slot).state == State.FAILED ? Act.ABORT : Act.DESTROY, slot, 0);
    }
  }
}

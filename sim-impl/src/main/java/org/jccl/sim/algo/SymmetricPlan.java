package org.jccl.sim.algo;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which calls of one group symmetric kernels carry out, and how; the others are left to a {@link
 * GroupPlan}. A call alone in its group is the simplest case of that. Immutable.
 *
 * <p>NCCL takes all calls of one kind together, smallest first, in launches of as many as fit into
 * a kernel's arguments.
 */
public final class SymmetricPlan {
  /** Decides about calls. */
  public interface Chooser {
    /** Whether there is a symmetric kernel for a call of this kind and size, if it stands alone. */
    boolean offers(PlacedCall call);

    /**
     * Chooses a kernel for calls of one kind.
     *
     * @param first the first call
     * @param elements elements of all of them, each rounded up to whole KiB
     * @param most elements of the largest one
     * @param calls how many
     * @return null if there is none
     */
    @Nullable SymmetricChoice choose(PlacedCall first, long elements, long most, int calls);

    /** Whether calls for which there is no kernel are carried out otherwise, or are an error. */
    boolean mayDecline();
  }

  /** What a kernel's 4 KiB of arguments hold beside the communicator and 64 blocks' ranges. */
  private static final int MOST_CALLS = 56;

  private final @Nullable SymmetricSplit[] splits;
  private final @Nullable SymmetricChoice[] choices;
  private boolean isRefused;
  private boolean hasMissingKernel;

  private SymmetricPlan(int calls) {
    this.splits = new SymmetricSplit[calls];
    this.choices = new SymmetricChoice[calls];
  }

  /** Consecutive calls of one kind that one launch takes. */
  private record Launch(List<Integer> calls, SymmetricChoice choice) {}

  /**
   * The plan of a group.
   *
   * @param calls in the order in which they were made, none of count 0
   */
  public static SymmetricPlan of(List<PlacedCall> calls, int worldSize, Chooser chooser) {
    SymmetricPlan plan = new SymmetricPlan(calls.size());
    plan.deal(calls, plan.decide(calls, worldSize, chooser));
    return plan;
  }

  private List<Launch> decide(List<PlacedCall> calls, int worldSize, Chooser chooser) {
    List<Integer> offered = new ArrayList<>();
    for (int call = 0; call < calls.size(); call++) {
      if (chooser.offers(calls.get(call))) {
        offered.add(call);
      }
    }
    List<Launch> launches = new ArrayList<>();
    for (List<Integer> kind :
        GroupPlan.byKind(
            offered,
            call -> calls.get(call).call().traffic(worldSize),
            (a, b) -> calls.get(a).isLike(calls.get(b)))) {
      for (int from = 0, to; from < kind.size(); from = to) {
        to = end(calls, kind, from);
        List<Integer> together = kind.subList(from, to);
        SymmetricChoice choice = choose(calls, together, chooser);
        if (choice != null) {
          hasMissingKernel |= !calls.get(together.getFirst()).hasKernel();
          launches.add(new Launch(together, choice));
        } else {
          isRefused |= !chooser.mayDecline();
        }
      }
    }
    return launches;
  }

  /** Where the launch ends that begins with a call: one that is decided alone is in none. */
  private static int end(List<PlacedCall> calls, List<Integer> kind, int from) {
    int to = from + 1;
    boolean isAlone = calls.get(kind.get(from)).isIsolated();
    while (!isAlone
        && to < kind.size()
        && to < from + MOST_CALLS
        && !calls.get(kind.get(to)).isIsolated()) {
      to++;
    }
    return to;
  }

  private static @Nullable SymmetricChoice choose(
      List<PlacedCall> calls, List<Integer> together, Chooser chooser) {
    PlacedCall first = calls.get(together.getFirst());
    long perCell = SymmetricLaunch.CELL / first.call().type().bytes();
    long all = 0;
    long most = 0;
    for (int call : together) {
      long count = ChannelSplit.up(calls.get(call).call().count(), perCell);
      all += count;
      most = Math.max(most, count);
    }
    return chooser.choose(first, all, most, together.size());
  }

  private void deal(List<PlacedCall> calls, List<Launch> launches) {
    for (Launch launch : launches) {
      List<Integer> own = launch.calls();
      long[] counts = own.stream().mapToLong(call -> calls.get(call).call().count()).toArray();
      int elementBytes = calls.get(own.getFirst()).call().type().bytes();
      SymmetricChoice choice = launch.choice();
      SymmetricLaunch dealt =
          new SymmetricLaunch(counts, elementBytes, choice.blocks(), launch == launches.getLast());
      for (int i = 0; i < own.size(); i++) {
        choices[own.get(i)] = choice;
        splits[own.get(i)] =
            new SymmetricSplit(
                choice.kernel(),
                dealt.channels(),
                choice.kernel().hasFlags() ? dealt.partsApart(i) : dealt.parts(i));
      }
    }
  }

  /** Whether there is no kernel for some calls that NCCL carries out in no other way. */
  public boolean isRefused() {
    return isRefused;
  }

  /** Whether a call was given to a kernel that the library does not have (VER-10). */
  public boolean hasMissingKernel() {
    return hasMissingKernel;
  }

  /** How a symmetric kernel carries out a call; null if none does. */
  public @Nullable SymmetricSplit split(int call) {
    return splits[call];
  }

  /** What was chosen for a call; null if it is left to others. */
  public @Nullable SymmetricChoice choice(int call) {
    return choices[call];
  }
}

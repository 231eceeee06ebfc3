package org.jccl.sim.comm;

import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * Who asked for a rank's communicator. It is known at the call, before the rank has a place: the
 * thread that makes a communicator complete is another rank's.
 *
 * @param maker the thread that asked for it, or null
 * @param inherited the number that the rank has for the whole program, if the parent has told; or
 *     -1
 */
public record CommOrigin(@Nullable HostTask maker, int inherited) {
  /** Of a communicator without parent, asked for by the running thread. */
  public static CommOrigin ofWorld(Kernel kernel) {
    return of(kernel, -1);
  }

  /** Of a child of {@code parent}, asked for by the running thread. */
  public static CommOrigin ofChild(Kernel kernel, @Nullable CommMember parent) {
    return of(kernel, parent == null ? -1 : parent.worldRank());
  }

  private static CommOrigin of(Kernel kernel, int inherited) {
    HostTask maker = kernel.holder();
    if (maker != null && maker.isOwned() && kernel.tasks().size() > 1) {
      return new CommOrigin(maker, maker.rank());
    }
    return new CommOrigin(maker, inherited);
  }

  /** The rank program that asked for it, or {@code otherwise} if it was another thread. */
  int program(int otherwise) {
    return maker != null && maker.isOwned() ? maker.rank() : otherwise;
  }

  /** The number that the rank has for the whole program, if it has {@code own} in its own. */
  int worldRank(int own) {
    return inherited >= 0 ? inherited : own;
  }
}

package org.jccl.spi;

import java.util.function.Consumer;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.GroupScope;

/** Runs group bodies: for {@link Communicator#group} and {@link org.jccl.Backend#group}. */
public final class Groups {
  private Groups() {}

  /** Runs a body over several communicators of one backend. */
  public static void run(GroupRecording.Issuer issuer, Consumer<GroupScope> body) {
    run(issuer, () -> body.accept(scope(issuer)));
  }

  static void run(GroupRecording.Issuer issuer, Runnable body) {
    GroupRecording group = GroupRecording.enter(issuer);
    try {
      body.run();
      group.complete();
    } catch (RuntimeException | Error failure) {
      group.poison(failure);
      throw failure;
    } finally {
      group.leave();
    }
  }

  private static GroupScope scope(GroupRecording.Issuer issuer) {
    return (Communicator communicator) -> {
      if (!(communicator instanceof CommunicatorBase base) || base.issuer() != issuer) {
        throw new IllegalArgumentException(
            communicator.name() + " belongs to another backend than this group");
      }
      Collectives view = base.groupView();
      if (GroupRecording.current() == null) {
        throw new IllegalStateException("the group's body has returned on this thread");
      }
      return view;
    };
  }
}

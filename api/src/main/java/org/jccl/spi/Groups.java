package org.jccl.spi;

import java.util.function.Consumer;
import org.jccl.Communicator;
import org.jccl.GroupScope;

/** Runs group bodies: for {@link Communicator#group} and {@link org.jccl.Backend#group}. */
public final class Groups {
  private Groups() {}

  /**
   * Runs a body over several communicators of one backend.
   *
   * @param issuer what issues recorded calls
   * @param body what is run
   */
  public static void run(GroupRecording.Issuer issuer, Consumer<GroupScope> body) {
    record(issuer, group -> body.accept(scope(issuer, group)));
  }

  /**
   * Runs a body and hands what it recorded to {@code end} instead of issuing it (rule GRP-27).
   *
   * @param issuer what issues recorded calls
   * @param body what is run
   * @param end how it ends
   * @throws IllegalStateException if a group is open: only an outermost group can be estimated
   */
  public static void simulate(
      GroupRecording.Issuer issuer, Consumer<GroupScope> body, GroupRecording.Issuer end) {
    if (GroupRecording.current() != null) {
      throw new IllegalStateException(
          "a group is open on this thread: only an outermost group can be simulated (GRP-30)");
    }
    GroupRecording group = GroupRecording.enter(issuer);
    try {
      body.accept(scope(issuer, group));
      group.complete(end);
    } catch (RuntimeException | Error failure) {
      group.poison(failure);
      throw failure;
    } finally {
      group.leave();
    }
  }

  /** Runs a body that is given the recording; it is issued when the outermost body returns. */
  static void record(GroupRecording.Issuer issuer, Consumer<GroupRecording> body) {
    GroupRecording group = GroupRecording.enter(issuer);
    try {
      body.accept(group);
      group.complete();
    } catch (RuntimeException | Error failure) {
      group.poison(failure);
      throw failure;
    } finally {
      group.leave();
    }
  }

  private static GroupScope scope(GroupRecording.Issuer issuer, GroupRecording group) {
    long serial = group.serial();
    return (Communicator communicator) -> {
      if (!(communicator instanceof CommunicatorBase base) || base.issuer() != issuer) {
        throw new IllegalArgumentException(
            communicator.name() + " belongs to another backend than this group");
      }
      if (GroupRecording.current() != group || group.serial() != serial) {
        throw new IllegalStateException("the group's body has returned on this thread");
      }
      return base.groupView(group);
    };
  }
}

package org.jccl.process;

import org.jccl.Backends;
import org.jccl.CleanText;

/** Lines on standard error about how a group came together. */
final class Announcement {
  private Announcement() {}

  static void launch(LaunchContext launch, String address) {
    say(launch + "; rank 0 listens at " + address);
  }

  static void noSecret(String place) {
    say(
        "process group at "
            + place
            + " has no secret: every user of this host can join it and read and change what it says."
            + " Set "
            + LaunchReader.SECRET
            + ", the same for all ranks");
  }

  private static void say(String line) {
    if (!Boolean.getBoolean(Backends.QUIET)) {
      System.err.println("jccl: " + CleanText.line(line));
    }
  }
}

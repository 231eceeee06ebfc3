package org.jccl.spi;

import java.lang.System.Logger.Level;
import org.jccl.CleanText;
import org.jccl.CollectiveException;
import org.jccl.ReportedMisuse;
import org.jccl.ResultCode;

/**
 * What fails while something is closed is written into the log, since closing goes on. Where an
 * abort or a report came before, that has been told already, and the rest is a consequence.
 */
final class ClosingLog {
  private static final System.Logger LOG = System.getLogger("org.jccl");

  private ClosingLog() {}

  /** {@code what} has failed because of {@code why}. */
  static void failed(String what, Exception why) {
    Level level = isTold(why) ? Level.DEBUG : Level.WARNING;
    if (LOG.isLoggable(Level.DEBUG)) {
      LOG.log(level, what, why);
    } else {
      LOG.log(level, () -> what + ": " + CleanText.of(why));
    }
  }

  private static boolean isTold(Exception why) {
    return why instanceof ReportedMisuse
        || (why instanceof CollectiveException known && known.code() == ResultCode.REMOTE_ERROR);
  }
}

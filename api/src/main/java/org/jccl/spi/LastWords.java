package org.jccl.spi;

import java.util.concurrent.atomic.AtomicReference;
import org.jccl.CollectiveTimeoutException;

/** What a library says of its last error, also where it does not come back from the question. */
final class LastWords {
  private LastWords() {}

  /** {@return the words of {@code library}, of the whole process (ERR-07)} */
  static String of(Library library, NcclAbi abi) {
    AtomicReference<String> words = new AtomicReference<>("");
    try {
      // The argument is ignored (ERR-07): so no handle goes in.
      library.ask(
          null,
          "ncclGetLastError",
          NativeHandle.ANSWER,
          () -> {
            words.set(abi.getLastError(0));
            return 0;
          });
    } catch (CollectiveTimeoutException late) {
      return "(" + late.getMessage() + ")";
    }
    return words.get();
  }
}

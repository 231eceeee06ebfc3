package org.jccl.conformance.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What every reader promises: any input gives a value, or the documented exception with words.
 * Never another exception, never an error, never no end.
 */
public final class Reading {
  private static final long LONGEST_SECONDS = 30;
  private static final ExecutorService READERS =
      Executors.newCachedThreadPool(
          task -> Thread.ofPlatform().daemon().name("fuzz").unstarted(task));

  private Reading() {}

  /** Runs {@code reader}; {@code documented} are the exceptions that it may throw. */
  @SafeVarargs
  public static void endsWell(Callable<?> reader, Class<? extends Exception>... documented) {
    try {
      READERS.submit(reader).get(LONGEST_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException thrown) {
      Throwable cause = thrown.getCause();
      if (Arrays.stream(documented).noneMatch(type -> type == cause.getClass())) {
        throw new AssertionError("not documented: " + cause, cause);
      }
      assertThat(cause.getMessage()).describedAs("the words of " + cause).isNotBlank();
    } catch (TimeoutException late) {
      throw new AssertionError("no end after " + LONGEST_SECONDS + " s", late);
    } catch (InterruptedException interrupt) {
      throw new AssertionError(interrupt);
    }
  }

  /** A file with that content, which the caller's {@link #endsWell} reads. */
  public static Path file(byte[] content) {
    try {
      Path file = Files.createTempFile("jccl-fuzz", ".in");
      file.toFile().deleteOnExit();
      return Files.write(file, content);
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }
}

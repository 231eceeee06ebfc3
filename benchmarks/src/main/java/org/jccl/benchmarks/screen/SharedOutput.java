package org.jccl.benchmarks.screen;

import java.io.PrintStream;

/**
 * A standard stream that a user's program shares with the command that runs it: when the program
 * closes it, as a writer around it in a try block does, the command and other ranks still write.
 */
final class SharedOutput extends PrintStream {
  /** Over the stream itself, as that one buffers and encodes. */
  SharedOutput(PrintStream stream) {
    super(stream, false, stream.charset());
  }

  /** Nothing is lost, and nothing ends: the process closes the stream. */
  @Override
  public void close() {
    flush();
  }
}

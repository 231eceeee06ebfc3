package org.jccl;

/**
 * Work captured from a stream, to be replayed with one call (rules STR-17 to STR-21). Each replay
 * of captured collectives is a collective act of the same ranks. Close it before its communicators
 * (rule LIF-06).
 */
public interface Graph extends AutoCloseable {
  /** {@return the number of operations that one launch enqueues; for messages and tests} */
  int size();

  /**
   * Enqueues the captured work on {@code stream}.
   *
   * @param stream the stream on which the graph runs
   */
  void launch(Stream stream);

  /** Frees the graph. Idempotent. */
  @Override
  void close();
}

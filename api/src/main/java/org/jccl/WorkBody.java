package org.jccl;

/**
 * What a piece of work does when its stream has come to it.
 *
 * <p>It is CUDA's host function: it calls neither jccl nor CUDA (STR-34), and waits for nobody, for
 * its stream waits for it (STR-36). It may run on any thread, and once for each launch of a graph.
 * What it throws is the failure of its stream's device (STR-35).
 */
@FunctionalInterface
public interface WorkBody {
  /**
   * Does the work.
   *
   * @param memory the memory that the work declares, while this runs
   * @throws Exception if the work fails, which ends the program's run
   */
  void run(WorkMemory memory) throws Exception;
}

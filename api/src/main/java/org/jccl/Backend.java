package org.jccl;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * One implementation of collectives, opened: real NCCL, or a simulator.
 *
 * <p>Found by {@link Backends}; owned by who opened it. Closing it closes what is left of its
 * devices and reports that as a leak. All methods may be called from any thread.
 *
 * @see <a href="https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/api/comms.html">NCCL's
 *     guide: communicators</a>
 */
public interface Backend extends AutoCloseable {
  /** {@return the short name: {@code nccl}, {@code sim}} */
  String name();

  /** {@return one sentence for people: library, version, where it was found} */
  String description();

  /**
   * Version code of NCCL that answers, or that is imitated: 22809 for 2.28.9 (rule VER-01). NCCL:
   * {@code ncclGetVersion}.
   *
   * @return 22809 for 2.28.9, for example
   */
  int ncclVersion();

  /** {@return the devices, in index order; the list does not change} */
  List<Device> devices();

  /**
   * {@return a fresh id for one new communicator (rules UID-01 to UID-04)} NCCL: {@code
   * ncclGetUniqueId}.
   */
  UniqueId newUniqueId();

  /**
   * Joins a new communicator as {@code rank} of {@code worldSize}; waits for the other ranks, at
   * most {@link CommunicatorConfig#initTimeout()} (rules INIT-01 to INIT-04). NCCL: {@code
   * ncclCommInitRankConfig}, with several ids {@code ncclCommInitRankScalable}.
   *
   * <p>Most callers want {@link Communicator#open}, which carries the id and makes sure that all
   * ranks can go on before any of them does.
   *
   * @param id the unique id that all ranks share
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param device the device of this rank
   * @param config how the communicator is opened
   * @return this rank's end of it
   * @throws IllegalArgumentException if rank or world size are out of range
   * @throws CollectiveException if creation failed or ran out of time
   */
  Communicator newCommunicator(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config);

  /**
   * The same for the members of a process group. While the library waits for the other ranks, a
   * member whose process ends or that gives up ends the wait, and is named.
   *
   * @param id the unique id that all ranks share
   * @param group its members are the ranks
   * @param device the device of this rank
   * @param config how the communicator is opened
   * @return this rank's end of it
   * @throws CollectiveException if creation failed or ran out of time, or a member has died
   */
  default Communicator newCommunicator(
      UniqueId id, ProcessGroup group, Device device, CommunicatorConfig config) {
    return newCommunicator(id, group.rank(), group.worldSize(), device, config);
  }

  /**
   * The same with several ids, which share the work of bringing many ranks together (rule INIT-15):
   * at most one a rank, all ranks the same in the same order. One id is the form above.
   *
   * @param ids several unique ids, the same on all ranks
   * @param rank a rank, 0 to {@code worldSize - 1}
   * @param worldSize number of ranks
   * @param device the device of this rank
   * @param config how the communicator is opened
   * @return this rank's end of it
   * @throws IllegalArgumentException also if there is no id, or there are more than ranks
   * @throws UnsupportedOperationException if the library has no creation by several ids
   */
  Communicator newCommunicator(
      List<UniqueId> ids, int rank, int worldSize, Device device, CommunicatorConfig config);

  /**
   * Joins a communicator that grows, as one of its new ranks: the counterpart of {@link
   * Communicator#grow} (rule GRW-01). NCCL: {@code ncclCommGrow}.
   *
   * @param id what {@link Communicator#newUniqueId} gave one of the existing ranks
   * @param rank at least the old world size
   * @param worldSize the new one
   * @param device the device of this rank
   * @param config how the communicator is opened
   * @return the communicator that has grown
   */
  Communicator joinGrowing(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config);

  /**
   * {@return memory from the library's own allocator, which {@link Communicator#registerWindow}
   * needs (rules MEM-01, WIN-02); {@link Device#allocateRegistrable} is the front door}
   *
   * @param device the device of this rank
   * @param type the element type
   * @param count number of elements
   */
  DeviceBuffer allocateRegistrable(Device device, DataType type, long count);

  /**
   * Records what {@code body} issues and, instead of issuing it, asks the library how long it would
   * take (rules GRP-27 to GRP-31). All ranks call it (GRP-32). NCCL: {@code ncclGroupSimulateEnd}.
   *
   * @param body what issues operations; it gets where to record them
   * @return microseconds of the last batch that was estimated; empty if none was
   * @throws CollectiveException with {@link ResultCode#INVALID_USAGE} if a communicator is
   *     nonblocking: NCCL would issue the operations (GRP-29)
   */
  OptionalDouble simulate(Consumer<GroupScope> body);

  /**
   * One communicator over {@code devices}, all ranks driven by the calling thread (rule INIT-10):
   * rank i uses device i of the list. Use {@link #group} to issue matching calls. NCCL: {@code
   * ncclCommInitRankConfig} for each device in one group, as {@code ncclCommInitAll} does.
   *
   * @param devices one device a rank
   * @param config how the communicator is opened
   * @return the communicators by rank
   */
  List<Communicator> openAll(List<Device> devices, CommunicatorConfig config);

  /**
   * Records what {@code body} issues on any communicators of this backend and issues it in one go
   * when the outermost body returns (rules GRP-01 to GRP-25). A body that throws issues nothing.
   * NCCL: {@code ncclGroupStart} and {@code ncclGroupEnd}.
   *
   * @param body what issues operations; it gets where to record them
   */
  void group(Consumer<GroupScope> body);

  /**
   * {@return what this backend would open a communicator with on {@code device}; the ranks exchange
   * it before any of them starts}
   *
   * @param device the device of this rank
   * @param config how the communicator is opened
   * @throws BackendUnavailableException saying what is missing and what was tried
   */
  Capability capability(Device device, CommunicatorConfig config);

  /**
   * Decides with all ranks of a group what a communicator over it is tuned to (see {@link
   * CommunicatorConfig#tuning()}); all of them call it. What nobody knows may be measured here.
   *
   * @param group the ranks
   * @param device this rank's device
   * @param config how the communicator is to be opened
   * @return the configuration with exactly that choice, the same on all ranks
   * @throws IllegalArgumentException on all ranks, if rank 0 cannot read the file that it names
   */
  default CommunicatorConfig tuned(ProcessGroup group, Device device, CommunicatorConfig config) {
    return config;
  }

  /**
   * The threads for ranks in this JVM; {@link Ranks} is the front door.
   *
   * @return what runs ranks
   */
  RankHost rankHost();

  /** Closes what is left of the devices. Bounded in time. Idempotent. */
  @Override
  void close();
}

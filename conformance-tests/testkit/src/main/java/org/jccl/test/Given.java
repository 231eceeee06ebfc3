package org.jccl.test;

import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.function.BiFunction;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.Device;
import org.jccl.ProcessGroup;
import org.jccl.Rank;
import org.jccl.Stream;
import org.jccl.sim.Simulator;
import org.jspecify.annotations.Nullable;

/** The parameters that a {@link RankTest} can have, by type. */
enum Given {
  RANK(Rank.class, true, (world, rank) -> rank),
  COMMUNICATOR(Communicator.class, true, (world, rank) -> rank.communicator()),
  DEVICE(Device.class, true, (world, rank) -> rank.device()),
  STREAM(Stream.class, true, (world, rank) -> rank.communicator().defaultStream()),
  PROCESS_GROUP(ProcessGroup.class, true, (world, rank) -> rank.processGroup()),
  WORLD(World.class, false, (world, rank) -> world),
  BACKEND(Backend.class, false, (world, rank) -> world.backend()),
  SIMULATOR(Simulator.class, false, (world, rank) -> world.simulator().orElseThrow()),
  SEED(long.class, false, (world, rank) -> Schedule.parse(world.schedule()).seed());

  private final Class<?> type;
  private final boolean perRank;
  private final BiFunction<World, Rank, Object> value;

  Given(Class<?> type, boolean perRank, BiFunction<World, Rank, Object> value) {
    this.type = type;
    this.perRank = perRank;
    this.value = value;
  }

  /** What a parameter is given; null if another resolver has to know it. */
  static @Nullable Given of(Parameter parameter) {
    if (parameter.isAnnotationPresent(Seed.class)) {
      return SEED;
    }
    return Arrays.stream(values())
        .filter(each -> each != SEED && each.type == parameter.getType())
        .findFirst()
        .orElse(null);
  }

  /** What is wrong with a parameter of this kind, or null. */
  @Nullable String refusal(Parameter parameter) {
    Class<?> declared = parameter.getType();
    return this == SEED && declared != long.class && declared != Long.class
        ? "@Seed " + declared.getSimpleName() + " " + parameter.getName() + ", expected a long"
        : null;
  }

  /** Whether each rank has its own. */
  boolean isPerRank() {
    return perRank;
  }

  /** The value; {@code rank} matters if there is one a rank. */
  Object value(World world, @Nullable Rank rank) {
    if (perRank && rank == null) {
      throw new IllegalStateException("there is no rank on this thread");
    }
    @SuppressWarnings("NullAway") // those without a rank do not look at it
    Object found = value.apply(world, rank);
    return found;
  }
}
